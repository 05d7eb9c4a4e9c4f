"""Use cases of the instruction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from .. import clients
from ..campaigns import service as campaigns
from ..contracts.errors import NotContractLead
from ..dossiers import history, instruction
from ..dossiers import service as dossiers
from . import conflicts, readings_repository, repository, review_settings, rules
from .errors import (
    NotAMember,
    NotTheFunder,
    NotTheLastSubmission,
    ReadingsMissing,
    ReasonRequired,
    ReviewCompleted,
    ReviewIncomplete,
    ReviewVoid,
    UnknownCriterion,
)
from .models import Review, ReviewReadingStatus, ReviewStatus
from .schemas import AdmissibilityCreate, ReviewUpdate

if TYPE_CHECKING:
    from ..dossiers.models import Dossier
from ..dossiers.rules import merge


async def declare_admissibility(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: AdmissibilityCreate, *, version: int, now: datetime
) -> tuple["Dossier", list[Review]]:
    """The team finds the dossier fit to be instructed, and each funder asked gets its review; or not fit, and says why."""
    dossier = await instruction.seen(session, caller, dossier_id)
    if not caller.belongs_to(dossier.lead_organisation_id):
        raise NotContractLead()
    reason = (wish.reason or "").strip() or None
    if not wish.admissible and reason is None:
        raise ReasonRequired(errors=[FieldError("/reason", Text("Dites pourquoi.", "Say why."), "missing")])
    dossier = await instruction.settle_admissibility(
        session, dossier_id, reason=None if wish.admissible else reason, version=version
    )
    reviews = await _open_reviews(session, dossier, now) if wish.admissible else []
    act = "dossier.admissible" if wish.admissible else "dossier.inadmissible"
    await dossiers.note(session, dossier, act, caller, now, organisation_id=dossier.lead_organisation_id, reason=reason)
    if not wish.admissible:
        await _tell_inadmissible(session, dossier)
    return dossier, reviews


async def _open_reviews(session: AsyncSession, dossier: "Dossier", now: datetime) -> list[Review]:
    reviews = [
        Review(
            request_id=request.id,
            dossier_id=dossier.id,
            campaign_id=dossier.campaign_id,
            funder_id=request.funder_id,
            lead_organisation_id=dossier.lead_organisation_id,
            reference=dossier.reference or "",
            title=dossier.title,
            holder_name=str(dossier.holder["name"]),
            asked_cents=request.amount_cents,
            opened_at=now,
        )
        for request in await instruction.requests_of(session, dossier.id)
    ]
    session.add_all(reviews)
    await session.flush()
    for funder_id in (await review_settings.following(session, dossier.campaign_id)) & {each.funder_id for each in reviews}:
        await conflicts.let_rules_follow(session, dossier.campaign_id, funder_id)
    return reviews


async def _tell_inadmissible(session: AsyncSession, dossier: "Dossier") -> None:
    text = f"""Bonjour,

Votre dossier {dossier.reference} « {dossier.title} » a été déclaré irrecevable pour le motif suivant :

{dossier.inadmissible_reason}

Cette décision peut être contestée devant le tribunal administratif dans les deux mois (article R421-1 du code de justice
administrative). L'équipe du contrat de ville est à votre disposition pour vous aider.
"""
    await queue_mail(
        session, to=str(dossier.contact["email"]), subject=f"Votre dossier {dossier.reference} est irrecevable", text=text
    )


async def assign(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    review_id: UUID,
    assignee_id: UUID | None,
    *,
    version: int,
    now: datetime,
) -> Review:
    """Give the review to an instructor, or give it back. By hand: the funder's rules leave it alone from then on."""
    if assignee_id not in (None, caller.account_id):
        await _require_member(resources, caller, review_id, assignee_id)
    review = await _open_review(session, caller, review_id, version)
    return await hand_over(session, caller, review, assignee_id, now=now)


async def hand_over(session: AsyncSession, caller: Principal, review: Review, assignee_id: UUID | None, *, now: datetime) -> Review:
    """The same, on a review that is locked, to somebody known as a member."""
    if assignee_id is not None:
        await conflicts.require_free(session, review.funder_id, review.dossier_id, [assignee_id])
    before, review.assignee_id = review.assignee_id, assignee_id
    review.assigned_by_rule = False
    changes = {"assignee_id": [before and str(before), assignee_id and str(assignee_id)]}
    return await _saved(session, review, "review.assigned", caller, now, changes)


async def _require_member(resources: Resources, caller: Principal, review_id: UUID, account_id: UUID | None) -> None:
    """Asked of the directory before anything is locked."""
    async with resources.database.sessions() as glance:
        review = _seen(await repository.look(glance, review_id), caller)
    if account_id is None or await clients.member(resources.siblings, caller, review.funder_id, account_id) is None:
        said = Text("Cette personne n'est pas membre du financeur.", "This person is not a member of the funder.")
        raise NotAMember(errors=[FieldError("/assignee_id", said, "not_a_member")])


async def save(
    session: AsyncSession, caller: Principal, review_id: UUID, wish: ReviewUpdate, *, version: int, now: datetime
) -> Review:
    """Autosave of scores, avis, amount and comments."""
    review = await _open_review(session, caller, review_id, version)
    await conflicts.require_access(session, caller, review.id)
    sent = wish.model_dump(exclude_unset=True)
    if _WRITTEN & sent.keys():
        review.scorer_id = caller.account_id
    if sent and review.submission_number is None:
        review.submission_number = await history.last_number_of(session, review.dossier_id)
    if sent.keys() & {"scores", "score_comments"}:
        await _score(session, review, wish, sent.keys())
    if "opinion" in sent:
        review.opinion = wish.opinion
    if "proposed_cents" in sent:
        _refuse_above_ask(wish.proposed_cents, review.asked_cents)
        review.proposed_cents = wish.proposed_cents
    for name in ("internal_comment", "holder_comment"):
        if name in sent:
            setattr(review, name, sent[name] or "")
    if review.status is ReviewStatus.TO_REVIEW:
        review.status = ReviewStatus.IN_PROGRESS
        review.assignee_id = review.assignee_id or caller.account_id
    review.version += 1
    await session.flush()
    return review


_WRITTEN = {"scores", "score_comments", "opinion", "proposed_cents"}


async def _score(session: AsyncSession, review: Review, wish: ReviewUpdate, sent: Collection[str]) -> None:
    campaign = await campaigns.get(session, review.campaign_id)
    if errors := rules.unknown_criteria(wish.scores or {}, campaign.criteria):
        raise UnknownCriterion(errors=errors)
    if errors := rules.unknown_criteria(wish.score_comments or {}, campaign.criteria, "score_comments"):
        raise UnknownCriterion(errors=errors)
    if "scores" in sent:
        kept: dict[str, Any] = {} if wish.scores is None else merge(review.scores, wish.scores)
        review.scores, review.weighted_score = kept, rules.weighted_score(kept, campaign.criteria)
    if "score_comments" in sent:
        review.score_comments = {} if wish.score_comments is None else merge(review.score_comments, wish.score_comments)


def _refuse_above_ask(proposed_cents: int | None, asked_cents: int) -> None:
    if proposed_cents is not None and proposed_cents > asked_cents:
        said = Text("Le montant proposé dépasse ce qui est demandé.", "The amount proposed is above what is asked.")
        raise ReviewIncomplete(errors=[FieldError("/proposed_cents", said, "above_ask")])


async def complete(session: AsyncSession, caller: Principal, review_id: UUID, *, version: int, now: datetime) -> Review:
    """Give the avis: from now on the other funders of the dossier and the committee see it."""
    review = await _open_review(session, caller, review_id, version)
    return await give(session, caller, review, now=now)


async def give(session: AsyncSession, caller: Principal, review: Review, *, now: datetime) -> Review:
    """The same, on a review that is locked and still open."""
    await conflicts.require_access(session, caller, review.id)
    await _require_readings(session, review)
    campaign = await campaigns.get(session, review.campaign_id)
    errors = rules.completion_errors(review.scores, campaign.criteria, review.opinion, review.proposed_cents, review.asked_cents)
    if errors or review.opinion is None or review.proposed_cents is None:
        raise ReviewIncomplete(errors=errors)
    await instruction.record_review(session, review.request_id, review.opinion, review.proposed_cents, now=now)
    review.status, review.completed_at = ReviewStatus.COMPLETED, now
    changes = {"opinion": review.opinion.value, "proposed_cents": review.proposed_cents}
    return await _saved(session, review, "review.completed", caller, now, changes)


async def _require_readings(session: AsyncSession, review: Review) -> None:
    """Where the funder wants several readings, each of them is complete."""
    settings = await review_settings.read(session, review.campaign_id, review.funder_id)
    if settings["readings"] < 2:
        return
    found = await readings_repository.of_review(session, review.id)
    complete = sum(reading.status is ReviewReadingStatus.COMPLETED for reading in found)
    if complete < settings["readings"]:
        raise ReadingsMissing(expected=settings["readings"], completed=complete)


async def reopen(session: AsyncSession, caller: Principal, review_id: UUID, reason: str, *, version: int, now: datetime) -> Review:
    """Take the avis back, with a reason, while no committee has spoken."""
    review = await _own(session, caller, review_id)
    require_version(review.version, version)
    return await take_back(session, caller, review, reason, now=now)


async def take_back(session: AsyncSession, caller: Principal, review: Review, reason: str, *, now: datetime) -> Review:
    """The same, on a review that is locked."""
    await conflicts.require_access(session, caller, review.id)
    await instruction.reopen_review(session, review.request_id)
    review.status, review.completed_at = ReviewStatus.IN_PROGRESS, None
    return await _saved(session, review, "review.reopened", caller, now, {}, reason)


async def confirm(
    session: AsyncSession, caller: Principal, review_id: UUID, submission_number: int, *, version: int, now: datetime
) -> Review:
    """The dossier was sent again and the review, given or not, holds for what it is now."""
    review = await _own(session, caller, review_id)
    if review.status is ReviewStatus.VOID:
        raise ReviewVoid()
    require_version(review.version, version)
    await conflicts.require_access(session, caller, review.id)
    await require_last(session, review.dossier_id, submission_number)
    before, review.submission_number = review.submission_number, submission_number
    return await _saved(session, review, "review.confirmed", caller, now, {"submission_number": [before, submission_number]})


async def require_last(session: AsyncSession, dossier_id: UUID, submission_number: int) -> None:
    """Refuse what is said of another submission than the latest."""
    last = await history.last_number_of(session, dossier_id)
    if submission_number != last:
        raise NotTheLastSubmission(last_submission_number=last)


async def shown(session: AsyncSession, review: Review) -> dict[str, Any]:
    """A review after an act, with the dossier's latest submission beside the one it was written on."""
    return {**review.model_dump(), "last_submission_number": await history.last_number_of(session, review.dossier_id)}


async def _own(session: AsyncSession, caller: Principal, review_id: UUID) -> Review:
    return _seen(await repository.get(session, review_id), caller)


def _seen(review: Review | None, caller: Principal) -> Review:
    if review is None or not (caller.belongs_to(review.funder_id) or caller.belongs_to(review.lead_organisation_id)):
        raise NotFound()
    if not caller.belongs_to(review.funder_id):
        raise NotTheFunder()
    return review


async def _open_review(session: AsyncSession, caller: Principal, review_id: UUID, version: int) -> Review:
    review = await _own(session, caller, review_id)
    if review.status is ReviewStatus.VOID:
        raise ReviewVoid()
    if review.status is ReviewStatus.COMPLETED:
        raise ReviewCompleted()
    require_version(review.version, version)
    return review


async def _saved(
    session: AsyncSession,
    review: Review,
    act: str,
    caller: Principal,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> Review:
    review.version += 1
    await session.flush()
    dossier = await instruction.seen(session, caller, review.dossier_id)
    await dossiers.note(
        session,
        dossier,
        act,
        caller,
        now,
        organisation_id=review.funder_id,
        reason=reason,
        confidential=True,
        review_id=str(review.id),
        **changes,
    )
    return review


async def own(session: AsyncSession, caller: Principal, review_id: UUID) -> Review:
    """For acts on many: the caller's funder's review, locked (404 unseen, 403 seen but another's)."""
    return await _own(session, caller, review_id)


# For the rooms above.


async def given(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[Review]:
    """The reviews given on these dossiers: those still being written are nobody else's to read."""
    return await repository.completed(session, dossier_ids)
