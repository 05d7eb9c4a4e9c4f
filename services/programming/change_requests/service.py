"""Use cases of changes requested: ask, answer, cancel, close without an answer.

Every act takes the dossier's row first: an answer, a cancellation, another officer's request and a review wait for each other.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import NotFound
from services.common.siblings import Siblings

from .. import clients
from ..campaigns import service as campaigns
from ..contracts.errors import NotContractLead
from ..dossiers import access, changes, differences, instruction
from ..dossiers import service as dossiers
from ..dossiers.errors import NotTheHolder
from ..dossiers.schemas import DossierStatus, RequestStatus
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import letters, repository, rules
from .errors import (
    AnswerIncomplete,
    ChangeRequestEnded,
    DueDayRefused,
    FieldNotEditable,
    NotAnswered,
    NotForYouToAskForChanges,
    NotYetOverdue,
    OpinionAlreadyGiven,
    TooLateForChanges,
)
from .models import ChangeRequest, ChangeRequestField, ChangeRequestStatus, FieldState
from .schemas import ChangeRequestAnswer, ChangeRequestCreate

if TYPE_CHECKING:
    from ..dossiers.models import Dossier

_STILL_TO_JUDGE = {RequestStatus.ASKED, RequestStatus.ADJOURNED}


async def ask(
    session: AsyncSession, siblings: Siblings, caller: Principal, dossier_id: UUID, wish: ChangeRequestCreate, *, now: datetime
) -> ChangeRequest:
    """A member of a funder asked, or of the team, names the fields to change."""
    # Asked before the first statement: no connection of ours waits for the directory.
    account = await clients.me(siblings, caller)
    dossier = await _seen(session, caller, dossier_id)
    name = await _asker(session, caller, dossier, wish.organisation_id)
    today = today_in_paris(now)
    if errors := rules.due_errors(wish.due_on, today):
        raise DueDayRefused(errors=errors)
    submitted = await changes.submitted(session, dossier)
    if errors := rules.pointer_errors([field.pointer for field in wish.fields], submitted):
        raise FieldNotEditable(errors=errors)
    change_request = ChangeRequest(
        dossier_id=dossier.id,
        organisation_id=wish.organisation_id,
        organisation_name=name,
        asked_by=caller.account_id,
        asked_by_email=account.email,
        asked_at=now,
        asked_on=today,
        due_on=wish.due_on,
        word=wish.word,
        incomplete=wish.incomplete,
    )
    session.add(change_request)
    await session.flush()
    for field in wish.fields:
        _, before = differences.value_at(submitted, field.pointer)
        if field.pointer == "/answers":  # as they were written: a question left unanswered is no answer
            before = {key: answer for key, answer in before.items() if answer is not None}
        named: dict[str, Any] = {"pointer": field.pointer, "comment": field.comment, "before": before}
        session.add(ChangeRequestField(change_request_id=change_request.id, **named))
    await session.flush()
    await changes.open_up(session, dossier, await _standing(session, dossier, today))
    pointers = [field.pointer for field in wish.fields]
    await _note(session, dossier, "changes.requested", caller, now, change_request, pointers=pointers, due_on=str(wish.due_on))
    told = [(field.pointer, field.comment) for field in wish.fields]
    letter = letters.asked(str(dossier.reference), name, told, wish.due_on, wish.word, incomplete=wish.incomplete)
    await _mail_holder(session, dossier, letter)
    return change_request


async def _asker(session: AsyncSession, caller: Principal, dossier: "Dossier", organisation_id: UUID) -> str:
    """For whom it is asked, by the name the holder knows; refused to who does not instruct, and once it is too late."""
    if not caller.belongs_to(organisation_id):
        raise NotForYouToAskForChanges()
    requests = await instruction.requests_of(session, dossier.id)
    status = changes.awaited_from(requests, organisation_id)
    leads = organisation_id == dossier.lead_organisation_id
    if status is None and not leads:
        raise NotForYouToAskForChanges()
    if dossier.status not in changes.ASKED_IN:
        raise TooLateForChanges(dossier_status=dossier.status.value)
    if status is not None and status not in _STILL_TO_JUDGE and not leads:
        raise OpinionAlreadyGiven() if status is RequestStatus.REVIEWED else TooLateForChanges(request_status=status.value)
    names = await campaigns.funder_names(session, [dossier.campaign_id])
    return names.get(organisation_id, "L'équipe du contrat de ville")


async def answer(
    session: AsyncSession,
    caller: Principal,
    dossier_id: UUID,
    change_request_id: UUID,
    wish: ChangeRequestAnswer,
    *,
    version: int,
    now: datetime,
) -> tuple[ChangeRequest, list[tuple[str, str]]]:
    """A manager or signatory of the holder answers: a new submission, and the dossier goes back to those who judge it. Also the answers
    left out of it, whose questions are asked no more."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    if not caller.has_role(dossier.acting_holder_id, "manager", "signatory"):
        raise NotTheHolder()
    change_request = await _open_one(session, dossier_id, change_request_id)
    access.require_fresh(dossier, version)
    fields = await repository.fields(session, change_request_id)
    explanations = {one.pointer: one.text for one in wish.explanations}
    states = await _states(session, dossier, change_request, fields, explanations)
    if errors := rules.unanswered(states):
        raise AnswerIncomplete(errors=errors)
    submission, left_out = await changes.resubmit(session, caller, dossier, [field.pointer for field in fields], wish, now=now)
    for field in fields:
        field.state = states[field.pointer]
        field.explanation = explanations.get(field.pointer, "")
    change_request.submission_number = submission.number
    told: dict[str, Any] = {"left_out": [pointer for pointer, _ in left_out]} if left_out else {}
    await _end(session, dossier, change_request, ChangeRequestStatus.ANSWERED, caller, now, **told)
    if change_request.asked_by_email:
        subject, text = letters.answered(str(dossier.reference), str(dossier.holder["name"]), submission.number)
        await queue_mail(session, to=change_request.asked_by_email, subject=subject, text=text)
    return change_request, left_out


async def cancel(
    session: AsyncSession,
    caller: Principal,
    dossier_id: UUID,
    change_request_id: UUID,
    reason: str,
    *,
    version: int,
    now: datetime,
) -> ChangeRequest:
    """The organisation that asked takes its request back: what was written for it meanwhile is put back."""
    dossier, known = await _instructed(session, caller, dossier_id, change_request_id)
    if not caller.belongs_to(known.organisation_id):
        raise NotForYouToAskForChanges()
    change_request = await _open_one(session, dossier_id, change_request_id)
    require_version(change_request.version, version)
    change_request.reason = reason
    await _end(session, dossier, change_request, ChangeRequestStatus.CANCELLED, caller, now, reason)
    letter = letters.cancelled(str(dossier.reference), change_request.organisation_name, reason)
    await _mail_holder(session, dossier, letter)
    return change_request


async def close_unanswered(
    session: AsyncSession,
    caller: Principal,
    dossier_id: UUID,
    change_request_id: UUID,
    reason: str,
    *,
    version: int,
    now: datetime,
) -> ChangeRequest:
    """Once it is overdue the team may close it: the dossier is judged as it was submitted."""
    dossier, _ = await _instructed(session, caller, dossier_id, change_request_id)
    if not caller.belongs_to(dossier.lead_organisation_id):
        raise NotContractLead()
    change_request = await _open_one(session, dossier_id, change_request_id)
    require_version(change_request.version, version)
    if today_in_paris(now) <= change_request.due_on:
        raise NotYetOverdue(due_on=change_request.due_on.isoformat())
    change_request.reason = reason
    await _end(session, dossier, change_request, ChangeRequestStatus.UNANSWERED, caller, now, reason)
    await _mail_holder(session, dossier, letters.closed(str(dossier.reference), reason))
    return change_request


async def read_answer(
    session: AsyncSession, caller: Principal, dossier_id: UUID, change_request_id: UUID, *, now: datetime
) -> ChangeRequest:
    """Somebody of the organisation that asked has read the answer: it leaves their due list. Twice, nothing more is done."""
    dossier, known = await _instructed(session, caller, dossier_id, change_request_id)
    if not caller.belongs_to(known.organisation_id):
        raise NotForYouToAskForChanges()
    if known.status is not ChangeRequestStatus.ANSWERED:
        raise NotAnswered(request_status=known.status.value)
    if known.answer_read_at is None:
        known.answer_read_at = now
        await session.flush()
        await _note(session, dossier, "changes.answer_read", caller, now, known)
    return known


async def end_all(session: AsyncSession, dossier_id: UUID, *, now: datetime) -> None:
    """The dossier was withdrawn: nothing is awaited of its holder any more. Twice, nothing more is done."""
    dossier = await instruction.get(session, dossier_id)
    if dossier.status is not DossierStatus.WITHDRAWN:
        return
    for change_request in await repository.of_dossier(session, dossier_id):
        if change_request.status is ChangeRequestStatus.OPEN:
            change_request.status, change_request.ended_at = ChangeRequestStatus.MOOT, now
            change_request.ended_on = today_in_paris(now)
            change_request.version += 1
    await session.flush()


async def shown(
    session: AsyncSession, dossier: "Dossier", requests: Sequence[Row], *, writes: bool, now: datetime
) -> list[dict[str, Any]]:
    """Requests as people read them: the days left, and the state of each field, as the dossier stands for those who write it. What is
    being written is nobody else's before the answer: to them an open field is awaited."""
    today, fields = today_in_paris(now), await repository.field_rows(session, [row["id"] for row in requests])
    written, last_attached = changes.written(dossier), await changes.last_attached(session, dossier.id) if writes else {}
    found = []
    for row in requests:
        is_open = row["status"] == ChangeRequestStatus.OPEN.value
        told = fields[row["id"]]
        if is_open and writes:
            attached = rules.attached_since(last_attached, row["asked_at"])
            told = [
                {**one, "state": rules.state_of(one["pointer"], one["before"], written, attached, explained=False)} for one in told
            ]
        elif is_open:
            told = [{**one, "state": FieldState.PENDING} for one in told]
        left = (row["due_on"] - today).days if is_open else None
        found.append({**row, "fields": told, "days_left": left, "overdue": left is not None and left < 0})
    return found


async def one_shown(session: AsyncSession, caller: Principal, change_request: ChangeRequest, *, now: datetime) -> dict[str, Any]:
    """404 for who does not see its dossier."""
    writes = await is_of_writers(session, caller, change_request.dossier_id)
    dossier = await instruction.read(session, change_request.dossier_id)
    row = {**change_request.model_dump(), "status": change_request.status.value}
    return (await shown(session, dossier, [row], writes=writes, now=now))[0]


async def is_of_writers(session: AsyncSession, caller: Principal, dossier_id: UUID) -> bool:
    """Whether the caller reads the dossier on its holder's side (404 when they do not read it)."""
    seen = await access.seen_as(session, caller, dossier_id)
    if seen is None:
        raise NotFound()
    return bool(seen.as_holder or seen.as_collaborator)


async def _states(
    session: AsyncSession,
    dossier: "Dossier",
    change_request: ChangeRequest,
    fields: Sequence[ChangeRequestField],
    explanations: Mapping[str, str],
) -> dict[str, FieldState]:
    written = changes.written(dossier)
    attached = rules.attached_since(await changes.last_attached(session, dossier.id), change_request.asked_at)
    return {
        field.pointer: rules.state_of(field.pointer, field.before, written, attached, explained=field.pointer in explanations)
        for field in fields
    }


async def _seen(session: AsyncSession, caller: Principal, dossier_id: UUID) -> "Dossier":
    """The dossier, locked, for who sees it (404 otherwise); a draft is seen by those who write it only."""
    if await access.seen_as(session, caller, dossier_id) is None:
        raise NotFound()
    return await instruction.get(session, dossier_id)


async def _open_one(session: AsyncSession, dossier_id: UUID, change_request_id: UUID) -> ChangeRequest:
    change_request = await repository.get(session, change_request_id, lock=True)
    if change_request is None or change_request.dossier_id != dossier_id:
        raise NotFound()
    if change_request.status is not ChangeRequestStatus.OPEN:
        raise ChangeRequestEnded(request_status=change_request.status.value)
    return change_request


async def _instructed(
    session: AsyncSession, caller: Principal, dossier_id: UUID, change_request_id: UUID
) -> tuple["Dossier", ChangeRequest]:
    """The dossier, locked, and the request, for those who instruct the dossier (404 unseen, 403 on the holder's side)."""
    dossier = await _seen(session, caller, dossier_id)
    seen = await access.seen_as(session, caller, dossier_id)
    known = await repository.get(session, change_request_id)
    if seen is None or known is None or known.dossier_id != dossier_id:
        raise NotFound()
    if not (seen.as_funder or seen.as_lead):
        raise NotForYouToAskForChanges()
    return dossier, known


async def _end(
    session: AsyncSession,
    dossier: "Dossier",
    change_request: ChangeRequest,
    status: ChangeRequestStatus,
    caller: Principal,
    now: datetime,
    reason: str | None = None,
    **told: Any,
) -> None:
    today = today_in_paris(now)
    change_request.status, change_request.ended_at, change_request.ended_on = status, now, today
    change_request.ended_by = caller.account_id
    change_request.version += 1
    await session.flush()
    await changes.settle(session, dossier, await _standing(session, dossier, today))
    act = f"changes.{status.value}"
    await _note(session, dossier, act, caller, now, change_request, reason, suspended_days=dossier.suspended_days, **told)


async def _standing(session: AsyncSession, dossier: "Dossier", today: date) -> changes.Standing:
    """What the open requests make of the dossier. The clocks move when a request ends, by the days that were suspended by then."""
    requests = await repository.of_dossier(session, dossier.id)
    standing = [one for one in requests if one.status is ChangeRequestStatus.OPEN]
    named = await repository.field_rows(session, [one.id for one in standing])
    pointers = [row["pointer"] for one in standing for row in named[one.id]]
    suspends = await parameters.value(session, Parameter.INCOMPLETE_SUSPENDS_SILENCE, today)
    incomplete = [one for one in requests if one.incomplete] if suspends else []
    spans = [rules.Suspension(one.asked_on, one.due_on, one.ended_on) for one in incomplete]
    since = [one.asked_on for one in incomplete if one.status is ChangeRequestStatus.OPEN]
    return changes.Standing(
        open_fields=list(dict.fromkeys(pointers)),
        due_on=min((one.due_on for one in standing), default=None),
        suspended_since=min(since, default=None),
        suspended_days=rules.suspended_days(spans, today),
    )


async def _mail_holder(session: AsyncSession, dossier: "Dossier", letter: tuple[str, str]) -> None:
    subject, text = letter
    await queue_mail(session, to=str(dossier.contact["email"]), subject=subject, text=text)


async def _note(
    session: AsyncSession,
    dossier: "Dossier",
    act: str,
    caller: Principal,
    now: datetime,
    change_request: ChangeRequest,
    reason: str | None = None,
    **more: Any,
) -> None:
    await dossiers.note(
        session,
        dossier,
        act,
        caller,
        now,
        organisation_id=change_request.organisation_id,
        reason=reason,
        change_request_id=str(change_request.id),
        **more,
    )


async def forget_person(session: AsyncSession, account_id: UUID) -> None:
    """A person is erased: the address they asked from goes, what they asked stays."""
    await repository.forget_address(session, account_id)
