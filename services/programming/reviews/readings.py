"""Readings: several people read a request on their own before the funder's one review of it is given.

Whoever touches a reading holds its review's row first: two tabs, a conflict being declared and the review being given wait for
each other. A reader sees the others' scores once their own reading is complete.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound
from services.common.siblings import Siblings

from .. import clients
from ..campaigns import service as campaigns
from ..dossiers import changes, history, instruction
from ..dossiers import service as dossiers
from ..dossiers.rules import merge
from . import conflicts, reading_rules, readings_repository, review_settings, rules
from . import conflicts_repository as hidden_from
from . import repository as reviews
from .errors import (
    FunderManagersOnly,
    InConflict,
    NotAMember,
    NotTheFunder,
    NotTheLastSubmission,
    NotTheReader,
    ReadersRefused,
    ReadingCompleted,
    ReadingSetAside,
    ReviewCompleted,
    ReviewIncomplete,
    ReviewVoid,
    UnknownCriterion,
)
from .models import Review, ReviewReading, ReviewReadingStatus, ReviewStatus, SetAside
from .reading_schemas import ReadingUpdate

if TYPE_CHECKING:
    from ..dossiers.models import Dossier

PENDING = {ReviewReadingStatus.TO_READ, ReviewReadingStatus.IN_PROGRESS}
_CONTENT = ("scores", "score_comments", "weighted_score", "opinion", "proposed_cents", "comment")


async def set_readers(
    session: AsyncSession,
    siblings: Siblings,
    caller: Principal,
    glance: AsyncSession,
    review_id: UUID,
    reader_ids: Sequence[UUID],
    *,
    version: int,
    now: datetime,
) -> Review:
    """A manager says who reads. A reading already begun is not taken from its reader."""
    async with glance:
        funder_id = _of_funder(await reviews.look(glance, review_id), caller).funder_id
    if not caller.has_role(funder_id, "manager"):
        raise FunderManagersOnly()
    known = await clients.members(siblings, caller, funder_id)
    review = await reviews.get(session, review_id)
    if review is None:
        raise NotFound()
    if review.status is ReviewStatus.VOID:
        raise ReviewVoid()
    if review.status is ReviewStatus.COMPLETED:
        raise ReviewCompleted()
    require_version(review.version, version)
    settings = await review_settings.read(session, review.campaign_id, review.funder_id)
    if errors := _reader_errors(reader_ids, settings["readings"], known.keys()):
        raise (NotAMember if {e.code for e in errors} == {"not_a_member"} else ReadersRefused)(errors=errors)
    await conflicts.require_free(session, review.funder_id, review.dossier_id, reader_ids)
    for reading in await readings_repository.locked(session, review.id):
        if reading.reader_id in reader_ids or reading.status is ReviewReadingStatus.SET_ASIDE:
            continue
        if reading.status is not ReviewReadingStatus.TO_READ:
            said = Text("Cette personne a commencé sa lecture.", "This person has begun reading.")
            raise ReadersRefused(errors=[FieldError("/reader_ids", said, "begun")], account_id=str(reading.reader_id))
        await session.delete(reading)
    await give(session, review, reader_ids, now=now)
    await _note(session, review, "review.readers_set", caller, now, readers=[str(each) for each in reader_ids])
    return review


def _reader_errors(reader_ids: Sequence[UUID], expected: int, members: Any) -> list[FieldError]:
    errors = []
    if expected < 2:
        said = Text("Le financeur n'a choisi qu'une lecture.", "The funder chose a single reading.")
        return [FieldError("/reader_ids", said, "single_reading")]
    if len(reader_ids) > expected:
        said = Text(f"{expected} lectures sont prévues.", f"{expected} readings are expected.")
        errors.append(FieldError("/reader_ids", said, "too_many"))
    for i, each in enumerate(reader_ids):
        if each in reader_ids[:i]:
            errors.append(FieldError(f"/reader_ids/{i}", Text("Déjà nommé plus haut.", "Already named above."), "repeated"))
        elif each not in members:
            said = Text("Cette personne n'est pas membre du financeur.", "This person is not a member of the funder.")
            errors.append(FieldError(f"/reader_ids/{i}", said, "not_a_member"))
    return errors


async def give(session: AsyncSession, review: Review, reader_ids: Sequence[UUID], *, now: datetime) -> None:
    """These people read the request (review locked); the first gives the review when it is nobody's."""
    held = {reading.reader_id for reading in await readings_repository.locked(session, review.id)}
    session.add_all(
        ReviewReading(
            review_id=review.id,
            dossier_id=review.dossier_id,
            campaign_id=review.campaign_id,
            funder_id=review.funder_id,
            reader_id=each,
            assigned_at=now,
        )
        for each in reader_ids
        if each not in held
    )
    if review.assignee_id is None and reader_ids:
        review.assignee_id = reader_ids[0]
    review.version += 1
    await session.flush()


async def save(
    session: AsyncSession, caller: Principal, reading_id: UUID, wish: ReadingUpdate, *, version: int, now: datetime
) -> ReviewReading:
    """Autosave of one's own reading."""
    review, reading = await _own(session, caller, reading_id, version)
    sent = wish.model_dump(exclude_unset=True)
    campaign = await campaigns.get(session, review.campaign_id)
    for where, given in (("scores", wish.scores), ("score_comments", wish.score_comments)):
        if errors := rules.unknown_criteria(given or {}, campaign.criteria, where):
            raise UnknownCriterion(errors=errors)
    if "scores" in sent:
        kept: dict[str, Any] = {} if wish.scores is None else merge(reading.scores, wish.scores)
        reading.scores, reading.weighted_score = kept, rules.weighted_score(kept, campaign.criteria)
    if "score_comments" in sent:
        reading.score_comments = {} if wish.score_comments is None else merge(reading.score_comments, wish.score_comments)
    if "opinion" in sent:
        reading.opinion = wish.opinion
    if "proposed_cents" in sent:
        refuse_above_ask(wish.proposed_cents, review.asked_cents)
        reading.proposed_cents = wish.proposed_cents
    if "comment" in sent:
        reading.comment = wish.comment or ""
    if reading.status is ReviewReadingStatus.TO_READ:
        reading.status = ReviewReadingStatus.IN_PROGRESS
    if reading.submission_number is None:
        reading.submission_number = await history.last_number_of(session, reading.dossier_id)
    reading.version += 1
    await session.flush()
    return reading


def refuse_above_ask(proposed_cents: int | None, asked_cents: int) -> None:
    if proposed_cents is not None and proposed_cents > asked_cents:
        said = Text("Le montant proposé dépasse ce qui est demandé.", "The amount proposed is above what is asked.")
        raise ReviewIncomplete(errors=[FieldError("/proposed_cents", said, "above_ask")])


async def complete(session: AsyncSession, caller: Principal, reading_id: UUID, *, version: int, now: datetime) -> ReviewReading:
    """The reading is given: it does not change any more, and the others open."""
    review, reading = await _own(session, caller, reading_id, version)
    campaign = await campaigns.get(session, review.campaign_id)
    errors = rules.completion_errors(reading.scores, campaign.criteria, reading.opinion, reading.proposed_cents, review.asked_cents)
    if errors:
        raise ReviewIncomplete(errors=errors)
    reading.status, reading.completed_at = ReviewReadingStatus.COMPLETED, now
    reading.version += 1
    await session.flush()
    await _note(session, review, "reading.completed", caller, now, reading_id=str(reading.id))
    return reading


async def confirm(
    session: AsyncSession, caller: Principal, reading_id: UUID, submission_number: int, *, version: int, now: datetime
) -> ReviewReading:
    """The dossier was sent again: its changes were read, and what is written of one's reading holds for them."""
    review, reading = await _own(session, caller, reading_id, version)
    last = await history.last_number_of(session, reading.dossier_id)
    if submission_number != last:
        raise NotTheLastSubmission(last_submission_number=last)
    reading.submission_number = submission_number
    reading.version += 1
    await session.flush()
    await _note(session, review, "reading.confirmed", caller, now, reading_id=str(reading.id), submission_number=submission_number)
    return reading


async def aside(session: AsyncSession, caller: Principal, review_id: UUID) -> list[SetAside]:
    """What people in conflict had written in the review's place: for managers who are not themselves in conflict."""
    review = _of_funder(await reviews.look(session, review_id), caller)
    if not caller.has_role(review.funder_id, "manager"):
        raise FunderManagersOnly()
    conflicts.require_open(await hidden_from.hidden(session, caller.account_id, review_id))
    return await hidden_from.set_aside(session, [review_id])


async def _own(session: AsyncSession, caller: Principal, reading_id: UUID, version: int) -> tuple[Review, ReviewReading]:
    """The caller's own reading, still to give, its review locked."""
    found = await readings_repository.get(session, reading_id)
    if found is None or not caller.belongs_to(found.funder_id):
        raise NotFound()
    if found.reader_id != caller.account_id:
        raise NotTheReader()
    review = await reviews.get(session, found.review_id)
    kept = {reading.id: reading for reading in await readings_repository.locked(session, found.review_id)}
    reading = kept.get(reading_id)
    if review is None or reading is None:
        raise NotFound()
    if reading.status is ReviewReadingStatus.SET_ASIDE:
        raise ReadingSetAside()
    if (await hidden_from.hidden(session, caller.account_id, review.id))["in_conflict"]:
        raise InConflict()
    if reading.status is ReviewReadingStatus.COMPLETED:
        raise ReadingCompleted()
    if review.status is ReviewStatus.VOID:
        raise ReviewVoid()
    if review.status is ReviewStatus.COMPLETED:
        raise ReviewCompleted()
    require_version(reading.version, version)
    return review, reading


async def of_review(session: AsyncSession, caller: Principal, review_id: UUID) -> dict[str, Any]:
    """Every reading of the review; what the others hold once the caller may see it (`conflicts.require_open`)."""
    review = _of_funder(await reviews.look(session, review_id), caller)
    hidden = await hidden_from.hidden(session, caller.account_id, review_id)
    if hidden["in_conflict"]:
        raise InConflict()
    found = await readings_repository.of_review(session, review_id)
    settings = await review_settings.read(session, review.campaign_id, review.funder_id)
    reads = caller.account_id in {reading.reader_id for reading in found if reading.status is ReviewReadingStatus.COMPLETED}
    leads = caller.has_role(review.funder_id, "manager") or review.assignee_id == caller.account_id
    opened = not hidden["reading_open"] and (reads or leads or review.status is ReviewStatus.COMPLETED)
    given = [reading for reading in found if reading.status is ReviewReadingStatus.COMPLETED]
    weighted = [reading.weighted_score for reading in given]
    last = await history.last_number_of(session, review.dossier_id)
    known = [score for score in weighted if score is not None]
    return {
        "items": [shown(reading, last, opened=_opens(reading, caller, opened=opened)) for reading in found],
        "expected": settings["readings"],
        "completed": len(given),
        "mean_scores": reading_rules.mean_scores([reading.scores for reading in given]) if opened else None,
        "mean_weighted_score": round(sum(known) / len(known), 1) if opened and known else None,
        "spread": reading_rules.spread(weighted) if opened else None,
    }


def _opens(reading: ReviewReading, caller: Principal, *, opened: bool) -> bool:
    """A reading still being written is its reader's alone, whatever the others may see."""
    return reading.reader_id == caller.account_id or (opened and reading.status not in PENDING)


async def whole(session: AsyncSession, reading: ReviewReading) -> dict[str, Any]:
    """All of it, for who may see it."""
    return shown(reading, await history.last_number_of(session, reading.dossier_id), opened=True)


def shown(reading: ReviewReading, last_submission_number: int | None, *, opened: bool) -> dict[str, Any]:
    row = {**reading.model_dump(), "last_submission_number": last_submission_number}
    return row if opened else {**row, **dict.fromkeys(_CONTENT)}


async def read(session: AsyncSession, caller: Principal, reading_id: UUID) -> ReviewReading:
    """One's own reading, or another's for those who may see it."""
    reading = await readings_repository.get(session, reading_id)
    if reading is None or not caller.belongs_to(reading.funder_id):
        raise NotFound()
    hidden = await hidden_from.hidden(session, caller.account_id, reading.review_id)
    if reading.reader_id == caller.account_id:
        if hidden["in_conflict"]:
            raise InConflict()
        return reading
    conflicts.require_open(hidden)
    review = await reviews.look(session, reading.review_id)
    leads = caller.has_role(reading.funder_id, "manager") or (review is not None and review.assignee_id == caller.account_id)
    if not leads or reading.status in PENDING:
        raise NotTheReader()
    return reading


async def dossier_of(session: AsyncSession, caller: Principal, reading_id: UUID) -> dict[str, Any]:
    """What the reader reads. Where holders are hidden, their names are left out, or replaced wherever the text says them."""
    reading = await readings_repository.get(session, reading_id)
    if reading is None or not caller.belongs_to(reading.funder_id):
        raise NotFound()
    if reading.reader_id != caller.account_id:
        raise NotTheReader()
    if (await hidden_from.hidden(session, caller.account_id, reading.review_id))["in_conflict"]:
        raise InConflict()
    dossier = await instruction.read(session, reading.dossier_id)
    settings = await review_settings.read(session, reading.campaign_id, reading.funder_id)
    review = await reviews.look(session, reading.review_id)
    written = await changes.read_by_instruction(session, dossier)
    body = _face(dossier, written) | {"asked_of_funder_cents": review.asked_cents if review else 0}
    if not settings["hides_holder"]:
        return {**body, "holder_hidden": False}
    representative = dossier.holder.get("legal_representative") or {}
    names = [dossier.holder.get("name"), representative.get("full_name"), dossier.contact.get("full_name")]
    names += [dossier.contact.get("email"), dossier.contact.get("phone")]
    hidden = reading_rules.without_names(body, [str(name) for name in names if name])
    return {**hidden, "dossier_id": None, "reference": None, "holder_name": None, "holder_hidden": True}


def _face(dossier: "Dossier", written: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("title", "nature", "starts_on", "ends_on", "content", "budget", "charges_cents", "asked_cents", "attachments")
    codes = ("qpv_codes", "objective_codes", "transversal_codes")
    body = {name: written[name] for name in (*plain, *codes)}
    return {**body, "dossier_id": dossier.id, "reference": dossier.reference, "holder_name": dossier.holder.get("name")}


def _of_funder(review: Review | None, caller: Principal) -> Review:
    if review is None or not (caller.belongs_to(review.funder_id) or caller.belongs_to(review.lead_organisation_id)):
        raise NotFound()
    if not caller.belongs_to(review.funder_id):
        raise NotTheFunder()
    return review


async def _note(session: AsyncSession, review: Review, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    dossier = await instruction.read(session, review.dossier_id)
    said = {"organisation_id": review.funder_id, "review_id": str(review.id), **changes}
    await dossiers.note(session, dossier, act, caller, now, confidential=True, **said)  # type: ignore[arg-type]
