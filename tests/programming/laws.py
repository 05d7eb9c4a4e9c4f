"""How rules are tried as laws: many cases, no clock to beat, nothing kept on disk."""

from hypothesis import settings

law = settings(max_examples=60, deadline=None, database=None)
