"""Changes requested of a holder, for the room above: what opens to editing, what a new submission holds, where the dossier goes back.

While changes are requested the holder writes on the dossier itself; those who instruct it go on reading what was submitted last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.files import DISCARD
from services.common.jobs import enqueue

from ..campaigns import service as campaigns
from ..campaigns.schemas import Nature
from . import answers, differences, quarantine, repository, rules, service, signing, submission
from .errors import DossierStateRefused
from .models import Dossier, DossierStatus, FundingRequest, RequestStatus, Submission
from .schemas import Budget, Contact, Content, SubmissionCreate

#: Where a dossier may be asked for changes: sent, and not all judged.
ASKED_IN = {
    DossierStatus.SUBMITTED,
    DossierStatus.CHANGES_REQUESTED,
    DossierStatus.UNDER_REVIEW,
    DossierStatus.READY_FOR_COMMITTEE,
}
_DATES = ("starts_on", "ends_on", "exercise_starts_on")


@dataclass(frozen=True)
class Standing:
    """What the requests still open make of the dossier."""

    open_fields: Sequence[str]
    due_on: date | None
    suspended_since: date | None
    suspended_days: int


async def open_up(session: AsyncSession, dossier: Dossier, standing: Standing) -> None:
    """Changes are requested (dossier locked by the caller): the named fields open, the dossier waits for its holder."""
    if dossier.status not in ASKED_IN:
        raise DossierStateRefused(dossier_status=dossier.status.value)
    if dossier.status is not DossierStatus.CHANGES_REQUESTED:
        dossier.status_before_changes, dossier.status = dossier.status, DossierStatus.CHANGES_REQUESTED
        dossier.field_marks = {}
    _stand(dossier, standing)
    dossier.version += 1
    await session.flush()


async def settle(session: AsyncSession, dossier: Dossier, standing: Standing) -> None:
    """A request ended (dossier locked by the caller). What is no longer open is again as last submitted; when none is left the
    dossier goes back to where its requests are."""
    await put_back(session, dossier, standing.open_fields)
    _stand(dossier, standing)
    if not standing.open_fields:
        requests = await repository.requests(session, dossier.id)
        before, dossier.status_before_changes = dossier.status_before_changes, None
        if before is DossierStatus.SUBMITTED:
            dossier.status = DossierStatus.SUBMITTED
        else:
            dossier.status = rules.outcome([request.status for request in requests])
    dossier.version += 1
    await session.flush()


async def put_back(session: AsyncSession, dossier: Dossier, open_fields: Sequence[str]) -> None:
    """What is not open is again as submitted last: fields, and documents joined since, which go (their bytes too, once committed)."""
    last = await repository.last_submission(session, dossier.id)
    if last is None:
        return
    form, requests = await _form_of(session, dossier), await repository.requests(session, dossier.id)
    # An answer put back may take with it the questions it had led to.
    for _ in range(2):
        led_to = answers.follow_ups(form, last.snapshot, dossier, requests) if open_fields else []
        _put_back(dossier, last.snapshot, [*open_fields, *led_to])
    sent = {one["id"] for one in last.snapshot.get("attachments") or ()}
    for joined in await repository.attachments(session, dossier.id):
        if str(joined.id) in sent or not differences.outside([f"/attachments/{joined.kind}"], open_fields):
            continue
        if joined.added_at < last.submitted_at:  # submissions older than what they keep of files
            continue
        await session.delete(joined)
        if joined.permanent_file_id is None:
            await enqueue(session, DISCARD, key=joined.key)
        dossier.content_version += 1
    await session.flush()


def _stand(dossier: Dossier, standing: Standing) -> None:
    """Both clocks move by the days the file was incomplete."""
    more = timedelta(days=standing.suspended_days - dossier.suspended_days)
    dossier.answer_promised_on = dossier.answer_promised_on and dossier.answer_promised_on + more
    dossier.silence_rejects_on = dossier.silence_rejects_on and dossier.silence_rejects_on + more
    dossier.suspended_days, dossier.suspended_since = standing.suspended_days, standing.suspended_since
    dossier.open_fields, dossier.changes_due_on = list(standing.open_fields), standing.due_on


def _put_back(dossier: Dossier, submitted: Mapping[str, Any], open_fields: Sequence[str]) -> None:
    current = differences.document(dossier)
    before = _written_in(submitted)
    closed = differences.outside(differences.differences(before, current), open_fields)
    if not closed:
        return
    kept = differences.with_fields(current, before, differences.fields(closed))
    for name in {pointer.split("/")[1] for pointer in closed}:
        value = kept[name]
        setattr(dossier, name, date.fromisoformat(value) if name in _DATES and value else value)
    dossier.charges_cents = rules.total(Budget.model_validate(dossier.budget).charges)
    dossier.content_version += 1


def _written_in(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What the holder had written; submissions older than the questions of campaigns hold no answers."""
    return {name: snapshot.get(name) for name in differences.WRITTEN} | {"answers": snapshot.get("answers") or {}}


def written(dossier: Dossier) -> dict[str, Any]:
    """What the holder has written so far, as JSON."""
    return differences.document(dossier)


async def submitted(session: AsyncSession, dossier: Dossier) -> dict[str, Any]:
    """What the holder submitted last: those who ask for changes speak of that, whatever is being written. Questions of the campaign
    that were left unanswered are there, with null."""
    last = await repository.last_submission(session, dossier.id)
    if last is None:
        return {}
    written = _written_in(last.snapshot)
    judged = answers.judge(await _form_of(session, dossier), dossier, await repository.requests(session, dossier.id))
    return {**written, "answers": {**dict.fromkeys(judged.asked), **written["answers"]}}


async def _form_of(session: AsyncSession, dossier: Dossier) -> answers.Form:
    """A notice that came since changes what drafts are asked, not what was submitted before it."""
    forms = await campaigns.form_versions(session, dossier.campaign_id)
    return answers.version(forms.get(dossier.form_number or 0))


async def last_attached(session: AsyncSession, dossier_id: UUID) -> dict[str, datetime]:
    """By kind of document, when the last one was joined."""
    return await repository.last_attached(session, dossier_id)


async def resubmit(
    session: AsyncSession, caller: Principal, dossier: Dossier, fields: Sequence[str], wish: SubmissionCreate, *, now: datetime
) -> tuple[Submission, list[tuple[str, str]]]:
    """A new submission: the last one with these fields as they are written now, and those they make necessary. Complete, sworn, signed
    off where that is asked. Also the answers left out of it, whose questions are asked no more: (pointer, title)."""
    submission.require_sworn(dossier, wish)
    campaign = await campaigns.get(session, dossier.campaign_id)
    await signing.require(session, caller, dossier, campaign, now=now)
    requests = await repository.requests(session, dossier.id)
    last = await repository.last_submission(session, dossier.id)
    if last is None:
        raise DossierStateRefused(dossier_status=dossier.status.value)
    joined = await repository.attachments(session, dossier.id)
    draft = service.draft_of(dossier, requests, await repository.attachment_kinds(session, dossier.id))
    book = service.rulebook_of(campaign, await campaigns.charter_of(session, campaign.id))
    form = await _form_of(session, dossier)
    made_necessary = answers.follow_ups(form, last.snapshot, dossier, requests)
    current = submission.snapshot(dossier, requests, joined)
    merged = differences.with_fields(last.snapshot, current, differences.fields([*fields, *made_necessary]))
    judged = answers.judge_document(form, merged, requests)
    found = [*rules.completeness(draft, book), *answers.faults(judged), *quarantine.infected_errors(joined)]
    # What a notice asks since is not asked of what was submitted before it, unless it is what is being answered.
    before = rules.completeness(_sent(draft, last.snapshot), book)
    excused = [error for error in before if differences.outside([error.pointer], fields)]
    if errors := [error for error in found if error not in excused]:
        raise submission.refusal(errors)
    # What is still being written for another request stays; an answer whose question is asked no more is left out for good.
    dossier.answers = {key: value for key, value in dossier.answers.items() if key in judged.asked or key not in judged.answers}
    made = Submission(
        dossier_id=dossier.id,
        number=last.number + 1,
        reference=last.reference,
        submitted_at=now,
        submitted_by=caller.account_id,
        signatory_name=wish.signatory_name,
        signatory_function=wish.signatory_function,
        snapshot=_counted({**merged, "answers": judged.kept}, dossier),
    )
    session.add(made)
    content = Content.model_validate(made.snapshot["content"])
    dossier.publics_count = sum(public.count or 0 for public in content.publics)
    await session.flush()
    return made, judged.left_out


def _sent(draft: rules.Draft, snapshot: Mapping[str, Any]) -> rules.Draft:
    """The draft as it was last submitted."""
    before: dict[str, Any] = {name: snapshot[name] for name in ("title", "qpv_codes", "objective_codes", "transversal_codes")}
    before |= {name: date.fromisoformat(snapshot[name]) if snapshot.get(name) else None for name in _DATES}
    documents: dict[str, type[BaseModel]] = {"content": Content, "contact": Contact, "budget": Budget}
    before |= {name: schema.model_validate(snapshot[name]) for name, schema in documents.items()}
    kinds = frozenset(one["kind"] for one in snapshot.get("attachments") or ())
    return replace(draft, **before, nature=Nature(snapshot["nature"]), attachment_kinds=kinds)


def _counted(snapshot: dict[str, Any], dossier: Dossier) -> dict[str, Any]:
    budget = Budget.model_validate(snapshot["budget"])
    return {
        **snapshot,
        "charges_cents": rules.total(budget.charges),
        "contact": Contact.model_validate(snapshot["contact"]).model_dump(),
    }


def awaited_from(requests: Sequence[FundingRequest], funder_id: UUID) -> RequestStatus | None:
    """Where the request to this funder is, None when it is not asked."""
    return next((request.status for request in requests if request.funder_id == funder_id), None)


async def read_by_instruction(session: AsyncSession, dossier: Dossier) -> dict[str, Any]:
    """What the holder wrote, with `charges_cents`, `asked_cents` and the kinds of its `attachments`: as last submitted while changes
    are requested, since what is being written for an answer is nobody else's yet."""
    names = (*differences.WRITTEN, "charges_cents", "asked_cents")
    last = await repository.last_submission(session, dossier.id) if dossier.status is DossierStatus.CHANGES_REQUESTED else None
    if last is None:
        kinds = [one.kind for one in await repository.attachments(session, dossier.id)]
        return {**{name: getattr(dossier, name) for name in names}, "attachments": kinds}
    return {
        **{name: last.snapshot.get(name) for name in names},
        "attachments": [one["kind"] for one in last.snapshot.get("attachments") or ()],
    }
