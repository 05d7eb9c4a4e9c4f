"""Use cases of committees."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.problems import NotFound
from services.common.signals import say

from ..announcements import announce
from ..campaigns import service as campaigns
from ..contracts.errors import NotContractLead
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..dossiers.schemas import RequestStatus
from ..tables import KERNEL
from . import repository, rules
from .errors import (
    AgendaEmpty,
    AgendaItemDecided,
    CommitteeClosed,
    CommitteeNotHeld,
    CommitteeNotStarted,
    DecisionRefused,
    FunderAbsent,
    NotForYouToDecide,
    NothingDecided,
    NotOnAgenda,
)
from .models import AgendaItem, Committee, CommitteeKind, CommitteeStatus, Decision
from .schemas import AttendanceWrite, CommitteeCreate, CommitteeUpdate, DecisionWrite

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..dossiers.models import FundingRequest


async def plan(session: AsyncSession, caller: Principal, wish: CommitteeCreate, *, now: datetime) -> Committee:
    """The team plans a session."""
    campaign = await seen_campaign(session, caller, wish.campaign_id)
    if not caller.belongs_to(campaign.lead_organisation_id):
        raise NotContractLead()
    committee = Committee(**wish.model_dump(), lead_organisation_id=campaign.lead_organisation_id, created_at=now)
    session.add(committee)
    await session.flush()
    await _note(session, committee, "committee.planned", caller, now)
    return committee


async def update(
    session: AsyncSession, caller: Principal, committee_id: UUID, wish: CommitteeUpdate, *, version: int, now: datetime
) -> Committee:
    committee = await _led(session, caller, committee_id, version)
    for name, value in wish.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(committee, name, value)
    return await _changed(session, committee, "committee.updated", caller, now)


async def set_agenda(
    session: AsyncSession, caller: Principal, committee_id: UUID, dossier_ids: Sequence[UUID], *, version: int, now: datetime
) -> Committee:
    """The agenda, in order. Dossiers the session has already spoken about stay on it."""
    committee = await _led(session, caller, committee_id, version)
    wanted = list(dict.fromkeys(dossier_ids))
    decided = await repository.decided_dossiers(session, committee_id)
    if missing := decided - set(wanted):
        raise AgendaItemDecided(dossier_ids=[str(i) for i in missing])
    items = [
        AgendaItem(
            committee_id=committee_id,
            dossier_id=dossier.id,
            position=position,
            reference=dossier.reference or "",
            title=dossier.title,
            holder_name=str(dossier.holder["name"]),
        )
        for position, dossier in enumerate(await instruction.for_agenda(session, committee.campaign_id, wanted), 1)
    ]
    await repository.replace_agenda(session, committee_id, items)
    return await _changed(session, committee, "committee.agenda_set", caller, now, dossiers=len(items))


async def send_agenda(session: AsyncSession, caller: Principal, committee_id: UUID, *, version: int, now: datetime) -> Committee:
    committee = await _led(session, caller, committee_id, version)
    if not await repository.agenda(session, committee_id):
        raise AgendaEmpty()
    committee.status = CommitteeStatus.AGENDA_SENT
    return await _changed(session, committee, "committee.agenda_sent", caller, now)


async def set_attendance(
    session: AsyncSession, caller: Principal, committee_id: UUID, wish: AttendanceWrite, *, version: int, now: datetime
) -> Committee:
    committee = await _led(session, caller, committee_id, version)
    committee.attendance = [member.model_dump(mode="json") for member in wish.members]
    return await _changed(session, committee, "committee.attendance_set", caller, now, members=len(wish.members))


async def decide(
    session: AsyncSession, caller: Principal, committee_id: UUID, request_id: UUID, wish: DecisionWrite, *, now: datetime
) -> Decision:
    """Record what the session says of one funder's request; a grant draws on the funder's envelope in the same transaction."""
    committee = await repository.get_shared(session, committee_id)
    if committee is None:
        raise NotFound()
    await seen_campaign(session, caller, committee.campaign_id)
    request = await instruction.request_of(session, request_id)
    _require_right(caller, committee, request)
    _require_sitting(committee, now)
    if errors := rules.decision_errors(committee.kind, wish.outcome, wish.amount_cents, wish.motive):
        raise DecisionRefused(errors=errors)
    if not await repository.is_on_agenda(session, committee_id, request.dossier_id):
        raise NotOnAgenda()
    if committee.kind is CommitteeKind.STEERING and not rules.is_at_the_table(committee.attendance, request.funder_id):
        raise FunderAbsent()
    if committee.kind is CommitteeKind.TECHNICAL:
        await instruction.record_proposal(session, request_id, wish.amount_cents)
    else:
        await _settle(session, committee, request, wish, now)
    return await _write(session, caller, committee, request, wish, now)


def _require_right(caller: Principal, committee: Committee, request: "FundingRequest") -> None:
    """The team proposes in a technical session; in a steering one each funder decides for itself."""
    if committee.kind is CommitteeKind.TECHNICAL:
        may = caller.belongs_to(committee.lead_organisation_id)
    else:
        may = caller.has_role(request.funder_id, "manager", "signatory")
    if not may:
        raise NotForYouToDecide()


def _require_sitting(committee: Committee, now: datetime) -> None:
    if committee.status not in rules.OPEN:
        raise CommitteeClosed()
    if now < committee.starts_at:
        raise CommitteeNotStarted(starts_at=committee.starts_at.isoformat())


async def _settle(
    session: AsyncSession, committee: Committee, request: "FundingRequest", wish: DecisionWrite, now: datetime
) -> None:
    last = await repository.last_decision(session, request.id)
    own = last is not None and last[1].id == committee.id
    outcome = RequestStatus(wish.outcome.value)
    _, settled, delta = await instruction.record_decision(session, request.id, outcome, wish.amount_cents, again=own, now=now)
    await campaigns.take_from_envelope(session, committee.campaign_id, settled.funder_id, settled.budget_line, delta)


async def _write(
    session: AsyncSession, caller: Principal, committee: Committee, request: "FundingRequest", wish: DecisionWrite, now: datetime
) -> Decision:
    decision = await repository.decision(session, committee.id, request.id)
    before = decision and [decision.outcome.value, decision.amount_cents]
    if decision is None:
        decision = Decision(
            committee_id=committee.id,
            dossier_id=request.dossier_id,
            request_id=request.id,
            funder_id=request.funder_id,
            decided_by=caller.account_id,
            decided_at=now,
            **wish.model_dump(),
        )
        session.add(decision)
    else:
        for name, value in wish.model_dump().items():
            setattr(decision, name, value)
        decision.decided_by, decision.decided_at = caller.account_id, now
    await session.flush()
    dossier = await instruction.seen(session, caller, request.dossier_id)
    await dossiers.note(
        session,
        dossier,
        f"request.{wish.outcome.value}",
        caller,
        now,
        organisation_id=request.funder_id,
        confidential=True,
        committee_id=str(committee.id),
        request_id=str(request.id),
        decision=[before, [wish.outcome.value, wish.amount_cents]],
    )
    await say(session, topic(committee.campaign_id))
    return decision


async def close(session: AsyncSession, caller: Principal, committee_id: UUID, *, version: int, now: datetime) -> Committee:
    """The session is held: what it decided does not change any more."""
    committee = await _led(session, caller, committee_id, version)
    _require_sitting(committee, now)
    committee.status, committee.held_at = CommitteeStatus.HELD, now
    await say(session, topic(committee.campaign_id))
    return await _changed(session, committee, "committee.closed", caller, now)


async def sign_minutes(session: AsyncSession, caller: Principal, committee_id: UUID, *, version: int, now: datetime) -> Committee:
    committee = await _locked(session, caller, committee_id)
    if committee.status is not CommitteeStatus.HELD:
        raise CommitteeNotHeld()
    require_version(committee.version, version)
    committee.status, committee.signed_at = CommitteeStatus.MINUTES_SIGNED, now
    return await _changed(session, committee, "committee.minutes_signed", caller, now)


# For the rooms above and the router.


async def seen_campaign(session: AsyncSession, caller: Principal, campaign_id: UUID) -> "Campaign":
    """Committees are seen by the contract's team and the campaign's funders (404 for others)."""
    campaign = await campaigns.get(session, campaign_id)
    if not caller.belongs_to(campaign.lead_organisation_id):
        funders = await campaigns.funder_ids(session, campaign_id)
        if funders.isdisjoint(caller.memberships):
            raise NotFound()
    return campaign


async def closed_decision(session: AsyncSession, request_id: UUID) -> Decision:
    """The decision a funder may notify: taken in a session that is closed."""
    found = await repository.last_decision(session, request_id)
    if found is None or found[1].status in rules.OPEN:
        raise NothingDecided()
    return found[0]


async def seen(session: AsyncSession, caller: Principal, committee_id: UUID) -> Committee:
    """The session, for those who take part in its campaign (404 for others)."""
    committee = await get(session, committee_id)
    await seen_campaign(session, caller, committee.campaign_id)
    return committee


async def led(session: AsyncSession, caller: Principal, committee_id: UUID) -> Committee:
    """The session, for the contract's team (404 unseen, 403 seen but not led)."""
    committee = await seen(session, caller, committee_id)
    if not caller.belongs_to(committee.lead_organisation_id):
        raise NotContractLead()
    return committee


async def get(session: AsyncSession, committee_id: UUID) -> Committee:
    """For jobs, which act for the platform."""
    committee = await repository.get(session, committee_id)
    if committee is None:
        raise NotFound()
    return committee


async def agenda_of(session: AsyncSession, committee_id: UUID) -> list[AgendaItem]:
    """What the session looks at, in order."""
    return await repository.agenda(session, committee_id)


async def open_ids(session: AsyncSession, campaign_id: UUID) -> set[UUID]:
    """The campaign's sessions that may still decide."""
    return await repository.ids_of(session, campaign_id, rules.OPEN)


def topic(campaign_id: UUID) -> str:
    """What is said (`services.common.signals`) when a decision of the campaign is written, or a session of it closes."""
    return f"decided:{campaign_id}"


async def _locked(session: AsyncSession, caller: Principal, committee_id: UUID) -> Committee:
    committee = await repository.get(session, committee_id, lock=True)
    if committee is None:
        raise NotFound()
    await seen_campaign(session, caller, committee.campaign_id)
    if not caller.belongs_to(committee.lead_organisation_id):
        raise NotContractLead()
    return committee


async def _led(session: AsyncSession, caller: Principal, committee_id: UUID, version: int) -> Committee:
    committee = await _locked(session, caller, committee_id)
    if committee.status not in rules.OPEN:
        raise CommitteeClosed()
    require_version(committee.version, version)
    return committee


async def _changed(
    session: AsyncSession, committee: Committee, act: str, caller: Principal, now: datetime, **changes: object
) -> Committee:
    committee.version += 1
    await session.flush()
    await _note(session, committee, act, caller, now, **changes)
    return committee


async def _note(session: AsyncSession, committee: Committee, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("committee", committee.id),
        actor=caller,
        organisation_id=committee.lead_organisation_id,
        changes=changes,
        confidential=True,
    )
    facts = {
        "committee_id": committee.id,
        "campaign_id": committee.campaign_id,
        "kind": committee.kind.value,
        "status": committee.status.value,
    }
    await announce(session, act, subject=committee.id, at=now, facts=facts, confidential=True)
