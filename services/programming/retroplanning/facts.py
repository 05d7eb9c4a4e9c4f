"""What a calendar is computed from: the campaign, its sessions, its funders' assemblies, how far its dossiers went, its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import in_paris, today_in_paris

from ..campaigns import rules as campaign_rules
from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus
from ..committees import service as committees
from ..committees.schemas import CommitteeKind, CommitteeStatus
from ..dossiers import drafts
from ..dossiers import rules as dossier_rules
from . import repository
from .conflicts import plan
from .models import Assembly
from .rules import Durations, Facts, Funder, Plan, Sitting
from .schemas import RetroplanningTrial
from .vocabulary import StepKind
from .working_days import ClosedPeriod, WorkingDays

if TYPE_CHECKING:
    from ..campaigns.models import Campaign, CampaignFunder
    from ..committees.models import Committee

_HELD = {CommitteeStatus.HELD, CommitteeStatus.MINUTES_SIGNED}
_OVER = {CampaignStatus.CLOSED, CampaignStatus.UNDER_REVIEW, CampaignStatus.DECIDED, CampaignStatus.ARCHIVED}
#: What belongs to the campaign itself.
CAMPAIGN_FIELDS = ("opens_at", "closes_at", "answer_within_months")


@dataclass(frozen=True)
class Matter:
    """Everything read, once, so that a plan in force and one tried out are computed from the same state."""

    campaign: "Campaign"
    funders: Sequence["CampaignFunder"]
    sessions: Sequence["Committee"]
    assemblies: Sequence[Assembly]
    progress: Mapping[UUID, Mapping[str, Any]]
    settings: Mapping[str, Any]
    draft: Mapping[str, Any] | None
    version: int
    now: datetime

    @property
    def sequence(self) -> int:
        """Grows with whatever changes a date: nothing it counts is ever deleted."""
        sessions, assemblies = sum(each.version for each in self.sessions), sum(each.version for each in self.assemblies)
        return self.version + self.campaign.version + sessions + assemblies


@dataclass(frozen=True)
class Drawn:
    """A calendar and what it was computed with."""

    plan: Plan
    durations: Durations
    days: WorkingDays
    opens_at: datetime
    closes_at: datetime
    without_assembly_ids: Sequence[UUID]


async def read(session: AsyncSession, campaign: "Campaign", *, now: datetime) -> Matter:
    kept = await repository.calendar(session, campaign.id)
    funders = await campaigns.funders_of(session, campaign.id)
    return Matter(
        campaign=campaign,
        funders=funders,
        sessions=await committees.sessions_of(session, campaign.id),
        assemblies=await repository.assemblies_of(session, [funder.organisation_id for funder in funders]),
        progress=await drafts.progress(session, campaign.id),
        settings=kept.settings if kept else {},
        draft=kept.draft if kept else None,
        version=kept.version if kept else 0,
        now=now,
    )


def draw(matter: Matter, *, trial: bool) -> Drawn:
    """The calendar in force, or the one tried out."""
    said = RetroplanningTrial.model_validate(merged(matter.settings, matter.draft) if trial else dict(matter.settings))
    campaign = matter.campaign
    given = {name: value for name, value in (said.durations.model_dump() if said.durations else {}).items() if value is not None}
    durations = Durations(**{**asdict(Durations()), **given})
    closed = tuple(ClosedPeriod(each.label, each.starts_on, each.ends_on) for each in said.closures or ())
    days = WorkingDays(closed, alsace_moselle=bool(said.alsace_moselle))
    opens_at, closes_at = said.opens_at or campaign.opens_at, said.closes_at or campaign.closes_at
    alone = said.without_assembly_ids or []
    facts = _facts(matter, said, opens_at, closes_at, alone)
    return Drawn(plan(facts, durations, days), durations, days, opens_at, closes_at, alone)


def merged(settings: Mapping[str, Any], draft: Mapping[str, Any] | None) -> dict[str, Any]:
    """Merge patch (RFC 7396) of the settings by what is tried out."""
    found = dict(settings)
    for name, value in (draft or {}).items():
        if isinstance(value, Mapping) and isinstance(found.get(name), Mapping):
            found[name] = merged(found[name], value)
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value is not None}


def _facts(matter: Matter, said: RetroplanningTrial, opens_at: datetime, closes_at: datetime, alone: Sequence[UUID]) -> Facts:
    campaign, today = matter.campaign, today_in_paris(matter.now)
    opens_on, closes_on = in_paris(opens_at).date(), in_paris(closes_at).date()
    months = said.answer_within_months or campaign.answer_within_months
    waiting = [row["first_promised_on"] for row in matter.progress.values() if row["first_promised_on"]]
    committee_days = {
        StepKind.TECHNICAL_COMMITTEE: said.technical_committee_on,
        StepKind.STEERING_COMMITTEE: said.steering_committee_on,
    }
    dates = {kind: day or _session_on(matter.sessions, kind) for kind, day in committee_days.items()}
    stated = {kind for kind, day in committee_days.items() if day}
    stated |= {kind for kind, at in ((StepKind.OPENING, said.opens_at), (StepKind.CLOSING, said.closes_at)) if at}
    return Facts(
        today=today,
        opens_on=opens_on,
        closes_on=closes_on,
        promise_on=said.answer_by or dossier_rules.months_after(closes_on, months),
        funders=[_funder(each, matter, alone, closes_on) for each in matter.funders],
        technical_on=dates[StepKind.TECHNICAL_COMMITTEE],
        steering_on=dates[StepKind.STEERING_COMMITTEE],
        done=_done(matter, said, opens_on, closes_on, today),
        stated=frozenset(stated),
        first_promised_on=min(waiting, default=None),
    )


def _funder(funder: "CampaignFunder", matter: Matter, alone: Sequence[UUID], closes_on: date) -> Funder:
    progress = matter.progress.get(funder.organisation_id)
    known = [each for each in matter.assemblies if each.organisation_id == funder.organisation_id and not each.withdrawn]
    return Funder(
        id=funder.organisation_id,
        name=funder.short_name,
        sittings=[Sitting(each.meets_on, each.deposit_days) for each in known if each.meets_on > closes_on],
        decides_alone=funder.organisation_id in alone,
        decided=progress is not None and progress["decided"] == progress["requests"],
    )


def sessions_of_kind(sessions: Sequence["Committee"], kind: StepKind) -> list["Committee"]:
    wanted = CommitteeKind.TECHNICAL if kind is StepKind.TECHNICAL_COMMITTEE else CommitteeKind.STEERING
    return [each for each in sessions if each.kind is wanted]


def _session_on(sessions: Sequence["Committee"], kind: StepKind) -> date | None:
    """The last session of that kind: dossiers of all of them go on from there."""
    found = sessions_of_kind(sessions, kind)
    return in_paris(found[-1].starts_at).date() if found else None


def _done(matter: Matter, said: RetroplanningTrial, opens_on: date, closes_on: date, today: date) -> dict[StepKind, date]:
    done: dict[StepKind, date] = {}
    campaign = matter.campaign
    if campaign.status is not CampaignStatus.DRAFT and opens_on <= today:
        done |= {StepKind.INFORMATION: opens_on, StepKind.OPENING: opens_on}
    if said.informed_on is not None and said.informed_on <= today:
        done[StepKind.INFORMATION] = said.informed_on
    if campaign_rules.status_at(campaign.status, campaign.closes_at, matter.now) in _OVER:
        done[StepKind.CLOSING] = in_paris(campaign.closed_at).date() if campaign.closed_at else closes_on
        done |= _progressed(matter.progress, done[StepKind.CLOSING])
    for kind in (StepKind.TECHNICAL_COMMITTEE, StepKind.STEERING_COMMITTEE):
        found = sessions_of_kind(matter.sessions, kind)
        if found and all(each.status in _HELD for each in found):
            done[kind] = in_paris(found[-1].held_at or found[-1].starts_at).date()
    return done


def _progressed(progress: Mapping[UUID, Mapping[str, Any]], closed_on: date) -> dict[StepKind, date]:
    """Steps that every living request has passed, once no other can come."""
    rows, done = list(progress.values()), dict[StepKind, date]()
    if not rows:
        return done
    reviewed, notified = (
        max((row[name] for row in rows if row[name]), default=closed_on) for name in ("reviewed_on", "notified_on")
    )
    if all(row["unchecked"] == 0 for row in rows):
        done[StepKind.COMPLETION] = closed_on
    if all(row["reviewed"] == row["requests"] for row in rows):
        done[StepKind.REVIEW] = reviewed
    if all(row["notified"] == row["requests"] for row in rows):
        done |= {StepKind.NOTIFICATION: notified, StepKind.ANSWER: notified}
    return done
