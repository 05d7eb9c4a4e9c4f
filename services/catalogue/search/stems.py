"""Lexemes of words, as PostgreSQL's French dictionary gives them. They never change: each process asks once for each word."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from psycopg import AsyncConnection

from services.common.db import fetch

#: Words kept; above, all are forgotten and learnt again.
MOST = 200_000
_LEXEMES = sa.text(
    "SELECT word, (ts_lexize('pg_catalog.french_stem', word))[1] AS lexeme FROM unnest(CAST(:words AS text[])) AS word"
)


class _Known:
    """What this process learnt. A new dictionary takes the place of one too large: who reads the old one keeps it whole."""

    def __init__(self) -> None:
        self.lexemes: dict[str, str] = {}


_KNOWN = _Known()


async def stems(reader: AsyncConnection[Any], said: Iterable[str]) -> Mapping[str, str]:
    """`word → lexeme` of at least these words, an empty lexeme for a stop word."""
    wanted = set(said)
    known = _KNOWN.lexemes
    missing = wanted.difference(known)  # a dictionary is looked into; its keys would all be gone through
    if missing:
        if len(known) + len(missing) > MOST:
            known = _KNOWN.lexemes = {}
            missing = wanted
        rows = await fetch(reader, _LEXEMES, {"words": list(missing)})
        known.update((row["word"], row["lexeme"] or "") for row in rows)
    return known
