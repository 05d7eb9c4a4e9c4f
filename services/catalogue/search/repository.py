"""All that is asked of and written to the tables of the search engine."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, compiled, execute, fetch, fetch_in, write_in

from . import statements
from .models import Dimension, SearchEntry, SearchMark, SearchSet, SearchText, SearchWord, UnansweredSearch

_E: Any = SearchEntry.__table__  # type: ignore[attr-defined]
_T: Any = SearchText.__table__  # type: ignore[attr-defined]
_S: Any = SearchSet.__table__  # type: ignore[attr-defined]
_W: Any = SearchWord.__table__  # type: ignore[attr-defined]
_M: Any = SearchMark.__table__  # type: ignore[attr-defined]
_U: Any = UnansweredSearch.__table__  # type: ignore[attr-defined]

_FIND_SETS = sa.text(
    """SELECT s.dimension, s.id FROM unnest(CAST(:dimensions AS text[]), CAST(:fingerprints AS text[])) AS asked (dimension, fingerprint)
JOIN search_sets s ON s.dimension = asked.dimension AND s.fingerprint = asked.fingerprint"""
)
_ADD_SET = sa.text(
    "INSERT INTO search_sets (dimension, fingerprint, members) VALUES (:dimension, :fingerprint, CAST(:members AS text[])) RETURNING id"
)
#: Held by who adds a combination, until they commit: two who need the same new one make one.
_ADDING_SETS = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('catalogue.search_sets', 0))")
_WRITE_ENTRY = sa.text(
    """INSERT INTO search_entries (document_id, centre_id, shape_id, themes_id, territories_id, organisations_id, year, members_only,
  available_at, published_at, readable_at, indexed_at, dated, title_key, words)
VALUES (:document_id, :centre_id, :shape_id, :themes_id, :territories_id, :organisations_id, :year, :members_only,
  :available_at, :published_at, greatest(CAST(:available_at AS timestamptz), CAST(:published_at AS timestamptz)), clock_timestamp(),
  :dated, :title_key, CAST(:words AS tsvector))
ON CONFLICT (document_id) DO UPDATE SET centre_id = EXCLUDED.centre_id, shape_id = EXCLUDED.shape_id,
  themes_id = EXCLUDED.themes_id, territories_id = EXCLUDED.territories_id, organisations_id = EXCLUDED.organisations_id,
  year = EXCLUDED.year, members_only = EXCLUDED.members_only, available_at = EXCLUDED.available_at,
  published_at = EXCLUDED.published_at, readable_at = EXCLUDED.readable_at, indexed_at = EXCLUDED.indexed_at,
  dated = EXCLUDED.dated, title_key = EXCLUDED.title_key, words = EXCLUDED.words"""
)
_TEXT = upsert(_T)
_WRITE_TEXT = _TEXT.on_conflict_do_update(
    index_elements=[_T.c.document_id], set_={column.name: _TEXT.excluded[column.name] for column in _T.c if not column.primary_key}
)


def fingerprint(members: Iterable[str]) -> str:
    """Of a combination of values, whatever their order."""
    return hashlib.sha256("\0".join(sorted(set(members))).encode()).hexdigest()[:32]


async def set_ids(session: AsyncSession, told: Mapping[Dimension, Iterable[str]]) -> dict[Dimension, int]:
    """The numbers of these combinations of values, given when they are new."""
    kept = {dimension: sorted(set(members)) for dimension, members in told.items()}
    prints = {dimension: fingerprint(members) for dimension, members in kept.items()}
    asked = {"dimensions": [each.value for each in kept], "fingerprints": list(prints.values())}

    async def known() -> dict[Dimension, int]:
        return {Dimension(row["dimension"]): int(row["id"]) for row in await fetch_in(session, _FIND_SETS, asked)}

    found = await known()
    if len(found) < len(kept):
        await fetch_in(session, _ADDING_SETS, {})
        found = await known()
        for dimension in kept.keys() - found.keys():
            row = {"dimension": dimension.value, "fingerprint": prints[dimension], "members": kept[dimension]}
            found[dimension] = int((await fetch_in(session, _ADD_SET, row))[0]["id"])
    return found


async def write(session: AsyncSession, entry: Mapping[str, Any], text: Mapping[str, Any]) -> None:
    await write_in(session, _WRITE_ENTRY, entry)
    await write_in(session, _WRITE_TEXT, text)


async def remove(session: AsyncSession, document_id: UUID) -> None:
    """The text goes with the entry."""
    await execute(session, sa.delete(_E).where(_E.c.document_id == document_id))


@asynccontextmanager
async def planned(reader: AsyncConnection[Any]) -> AsyncIterator[None]:
    """One transaction whose statements go through the index (`statements.PLANNED`)."""
    async with reader.transaction():
        await reader.execute(compiled(statements.PLANNED).sql)
        yield


async def ids(reader: AsyncConnection[Any], statement: Any, asked: Mapping[str, Any]) -> list[Row]:
    return await fetch(reader, statement, asked)


async def counts(reader: AsyncConnection[Any], statement: Any, asked: Mapping[str, Any]) -> dict[str, dict[int | None, int]]:
    """`dimension → key → documents`; the key of documents without a year, and of the total, is None."""
    rows = await fetch(reader, statement, asked)
    return {row["dimension"]: dict(zip(row["keys"], row["counts"], strict=True)) for row in rows}


async def members(reader: AsyncConnection[Any], cache: dict[int, tuple[str, ...]], set_ids: Iterable[int]) -> None:
    """Put in the cache the values of these combinations."""
    missing = [set_id for set_id in set_ids if set_id not in cache]
    if missing:
        for row in await fetch(reader, statements.SETS, {"ids": missing}):
            cache[row["id"]] = tuple(row["members"])


async def is_found(reader: AsyncConnection[Any], filters: frozenset[str], asked: Mapping[str, Any]) -> bool:
    return bool(await fetch(reader, statements.exists(filters), asked))


async def alike(reader: AsyncConnection[Any], word: str) -> list[Row]:
    return await fetch(reader, statements.ALIKE, {"word": word})


async def keep_unanswered(reader: AsyncConnection[Any], row: Mapping[str, Any]) -> None:
    ready = compiled(statements.KEEP_UNANSWERED)
    await reader.execute(ready.sql, {**ready.constants, **row})


async def forget_unanswered(session: AsyncSession, search_id: UUID) -> bool:
    gone = await execute(session, sa.delete(_U).where(_U.c.id == search_id))
    return gone.rowcount == 1


async def forget_old_unanswered(session: AsyncSession, before_day: str, keep: int) -> int:
    """Those of before that day, and all but the latest `keep`."""
    latest = sa.select(_U.c.id).order_by(_U.c.last_on.desc(), _U.c.count.desc(), _U.c.id).offset(keep)
    gone = sa.delete(_U).where(sa.or_(_U.c.last_on < before_day, _U.c.id.in_(latest)))
    return (await execute(session, gone)).rowcount


async def mark(session: AsyncSession, name: str) -> datetime | None:
    found: datetime | None = (
        await execute(session, sa.select(_M.c.at).where(_M.c.name == name).with_for_update())
    ).scalar_one_or_none()
    return found


async def put_mark(session: AsyncSession, name: str, at: datetime) -> None:
    insert = upsert(_M).values(name=name, at=at)
    await execute(session, insert.on_conflict_do_update(index_elements=[_M.c.name], set_={"at": at}))


async def to_read(session: AsyncSession, *, after: datetime, now: datetime, limit: int) -> list[Row]:
    return await fetch_in(session, statements.TO_READ, {"after": after, "now": now, "limit": limit})


async def out_of_embargo(session: AsyncSession, *, after: datetime, now: datetime) -> list[Row]:
    return await fetch_in(session, statements.OUT_OF_EMBARGO, {"after": after, "now": now})


async def add_words(session: AsyncSession, seen: Mapping[str, int], spelt: Mapping[str, str]) -> None:
    """Count words once more, in their order so that two who do so wait for each other without embrace."""
    words = sorted(seen)
    row = {"words": words, "spelt": [spelt[word] for word in words], "seen": [seen[word] for word in words]}
    await write_in(session, statements.ADD_WORDS, row)


async def clear_words(session: AsyncSession) -> None:
    await execute(session, sa.delete(_W))
