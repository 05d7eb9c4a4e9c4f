"""For the rooms above: what a holder asks of every funder of the platform, as it was told. Who may read it is for those rooms."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from . import rules
from .models import Dossier, FundingRequest

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_R: Any = FundingRequest.__table__  # type: ignore[attr-defined]

_HOLDER = bindparam("holder_id", type_=sa.Uuid)
_TOLD = _R.c.notified_at.is_not(None)
#: Nothing before its letter: what is decided and not told is still asked.
_STATE = sa.case((~_TOLD, sa.literal("asked")), (_R.c.granted_cents > 0, sa.literal("granted")), else_=sa.literal("refused"))
_UNCOUNTED = sorted({status.value for status in rules.NOT_COUNTED} | {"withdrawn", "dropped"})

_REQUESTS = (
    sa.select(
        _D.c.id.label("dossier_id"),
        _D.c.campaign_id,
        _D.c.reference,
        _D.c.title,
        _R.c.funder_id,
        _R.c.amount_cents.label("asked_cents"),
        _STATE.label("state"),
        sa.case((_TOLD & (_R.c.granted_cents > 0), _R.c.granted_cents)).label("granted_cents"),
        _R.c.tranche_id,
    )
    .join(_D, _D.c.id == _R.c.dossier_id)
    .where(
        sa.or_(_D.c.successor_id == _HOLDER, sa.and_(_D.c.organisation_id == _HOLDER, _D.c.successor_id.is_(None))),
        *(_D.c.status.cast(sa.String) != status for status in _UNCOUNTED),
        _R.c.status.cast(sa.String) != "withdrawn",
        sa.extract("year", _D.c.exercise_starts_on) == bindparam("year", type_=sa.Integer),
    )
    .order_by(_D.c.id, _R.c.id)
    .limit(500)
)


async def requests(session: AsyncSession, holder_id: UUID, year: int) -> list[Row]:
    """Requests of the dossiers a holder answers for, submitted for an accounting year that begins in `year`."""
    return await fetch_in(session, _REQUESTS, {"holder_id": holder_id, "year": year})
