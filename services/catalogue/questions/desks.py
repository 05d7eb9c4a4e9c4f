"""Use cases of the desk itself: how a centre keeps it, what waits there, how fast it answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch
from services.common.etag import require_version
from services.common.problems import NotFound, PreconditionRequired, StaleVersion

from ..centres import service as centres
from ..centres.errors import NotADocumentalist
from ..tables import KERNEL
from . import repository, rules
from .models import Desk
from .schemas import DeskWrite


async def put(
    session: AsyncSession, caller: Principal, centre_id: UUID, wish: DeskWrite, *, version: int | None, now: datetime
) -> tuple[Desk, bool]:
    """A manager opens the desk, or changes the version that was read; the desk, and whether it is new. Promises made stay."""
    centre = await centres.managed_by(session, caller, centre_id)
    desk = await repository.desk(session, centre_id, lock=True)
    is_new = desk is None
    if desk is None:
        if version is not None:
            raise StaleVersion()
        desk = Desk(centre_id=centre_id, **wish.model_dump(), updated_at=now)
        session.add(desk)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(desk.version, version)
        desk.is_open, desk.answer_within_days, desk.opening = wish.is_open, wish.answer_within_days, wish.opening
        desk.version, desk.updated_at = version + 1, now
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="desk.kept",
        resource=("desk", centre_id),
        actor=caller,
        organisation_id=centre.organisation_id,
        changes=wish.model_dump(mode="json"),
    )
    return desk, is_new


async def get(session: AsyncSession, centre_id: UUID) -> Desk:
    """Anybody reads how a desk is kept; 404 when the centre has none."""
    desk = await repository.desk(session, centre_id)
    if desk is None:
        raise NotFound()
    return desk


async def waiting(reader: AsyncConnection[Any], caller: Principal, centre_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """The desk's questions, the first due first, for documentalists."""
    centre = await centres.one(reader, centre_id)
    if not caller.belongs_to(centre["organisation_id"]):
        raise NotADocumentalist()
    return await fetch(reader, repository.OF_DESK, {"centre_id": centre_id, **asked})


async def delays(reader: AsyncConnection[Any], centre_id: UUID) -> dict[str, Any]:
    """`DelaysRead`, for anybody: years with fewer than five answers are named and nothing more."""
    await centres.one(reader, centre_id)
    rows = await fetch(reader, repository.DELAYS, {"centre_id": centre_id})
    return {"items": [_told(row) for row in rows]}


def _told(row: Row) -> dict[str, Any]:
    if row["answered"] < rules.FEWEST_TOLD:
        return {"year": row["year"], "answered": None, "median_days": None, "kept_share": None}
    kept = round(row["kept"] / row["answered"], 2)
    return {"year": row["year"], "answered": row["answered"], "median_days": row["median_days"], "kept_share": kept}
