"""All the SQL about changes requested."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import ChangeRequest, ChangeRequestField, ChangeRequestReminder, ChangeRequestStatus

_C: Any = ChangeRequest.__table__  # type: ignore[attr-defined]
_F: Any = ChangeRequestField.__table__  # type: ignore[attr-defined]
_M: Any = ChangeRequestReminder.__table__  # type: ignore[attr-defined]

#: A dossier's requests, newest first, after a keyset cursor.
OF_DOSSIER = (
    sa.select(*_C.c)
    .where(_C.c.dossier_id == bindparam("dossier_id"), _C.c.id < bindparam("before"))
    .order_by(_C.c.id.desc())
    .limit(bindparam("limit"))
)
_FIELDS = sa.select(*_F.c).where(_F.c.change_request_id == sa.any_(bindparam("ids", type_=ARRAY(sa.Uuid)))).order_by(_F.c.id)

_DUE = (
    sa.select(
        _C.c.id,
        _C.c.dossier_id,
        _C.c.due_on,
        sa.func.array(
            sa.select(_M.c.step).where(_M.c.change_request_id == _C.c.id, _M.c.due_on == _C.c.due_on).scalar_subquery()
        ).label("steps"),
    )
    .where(_C.c.status == ChangeRequestStatus.OPEN, _C.c.due_on <= bindparam("until", type_=sa.Date), _C.c.id > bindparam("after"))
    .order_by(_C.c.id)
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, change_request_id: UUID, *, lock: bool = False) -> ChangeRequest | None:
    return await session.get(ChangeRequest, change_request_id, with_for_update=lock or None, populate_existing=lock)


async def of_dossier(session: AsyncSession, dossier_id: UUID) -> Sequence[ChangeRequest]:
    """All of them, oldest first."""
    return (await session.exec(select(ChangeRequest).where(ChangeRequest.dossier_id == dossier_id).order_by(_C.c.id))).all()


async def fields(session: AsyncSession, change_request_id: UUID) -> Sequence[ChangeRequestField]:
    wanted = select(ChangeRequestField).where(ChangeRequestField.change_request_id == change_request_id)
    return (await session.exec(wanted.order_by(_F.c.id))).all()


async def field_rows(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """The fields of these requests, by request, in the order they were named."""
    found: dict[UUID, list[Row]] = {one: [] for one in ids}
    for row in await fetch_in(session, _FIELDS, {"ids": list(ids)}) if ids else ():
        found[row["change_request_id"]].append(row)
    return found


async def due(session: AsyncSession, until: date, after: UUID, limit: int) -> list[Row]:
    """Open requests due by that day: id, dossier_id, due_on, steps already reminded."""
    return await fetch_in(session, _DUE, {"until": until, "after": after, "limit": limit})


async def record_reminder(session: AsyncSession, change_request_id: UUID, due_on: date, step: int, now: datetime) -> bool:
    """False when that threshold was already reminded."""
    row = {"change_request_id": change_request_id, "due_on": due_on, "step": step, "sent_at": now}
    written = upsert(_M).values(row).on_conflict_do_nothing().returning(_M.c.step)
    return (await execute(session, written)).first() is not None


async def forget_address(session: AsyncSession, account_id: UUID) -> None:
    await execute(session, sa.update(_C).where(_C.c.asked_by == account_id).values(asked_by_email=""))


async def fields_of(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[ChangeRequestField]:
    """Every field whose change was asked for on these dossiers; locked."""
    asked = sa.select(_C.c.id).where(_C.c.dossier_id.in_(dossier_ids))
    found = select(ChangeRequestField).where(_F.c.change_request_id.in_(asked)).order_by(_F.c.id)
    return list((await session.exec(found.with_for_update())).all())


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    of_dossiers = _C.c.dossier_id.in_(dossier_ids)
    await execute(session, sa.update(_C).where(of_dossiers, _C.c.asked_by_email != "").values(asked_by_email=""))
    contacts = _F.c.change_request_id.in_(sa.select(_C.c.id).where(of_dossiers)) & _F.c.pointer.startswith("/contact")
    await execute(session, sa.update(_F).where(contacts).values(before=sa.null()))
