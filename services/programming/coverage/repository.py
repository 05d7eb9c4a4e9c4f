"""All the SQL about coverage's own tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in, write_in

from .models import ActionLead, Counterpart, LeadDossier, LeadMeasure, Measure, Scenario, ScenarioAmount

_M: Any = Measure.__table__  # type: ignore[attr-defined]
_C: Any = Counterpart.__table__  # type: ignore[attr-defined]
_L: Any = ActionLead.__table__  # type: ignore[attr-defined]
_D: Any = LeadDossier.__table__  # type: ignore[attr-defined]
_N: Any = LeadMeasure.__table__  # type: ignore[attr-defined]
_S: Any = Scenario.__table__  # type: ignore[attr-defined]
_A: Any = ScenarioAmount.__table__  # type: ignore[attr-defined]

_YEAR = bindparam("year", type_=sa.Integer)
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
_INSTANT = sa.select(sa.func.now().label("at"))


def _listed(table: Any, *filters: Any) -> Any:
    """A contract's rows, latest first, after a keyset cursor."""
    wanted = sa.select(*table.c).where(table.c.contract_id == bindparam("contract_id"), table.c.id < bindparam("before"), *filters)
    return wanted.order_by(table.c.id.desc()).limit(bindparam("limit"))


_IN_YEAR = {table: _YEAR.is_(None) | (table.c.year == _YEAR) for table in (_M, _C)}
MEASURES = _listed(_M, _IN_YEAR[_M])
COUNTERPARTS = _listed(_C, _IN_YEAR[_C])
MEASURE = sa.select(*_M.c).where(_M.c.contract_id == bindparam("contract_id"), _M.c.id == bindparam("id"))
COUNTERPART = sa.select(*_C.c).where(_C.c.contract_id == bindparam("contract_id"), _C.c.id == bindparam("id"))
LEADS = sa.select(*_L.c).where(_L.c.contract_id == bindparam("contract_id")).order_by(_L.c.id)

_OF_YEAR = {
    table: sa.select(*table.c).where(table.c.contract_id == bindparam("contract_id"), _IN_YEAR[table]).order_by(table.c.id)
    for table in (_M, _C)
}
_LINKED_DOSSIERS = sa.select(*_D.c).where(_D.c.lead_id == sa.any_(bindparam("leads", type_=ARRAY(sa.Uuid))))
_LINKED_MEASURES = sa.select(*_N.c).where(_N.c.lead_id == sa.any_(bindparam("leads", type_=ARRAY(sa.Uuid))))

#: Scenarios of a campaign that the caller's organisations wrote, and those shared when they take part.
SCENARIOS = (
    sa.select(*_S.c)
    .where(_S.c.campaign_id == bindparam("campaign_id"), _S.c.id < bindparam("before"))
    .where((_S.c.organisation_id == sa.any_(_ORGANISATIONS)) | _S.c.shared)
    .order_by(_S.c.id.desc())
    .limit(bindparam("limit"))
)
_AMOUNTS = (
    sa.select(_A.c.request_id, _A.c.amount_cents).where(_A.c.scenario_id == bindparam("scenario_id")).order_by(_A.c.request_id)
)


async def now(session: AsyncSession) -> datetime:
    (row,) = await fetch_in(session, _INSTANT, {})
    found: datetime = row["at"]
    return found


async def measures(session: AsyncSession, contract_id: UUID, year: int | None = None) -> list[Row]:
    return await fetch_in(session, _OF_YEAR[_M], {"contract_id": contract_id, "year": year})


async def counterparts(session: AsyncSession, contract_id: UUID, year: int | None = None) -> list[Row]:
    return await fetch_in(session, _OF_YEAR[_C], {"contract_id": contract_id, "year": year})


async def measure(session: AsyncSession, measure_id: UUID, *, lock: bool = False) -> Measure | None:
    return await session.get(Measure, measure_id, with_for_update=lock or None)


async def counterpart(session: AsyncSession, counterpart_id: UUID, *, lock: bool = False) -> Counterpart | None:
    return await session.get(Counterpart, counterpart_id, with_for_update=lock or None)


async def leads(session: AsyncSession, contract_id: UUID) -> list[Row]:
    return await fetch_in(session, LEADS, {"contract_id": contract_id})


async def lead(session: AsyncSession, lead_id: UUID, *, lock: bool = False) -> ActionLead | None:
    return await session.get(ActionLead, lead_id, with_for_update=lock or None)


async def links(session: AsyncSession, lead_ids: Sequence[UUID]) -> tuple[dict[UUID, list[UUID]], dict[UUID, list[UUID]]]:
    """By lead, its dossiers and its measures."""
    dossiers: dict[UUID, list[UUID]] = {}
    measures: dict[UUID, list[UUID]] = {}
    for row in await fetch_in(session, _LINKED_DOSSIERS, {"leads": list(lead_ids)}):
        dossiers.setdefault(row["lead_id"], []).append(row["dossier_id"])
    for row in await fetch_in(session, _LINKED_MEASURES, {"leads": list(lead_ids)}):
        measures.setdefault(row["lead_id"], []).append(row["measure_id"])
    return dossiers, measures


async def relink(session: AsyncSession, lead_id: UUID, dossier_ids: Sequence[UUID], measure_ids: Sequence[UUID]) -> None:
    await execute(session, sa.delete(_D).where(_D.c.lead_id == lead_id))
    await execute(session, sa.delete(_N).where(_N.c.lead_id == lead_id))
    session.add_all([LeadDossier(lead_id=lead_id, dossier_id=one) for one in dossier_ids])
    session.add_all([LeadMeasure(lead_id=lead_id, measure_id=one) for one in measure_ids])
    await session.flush()


async def scenario(session: AsyncSession, scenario_id: UUID, *, lock: bool = False) -> Scenario | None:
    return await session.get(Scenario, scenario_id, with_for_update=lock or None)


_ADDING = sa.insert(_A)


async def keep_amounts(session: AsyncSession, scenario_id: UUID, amounts: Mapping[UUID, int]) -> None:
    rows = [{"scenario_id": scenario_id, "request_id": request, "amount_cents": cents} for request, cents in amounts.items()]
    await write_in(session, _ADDING, *rows)


async def amounts(session: AsyncSession, scenario_id: UUID) -> dict[UUID, int]:
    found = await fetch_in(session, _AMOUNTS, {"scenario_id": scenario_id})
    return {row["request_id"]: row["amount_cents"] for row in found}
