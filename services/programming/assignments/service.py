"""Assignment by rules: a funder's managers write them, see what they would do, let them do it; somebody leaves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound, StaleVersion
from services.common.resources import Resources

from .. import clients
from ..campaigns import service as campaigns
from ..reviews import conflicts, review_settings, work
from ..reviews.errors import NotAMember
from ..tables import KERNEL
from . import repository, rules
from .errors import AssignmentRulesRefused, NoAssignmentRules
from .models import AssignmentPlan
from .schemas import (
    OUTCOME_LABELS,
    Again,
    AssignmentRule,
    AssignmentRulesWrite,
    AssignmentRun,
    DepartureRun,
    ShareOutcome,
)

#: Reviews looked at by one act: a campaign has a few hundred.
MOST = 2_000
_MOVES = {ShareOutcome.ASSIGNED, ShareOutcome.REASSIGNED}


@dataclass(frozen=True)
class Desk:
    """One funder's reviews of one campaign."""

    campaign_id: UUID
    funder_id: UUID


async def read(session: AsyncSession, caller: Principal, desk: Desk) -> dict[str, Any]:
    """The rules as written, with the names of their people; none at version 0."""
    await review_settings.funder_in(session, caller, desk.campaign_id, desk.funder_id)
    return _shown(desk, await repository.plan(session, desk.campaign_id, desk.funder_id))


def _shown(desk: Desk, plan: AssignmentPlan | None) -> dict[str, Any]:
    names = {one["account_id"]: one for rule in (plan.rules if plan else []) for one in rule["instructors"]}
    return {
        "campaign_id": desk.campaign_id,
        "funder_id": desk.funder_id,
        "rules": [{name: value for name, value in rule.items() if name != "instructors"} for rule in (plan.rules if plan else [])],
        "instructors": list(names.values()),
        "version": plan.version if plan else 0,
    }


async def write(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    desk: Desk,
    wish: AssignmentRulesWrite,
    *,
    version: int | None,
    now: datetime,
) -> dict[str, Any]:
    """The ordered list replaces the one before. What is already given out stays until the rules are run."""
    members = await _roster(resources, caller, desk)
    await review_settings.managed(session, caller, desk.campaign_id, desk.funder_id)
    if errors := _strangers(wish.rules, members):
        raise NotAMember(errors=errors)
    if errors := await _unknown_codes(session, desk, wish.rules):
        raise AssignmentRulesRefused(errors=errors)
    plan = await repository.plan(session, desk.campaign_id, desk.funder_id, lock=True)
    if plan is None:
        if version:
            raise StaleVersion()
        plan = AssignmentPlan(**vars(desk), written_by=caller.account_id, written_at=now, version=0)
        session.add(plan)
    elif version is None:
        raise StaleVersion()
    else:
        require_version(plan.version, version)
    plan.rules = [
        {
            **rule.model_dump(mode="json"),
            "instructors": [{"account_id": str(i), "full_name": members[i].full_name} for i in rule.instructor_ids],
        }
        for rule in wish.rules
    ]
    plan.written_by, plan.written_at, plan.version = caller.account_id, now, plan.version + 1
    await session.flush()
    await _note(session, desk, "assignment.rules_written", caller, now, rules=len(plan.rules))
    return _shown(desk, plan)


def _strangers(wanted: Sequence[AssignmentRule], members: Mapping[UUID, object]) -> list[FieldError]:
    said = Text("Cette personne n'est pas membre du financeur.", "This person is not a member of the funder.")
    return [
        FieldError(f"/rules/{i}/instructor_ids/{j}", said, "not_a_member")
        for i, rule in enumerate(wanted)
        for j, each in enumerate(rule.instructor_ids)
        if each not in members
    ]


async def _unknown_codes(session: AsyncSession, desk: Desk, wanted: Sequence[AssignmentRule]) -> list[FieldError]:
    """A code that no dossier can bear makes a rule that never fits: said at once."""
    campaign = await campaigns.get(session, desk.campaign_id)
    lines = {row["code"] for row in await campaigns.lines_of(session, [desk.campaign_id]) if row["funder_id"] == desk.funder_id}
    known = {"objective_codes": campaign.objective_codes, "qpv_codes": campaign.qpv_codes, "budget_lines": lines}
    said = Text("Ce code n'existe pas dans la campagne.", "This code does not exist in the campaign.")
    errors = [
        FieldError(f"/rules/{i}/{name}/{j}", said, "unknown_code")
        for i, rule in enumerate(wanted)
        for name, codes in known.items()
        for j, code in enumerate(getattr(rule, name))
        if code not in codes
    ]
    crossed = Text("Le minimum dépasse le maximum.", "The least is above the most.")
    errors += [
        FieldError(f"/rules/{i}/from_cents", crossed, "crossed")
        for i, rule in enumerate(wanted)
        if rule.from_cents is not None and rule.to_cents is not None and rule.from_cents > rule.to_cents
    ]
    return errors


async def run(
    session: AsyncSession, resources: Resources, caller: Principal, desk: Desk, wish: AssignmentRun, *, now: datetime
) -> dict[str, Any]:
    """Share out by the rules, or say what that would do. Run again, it changes nothing more."""
    members = await _roster(resources, caller, desk)
    await review_settings.managed(session, caller, desk.campaign_id, desk.funder_id)
    plan = await repository.plan(session, desk.campaign_id, desk.funder_id, lock=not wish.dry_run)
    if plan is None or not plan.rules:
        raise NoAssignmentRules()
    rows = await work.candidates(session, desk.campaign_id, desk.funder_id, limit=MOST + 1)
    found = rows[:MOST]
    known = await _situation(session, desk, found, members=members.keys(), again=wish.again)
    shares = rules.share_out([_candidate(row) for row in found], _rules_of(plan), known)
    if not wish.dry_run:
        shares = await _apply(session, caller, found, shares, now=now)
        await _note(session, desk, "assignment.run", caller, now, **_counts(shares))
    report = _report(found, shares, plan, {i: one.full_name for i, one in members.items()})
    return {**report, "dry_run": wish.dry_run, "truncated": len(rows) > MOST}


async def depart(
    session: AsyncSession, resources: Resources, caller: Principal, desk: Desk, wish: DepartureRun, *, now: datetime
) -> dict[str, Any]:
    """What somebody has not finished goes to one person, or to others by the rules; with nobody to take it, back to the queue."""
    members = await _roster(resources, caller, desk)
    await review_settings.managed(session, caller, desk.campaign_id, desk.funder_id)
    if wish.to is not None and (wish.to not in members or wish.to == wish.account_id):
        said = Text("Cette personne n'est pas membre du financeur.", "This person is not a member of the funder.")
        raise NotAMember(errors=[FieldError("/to", said, "not_a_member")])
    plan = await repository.plan(session, desk.campaign_id, desk.funder_id, lock=not wish.dry_run)
    if wish.to is None:
        written = _rules_of(plan) if plan else []
    else:
        written = [AssignmentRule(label="À une personne", instructor_ids=[wish.to])]
    rows = await work.candidates(session, desk.campaign_id, desk.funder_id, limit=MOST + 1, person=wish.account_id)
    found = rows[:MOST]
    known = await _situation(session, desk, found, members=members.keys() - {wish.account_id}, again=Again.NONE)
    left = [rules.without(_candidate(row), wish.account_id) for row in found]
    shares = rules.share_out(left, written, known)
    if not wish.dry_run:
        shares = await _apply(session, caller, found, shares, now=now, leaving=wish.account_id)
        await _note(session, desk, "assignment.departure", caller, now, account_id=str(wish.account_id), **_counts(shares))
    report = _report(found, shares, plan if wish.to is None else None, {i: one.full_name for i, one in members.items()})
    return {**report, "dry_run": wish.dry_run, "truncated": len(rows) > MOST}


async def follow(session: AsyncSession, desk: Desk, *, now: datetime) -> None:
    """For the job: reviews just opened, or taken from somebody, follow the rules where the funder turned that on."""
    if desk.funder_id not in await review_settings.following(session, desk.campaign_id):
        return
    plan = await repository.plan(session, desk.campaign_id, desk.funder_id, lock=True)
    if plan is None or not plan.rules:
        return
    rows = await work.candidates(session, desk.campaign_id, desk.funder_id, limit=MOST)
    known = await _situation(session, desk, rows, members=None, again=Again.NONE)
    shares = rules.share_out([_candidate(row) for row in rows], _rules_of(plan), known)
    await _apply(session, None, rows, shares, now=now)


async def _roster(resources: Resources, caller: Principal, desk: Desk) -> dict[UUID, clients.Member]:
    """Asked before the first statement: no connection of ours waits for the directory."""
    if not caller.belongs_to(desk.funder_id):
        raise NotFound()
    return await clients.members(resources.siblings, caller, desk.funder_id)


async def _situation(session: AsyncSession, desk: Desk, rows: Sequence[Row], *, members: Any, again: Again) -> rules.Situation:
    settings = await review_settings.read(session, desk.campaign_id, desk.funder_id)
    return rules.Situation(
        conflicts=await conflicts.pairs(session, desk.funder_id, [row["dossier_id"] for row in rows]),
        members=None if members is None else frozenset(members),
        readings=settings["readings"],
        again=again,
        loads=await work.loads(session, desk.campaign_id, desk.funder_id),
    )


def _rules_of(plan: AssignmentPlan) -> list[AssignmentRule]:
    return [AssignmentRule(**{name: value for name, value in rule.items() if name != "instructors"}) for rule in plan.rules]


def _candidate(row: Row) -> rules.Candidate:
    names = rules.Candidate.__dataclass_fields__.keys() - {"review_id", "reader_ids"}
    return rules.Candidate(review_id=row["id"], **{name: row[name] for name in names}, reader_ids=tuple(row["reader_ids"]))


async def _apply(
    session: AsyncSession,
    caller: Principal | None,
    rows: Sequence[Row],
    shares: Sequence[rules.Share],
    *,
    now: datetime,
    leaving: UUID | None = None,
) -> list[rules.Share]:
    """Hand out what moves; a review that somebody touched meanwhile is left, and its line says so."""
    handed = []
    for row, share in zip(rows, shares, strict=True):
        if share.outcome not in _MOVES and leaving is None:
            continue
        by_rule = row["assigned_by_rule"] if share.assignee_id == row["assignee_id"] else True
        handed.append(
            work.Handed(row["id"], share.assignee_id, share.reader_ids, by_rule, before=row["assignee_id"], leaving=leaving)
        )
    left = await work.hand_out(session, caller, handed, now=now)
    return [
        rules.Share(share.review_id, ShareOutcome.CHANGED, share.rule) if share.review_id in left else share for share in shares
    ]


def _counts(shares: Sequence[rules.Share]) -> dict[str, int]:
    return dict(Counter(share.outcome.value for share in shares))


def _report(
    rows: Sequence[Row], shares: Sequence[rules.Share], plan: AssignmentPlan | None, names: Mapping[UUID, str]
) -> dict[str, Any]:
    labels = [rule["label"] for rule in plan.rules] if plan else []
    lines = [
        {
            **vars(share),
            "dossier_id": row["dossier_id"],
            "reference": row["reference"],
            "title": row["title"],
            "outcome_label": OUTCOME_LABELS[share.outcome],
            "rule_label": labels[share.rule - 1] if share.rule and share.rule <= len(labels) else None,
            "assignee": names.get(share.assignee_id) if share.assignee_id else None,
        }
        for row, share in zip(rows, shares, strict=True)
    ]
    return {"lines": lines, "counts": _counts(shares)}


async def _note(session: AsyncSession, desk: Desk, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("campaign", desk.campaign_id),
        actor=caller,
        organisation_id=desk.funder_id,
        changes=changes,
        confidential=True,
    )
