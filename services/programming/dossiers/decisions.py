"""Requests as a session decides on them: taken together, judged one by one, written together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.language import Text
from services.common.problems import NotFound

from . import held, repository, rules
from .errors import DossierStateRefused, RequestStateRefused
from .models import Dossier, DossierStatus, FundingRequest, RequestStatus

_OPEN_TO_DECISION = {RequestStatus.REVIEWED, RequestStatus.PROPOSED, RequestStatus.ADJOURNED}
_DECIDED = {RequestStatus.GRANTED, RequestStatus.ADJOURNED, RequestStatus.REFUSED}


@dataclass(frozen=True)
class Taken:
    """Dossiers held until the end of the transaction, each with all its requests: nobody else decides on them meanwhile."""

    dossiers: Mapping[UUID, Dossier]
    requests: Mapping[UUID, FundingRequest]
    #: Of each dossier.
    beside: Mapping[UUID, Sequence[FundingRequest]]

    def request(self, request_id: UUID) -> FundingRequest:
        found = self.requests.get(request_id)
        if found is None:
            raise NotFound()
        return found

    def dossier_of(self, request: FundingRequest) -> Dossier:
        return self.dossiers[request.dossier_id]


async def take(session: AsyncSession, request_ids: Collection[UUID]) -> Taken:
    """Dossiers in the order of their ids, then their requests: two who take the same ones wait for each other, never in a circle.

    Ids that are no request's are left out.
    """
    wanted = {row.dossier_id for row in await repository.requests_by_id(session, list(request_ids))}
    dossiers = await held.dossiers(session, wanted)
    requests = await held.requests(session, [dossier.id for dossier in dossiers])
    beside: dict[UUID, list[FundingRequest]] = {dossier.id: [] for dossier in dossiers}
    for request in requests:
        beside[request.dossier_id].append(request)
    return Taken({each.id: each for each in dossiers}, {each.id: each for each in requests}, beside)


def require_decidable(taken: Taken, request: FundingRequest, amount_cents: int, *, again: bool = False) -> None:
    """The holder owes no answer, the request is open to a decision, the amount within what is asked.

    `again`: the same session corrects its own decision; another session's stands.
    """
    dossier = taken.dossier_of(request)
    if dossier.status is DossierStatus.CHANGES_REQUESTED:
        # They are answered, cancelled or closed first.
        said = Text("Des compléments sont demandés au porteur.", "Changes are requested of the holder.")
        raise DossierStateRefused(said, dossier_status=dossier.status.value, changes_due_on=str(dossier.changes_due_on))
    if request.status not in _OPEN_TO_DECISION | (_DECIDED if again else set()):
        raise RequestStateRefused(request_status=request.status.value)
    require_within(request, amount_cents)


def require_within(request: FundingRequest, amount_cents: int) -> None:
    if amount_cents > request.amount_cents:
        said = Text("Le montant dépasse ce qui est demandé.", "The amount is above what is asked.")
        raise RequestStateRefused(said, asked_cents=request.amount_cents)


def propose(taken: Taken, request: FundingRequest, amount_cents: int) -> None:
    """A technical committee proposes an amount (judged by `require_decidable` first, written when the session is flushed)."""
    request.status, request.proposed_cents = RequestStatus.PROPOSED, amount_cents
    follow(taken.dossier_of(request), taken.beside[request.dossier_id])


def drawn(request: FundingRequest, amount_cents: int) -> int:
    """By how much a decision draws on the funder's envelope, in cents: negative when a decision is corrected downwards."""
    return amount_cents - (request.granted_cents or 0)


def settle(taken: Taken, request: FundingRequest, outcome: RequestStatus, amount_cents: int, *, now: datetime) -> None:
    """A funder decides (judged by `require_decidable` first, written when the session is flushed)."""
    taken.dossier_of(request).granted_cents += drawn(request, amount_cents)
    request.status, request.decided_at = outcome, now
    request.granted_cents = None if outcome is RequestStatus.ADJOURNED else amount_cents
    follow(taken.dossier_of(request), taken.beside[request.dossier_id])


def follow(dossier: Dossier, requests: Sequence[FundingRequest]) -> None:
    """The dossier is where its requests, all of them, are."""
    if dossier.status is not DossierStatus.CHANGES_REQUESTED and dossier.status not in rules.AFTER_REPORT:
        reached = rules.reached(dossier.status, [request.status for request in requests])
        dossier.status = rules.with_report(reached, submitted=dossier.report_submitted_at is not None)
    dossier.version += 1
