"""What a revision does to the version of the code that still runs while it is applied: that version reads and writes for minutes more."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

#: Tables of ours: their columns (whether they must be given, whether the database gives them by itself), where their rows are.
_COLUMNS = """
SELECT c.relname, a.attname, a.attnotnull, a.atthasdef OR a.attidentity <> '' FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relname NOT LIKE 'procrastinate%' AND c.relname <> 'alembic_version'
"""
_PLACES = """
SELECT relname, pg_relation_filenode(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'procrastinate%'
"""


@dataclass(frozen=True)
class Shape:
    """A database's tables at one revision. `columns`: by table and name, (`NOT NULL`, has a default); `places`: file of each table."""

    columns: dict[tuple[str, str], tuple[bool, bool]]
    places: dict[str, int]


def shape(conninfo: str) -> Shape:
    with psycopg.connect(conninfo) as connection:
        columns = {(table, name): (not_null, given) for table, name, not_null, given in connection.execute(_COLUMNS)}
        return Shape(columns, dict(connection.execute(_PLACES).fetchall()))


def hazards(before: Shape, after: Shape) -> Iterator[str]:
    """What would fail, or wait, in the version of before: inserts without a column it does not know, reads of one that is gone,
    everything while a table is written anew under an exclusive lock."""
    for (table, name), (not_null, given) in after.columns.items():
        if table not in before.places or not not_null or given:
            continue
        was = before.columns.get((table, name))
        if was is None:
            yield f"{table}.{name} is new and must be given: a server default, kept as long as it may not be"
        elif not was[0]:
            yield f"{table}.{name} must now be given"
        elif was[1]:
            yield f"{table}.{name} lost its default"
    yield from (f"{table}.{name} is gone" for table, name in before.columns if (table, name) not in after.columns)
    for table, place in before.places.items():
        if after.places.get(table, place) != place:
            yield f"{table} is written anew, locked all the while"
