"""Use cases of committees."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row
from services.common.etag import require_version
from services.common.problems import NotFound
from services.common.signals import say

from ..announcements import announce
from ..campaigns import service as campaigns
from ..contracts.errors import NotContractLead
from ..dossiers import instruction
from ..dossiers.rules import NOT_COUNTED
from ..dossiers.schemas import RequestStatus
from ..tables import KERNEL
from . import repository, rules
from .errors import (
    AgendaEmpty,
    AgendaItemDecided,
    CommitteeClosed,
    CommitteeNotHeld,
    CommitteeNotStarted,
    DecisionReopened,
    NothingDecided,
    NothingToCarryOver,
)
from .models import AgendaItem, Committee, CommitteeStatus, Decision
from .schemas import AttendanceWrite, CommitteeCreate, CommitteeUpdate

if TYPE_CHECKING:
    from ..campaigns.models import Campaign


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
    session: AsyncSession, caller: Principal, committee_id: UUID, dossier_ids: Sequence[UUID], *, version: int, now: datetime,
    minutes_each: int = 10,
) -> Committee:  # fmt: skip
    """The agenda, in order. Dossiers the session has already spoken about stay on it."""
    committee = await _led(session, caller, committee_id, version)
    wanted = list(dict.fromkeys(dossier_ids))
    decided = await repository.decided_dossiers(session, committee_id)
    if missing := decided - set(wanted):
        raise AgendaItemDecided(dossier_ids=[str(i) for i in missing])
    before = await repository.adjourned(session, committee)
    items = [
        AgendaItem(
            committee_id=committee_id,
            dossier_id=dossier.id,
            position=position,
            reference=dossier.reference or "",
            title=dossier.title,
            holder_name=str(dossier.holder["name"]),
            minutes=minutes_each,
            carried_from_id=before[dossier.id][0] if dossier.id in before else None,
            adjournments=before[dossier.id][1] if dossier.id in before else 0,
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


async def close(session: AsyncSession, caller: Principal, committee_id: UUID, *, version: int, now: datetime) -> Committee:
    """The session is held: what it decided does not change any more."""
    committee = await _led(session, caller, committee_id, version)
    require_sitting(committee, now)
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


async def carry_over(session: AsyncSession, caller: Principal, committee_id: UUID, *, version: int, now: datetime) -> Committee:
    """What earlier sessions adjourned and nobody has decided since joins the end of the agenda; withdrawn dossiers do not."""
    committee = await _led(session, caller, committee_id, version)
    before = await repository.adjourned(session, committee)
    items = await repository.agenda(session, committee_id)
    waiting = [dossier_id for dossier_id in before if dossier_id not in {item.dossier_id for item in items}]
    joining = [
        dossier
        for dossier, requests in await instruction.many(session, waiting)
        if dossier.status not in NOT_COUNTED and any(r.status is RequestStatus.ADJOURNED for r in requests)
    ]
    if not joining:
        raise NothingToCarryOver()
    for position, dossier in enumerate(joining, len(items) + 1):
        origin, times = before[dossier.id]
        session.add(
            AgendaItem(
                committee_id=committee_id,
                dossier_id=dossier.id,
                position=position,
                reference=dossier.reference or "",
                title=dossier.title,
                holder_name=str(dossier.holder["name"]),
                carried_from_id=origin,
                adjournments=times,
            )
        )
    return await _changed(session, committee, "committee.adjourned_carried_over", caller, now, dossiers=len(joining))


# For the rooms above and the router.


def require_sitting(committee: Committee, now: datetime) -> None:
    """The session is under way: begun, not closed."""
    if committee.status not in rules.OPEN:
        raise CommitteeClosed()
    if now < committee.starts_at:
        raise CommitteeNotStarted(starts_at=committee.starts_at.isoformat())


async def note(session: AsyncSession, committee: Committee, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    """A line in the journal of the session."""
    await _note(session, committee, act, caller, now, **changes)


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
    reopened = await repository.reopening(session, found[0].id)
    if reopened is not None and reopened.opened_at is not None:
        raise DecisionReopened()
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


async def led_locked(session: AsyncSession, caller: Principal, committee_id: UUID) -> Committee:
    """`led`, taken for oneself: whoever numbers its papers comes one after the other."""
    return await _locked(session, caller, committee_id)


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


async def last_words(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> list[Row]:
    """What a funder last decided on each request of a campaign, in one statement: see `repository.last_words`."""
    return await repository.last_words(session, campaign_id, funder_id)


async def sessions_of(session: AsyncSession, campaign_id: UUID) -> list[Committee]:
    """For the rooms above: every session of a campaign, by date."""
    return await repository.sessions_of(session, campaign_id)
