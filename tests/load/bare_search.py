"""The floor of searches: the plain full-text statements over the same tables, by psycopg on one connection.

What matches the same words and may be read by anyone is counted, and its first twenty are read with their titles, the latest first.
No facets, no ranking, no other spellings, no highlights. Scans without an index are forbidden as in the service; what is
being typed is not looked for by walking through dates (`interval '0'`), which was five times slower.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from services.catalogue.search.words import SPELT, STOPS, TITLE, words

_READABLE = "e.available_at <= %(now)s AND NOT e.members_only"
_COUNT = f"SELECT count(*) FROM search_entries e WHERE e.words @@ CAST(%(matching)s AS tsquery) AND {_READABLE}"  # noqa: S608 - constants of this module
_FIRST = f"""SELECT t.document_id, t.title FROM (
  SELECT e.document_id, e.published_at FROM search_entries e WHERE e.words @@ CAST(%(matching)s AS tsquery) AND {_READABLE}
  ORDER BY e.published_at DESC LIMIT %(limit)s) found
JOIN search_texts t USING (document_id) ORDER BY found.published_at DESC"""  # noqa: S608 - constants of this module
_BEGUN = _FIRST.replace("e.published_at DESC LIMIT", "e.published_at + interval '0' DESC LIMIT")
_PAGE, _SUGGESTIONS = 20, 8
#: Fewer would not tell a percentile.
_LEAST = 40


class Times(NamedTuple):
    """Milliseconds, and how many documents half of the searches find."""

    p50: float
    p95: float
    found: float = 0


class Floor:
    """One connection that knows the lexemes of words."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._lexemes: dict[str, str] = {}

    def measured(self, typed: Sequence[str], seconds: float, *, begun: bool = False) -> Times:
        """The same words one after the other; `begun`: the last one is being typed, nothing is counted."""
        asked = [self._matching(each, begun) for each in typed]
        took: list[float] = []
        found: list[int] = []
        until = time.perf_counter() + seconds
        for matching in itertools.cycle(asked):
            began = time.perf_counter()
            count = self._ask(matching, begun)
            took.append(1_000 * (time.perf_counter() - began))
            found.append(count)
            if began > until and len(took) >= min(_LEAST, len(asked)):
                break
        took.sort()
        found.sort()
        return Times(took[len(took) // 2], took[len(took) * 95 // 100], found[len(found) // 2])

    def _ask(self, matching: str, begun: bool) -> int:
        values = {"matching": matching, "now": datetime.now(UTC), "limit": _SUGGESTIONS if begun else _PAGE}
        rows = self._connection.execute((_BEGUN if begun else _FIRST).encode(), values).fetchall()
        if begun:
            return len(rows)
        counted = self._connection.execute(_COUNT.encode(), values).fetchone()
        return int(counted[0]) if counted else 0

    def _matching(self, typed: str, begun: bool) -> str:
        said = words(typed)
        lexemes = [self._lexeme(word) for word in (said[:-1] if begun else said) if word not in STOPS]
        wanted = [f"'{TITLE if begun else ''}{lexeme}'" for lexeme in lexemes if lexeme]
        return " & ".join([*wanted, f"'{SPELT}{said[-1]}':*"] if begun else wanted)

    def _lexeme(self, word: str) -> str:
        if word not in self._lexemes:
            row = self._connection.execute("SELECT (ts_lexize('pg_catalog.french_stem', %s))[1]", [word]).fetchone()
            self._lexemes[word] = (row[0] if row else None) or ""
        return self._lexemes[word]


@contextmanager
def opened(conninfo: str) -> Iterator[Floor]:
    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=1) as connection:
        for setting in (
            "enable_seqscan = off",
            "plan_cache_mode = force_custom_plan",
            "max_parallel_workers_per_gather = 0",
            "work_mem = '16MB'",
        ):
            connection.execute(f"SET {setting}".encode())
        yield Floor(connection)
