"""What a session says of each funder's request: a first decision, and a change of one that was read."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.problems import NotFound
from services.common.signals import say

from ..campaigns import service as campaigns
from ..dossiers import decisions
from ..dossiers import service as dossiers
from ..dossiers.rules import NOT_COUNTED
from ..dossiers.schemas import RequestStatus
from ..reviews import conflicts
from . import repository, rules, service
from .errors import (
    DecidedMeanwhile,
    DecisionRefused,
    DecisionVersionRequired,
    DossierWithdrawn,
    FunderAbsent,
    InterestDeclared,
    NotForYouToDecide,
    NotOnAgenda,
    SteppedOut,
)
from .models import Committee, CommitteeKind, Decision, Deport, Outcome, Reopening
from .schemas import DecisionWrite

if TYPE_CHECKING:
    from ..dossiers.models import FundingRequest


@dataclass(frozen=True)
class Expected:
    """What the caller believes stands: a version they read (`If-Match`), nothing at all (`If-None-Match: *`), or no word of it."""

    version: int | None = None
    nothing: bool = False


@dataclass(frozen=True)
class Matter:
    """All a session has before it to decide on some requests: their dossiers are held until the end of the transaction."""

    committee: Committee
    taken: decisions.Taken
    #: What the session has said already, by request.
    before: Mapping[UUID, Decision]
    #: By decision, the reopening that is not settled.
    reopenings: Mapping[UUID, Reopening]
    #: By request, the last word of a steering session.
    last: Mapping[UUID, tuple[Decision, Committee]]
    agenda: Set[UUID]
    #: By dossier, where the caller has stepped out.
    out: Mapping[UUID, Deport]
    #: Dossiers in which the caller has declared an interest.
    interests: Set[UUID]


@dataclass(frozen=True)
class Word:
    """A decision just written, and what it replaces: outcome and cents, or nothing."""

    request: "FundingRequest"
    decision: Decision
    was: list[Any] | None


async def gather(session: AsyncSession, caller: Principal, committee_id: UUID, request_ids: Collection[UUID]) -> Matter:
    """What the session has before it, for those who take part in its campaign (404 for others); the session stays open meanwhile."""
    committee = await repository.get_shared(session, committee_id)
    if committee is None:
        raise NotFound()
    await service.seen_campaign(session, caller, committee.campaign_id)
    taken = await decisions.take(session, request_ids)  # two officers come one after the other
    before = await repository.decisions_about(session, committee_id, request_ids)
    interests = await conflicts.interests_of(session, caller.account_id, list(taken.dossiers))
    return Matter(
        committee=committee,
        taken=taken,
        before=before,
        reopenings=await repository.reopenings_about(session, [decision.id for decision in before.values()]),
        last=await repository.last_decisions(session, request_ids),
        agenda=await repository.on_agenda(session, committee_id),
        out=await repository.stepped_out_of(session, committee_id, caller.account_id),
        interests=interests,
    )


async def decide(
    session: AsyncSession, caller: Principal, committee_id: UUID, request_id: UUID, wish: DecisionWrite, *, now: datetime,
    expected: Expected = Expected(),
) -> tuple[Decision, bool]:  # fmt: skip
    """Record what the session says of one funder's request. Returns the decision, and whether anything changed."""
    matter = await gather(session, caller, committee_id, [request_id])
    said = await say_of(session, matter, caller, request_id, wish, expected=expected, now=now)
    if isinstance(said, Decision):
        return said, False
    await keep(session, matter, caller, [said], now)
    return said.decision, True


async def say_of(
    session: AsyncSession, matter: Matter, caller: Principal, request_id: UUID, wish: DecisionWrite, *, expected: Expected,
    now: datetime,
) -> Word | Decision:  # fmt: skip
    """One request is decided, to be kept by `keep`: a grant draws on the funder's envelope in the same transaction.

    Whoever changes a decision has read it: 428 and 412 tell what was decided, by whom. The same word of the same person said twice
    is one: the decision that stands is returned. A refusal leaves nothing written.
    """
    committee, request = matter.committee, matter.taken.request(request_id)
    _require_right(caller, committee, request)
    before = matter.before.get(request_id)
    reopening = matter.reopenings.get(before.id) if before else None
    if reopening is None or reopening.opened_at is None:
        service.require_sitting(committee, now)
    if errors := rules.decision_errors(committee.kind, wish.outcome, wish.amount_cents, wish.motive):
        raise DecisionRefused(errors=errors)
    _require_place(matter, request)
    if before is not None and _same(before, wish, caller) and reopening is None and _stands(matter, before, request):
        return before
    _require_expected(before, expected)
    if committee.kind is CommitteeKind.TECHNICAL:
        decisions.require_decidable(matter.taken, request, wish.amount_cents)
        decisions.propose(matter.taken, request, wish.amount_cents)
    else:
        await _settle(session, matter, request, wish, now)
    if reopening is not None and reopening.opened_at is not None:
        reopening.settled_at = now
    return _written(session, matter, caller, request, before, wish, now)


async def keep(session: AsyncSession, matter: Matter, caller: Principal, words: Sequence[Word], now: datetime) -> None:
    """Write what was said, with its lines in the journals of the dossiers, and tell who follows the session."""
    await session.flush()
    for outcome in {word.decision.outcome: None for word in words}:
        noted = [_noted(matter, word) for word in words if word.decision.outcome is outcome]
        await dossiers.note_each(session, f"request.{outcome.value}", caller, now, noted, confidential=True)
    if words:
        await say(session, service.topic(matter.committee.campaign_id))


def _noted(matter: Matter, word: Word) -> dossiers.Noted:
    decision = word.decision
    changes = {
        "committee_id": str(matter.committee.id),
        "request_id": str(word.request.id),
        "decision": [word.was, [decision.outcome.value, decision.amount_cents]],
    }
    return dossiers.Noted(matter.taken.dossier_of(word.request), word.request.funder_id, changes)


def shown(decision: Decision) -> dict[str, Any]:
    """What a refusal tells of the decision that stands."""
    kept = {"outcome", "amount_cents", "motive", "conditions", "decided_by", "decided_at", "version"}
    return decision.model_dump(mode="json", include=kept)


def _require_expected(before: Decision | None, expected: Expected) -> None:
    if before is None:
        if expected.version is not None:
            raise DecidedMeanwhile(decision=None)
        return
    if expected.version is None and not expected.nothing:
        raise DecisionVersionRequired(decision=shown(before))
    if expected.version != before.version:
        raise DecidedMeanwhile(decision=shown(before))


def _stands(matter: Matter, decision: Decision, request: "FundingRequest") -> bool:
    """No other session has spoken since."""
    if decision.outcome is Outcome.PROPOSED:
        return request.status is RequestStatus.PROPOSED
    last = matter.last.get(request.id)
    return last is not None and last[0].id == decision.id


def _same(before: Decision, wish: DecisionWrite, caller: Principal) -> bool:
    said = (before.outcome, before.amount_cents, before.motive, before.conditions)
    return before.decided_by == caller.account_id and said == (wish.outcome, wish.amount_cents, wish.motive, wish.conditions)


def _require_place(matter: Matter, request: "FundingRequest") -> None:
    """The dossier is on the agenda and still under review; the funder is at the table; the person has neither stepped out nor an
    interest that they declared while the dossier was reviewed."""
    if request.dossier_id not in matter.agenda:
        raise NotOnAgenda()
    if matter.taken.dossier_of(request).status in NOT_COUNTED:
        raise DossierWithdrawn()
    committee = matter.committee
    if committee.kind is CommitteeKind.STEERING and not rules.is_at_the_table(committee.attendance, request.funder_id):
        raise FunderAbsent()
    out = matter.out.get(request.dossier_id)
    if out is not None:
        raise SteppedOut(deport_id=str(out.id))
    if request.dossier_id in matter.interests:
        raise InterestDeclared()


def _require_right(caller: Principal, committee: Committee, request: "FundingRequest") -> None:
    """The team proposes in a technical session; in a steering one each funder decides for itself."""
    if committee.kind is CommitteeKind.TECHNICAL:
        may = caller.belongs_to(committee.lead_organisation_id)
    else:
        may = caller.has_role(request.funder_id, "manager", "signatory")
    if not may:
        raise NotForYouToDecide()


async def _settle(session: AsyncSession, matter: Matter, request: "FundingRequest", wish: DecisionWrite, now: datetime) -> None:
    last = matter.last.get(request.id)
    own = last is not None and last[1].id == matter.committee.id
    decisions.require_decidable(matter.taken, request, wish.amount_cents, again=own)
    delta = decisions.drawn(request, wish.amount_cents)
    await campaigns.take_from_envelope(session, matter.committee.campaign_id, request.funder_id, request.budget_line, delta)
    decisions.settle(matter.taken, request, RequestStatus(wish.outcome.value), wish.amount_cents, now=now)


def _written(
    session: AsyncSession, matter: Matter, caller: Principal, request: "FundingRequest", before: Decision | None,
    wish: DecisionWrite, now: datetime,
) -> Word:  # fmt: skip
    was = [before.outcome.value, before.amount_cents] if before else None
    if before is None:
        decision = Decision(
            committee_id=matter.committee.id,
            dossier_id=request.dossier_id,
            request_id=request.id,
            funder_id=request.funder_id,
            decided_by=caller.account_id,
            decided_at=now,
            **wish.model_dump(include=set(DecisionWrite.model_fields)),
        )
        session.add(decision)
    else:
        decision = before
        for name, value in wish.model_dump(include=set(DecisionWrite.model_fields)).items():
            setattr(decision, name, value)
        decision.decided_by, decision.decided_at = caller.account_id, now
        decision.version += 1
    return Word(request, decision, was)
