"""What partners record beside subsidies: measures of droit commun, and landlords' counterparts to their TFPB abatement."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound

from ..campaigns import service as campaigns
from ..contracts import rules as contract_rules
from ..contracts import service as contracts
from ..tables import KERNEL
from . import repository
from .errors import MeasureWithoutMeans, NotAPartner, UnknownPlace
from .models import Counterpart, Measure
from .records import CounterpartCreate, CounterpartUpdate, MeasureCreate, MeasureUpdate

if TYPE_CHECKING:
    from ..contracts.models import Contract

_CLEARED_BY_NULL = {"amount_cents", "staff_hundredths"}


async def record_measure(
    session: AsyncSession, caller: Principal, contract_id: UUID, wish: MeasureCreate, *, now: datetime
) -> Measure:
    """A partner records what it does with its ordinary means."""
    contract = await contracts.get(session, contract_id)
    await _require_partner(session, caller, contract, wish.organisation_id)
    await refuse_unknown(session, contract, objectives=wish.objective_codes, qpvs=wish.qpv_codes)
    if wish.amount_cents is None and wish.staff_hundredths is None:
        raise MeasureWithoutMeans()
    measure = Measure(contract_id=contract.id, created_at=now, **_once_each(wish.model_dump()))
    session.add(measure)
    await session.flush()
    await _note(session, caller, measure, "measure.recorded", now, amount_cents=measure.amount_cents)
    return measure


async def change_measure(
    session: AsyncSession,
    caller: Principal,
    contract_id: UUID,
    measure_id: UUID,
    wish: MeasureUpdate,
    *,
    version: int,
    now: datetime,
) -> Measure:
    contract, measure = await _own_measure(session, caller, contract_id, measure_id, version)
    sent = {k: v for k, v in wish.model_dump(exclude_unset=True).items() if v is not None or k in _CLEARED_BY_NULL}
    await refuse_unknown(session, contract, objectives=sent.get("objective_codes", ()), qpvs=sent.get("qpv_codes", ()))
    for name, value in _once_each(sent).items():
        setattr(measure, name, value)
    if measure.amount_cents is None and measure.staff_hundredths is None:
        raise MeasureWithoutMeans()
    measure.version += 1
    await session.flush()
    await _note(session, caller, measure, "measure.changed", now, fields=sorted(sent))
    return measure


async def remove_measure(
    session: AsyncSession, caller: Principal, contract_id: UUID, measure_id: UUID, *, version: int, now: datetime
) -> None:
    """Removed, and unlinked from the action leads it answered."""
    _, measure = await _own_measure(session, caller, contract_id, measure_id, version)
    await session.delete(measure)
    await session.flush()
    await _note(session, caller, measure, "measure.removed", now, label=measure.label, year=measure.year)


async def _own_measure(
    session: AsyncSession, caller: Principal, contract_id: UUID, measure_id: UUID, version: int
) -> "tuple[Contract, Measure]":
    contract = await contracts.get(session, contract_id)
    measure = await repository.measure(session, measure_id, lock=True)
    if measure is None or measure.contract_id != contract_id:
        raise NotFound()
    _require_own(caller, contract, measure.organisation_id)
    require_version(measure.version, version)
    return contract, measure


async def record_counterpart(
    session: AsyncSession, caller: Principal, contract_id: UUID, wish: CounterpartCreate, *, now: datetime
) -> Counterpart:
    """What a landlord gives back in one QPV and one year. Once only: a second one is refused by name."""
    contract = await contracts.get(session, contract_id)
    await _require_partner(session, caller, contract, wish.organisation_id)
    await refuse_unknown(session, contract, qpvs=[wish.qpv_code])
    counterpart = Counterpart(contract_id=contract.id, created_at=now, **wish.model_dump())
    session.add(counterpart)
    await session.flush()
    await _note(session, caller, counterpart, "counterpart.recorded", now, abatement_cents=wish.abatement_cents)
    return counterpart


async def change_counterpart(
    session: AsyncSession,
    caller: Principal,
    contract_id: UUID,
    counterpart_id: UUID,
    wish: CounterpartUpdate,
    *,
    version: int,
    now: datetime,
) -> Counterpart:
    counterpart = await _own_counterpart(session, caller, contract_id, counterpart_id, version)
    sent = wish.model_dump(exclude_unset=True, exclude_none=True)
    for name, value in sent.items():
        setattr(counterpart, name, value)
    counterpart.version += 1
    await session.flush()
    await _note(session, caller, counterpart, "counterpart.changed", now, fields=sorted(sent))
    return counterpart


async def remove_counterpart(
    session: AsyncSession, caller: Principal, contract_id: UUID, counterpart_id: UUID, *, version: int, now: datetime
) -> None:
    counterpart = await _own_counterpart(session, caller, contract_id, counterpart_id, version)
    await session.delete(counterpart)
    await session.flush()
    await _note(session, caller, counterpart, "counterpart.removed", now, qpv_code=counterpart.qpv_code, year=counterpart.year)


async def _own_counterpart(
    session: AsyncSession, caller: Principal, contract_id: UUID, counterpart_id: UUID, version: int
) -> Counterpart:
    contract = await contracts.get(session, contract_id)
    counterpart = await repository.counterpart(session, counterpart_id, lock=True)
    if counterpart is None or counterpart.contract_id != contract_id:
        raise NotFound()
    _require_own(caller, contract, counterpart.organisation_id)
    require_version(counterpart.version, version)
    return counterpart


async def _require_partner(session: AsyncSession, caller: Principal, contract: "Contract", organisation_id: UUID) -> None:
    """A signatory or a funder for itself; the team for itself and any of them."""
    partners = {UUID(one["organisation_id"]) for one in contract.signatories if one.get("organisation_id")}
    partners.add(contract.lead_organisation_id)
    if organisation_id not in partners:
        called = await campaigns.of_contract(session, contract.id)
        partners |= {row["organisation_id"] for row in await campaigns.funders_of_all(session, [c.id for c in called])}
    if organisation_id not in partners:
        raise NotAPartner()
    _require_own(caller, contract, organisation_id)


def _require_own(caller: Principal, contract: "Contract", organisation_id: UUID) -> None:
    if not (caller.belongs_to(organisation_id) or caller.belongs_to(contract.lead_organisation_id)):
        raise NotAPartner()


async def refuse_unknown(
    session: AsyncSession, contract: "Contract", *, objectives: Iterable[str] = (), qpvs: Iterable[str] = ()
) -> None:
    """Codes are those of the framework in force and of the contract's QPVs, former ones included."""
    known = {str(qpv["code"]) for qpv in contract.qpvs} | {old for qpv in contract.qpvs for old in qpv.get("former_codes", ())}
    known_objectives: set[str] = set()
    if contract.framework_number:
        framework = await contracts.framework_of(session, contract.id, contract.framework_number)
        known_objectives = {objective.code for _, objective in contract_rules.objectives(framework)}
    said = Text("Ce code n'est pas dans le contrat.", "This code is not in the contract.")
    unknown = [*(("objective", c) for c in objectives if c not in known_objectives), *(("qpv", c) for c in qpvs if c not in known)]
    if unknown:
        raise UnknownPlace(errors=[FieldError(f"/{what}_codes", said, f"unknown_{what}") for what, _ in unknown])


def _once_each(values: dict[str, Any]) -> dict[str, Any]:
    return {k: list(dict.fromkeys(v)) if isinstance(v, list) else v for k, v in values.items()}


async def _note(
    session: AsyncSession, caller: Principal, record: Measure | Counterpart, act: str, now: datetime, **changes: object
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("contract", record.contract_id),
        actor=caller,
        organisation_id=record.organisation_id,
        changes={"id": str(record.id), **changes},
    )
