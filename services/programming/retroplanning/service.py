"""Use cases of the calendar: read it, try something out, apply it; funders' assemblies; secret addresses of calendars."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver
from services.common.etag import require_version, tag_of_parts
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.problems import FieldError, NotFound

from ..campaigns import extensions as deadlines
from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus, CampaignUpdate
from ..committees import service as committees
from ..contracts.errors import NotContractLead
from ..tables import KERNEL
from . import calendars, facts, repository
from .errors import DatesNotChangeable, NotAFundersOfficer, NothingTriedOut
from .facts import CAMPAIGN_FIELDS, Drawn, Matter
from .milestones import KEEP
from .models import Assembly
from .schemas import AssemblyCreate, AssemblyUpdate, EffectiveDurations, RetroplanningRead, RetroplanningStep, RetroplanningTrial
from .vocabulary import RESPONSIBLE

if TYPE_CHECKING:
    from ..campaigns.models import Campaign


@dataclass(frozen=True)
class Shown:
    """A calendar as it is answered, its version, and a mark of all it was computed from."""

    read: RetroplanningRead
    version: int
    mark: str


@dataclass(frozen=True)
class Feed:
    """A calendar for programs, and its tag, which does not move with the hour."""

    content: bytes
    tag: str


async def visible(session: AsyncSession, caller: Principal | None, campaign_id: UUID) -> "Campaign":
    """The campaign, for whoever may see it: anyone once it is called, its team and funders before (404 for others)."""
    campaign = await campaigns.get(session, campaign_id)
    if campaign.status is not CampaignStatus.DRAFT:
        return campaign
    if caller is None:
        raise NotFound()
    return await committees.seen_campaign(session, caller, campaign_id)


async def show(session: AsyncSession, caller: Principal, campaign_id: UUID, *, now: datetime) -> Shown:
    """The calendar in force, for the contract's team and the campaign's funders."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    return _shown(await facts.read(session, campaign, now=now), trial=False)


async def show_trial(session: AsyncSession, caller: Principal, campaign_id: UUID, *, now: datetime) -> Shown:
    """What the team tries out; the calendar in force while it tries nothing."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    _require_lead(campaign, caller)
    return _shown(await facts.read(session, campaign, now=now), trial=True)


async def try_out(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: RetroplanningTrial, *, version: int, now: datetime
) -> Shown:
    """What if: kept as a draft, computed, and nothing of the campaign is touched."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    _require_lead(campaign, caller)
    kept = await repository.held_calendar(session, campaign_id, now)
    require_version(kept.version, version)
    sent = wish.model_dump(mode="json", exclude_unset=True)
    if wish.durations is not None:
        sent["durations"] = wish.durations.model_dump(exclude_unset=True)
    kept.draft = _patched(kept.draft or {}, sent)
    kept.version, kept.updated_at = kept.version + 1, now
    await session.flush()
    await _note(session, campaign, "retroplanning.tried", caller, now, fields=sorted(sent))
    return _shown(await facts.read(session, campaign, now=now), trial=True)


async def drop_trial(session: AsyncSession, caller: Principal, campaign_id: UUID, *, version: int, now: datetime) -> None:
    """Nothing is tried out any more."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    _require_lead(campaign, caller)
    kept = await repository.held_calendar(session, campaign_id, now)
    require_version(kept.version, version)
    kept.draft, kept.version, kept.updated_at = None, kept.version + 1, now
    await session.flush()
    await _note(session, campaign, "retroplanning.dropped", caller, now)


async def apply(session: AsyncSession, caller: Principal, campaign_id: UUID, *, version: int, now: datetime) -> Shown:
    """What was tried out is in force: settings of the calendar, and dates of the campaign where they still change."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    _require_lead(campaign, caller)
    kept = await repository.held_calendar(session, campaign_id, now)
    require_version(kept.version, version)
    if not kept.draft:
        raise NothingTriedOut()
    campaign = await deadlines.awaited(session, campaign_id)
    settings = facts.merged(kept.settings, kept.draft)
    dates = {name: settings.pop(name) for name in CAMPAIGN_FIELDS if name in settings}
    if dates:
        await _redate(session, caller, campaign, dates, now)
    kept.settings, kept.draft = settings, None
    kept.version, kept.updated_at = kept.version + 1, now
    await session.flush()
    await _note(session, campaign, "retroplanning.applied", caller, now, dates=sorted(dates))
    await enqueue(session, KEEP, lock=f"milestones:{campaign_id}", campaign_id=str(campaign_id))
    return _shown(await facts.read(session, await campaigns.get(session, campaign_id), now=now), trial=False)


async def _redate(session: AsyncSession, caller: Principal, campaign: "Campaign", dates: dict[str, Any], now: datetime) -> None:
    wish = CampaignUpdate.model_validate(dates)
    moved = {name for name in dates if getattr(wish, name) != getattr(campaign, name)}
    if not moved:
        return
    if campaign.status is not CampaignStatus.DRAFT:
        said = Text(
            "La campagne est ouverte : cette date ne change plus ici.", "The campaign is open: this does not change here any more."
        )
        raise DatesNotChangeable(errors=[FieldError(f"/tried/{name}", said, "not_changeable") for name in sorted(moved)])
    await campaigns.update(session, caller, campaign.id, wish, version=campaign.version, now=now)


def _patched(draft: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A null is kept: it puts back a setting in force to its default."""
    found = {**draft, **sent}
    if isinstance(draft.get("durations"), dict) and isinstance(sent.get("durations"), dict):
        found["durations"] = {**draft["durations"], **sent["durations"]}
    return found


def _shown(matter: Matter, *, trial: bool) -> Shown:
    drawn = facts.draw(matter, trial=trial)
    read = RetroplanningRead(
        campaign_id=matter.campaign.id,
        trial=trial and matter.draft is not None,
        promise_on=drawn.plan.promise_on,
        expected_answer_on=drawn.plan.expected_answer_on,
        opens_at=drawn.opens_at,
        closes_at=drawn.closes_at,
        durations=EffectiveDurations.model_validate(drawn.durations),
        alsace_moselle=drawn.days.alsace_moselle,
        closures=[each.__dict__ for each in drawn.days.closures],
        without_assembly_ids=list(drawn.without_assembly_ids),
        tried=dict(matter.draft or {}) if trial else {},
        steps=[
            RetroplanningStep.model_validate({**step.__dict__, "responsible": step.funder or RESPONSIBLE[step.kind]})
            for step in drawn.plan.steps
        ],
        conflicts=[each.__dict__ for each in drawn.plan.conflicts],
    )
    return Shown(read, matter.version, hashlib.sha256(read.model_dump_json().encode()).hexdigest()[:16])


# Calendars for programs.


async def calendar(session: AsyncSession, caller: Principal, campaign_id: UUID, address: str, *, now: datetime) -> Feed:
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    return await _feed(session, campaign, address, now)


async def feed(session: AsyncSession, token: str, address: str, *, now: datetime) -> Feed:
    """The calendar at a secret address (404 once it is revoked or renewed)."""
    found = await repository.FEEDS.at(await driver(session), token)
    if found is None:
        raise NotFound()
    return await _feed(session, await campaigns.get(session, found["campaign_id"]), address, now)


async def _feed(session: AsyncSession, campaign: "Campaign", address: str, now: datetime) -> Feed:
    matter = await facts.read(session, campaign, now=now)
    drawn: Drawn = facts.draw(matter, trial=False)
    entries = calendars.entries(matter, drawn)
    tag = tag_of_parts(entries)
    return Feed(calendars.write(entries, f"Rétroplanning – {campaign.title}", address, now), tag)


async def renew_feed(session: AsyncSession, caller: Principal, campaign_id: UUID, *, now: datetime) -> tuple[datetime, str]:
    """A secret address; the one before opens nothing any more."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    standing = {"standing": list(caller.standing)}
    token = await repository.FEEDS.renew(
        session, now=now, remembered=standing, account_id=caller.account_id, campaign_id=campaign_id
    )
    await _note(session, campaign, "retroplanning.feed_renewed", caller, now)
    return now, token


async def own_feed(reader: AsyncConnection[Any], caller: Principal, campaign_id: UUID) -> Row:
    found = await repository.FEEDS.of(reader, account_id=caller.account_id, campaign_id=campaign_id)
    if found is None:
        raise NotFound()
    return found


async def revoke_feed(session: AsyncSession, caller: Principal, campaign_id: UUID, *, now: datetime) -> None:
    """Whoever made an address may take it back, even when they are no longer of the campaign."""
    if not await repository.FEEDS.revoke(session, account_id=caller.account_id, campaign_id=campaign_id):
        raise NotFound()
    await _note(session, await campaigns.get(session, campaign_id), "retroplanning.feed_revoked", caller, now)


async def right_taken_back(session: AsyncSession, grant_id: UUID) -> None:
    """Addresses that stood on it open nothing any more: who left a team does not go on reading its calendar."""
    await repository.end_feeds(session, grant_id)


# Assemblies.


async def record_assembly(session: AsyncSession, caller: Principal, wish: AssemblyCreate, *, now: datetime) -> Assembly:
    """A funder's officer says when its assembly meets."""
    if not caller.belongs_to(wish.organisation_id) or not await campaigns.takes_part(session, wish.organisation_id):
        raise NotAFundersOfficer()
    assembly = Assembly(**wish.model_dump(), created_at=now, updated_at=now)
    session.add(assembly)
    await session.flush()
    await _note_assembly(session, assembly, "assembly.recorded", caller, now)
    return assembly


async def read_assembly(session: AsyncSession, assembly_id: UUID) -> Assembly:
    found = await repository.assembly(session, assembly_id)
    if found is None:
        raise NotFound()
    return found


async def change_assembly(
    session: AsyncSession, caller: Principal, assembly_id: UUID, wish: AssemblyUpdate, *, version: int, now: datetime
) -> Assembly:
    assembly = await _own_assembly(session, caller, assembly_id, version)
    for name, value in wish.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(assembly, name, value)
    assembly.version, assembly.updated_at = assembly.version + 1, now
    await session.flush()
    await _note_assembly(session, assembly, "assembly.changed", caller, now)
    return assembly


async def withdraw_assembly(session: AsyncSession, caller: Principal, assembly_id: UUID, *, version: int, now: datetime) -> None:
    assembly = await _own_assembly(session, caller, assembly_id, version)
    assembly.withdrawn, assembly.version, assembly.updated_at = True, assembly.version + 1, now
    await session.flush()
    await _note_assembly(session, assembly, "assembly.withdrawn", caller, now)


async def _own_assembly(session: AsyncSession, caller: Principal, assembly_id: UUID, version: int) -> Assembly:
    assembly = await repository.assembly(session, assembly_id, lock=True)
    if assembly is None:
        raise NotFound()
    if not caller.belongs_to(assembly.organisation_id):
        raise NotAFundersOfficer()
    require_version(assembly.version, version)
    return assembly


def _require_lead(campaign: "Campaign", caller: Principal) -> None:
    if not caller.belongs_to(campaign.lead_organisation_id):
        raise NotContractLead()


async def _note(session: AsyncSession, campaign: "Campaign", act: str, caller: Principal, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("campaign", campaign.id),
        actor=caller,
        organisation_id=campaign.lead_organisation_id,
        changes=changes,
    )


async def _note_assembly(session: AsyncSession, assembly: Assembly, act: str, caller: Principal, now: datetime) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("assembly", assembly.id),
        actor=caller,
        organisation_id=assembly.organisation_id,
        changes={"meets_on": assembly.meets_on.isoformat(), "deposit_days": assembly.deposit_days},
    )
