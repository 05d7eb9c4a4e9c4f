"""All the SQL about the vocabulary."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import KnownTerritory, KnownTheme, Term

_H: Any = KnownTheme.__table__  # type: ignore[attr-defined]
_T: Any = KnownTerritory.__table__  # type: ignore[attr-defined]
_W: Any = Term.__table__  # type: ignore[attr-defined]

TERMS = sa.select(*_W.c).where(_W.c.key > bindparam("after_key")).order_by(_W.c.key).limit(bindparam("limit"))
TERM = sa.select(*_W.c).where(_W.c.key == bindparam("key"))
#: Every group of words that mean the same: terms and their equivalents, themes and their synonyms.
GROUPS = sa.select(_W.c.label, _W.c.equivalents.label("others")).union_all(
    sa.select(_H.c.label, _H.c.synonyms).where(sa.func.cardinality(_H.c.synonyms) > 0)
)
THEME_LABELS = sa.select(_H.c.code, _H.c.label, _H.c.parent_code)
TERRITORY_LABELS = sa.select(_T.c.code, _T.c.name.label("label"), _T.c.kind, _T.c.parent_code).where(
    _T.c.code == sa.func.any(bindparam("codes", type_=sa.ARRAY(sa.String)))
)

#: Read at each search: both tables are small.
GROUPS_VERSION = sa.text(
    """SELECT concat_ws('/', (SELECT concat_ws('/', count(*), sum(version), max(updated_at)) FROM terms),
  (SELECT concat_ws('/', count(*), max(heard_at)) FROM themes)) AS version"""
)
LABELS = sa.select(sa.literal("theme").label("kind"), _H.c.label.label("text"), _H.c.code.label("value")).union_all(
    sa.select(sa.literal("term"), _W.c.label, _W.c.key)
)


async def themes(session: AsyncSession, codes: Iterable[str]) -> dict[str, KnownTheme]:
    wanted = list(codes)
    found = await session.exec(select(KnownTheme).where(_H.c.code.in_(wanted))) if wanted else ()
    return {theme.code: theme for theme in found}


async def territories(session: AsyncSession, codes: Iterable[str]) -> dict[str, KnownTerritory]:
    wanted = list(codes)
    found = await session.exec(select(KnownTerritory).where(_T.c.code.in_(wanted))) if wanted else ()
    return {territory.code: territory for territory in found}


async def keep_themes(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await _keep(session, _H, rows)


async def keep_territories(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await _keep(session, _T, rows)


async def _keep(session: AsyncSession, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    insert = upsert(table).values(sorted(rows, key=lambda row: row["code"]))
    latest = {column.name: insert.excluded[column.name] for column in table.c if column.name != "code"}
    await execute(session, insert.on_conflict_do_update(index_elements=[table.c.code], set_=latest))


async def stale_territories(session: AsyncSession, before: datetime, limit: int) -> list[str]:
    rows = await execute(session, sa.select(_T.c.code).where(_T.c.heard_at < before).order_by(_T.c.heard_at).limit(limit))
    return [str(code) for code in rows.scalars()]


async def term(session: AsyncSession, key: str, *, lock: bool = False) -> Term | None:
    statement = select(Term).where(Term.key == key)
    return (await session.exec(statement.with_for_update() if lock else statement)).first()


async def all_themes(session: AsyncSession) -> Sequence[KnownTheme]:
    return (await session.exec(select(KnownTheme).order_by(_H.c.code))).all()
