"""Action leads of a contract, and what covers each as things stand now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.problems import NotFound

from ..contracts import service as contracts
from ..contracts.errors import NotContractLead
from ..dossiers import overview
from ..tables import KERNEL
from . import repository, service
from .errors import LinkRefused
from .models import ActionLead
from .partners import refuse_unknown
from .qualification import Answer, qualify
from .records import LeadCreate, LeadQuery, LeadUpdate, LinksWrite

if TYPE_CHECKING:
    from ..contracts.models import Contract

Row = Mapping[str, Any]


async def record(session: AsyncSession, caller: Principal, contract_id: UUID, wish: LeadCreate, *, now: datetime) -> ActionLead:
    contract = await _led(session, caller, contract_id)
    await refuse_unknown(session, contract, objectives=[wish.objective_code], qpvs=wish.qpv_codes)
    lead = ActionLead(contract_id=contract_id, created_at=now, **wish.model_dump())
    session.add(lead)
    await session.flush()
    await _note(session, caller, lead, "action_lead.recorded", now)
    return lead


async def change(
    session: AsyncSession, caller: Principal, contract_id: UUID, lead_id: UUID, wish: LeadUpdate, *, version: int, now: datetime
) -> ActionLead:
    contract = await _led(session, caller, contract_id)
    lead = await _locked(session, contract_id, lead_id, version)
    sent = wish.model_dump(exclude_unset=True, exclude_none=True)
    objectives = [sent["objective_code"]] if "objective_code" in sent else []
    await refuse_unknown(session, contract, objectives=objectives, qpvs=sent.get("qpv_codes", ()))
    for name, value in sent.items():
        setattr(lead, name, value)
    lead.version += 1
    await session.flush()
    await _note(session, caller, lead, "action_lead.changed", now, fields=sorted(sent))
    return lead


async def remove(
    session: AsyncSession, caller: Principal, contract_id: UUID, lead_id: UUID, *, version: int, now: datetime
) -> None:
    await _led(session, caller, contract_id)
    lead = await _locked(session, contract_id, lead_id, version)
    await session.delete(lead)
    await session.flush()
    await _note(session, caller, lead, "action_lead.removed", now, title=lead.title)


async def link(
    session: AsyncSession, caller: Principal, contract_id: UUID, lead_id: UUID, wish: LinksWrite, *, version: int, now: datetime
) -> ActionLead:
    """The team says what answers the lead: submitted dossiers and measures of the same contract."""
    await _led(session, caller, contract_id)
    lead = await _locked(session, contract_id, lead_id, version)
    dossier_ids, measure_ids = list(dict.fromkeys(wish.dossier_ids)), list(dict.fromkeys(wish.measure_ids))
    scope = await service.readable_contract(session, caller, contract_id)
    found = await overview.standings(session, dossier_ids)
    known = {row["id"] for row in await repository.measures(session, contract_id)}
    wrong = [i for i in dossier_ids if i not in found or found[i]["campaign_id"] not in scope.campaign_ids]
    wrong += [i for i in measure_ids if i not in known]
    if wrong:
        raise LinkRefused(ids=[str(i) for i in wrong])
    await repository.relink(session, lead_id, dossier_ids, measure_ids)
    lead.version += 1
    await session.flush()
    await _note(session, caller, lead, "action_lead.linked", now, dossiers=len(dossier_ids), measures=len(measure_ids))
    return lead


async def listing(session: AsyncSession, caller: Principal | None, contract_id: UUID, wish: LeadQuery) -> list[dict[str, Any]]:
    """Leads of the contract in the order they were recorded, with what covers them for this reader; filtered.

    A contract has some tens of them: what covers each is derived for all, then filters narrow.
    """
    await contracts.get(session, contract_id)
    rows = await repository.leads(session, contract_id)
    kept = [row for row in rows if _matches(row, wish)]
    shown = await _qualified(session, caller, contract_id, kept)
    return [row for row in shown if wish.qualification is None or row["qualification"] in wish.qualification]


def _matches(row: Row, wish: LeadQuery) -> bool:
    if wish.objective is not None and row["objective_code"] not in wish.objective:
        return False
    return wish.qpv is None or not set(wish.qpv).isdisjoint(row["qpv_codes"])


async def one(session: AsyncSession, caller: Principal | None, contract_id: UUID, lead_id: UUID) -> dict[str, Any]:
    """A lead with its version and what covers it for this reader."""
    lead = await repository.lead(session, lead_id)
    if lead is None or lead.contract_id != contract_id:
        raise NotFound()
    (shown,) = await _qualified(session, caller, contract_id, [lead.model_dump()])
    return shown


async def links(session: AsyncSession, caller: Principal, contract_id: UUID, lead_id: UUID) -> dict[str, Any]:
    """For the team: the dossiers and measures that answer a lead."""
    await _led(session, caller, contract_id)
    await one(session, caller, contract_id, lead_id)
    dossiers, measures = await repository.links(session, [lead_id])
    recorded = await repository.measures(session, contract_id)
    standings = await overview.standings(session, dossiers.get(lead_id, []))
    return {
        "dossiers": list(standings.values()),
        "measures": [row for row in recorded if row["id"] in measures.get(lead_id, [])],
    }


async def candidates(session: AsyncSession, caller: Principal, contract_id: UUID, lead_id: UUID) -> dict[str, Any]:
    """For the team: what may answer a lead, of the same objective with a QPV in common, and is not linked yet."""
    await _led(session, caller, contract_id)
    lead = await one(session, caller, contract_id, lead_id)
    scope = await service.readable_contract(session, caller, contract_id)
    linked, measured = await repository.links(session, [lead_id])
    dossiers = await overview.alike(session, scope.campaign_ids, lead["objective_code"], lead["qpv_codes"])
    measures = [row for row in await repository.measures(session, contract_id) if _answers(row, lead)]
    return {
        "dossiers": [row for row in dossiers if row["id"] not in linked.get(lead_id, [])],
        "measures": [row for row in measures if row["id"] not in measured.get(lead_id, [])],
    }


def _answers(measure: Row, lead: Row) -> bool:
    """A measure that names no objective, or no QPV, is for all of them."""
    objectives, qpvs = measure["objective_codes"], measure["qpv_codes"]
    common = not qpvs or not set(qpvs).isdisjoint(lead["qpv_codes"])
    return common and (not objectives or lead["objective_code"] in objectives)


async def _qualified(
    session: AsyncSession, caller: Principal | None, contract_id: UUID, rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """Rows with what covers each. A reader counts the grants of the campaigns whose coverage it may read."""
    scope = await service.readable_contract(session, caller, contract_id)
    dossiers, measures = await repository.links(session, [row["id"] for row in rows])
    standings = await overview.standings(session, [i for ids in dossiers.values() for i in ids])
    readable = {i: row for i, row in standings.items() if row["campaign_id"] in scope.campaign_ids}
    shown = []
    for row in rows:
        linked = [readable[i] for i in dossiers.get(row["id"], ()) if i in readable]
        answers = [Answer(one["asked_cents"], one["granted_cents"]) for one in linked]
        number = len(measures.get(row["id"], ()))
        shown.append(
            {
                **row,
                "qualification": qualify(answers, number, partial=row["partial"]),
                "dossiers": sum(answer.granted_cents > 0 for answer in answers),
                "granted_cents": sum(answer.granted_cents for answer in answers),
                "measures": number,
            }
        )
    return shown


async def _led(session: AsyncSession, caller: Principal, contract_id: UUID) -> "Contract":
    contract = await contracts.get(session, contract_id)
    if not caller.belongs_to(contract.lead_organisation_id):
        raise NotContractLead()
    return contract


async def _locked(session: AsyncSession, contract_id: UUID, lead_id: UUID, version: int) -> ActionLead:
    lead = await repository.lead(session, lead_id, lock=True)
    if lead is None or lead.contract_id != contract_id:
        raise NotFound()
    require_version(lead.version, version)
    return lead


async def _note(session: AsyncSession, caller: Principal, lead: ActionLead, act: str, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("contract", lead.contract_id),
        actor=caller,
        changes={"id": str(lead.id), **changes},
    )
