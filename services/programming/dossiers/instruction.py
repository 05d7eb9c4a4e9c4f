"""What the rooms above (reviews, committees, notifications) do to a dossier and its requests.

Each act takes the dossier's row first, then the request's: two acts on one dossier wait for each other and never deadlock.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import NotFound

from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import decisions, repository, rules
from .errors import DossierStateRefused, RequestStateRefused
from .models import Dossier, DossierStatus, FundingRequest, Opinion, RequestStatus

_OPEN_TO_REVIEW = {RequestStatus.ASKED}


async def seen(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Dossier:
    """The dossier, for those who instruct it: a funder asked or the team (404 otherwise, the holder included)."""
    capacities = await repository.capacities(session, dossier_id, caller.organisation_ids)
    dossier = await repository.get(session, dossier_id)
    if dossier is None or capacities is None or not (capacities.as_funder or capacities.as_lead):
        raise NotFound()
    return dossier


async def get(session: AsyncSession, dossier_id: UUID) -> Dossier:
    """For jobs, which act for the platform: the dossier, locked."""
    return await _locked(session, dossier_id)


def without_avis(request: FundingRequest) -> FundingRequest:
    """A copy, kept nowhere, of the request as it was before anybody spoke of it."""
    return FundingRequest(**{**request.model_dump(), "opinion": None, "proposed_cents": None})


async def requests_of(session: AsyncSession, dossier_id: UUID) -> list[FundingRequest]:
    return await repository.requests(session, dossier_id)


async def settle_admissibility(session: AsyncSession, dossier_id: UUID, *, reason: str | None, version: int) -> Dossier:
    """Admissible (no `reason`), and so under review; or inadmissible, and why."""
    dossier = await _locked(session, dossier_id)
    if dossier.status is not DossierStatus.SUBMITTED:
        raise DossierStateRefused(dossier_status=dossier.status.value)
    require_version(dossier.version, version)
    dossier.status = DossierStatus.INADMISSIBLE if reason else DossierStatus.UNDER_REVIEW
    dossier.inadmissible_reason = reason
    dossier.version += 1
    await session.flush()
    return dossier


async def record_review(
    session: AsyncSession, request_id: UUID, opinion: Opinion, proposed_cents: int, *, now: datetime
) -> Dossier:
    """A funder's instructor has given the avis and the amount proposed."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, _OPEN_TO_REVIEW)
    request.opinion, request.proposed_cents = opinion, proposed_cents
    request.status, request.reviewed_at = RequestStatus.REVIEWED, now
    return await _follow(session, dossier)


async def reopen_review(session: AsyncSession, request_id: UUID) -> Dossier:
    """The avis is taken back while no committee has spoken."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, {RequestStatus.REVIEWED})
    request.opinion = request.proposed_cents = request.reviewed_at = None
    request.status = RequestStatus.ASKED
    return await _follow(session, dossier)


async def record_notification(
    session: AsyncSession, request_id: UUID, *, motive: str | None, conditions: str | None, now: datetime
) -> tuple[Dossier, FundingRequest]:
    """The funder tells the holder: from now on the holder sees the decision, its motive and its conditions."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, {RequestStatus.GRANTED, RequestStatus.REFUSED})
    request.motive, request.conditions = motive, conditions
    request.status, request.notified_at = RequestStatus.NOTIFIED, now
    return await _follow(session, dossier), request


async def record_progress(session: AsyncSession, request_id: UUID, status: RequestStatus) -> Dossier:
    """The award moved on (agreed, committed, paid, justified): the request says so and the dossier follows."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, rules.TOLD)
    if request.status is status:
        return dossier
    request.status = status
    return await _follow(session, dossier)


async def amend_grant(session: AsyncSession, request_id: UUID, granted_cents: int) -> int:
    """A signed amendment sets a notified grant anew. Returns by how much the envelope is drawn on, negative when lowered."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, rules.TOLD)
    decisions.require_within(request, granted_cents)
    delta = granted_cents - (request.granted_cents or 0)
    request.granted_cents = granted_cents
    dossier.granted_cents += delta
    await _follow(session, dossier)
    return delta


async def grant_tranche(session: AsyncSession, request_id: UUID, *, motive: str, now: datetime) -> Dossier:
    """A request that carries out a tranche of a multi-year agreement is granted whole: the decision is the agreement itself."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, {RequestStatus.ASKED})
    _require_tranche(request)
    request.status, request.decided_at, request.motive = RequestStatus.GRANTED, now, motive
    request.granted_cents = request.amount_cents
    dossier.granted_cents += request.amount_cents
    return await _follow(session, dossier)


async def amend_tranche(session: AsyncSession, request_id: UUID, amount_cents: int) -> int:
    """The tranche is set anew before its notification. Returns by how much the envelope is drawn on, negative when lowered."""
    dossier, request = await _locked_request(session, request_id)
    _require(request, {RequestStatus.GRANTED})
    await raise_ask(session, request_id, amount_cents)
    delta = amount_cents - (request.granted_cents or 0)
    request.granted_cents = amount_cents
    dossier.granted_cents += delta
    await _follow(session, dossier)
    return delta


async def raise_ask(session: AsyncSession, request_id: UUID, amount_cents: int) -> None:
    """A tranche may be amended above what its request first asked: the request asks that much from then on."""
    dossier, request = await _locked_request(session, request_id)
    _require_tranche(request)
    more = max(0, amount_cents - request.amount_cents)
    request.amount_cents += more
    dossier.asked_cents += more
    await session.flush()


async def action_ids(session: AsyncSession, dossier_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The action each dossier carries out: the same through renewals and through the years of an agreement."""
    return await repository.action_ids(session, dossier_ids)


def face() -> Any:
    """What publications tell of a dossier, as a statement to join by `id`: kind, SIRET and RNA of its holder, codes, exercise."""
    return repository.FACE


async def for_agenda(session: AsyncSession, campaign_id: UUID, dossier_ids: Sequence[UUID]) -> list[Dossier]:
    """The dossiers, in the order given, if a committee of this campaign may look at them."""
    found = {dossier.id: dossier for dossier in await repository.many(session, dossier_ids)}
    may = {DossierStatus.UNDER_REVIEW, DossierStatus.READY_FOR_COMMITTEE, DossierStatus.DECIDED}
    refused = [i for i in dossier_ids if i not in found or found[i].campaign_id != campaign_id or found[i].status not in may]
    if refused:
        said = Text(
            "Ces dossiers ne sont pas en instruction dans cette campagne.", "These dossiers are not under review in this campaign."
        )
        raise DossierStateRefused(said, dossier_ids=[str(i) for i in refused])
    return [found[i] for i in dossier_ids]


async def request_of(session: AsyncSession, request_id: UUID) -> FundingRequest:
    """The request, locked after its dossier."""
    return (await _locked_request(session, request_id))[1]


async def look_up(session: AsyncSession, dossier_ids: Sequence[UUID]) -> dict[UUID, Dossier]:
    """For letters, which take what they say from several dossiers: not locked, by id."""
    return {dossier.id: dossier for dossier in await repository.many(session, dossier_ids)}


async def _follow(session: AsyncSession, dossier: Dossier) -> Dossier:
    await session.flush()
    decisions.follow(dossier, await repository.requests(session, dossier.id))
    await session.flush()
    return dossier


async def _locked(session: AsyncSession, dossier_id: UUID) -> Dossier:
    dossier = await repository.get(session, dossier_id, lock=True)
    if dossier is None:
        raise NotFound()
    return dossier


async def _locked_request(session: AsyncSession, request_id: UUID) -> tuple[Dossier, FundingRequest]:
    dossier_id = await repository.dossier_of_request(session, request_id)
    if dossier_id is None:
        raise NotFound()
    dossier = await _locked(session, dossier_id)
    request = await repository.request(session, request_id)
    if request is None:
        raise NotFound()
    return dossier, request


def _require(request: FundingRequest, statuses: set[RequestStatus]) -> None:
    if request.status not in statuses:
        raise RequestStateRefused(request_status=request.status.value)


def _require_tranche(request: FundingRequest) -> None:
    if request.tranche_id is None:
        raise RequestStateRefused(request_status=request.status.value)


async def many(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[tuple[Dossier, list[FundingRequest]]]:
    """To read only: these dossiers in the order given, each with its requests; two statements whatever their number."""
    found = {dossier.id: dossier for dossier in await repository.many(session, dossier_ids)}
    requests: dict[UUID, list[FundingRequest]] = {dossier_id: [] for dossier_id in found}
    for request in await repository.requests_of_many(session, dossier_ids):
        requests[request.dossier_id].append(request)
    return [(found[i], requests[i]) for i in dossier_ids if i in found]


# The bilan, for the rooms above.


async def read(session: AsyncSession, dossier_id: UUID) -> Dossier:
    """For jobs that only look: the dossier, not locked."""
    dossier = await repository.get(session, dossier_id)
    if dossier is None:
        raise NotFound()
    return dossier


async def owe_report(session: AsyncSession, dossier: Dossier, *, year: int, today: date) -> None:
    """Something is granted: a bilan is due so many months after the end of the exercise (dossier locked by the caller).

    The delay is the one in force the day of the first notification: what the holder was told stays.
    """
    if dossier.report_due_on is not None:
        return
    if dossier.exercise_ends_on is None:
        dossier.exercise_starts_on, dossier.exercise_ends_on = rules.exercise(year, dossier.exercise_starts_on)
    months = await parameters.value(session, Parameter.REPORT_DUE_MONTHS, today)
    dossier.report_due_on = rules.months_after(dossier.exercise_ends_on, months)
    await session.flush()


async def mark_reports_due(session: AsyncSession, *, today: date) -> list[Dossier]:
    """The exercise has ended and nothing was submitted: the dossiers that now await their bilan."""
    return await repository.many(session, await repository.mark_reports_due(session, today))


async def record_report(session: AsyncSession, dossier_id: UUID, *, now: datetime) -> Dossier:
    """The holder submitted its bilan; the first submission is what frees it of its duty."""
    dossier = await _locked(session, dossier_id)
    dossier.report_submitted_at = dossier.report_submitted_at or now
    dossier.status = rules.with_report(dossier.status, submitted=True)
    dossier.version += 1
    await session.flush()
    return dossier


async def close(session: AsyncSession, dossier_id: UUID) -> Dossier | None:
    """Every award is justified and settled: the dossier closes. None when it cannot yet (or has already)."""
    dossier = await _locked(session, dossier_id)
    if dossier.status is not DossierStatus.REPORT_SUBMITTED:
        return None
    dossier.status = DossierStatus.CLOSED
    dossier.version += 1
    await session.flush()
    return dossier


async def has_attachment(session: AsyncSession, organisation_id: UUID, dossier_id: UUID, attachment_id: UUID) -> bool:
    """This document is joined to that dossier, which the organisation answers for."""
    dossier = await repository.get(session, dossier_id)
    if dossier is None or dossier.acting_holder_id != organisation_id:
        return False
    return await repository.attachment(session, dossier_id, attachment_id) is not None


async def is_report_submitted(session: AsyncSession, dossier_id: UUID) -> bool:
    """The bilan of this dossier was submitted; read without waiting for anybody."""
    dossier = await repository.get(session, dossier_id)
    return dossier is not None and dossier.report_submitted_at is not None


def facets() -> Any:
    """What rules about requests look at, as a statement to join by `request_id`: budget line, nature, codes, holder today."""
    return repository.FACETS


async def reword(session: AsyncSession, request_id: UUID, *, motive: str | None, conditions: str | None) -> FundingRequest:
    """A corrective letter gives a notified answer other grounds or conditions (dossier and request taken)."""
    _, request = await _locked_request(session, request_id)
    _require(request, rules.TOLD)
    request.motive, request.conditions = motive, conditions
    await session.flush()
    return request
