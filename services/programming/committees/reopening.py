"""Taking up a closed decision again, with a reason, before it is notified: the funder and the team both ask for it.

The grant stays drawn on the envelope until the funder decides again, in the same session: the correction then moves the difference
in one transaction. Once notified, what was told is corrected by `notifications`.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.problems import NotFound

from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..dossiers.schemas import RequestStatus
from . import repository, rules, service
from .errors import NotForYouToReopen, NothingDecided, ReopeningAsked, ReopeningNeedsAnother, ReopeningRefused
from .models import CommitteeKind, Reopening

_NOT_NOTIFIED = {RequestStatus.GRANTED, RequestStatus.ADJOURNED, RequestStatus.REFUSED}


async def reopen(
    session: AsyncSession, caller: Principal, committee_id: UUID, request_id: UUID, reason: str, *, now: datetime
) -> Reopening:
    """The first of the two parties asks and says why; the other's asking opens the decision.

    A funder that leads the contract is one party: its word opens it at once. A person of two distinct organisations speaks for one.
    """
    committee = await repository.get_shared(session, committee_id)
    if committee is None:
        raise NotFound()
    await service.seen_campaign(session, caller, committee.campaign_id)
    request = await instruction.request_of(session, request_id)  # taken: nothing is notified nor decided meanwhile
    decision = await repository.decision(session, committee_id, request_id)
    parties = rules.Parties(
        funder=caller.has_role(request.funder_id, "manager", "signatory"),
        team=caller.belongs_to(committee.lead_organisation_id),
        are_one=request.funder_id == committee.lead_organisation_id,
    )
    if not (parties.funder or parties.team):
        raise NotForYouToReopen()
    if decision is None:
        raise NothingDecided()
    last = await repository.last_decision(session, request_id)
    stands = last is not None and last[0].id == decision.id and request.status in _NOT_NOTIFIED
    if committee.kind is not CommitteeKind.STEERING or committee.status in rules.OPEN or not stands:
        raise ReopeningRefused(request_status=request.status.value)
    found = await repository.reopening(session, decision.id)
    if found is not None and found.opened_at is not None:
        return found  # said again by one of those who may: it is open
    before = (found.asked_by_funder, found.asked_by_team) if found else (None, None)
    asked = rules.asked_by(parties, *before, caller.account_id)
    if asked is None:
        raise ReopeningNeedsAnother() if parties.funder and parties.team else ReopeningAsked()
    if found is None:
        found = Reopening(
            decision_id=decision.id,
            committee_id=committee_id,
            request_id=request_id,
            reason=reason.strip(),
            asked_at=now,
        )
    found.asked_by_funder, found.asked_by_team = asked
    if all(asked):
        found.opened_at = now
    session.add(found)
    await session.flush()
    dossier = await instruction.seen(session, caller, request.dossier_id)
    act = "request.reopened" if found.opened_at else "request.reopening_asked"
    await dossiers.note(
        session, dossier, act, caller, now, organisation_id=request.funder_id, reason=reason.strip(), confidential=True,
        committee_id=str(committee_id), request_id=str(request_id), decision=[decision.outcome.value, decision.amount_cents],
    )  # fmt: skip
    return found
