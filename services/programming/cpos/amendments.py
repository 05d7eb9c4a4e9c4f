"""Use cases of the amendments (avenants): proposed, signed by the holder and the funders concerned, applied by the last signature."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text, euros
from services.common.problems import FieldError, NotFound

from ..agreements import service as agreements
from ..awards import service as awards
from ..campaigns import service as campaigns
from ..dossiers import instruction
from ..dossiers import service as dossiers
from . import life, repository, service
from .errors import (
    CpoAlreadySigned,
    CpoAmendmentBelowPaid,
    CpoAmendmentPending,
    CpoAmendmentRefused,
    CpoAmendmentSettled,
    NotPartyToCpo,
)
from .models import Cpo, CpoAmendment, CpoAmendmentStatus, CpoFunder, CpoStatus, CpoTranche
from .report_schemas import CpoAmendmentCreate
from .schemas import CpoSignatureCreate

if TYPE_CHECKING:
    from ..awards.models import Award

_SAID = {
    life.Breach.UNKNOWN_TRANCHE: Text("Cette tranche n'existe pas dans la convention.", "The agreement has no such tranche."),
    life.Breach.NOT_FORECAST: Text(
        "Une tranche confirmée garde son année et son financeur.", "A confirmed tranche keeps its year and its funder."
    ),
    life.Breach.DROPPED: Text("Cette tranche est abandonnée.", "This tranche is dropped."),
    life.Breach.ALREADY_ENTERED: Text(
        "Cette tranche est entrée dans une campagne : seul son montant change.",
        "This tranche entered a campaign: only its amount changes.",
    ),
    life.Breach.REPEATED: Text("Ce financeur a déjà une tranche cette année-là.", "This funder already has a tranche that year."),
    life.Breach.OUTSIDE_YEARS: Text("Cette année n'est pas dans la convention.", "This year is not in the agreement."),
}


async def propose(
    session: AsyncSession, caller: Principal, cpo_id: UUID, wish: CpoAmendmentCreate, *, version: int, now: datetime
) -> CpoAmendment:
    """The team proposes an amendment; it is judged now and again by the last signature. Nothing changes in between."""
    cpo = await service.led_by(session, caller, cpo_id, version, now)
    service.require_status(cpo, CpoStatus.SIGNED, CpoStatus.IN_FORCE)
    if (pending := await repository.pending_amendment(session, cpo.id)) is not None:
        raise CpoAmendmentPending(number=pending.number)
    changes = [
        {**one.model_dump(mode="json", exclude_none=True), "tranche_id": str(one.tranche_id or new_id())} for one in wish.changes
    ]
    await _require_known_funders(session, cpo, changes)
    state = await service.state_of(session, cpo)
    after, _ = await _judged(session, cpo, state, changes)
    touched = [one for seen_in in (state, after) for one in seen_in.tranches.values() if _is_touched(one, changes)]
    changes = [{**one, **_before(state, one["tranche_id"])} for one in changes]
    cpo.last_amendment += 1
    amendment = CpoAmendment(
        cpo_id=cpo.id,
        number=cpo.last_amendment,
        reason=wish.reason,
        changes=changes,
        parties=sorted(str(one) for one in {cpo.acting_holder_id, *service.concerned(touched)}),
        total_before_cents=state.total_cents,
        total_after_cents=after.total_cents,
        proposed_by=caller.account_id,
        proposed_at=now,
    )
    session.add(amendment)
    cpo.version += 1
    await session.flush()
    said = {"amendment": amendment.number, "changes": changes}
    await service.note(session, cpo, "cpo.amendment_proposed", caller, now, reason=wish.reason, changes=said)
    return amendment


def _before(state: life.State, tranche_id: str) -> dict[str, int]:
    known = state.tranches.get(tranche_id)
    return {"amount_before_cents": known.amount_cents} if known else {}


def _is_touched(tranche: life.Tranche, changes: Sequence[Mapping[str, Any]]) -> bool:
    return any(one["tranche_id"] == tranche.id for one in changes)


async def _require_known_funders(session: AsyncSession, cpo: Cpo, changes: Sequence[Mapping[str, Any]]) -> None:
    """Who brings something is party to the agreement, or joins it by name; who left does not come back by an amendment."""
    funders = {str(one.funder_id): one for one in await repository.funders(session, cpo.id)}
    errors = []
    for i, one in enumerate(changes):
        known = funders.get(one.get("funder_id", ""))
        if "funder_id" not in one or (known is not None and known.withdrawn_at is None):
            continue
        if known is not None:
            said = Text("Ce financeur s'est retiré.", "This funder has left.")
            errors.append(FieldError(f"/changes/{i}/funder_id", said, "withdrawn"))
        elif not one.get("funder_name"):
            said = Text("Nommez le financeur qui rejoint la convention.", "Name the funder that joins the agreement.")
            errors.append(FieldError(f"/changes/{i}/funder_name", said, "missing"))
    if errors:
        raise CpoAmendmentRefused(errors=errors)


async def sign(
    session: AsyncSession,
    caller: Principal,
    cpo_id: UUID,
    number: int,
    wish: CpoSignatureCreate,
    *,
    version: int,
    now: datetime,
) -> CpoAmendment:
    """A party signs. The last signature applies it: tranches, awards already notified and envelopes, or nothing at all."""
    cpo, amendment = await _locked(session, caller, cpo_id, number)
    organisation_id = str(wish.organisation_id)
    if organisation_id not in amendment.parties:
        if wish.organisation_id == cpo.holder_id:
            service.require_holder(caller, cpo.holder_id, cpo.successor_id)
        raise NotFound()
    if not caller.has_role(wish.organisation_id, "signatory"):
        raise NotPartyToCpo()
    require_version(amendment.version, version)
    _require_proposed(amendment)
    if any(one["organisation_id"] == organisation_id for one in amendment.signatures):
        raise CpoAlreadySigned()
    signed = {**service.signature_of(wish, caller, now), "organisation_id": organisation_id}
    amendment.signatures = [*amendment.signatures, signed]
    amendment.version += 1
    await session.flush()
    said = {"amendment": number}
    await service.note(session, cpo, "cpo.amendment_signed", caller, now, organisation_id=wish.organisation_id, changes=said)
    if {one["organisation_id"] for one in amendment.signatures} == set(amendment.parties):
        await service.ready(session, cpo, cpo.version, now)
        await _apply(session, cpo, amendment, caller, now)
    return amendment


async def _apply(session: AsyncSession, cpo: Cpo, amendment: CpoAmendment, caller: Principal, now: datetime) -> None:
    service.require_status(cpo, CpoStatus.SIGNED, CpoStatus.IN_FORCE)
    await _require_known_funders(session, cpo, amendment.changes)
    await _let_join(session, cpo, amendment, now)
    state = await service.state_of(session, cpo)
    after, requests = await _judged(session, cpo, state, amendment.changes, lock=True)
    amendment.status, amendment.settled_at = CpoAmendmentStatus.APPLIED, now
    amendment.total_before_cents, amendment.total_after_cents = state.total_cents, after.total_cents
    await service.keep(
        session, cpo, state, after, "cpo.amended", caller, now, reason=amendment.reason, said={"amendment": amendment.number}
    )
    changed = [
        one for one in after.tranches.values() if one.id in requests and one.amount_cents != state.tranches[one.id].amount_cents
    ]
    # By envelope, so that two amendments never wait for each other; what is given back comes before what is taken.
    changed.sort(key=lambda one: (one.year, one.funder_id, one.budget_line, one.amount_cents - state.tranches[one.id].amount_cents))
    for tranche in changed:
        await _amend_grant(session, cpo, amendment, tranche, *requests[tranche.id], caller, now)


async def _let_join(session: AsyncSession, cpo: Cpo, amendment: CpoAmendment, now: datetime) -> None:
    funders = await repository.funders(session, cpo.id)
    known = {str(one.funder_id) for one in funders}
    joining = {one["funder_id"]: one["funder_name"] for one in amendment.changes if one.get("funder_id", "") not in known | {""}}
    for position, (funder_id, name) in enumerate(joining.items(), len(funders)):
        signature = next(one for one in amendment.signatures if one["organisation_id"] == funder_id)
        kept = {key: value for key, value in signature.items() if key != "organisation_id"}
        joined = CpoFunder(cpo_id=cpo.id, funder_id=UUID(funder_id), position=position, name=name, approved_at=now, signature=kept)
        session.add(joined)
    await session.flush()


async def _judged(
    session: AsyncSession, cpo: Cpo, state: life.State, changes: Sequence[Mapping[str, Any]], *, lock: bool = False
) -> tuple[life.State, dict[str, tuple[UUID, UUID | None]]]:
    """The state the changes lead to, and of the tranches in a dossier their request and award; a refusal has its name."""
    touched = {one["tranche_id"] for one in changes}
    rows = [one for one in await repository.tranches(session, cpo.id) if str(one.id) in touched and one.request_id]
    if lock:
        found = {award.request_id: award for award in await _taken(session, cpo, rows)}
    else:
        found = {award.request_id: award for award in await awards.of_cpo(session, cpo.id)}
    entered: dict[str, life.Entered] = {}
    requests: dict[str, tuple[UUID, UUID | None]] = {}
    for row in rows:
        if row.request_id is None:
            continue
        carried = found.get(row.request_id)
        entered[str(row.id)] = life.Entered(_floor(carried))
        requests[str(row.id)] = (row.request_id, carried.id if carried is not None else None)
    wished = [_change(one) for one in changes]
    years = [one.year for one in await repository.years(session, cpo.id)]
    try:
        return service.lawful(lambda: life.amend(state, wished, entered, years), cpo), requests
    except life.Refused as refusal:
        _refuse(refusal, changes)


async def _taken(session: AsyncSession, cpo: Cpo, rows: Sequence[CpoTranche]) -> list["Award"]:
    """The awards of these tranches, locked as everybody does: the dossiers, the year's agreements, the awards, each in order."""
    touched = {row.year for row in rows}
    years = await repository.years(session, cpo.id)
    for dossier_id in sorted(one.dossier_id for one in years if one.dossier_id and one.year in touched):
        await instruction.get(session, dossier_id)
    requests = {row.request_id for row in rows}
    found = [award for award in await awards.of_cpo(session, cpo.id) if award.request_id in requests]
    await agreements.take_years(session, found)
    return [await awards.locked(session, None, award.id) for award in sorted(found, key=lambda one: one.id)]


def _floor(award: "Award | None") -> int:
    """What is committed or paid of it: an amendment does not go below."""
    if award is None:
        return 0
    money = awards.money_of(award)
    return max(money.committed, money.held)


def _change(one: Mapping[str, Any]) -> life.Change:
    kept = {name: one[name] for name in ("year", "funder_id", "budget_line", "amount_cents") if name in one}
    return life.Change(one["tranche_id"], **kept, drop=one.get("drop", False))


def _refuse(refusal: life.Refused, changes: Sequence[Mapping[str, Any]]) -> NoReturn:
    at = next((i for i, one in enumerate(changes) if one["tranche_id"] == refusal.tranche_id), 0)
    if refusal.breach is life.Breach.BELOW_PAID:
        said = Text(f"{euros(refusal.cents)} sont déjà engagés ou payés.", f"{euros(refusal.cents)} are already committed or paid.")
        errors = [FieldError(f"/changes/{at}/amount_cents", said, refusal.breach.value)]
        raise CpoAmendmentBelowPaid(errors=errors, limit_cents=refusal.cents) from refusal
    raise CpoAmendmentRefused(errors=[FieldError(f"/changes/{at}", _SAID[refusal.breach], refusal.breach.value)]) from refusal


async def _amend_grant(
    session: AsyncSession, cpo: Cpo, amendment: CpoAmendment, tranche: life.Tranche, request_id: UUID, award_id: UUID | None,
    caller: Principal, now: datetime,
) -> None:  # fmt: skip
    """The money follows the tranche: the award when it is notified, the request before; the envelope gives or takes back.

    The total of the year's agreement with that funder follows the award.
    """
    cents = tranche.amount_cents
    said: dict[str, Any] = {"cpo_id": str(cpo.id), "amendment": amendment.number}
    if award_id is not None:
        award = await awards.locked(session, None, award_id)
        await instruction.raise_ask(session, request_id, cents)
        changed = await awards.amend(session, award, cents)
        await awards.note(session, award, "award.amended", caller, now, **said, **changed)
        await agreements.follow_total(session, award.funder_id, award.holder_id, award.year, now=now)
        return
    delta = await instruction.amend_tranche(session, request_id, cents)
    request = await instruction.request_of(session, request_id)
    dossier = await instruction.get(session, request.dossier_id)
    await dossiers.note(
        session, dossier, "request.amended", caller, now, organisation_id=request.funder_id, request_id=str(request_id),
        granted_cents=[cents - delta, cents], **said,
    )  # fmt: skip
    year = next(one for one in await repository.years(session, cpo.id) if one.year == tranche.year)
    if year.campaign_id is not None:
        await campaigns.take_from_envelope(session, year.campaign_id, UUID(tranche.funder_id), tranche.budget_line, delta)


async def abandon(
    session: AsyncSession, caller: Principal, cpo_id: UUID, number: int, *, version: int, now: datetime
) -> CpoAmendment:
    """The team gives it up: its number stays, nothing changed."""
    cpo, amendment = await _locked(session, caller, cpo_id, number)
    if not caller.belongs_to(cpo.lead_organisation_id):
        raise NotPartyToCpo()
    require_version(amendment.version, version)
    _require_proposed(amendment)
    amendment.status, amendment.settled_at = CpoAmendmentStatus.ABANDONED, now
    amendment.total_after_cents = None
    amendment.version += 1
    await session.flush()
    await service.note(session, cpo, "cpo.amendment_abandoned", caller, now, changes={"amendment": number})
    return amendment


async def seen(session: AsyncSession, caller: Principal, cpo_id: UUID, number: int) -> CpoAmendment:
    await _require_reader(session, caller, cpo_id, number)
    amendment = await repository.amendment(session, cpo_id, number)
    if amendment is None:
        raise NotFound()
    return amendment


async def _require_reader(session: AsyncSession, caller: Principal, cpo_id: UUID, number: int) -> Cpo:
    """A party to the agreement, or a funder that this amendment would let join."""
    cpo = await repository.get(session, cpo_id)
    if cpo is None:
        raise NotFound()
    if await service.is_party(session, caller, cpo):
        return cpo
    amendment = await repository.amendment(session, cpo_id, number)
    if amendment is None or not any(caller.belongs_to(UUID(one)) for one in amendment.parties):
        raise NotFound()
    return cpo


async def _locked(session: AsyncSession, caller: Principal, cpo_id: UUID, number: int) -> tuple[Cpo, CpoAmendment]:
    """The agreement's row first, as every act on it, then the amendment."""
    await _require_reader(session, caller, cpo_id, number)
    cpo = await repository.get(session, cpo_id, lock=True)
    amendment = await repository.amendment(session, cpo_id, number, lock=True)
    if cpo is None or amendment is None:
        raise NotFound()
    return cpo, amendment


def _require_proposed(amendment: CpoAmendment) -> None:
    if amendment.status is not CpoAmendmentStatus.PROPOSED:
        raise CpoAmendmentSettled(amendment_status=amendment.status.value)
