"""All the SQL about booklets and annual reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute
from services.common.ids import new_id

from .models import AnnualReport, Booklet

_B: Any = Booklet.__table__  # type: ignore[attr-defined]
_R: Any = AnnualReport.__table__  # type: ignore[attr-defined]

#: A contract's reports, the latest first, after a keyset cursor; `everything`, or its year among `years`, shows one not published.
LISTING = (
    sa.select(*_R.c)
    .where(_R.c.contract_id == bindparam("contract_id"), _R.c.id < bindparam("before"))
    .where(
        sa.or_(
            bindparam("everything", type_=sa.Boolean),
            _R.c.year == sa.any_(bindparam("years", type_=ARRAY(sa.Integer))),
            _R.c.published_at.is_not(None),
        )
    )
    .order_by(_R.c.id.desc())
    .limit(bindparam("limit"))
)


async def booklet(session: AsyncSession, committee_id: UUID) -> Booklet | None:
    return (await session.exec(select(Booklet).where(Booklet.committee_id == committee_id))).one_or_none()


async def booklet_to_ask(session: AsyncSession, committee_id: UUID, asked_by: UUID, now: datetime) -> Booklet:
    """The session's booklet, locked; whoever asks first brings it into being and the others wait."""
    first = {"id": new_id(), "committee_id": committee_id, "asked_by": asked_by, "asked_at": now}
    empty = {"wanted": 0, "wanted_digest": "", "made": 0, "digest": "", "dossiers": 0}
    await execute(session, upsert(_B).values(**first, **empty).on_conflict_do_nothing())
    wanted = select(Booklet).where(Booklet.committee_id == committee_id).with_for_update()
    return (await session.exec(wanted.execution_options(populate_existing=True))).one()


async def booklet_by_id(session: AsyncSession, booklet_id: UUID, *, lock: bool = False) -> Booklet | None:
    """`lock` takes the row and reads it again."""
    return await session.get(Booklet, booklet_id, with_for_update=lock or None, populate_existing=lock)


async def report(session: AsyncSession, report_id: UUID, *, lock: bool = False) -> AnnualReport | None:
    """`lock` takes the row and reads it again."""
    return await session.get(AnnualReport, report_id, with_for_update=lock or None, populate_existing=lock)


async def report_to_make(
    session: AsyncSession, contract_id: UUID, lead_organisation_id: UUID, year: int, asked_by: UUID, now: datetime
) -> AnnualReport:
    """The edition under way, or a new one: asked twice at once, one is made."""
    past = sa.select(sa.func.coalesce(sa.func.max(_R.c.edition), 0) + 1).where(_R.c.contract_id == contract_id, _R.c.year == year)
    row = {
        "id": new_id(),
        "contract_id": contract_id,
        "lead_organisation_id": lead_organisation_id,
        "year": year,
        "edition": past.scalar_subquery(),
        "asked_by": asked_by,
        "asked_at": now,
        "version": 1,
    }
    await execute(session, upsert(_R).values(**row).on_conflict_do_nothing())
    latest = select(AnnualReport).where(AnnualReport.contract_id == contract_id, AnnualReport.year == year)
    return (await session.exec(latest.order_by(_R.c.edition.desc()).limit(1))).one()
