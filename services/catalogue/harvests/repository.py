"""All the SQL about other centres' holdings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import (
    Decision,
    HarvestDuplicate,
    HarvestLine,
    HarvestPage,
    HarvestRecord,
    HarvestRun,
    HarvestSource,
    RunState,
)

_S: Any = HarvestSource.__table__  # type: ignore[attr-defined]
_R: Any = HarvestRun.__table__  # type: ignore[attr-defined]
_P: Any = HarvestPage.__table__  # type: ignore[attr-defined]
_N: Any = HarvestRecord.__table__  # type: ignore[attr-defined]
_L: Any = HarvestLine.__table__  # type: ignore[attr-defined]
_X: Any = HarvestDuplicate.__table__  # type: ignore[attr-defined]

_UNDER_WAY = sa.or_(_R.c.state == RunState.WAITING, _R.c.state == RunState.RUNNING)
_kept = bindparam("kept_ids", type_=ARRAY(sa.Uuid))

SOURCES = (
    sa.select(*_S.c)
    .where(_S.c.centre_id == sa.func.any(_kept), _S.c.id < bindparam("before_id"))
    .where(sa.or_(bindparam("centre_id", type_=sa.Uuid).is_(None), _S.c.centre_id == bindparam("centre_id", type_=sa.Uuid)))
    .order_by(_S.c.id.desc())
    .limit(bindparam("limit"))
)
SOURCE = sa.select(*_S.c).where(_S.c.id == bindparam("id"))
_COUNTS = (
    sa.select(sa.func.coalesce(sa.func.jsonb_object_agg(sa.text("tally.outcome"), sa.text("tally.many")), sa.text("'{}'::jsonb")))
    .select_from(
        sa.select(_L.c.outcome.label("outcome"), sa.func.count().label("many"))
        .where(_L.c.run_id == _R.c.id)
        .correlate(_R)
        .group_by(_L.c.outcome)
        .subquery("tally")
    )
    .correlate(_R)
    .scalar_subquery()
    .label("counts")
)
RUNS = (
    sa.select(*_R.c, _COUNTS)
    .where(_R.c.source_id == bindparam("source_id"), _R.c.id < bindparam("before_id"))
    .order_by(_R.c.id.desc())
    .limit(bindparam("limit"))
)
RUN = sa.select(*_R.c, _COUNTS).where(_R.c.source_id == bindparam("source_id"), _R.c.id == bindparam("id"))
#: A run with its source, for the job that carries it on.
UNDER_WAY = (
    sa.select(
        *_R.c,
        sa.select(sa.func.count()).where(_L.c.run_id == _R.c.id).correlate(_R).scalar_subquery().label("lines"),
        *(column.label(f"source_{column.name}") for column in _S.c if column.name != "id"),
    )
    .join_from(_R, _S, _S.c.id == _R.c.source_id)
    .where(_R.c.id == bindparam("id"), _UNDER_WAY)
)
_outcomes = bindparam("outcomes", type_=ARRAY(sa.String))
LINES = (
    sa.select(*_L.c)
    .where(_L.c.run_id == bindparam("run_id"), _L.c.number > bindparam("after"))
    .where(sa.or_(_outcomes.is_(None), _L.c.outcome.cast(sa.String) == sa.func.any(_outcomes)))
    .order_by(_L.c.number)
    .limit(bindparam("limit"))
)
_open = bindparam("only_open", type_=sa.Boolean)
DUPLICATES = (
    sa.select(*_X.c, _N.c.described)
    .join_from(_X, _N, sa.and_(_N.c.source_id == _X.c.source_id, _N.c.identifier == _X.c.identifier))
    .where(_X.c.source_id == bindparam("source_id"), _X.c.id > bindparam("after_id"))
    .where(sa.or_(~_open, _X.c.decision.is_(None)))
    .order_by(_X.c.id)
    .limit(bindparam("limit"))
)
DUPLICATE = (
    sa.select(*_X.c, _N.c.described)
    .join_from(_X, _N, sa.and_(_N.c.source_id == _X.c.source_id, _N.c.identifier == _X.c.identifier))
    .where(_X.c.source_id == bindparam("source_id"), _X.c.id == bindparam("id"))
)


async def source(session: AsyncSession, source_id: UUID, *, lock: bool = False) -> HarvestSource | None:
    statement = select(HarvestSource).where(HarvestSource.id == source_id)
    return (
        await session.exec(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
    ).first()


async def move_source(session: AsyncSession, source_id: UUID, **values: Any) -> None:
    await execute(session, sa.update(_S).where(_S.c.id == source_id).values(**values))


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[HarvestSource]:
    """Sources whose time has come, that nobody harvests at the moment."""
    busy = sa.exists().where(_R.c.source_id == _S.c.id, _UNDER_WAY)
    statement = select(HarvestSource).where(_S.c.due_at <= now, ~busy).order_by(_S.c.due_at).limit(limit)
    return (await session.exec(statement.with_for_update(skip_locked=True))).all()


async def lock_run(session: AsyncSession, run_id: UUID) -> Row | None:
    rows = await execute(session, sa.select(*_R.c).where(_R.c.id == run_id, _UNDER_WAY).with_for_update())
    found = rows.mappings().first()
    return dict(found) if found else None


async def move_run(session: AsyncSession, run_id: UUID, **values: Any) -> None:
    await execute(session, sa.update(_R).where(_R.c.id == run_id).values(**values))


async def silent_runs(session: AsyncSession, before: datetime) -> list[UUID]:
    rows = await execute(session, sa.select(_R.c.id).where(_UNDER_WAY, _R.c.beat_at < before).with_for_update())
    return list(rows.scalars())


async def add_page(session: AsyncSession, run_id: UUID, token_digest: str, number: int, records: int) -> bool:
    """False when this run has read the page of that token already."""
    row = {"run_id": run_id, "token_digest": token_digest, "number": number, "records": records}
    return (await execute(session, upsert(_P).values(row).on_conflict_do_nothing())).rowcount == 1


async def page_was_read(session: AsyncSession, run_id: UUID, token_digest: str) -> bool:
    rows = await execute(session, sa.select(_P.c.number).where(_P.c.run_id == run_id, _P.c.token_digest == token_digest))
    return rows.first() is not None


async def forget_pages(session: AsyncSession, run_id: UUID) -> None:
    await execute(session, sa.delete(_P).where(_P.c.run_id == run_id))


async def lines_of(session: AsyncSession, run_id: UUID, identifiers: Sequence[str]) -> dict[str, tuple[int, str]]:
    """`{identifier: (number, datestamp)}` of those this run has met."""
    rows: Any = await execute(
        session,
        sa.select(_L.c.identifier, _L.c.number, _L.c.datestamp).where(_L.c.run_id == run_id, _L.c.identifier.in_(identifiers)),
    )
    return {identifier: (number, datestamp) for identifier, number, datestamp in rows}


async def count_lines(session: AsyncSession, run_id: UUID) -> int:
    return int(
        (await execute(session, sa.select(sa.func.coalesce(sa.func.max(_L.c.number), 0)).where(_L.c.run_id == run_id))).scalar_one()
    )


async def put_line(session: AsyncSession, row: Row) -> None:
    insert = upsert(_L).values(row)
    latest = {name: insert.excluded[name] for name in row if name not in {"run_id", "identifier", "number"}}
    await execute(session, insert.on_conflict_do_update(index_elements=[_L.c.run_id, _L.c.identifier], set_=latest))


async def record(session: AsyncSession, source_id: UUID, identifier: str) -> Row | None:
    rows = await execute(
        session, sa.select(*_N.c).where(_N.c.source_id == source_id, _N.c.identifier == identifier).with_for_update()
    )
    found = rows.mappings().first()
    return dict(found) if found else None


async def put_record(session: AsyncSession, row: Row) -> None:
    insert = upsert(_N).values(row)
    latest = {name: insert.excluded[name] for name in row if name not in {"source_id", "identifier"}}
    await execute(session, insert.on_conflict_do_update(index_elements=[_N.c.source_id, _N.c.identifier], set_=latest))


async def put_duplicate(session: AsyncSession, row: Row) -> None:
    await execute(session, upsert(_X).values(row).on_conflict_do_nothing(index_elements=["source_id", "identifier", "document_id"]))


async def duplicate(session: AsyncSession, source_id: UUID, duplicate_id: UUID) -> HarvestDuplicate | None:
    statement = select(HarvestDuplicate).where(HarvestDuplicate.id == duplicate_id, HarvestDuplicate.source_id == source_id)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).first()


async def decisions(session: AsyncSession, source_id: UUID, identifier: str) -> dict[UUID, Decision | None]:
    """What was said of each document this record looks like."""
    rows: Any = await execute(
        session, sa.select(_X.c.document_id, _X.c.decision).where(_X.c.source_id == source_id, _X.c.identifier == identifier)
    )
    return {row[0]: row[1] for row in rows}
