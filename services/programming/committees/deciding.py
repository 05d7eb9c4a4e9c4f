"""What a session says of each funder's request: a first decision, and a change of one that was read."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.problems import NotFound
from services.common.signals import say

from ..campaigns import service as campaigns
from ..dossiers import instruction
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
from .models import Committee, CommitteeKind, Decision, Outcome
from .schemas import DecisionWrite

if TYPE_CHECKING:
    from ..dossiers.models import FundingRequest


@dataclass(frozen=True)
class Expected:
    """What the caller believes stands: a version they read (`If-Match`), nothing at all (`If-None-Match: *`), or no word of it."""

    version: int | None = None
    nothing: bool = False


async def decide(
    session: AsyncSession, caller: Principal, committee_id: UUID, request_id: UUID, wish: DecisionWrite, *, now: datetime,
    expected: Expected = Expected(),
) -> tuple[Decision, bool]:  # fmt: skip
    """Record what the session says of one funder's request; a grant draws on the funder's envelope in the same transaction.

    Whoever changes a decision has read it: 428 and 412 tell what was decided, by whom. The same word of the same person said twice
    is one. Returns the decision, and whether anything changed.
    """
    committee = await repository.get_shared(session, committee_id)
    if committee is None:
        raise NotFound()
    await service.seen_campaign(session, caller, committee.campaign_id)
    request = await instruction.request_of(session, request_id)  # locked: two officers come one after the other
    _require_right(caller, committee, request)
    before = await repository.decision(session, committee_id, request_id)
    reopening = await repository.reopening(session, before.id) if before else None
    if reopening is None or reopening.opened_at is None:
        service.require_sitting(committee, now)
    if errors := rules.decision_errors(committee.kind, wish.outcome, wish.amount_cents, wish.motive):
        raise DecisionRefused(errors=errors)
    await _require_place(session, caller, committee, request)
    if before is not None and _same(before, wish, caller) and reopening is None and await _stands(session, before, request):
        return before, False
    _require_expected(before, expected)
    if committee.kind is CommitteeKind.TECHNICAL:
        await instruction.record_proposal(session, request_id, wish.amount_cents)
    else:
        await _settle(session, committee, request, wish, now)
    decision = await _write(session, caller, committee, request, before, wish, now)
    if reopening is not None and reopening.opened_at is not None:
        reopening.settled_at = now
        await session.flush()
    return decision, True


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


async def _stands(session: AsyncSession, decision: Decision, request: "FundingRequest") -> bool:
    """No other session has spoken since."""
    if decision.outcome is Outcome.PROPOSED:
        return request.status is RequestStatus.PROPOSED
    last = await repository.last_decision(session, request.id)
    return last is not None and last[0].id == decision.id


def _same(before: Decision, wish: DecisionWrite, caller: Principal) -> bool:
    said = (before.outcome, before.amount_cents, before.motive, before.conditions)
    return before.decided_by == caller.account_id and said == (wish.outcome, wish.amount_cents, wish.motive, wish.conditions)


async def _require_place(session: AsyncSession, caller: Principal, committee: Committee, request: "FundingRequest") -> None:
    """The dossier is on the agenda and still under review; the funder is at the table; the person has neither stepped out nor an
    interest that they declared while the dossier was reviewed."""
    if not await repository.is_on_agenda(session, committee.id, request.dossier_id):
        raise NotOnAgenda()
    if (await instruction.read(session, request.dossier_id)).status in NOT_COUNTED:
        raise DossierWithdrawn()
    if committee.kind is CommitteeKind.STEERING and not rules.is_at_the_table(committee.attendance, request.funder_id):
        raise FunderAbsent()
    out = await repository.stepped_out(session, committee.id, request.dossier_id, caller.account_id)
    if out is not None:
        raise SteppedOut(deport_id=str(out.id))
    if await conflicts.interests_of(session, caller.account_id, [request.dossier_id]):
        raise InterestDeclared()


def _require_right(caller: Principal, committee: Committee, request: "FundingRequest") -> None:
    """The team proposes in a technical session; in a steering one each funder decides for itself."""
    if committee.kind is CommitteeKind.TECHNICAL:
        may = caller.belongs_to(committee.lead_organisation_id)
    else:
        may = caller.has_role(request.funder_id, "manager", "signatory")
    if not may:
        raise NotForYouToDecide()


async def _settle(
    session: AsyncSession, committee: Committee, request: "FundingRequest", wish: DecisionWrite, now: datetime
) -> None:
    last = await repository.last_decision(session, request.id)
    own = last is not None and last[1].id == committee.id
    outcome = RequestStatus(wish.outcome.value)
    _, settled, delta = await instruction.record_decision(session, request.id, outcome, wish.amount_cents, again=own, now=now)
    await campaigns.take_from_envelope(session, committee.campaign_id, settled.funder_id, settled.budget_line, delta)


async def _write(
    session: AsyncSession, caller: Principal, committee: Committee, request: "FundingRequest", before: Decision | None,
    wish: DecisionWrite, now: datetime,
) -> Decision:  # fmt: skip
    was = before and [before.outcome.value, before.amount_cents]
    if before is None:
        decision = Decision(
            committee_id=committee.id,
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
        decision=[was, [wish.outcome.value, wish.amount_cents]],
    )
    await say(session, service.topic(committee.campaign_id))
    return decision
