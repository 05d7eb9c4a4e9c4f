"""Acts of the documentalists: take a question, give it back or to a colleague, answer it, close it."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version
from services.common.resources import Resources

from .. import clients
from ..centres import service as centres
from ..centres.errors import NotADocumentalist
from ..centres.models import Centre
from . import letters, rules, service
from .errors import NotAColleague, NotTheTaker, QuestionAlreadyTaken
from .models import Closing, Question, QuestionState, Side
from .rules import Act
from .schemas import MessageWrite


async def take(session: AsyncSession, caller: Principal, question_id: UUID, *, version: int, now: datetime) -> Question:
    """A documentalist sees to it. Of two at once the second is told that it is taken, whatever version they read."""
    question, centre = await _seen_by_desk(session, caller, question_id)
    if question.taken_by is not None and question.state in {QuestionState.TAKEN, QuestionState.REOPENED}:
        raise QuestionAlreadyTaken()
    target = service.leads_to(question, Act.TAKE)
    require_version(question.version, version)
    question.state, question.taken_by, question.taken_at = target, caller.account_id, now
    await service.touch(session, question, centre, "question.taken", caller, now, {})
    return question


async def release(session: AsyncSession, caller: Principal, question_id: UUID, *, version: int, now: datetime) -> Question:
    """Who took it, or a manager in their stead, gives it back: anyone of the centre may take it."""
    question, centre = await _seen_by_desk(session, caller, question_id)
    _require_taker(question, centre, caller, or_manager=True)
    target = service.leads_to(question, Act.RELEASE)
    require_version(question.version, version)
    question.state, question.taken_by, question.taken_at = target, None, None
    await service.touch(session, question, centre, "question.released", caller, now, {})
    return question


async def reassign(
    session: AsyncSession, resources: Resources, caller: Principal, question_id: UUID, to: UUID, *, version: int, now: datetime
) -> Question:
    """Who took it, or a manager, gives it to a colleague: a member of the organisation that keeps the centre, says the directory."""
    question, centre = await _seen_by_desk(session, caller, question_id)
    _require_taker(question, centre, caller, or_manager=True)
    target = service.leads_to(question, Act.REASSIGN)
    require_version(question.version, version)
    is_oneself = to == caller.account_id
    if not is_oneself and not await clients.is_member(resources.siblings, centre.organisation_id, to, token=caller.token):
        raise NotAColleague()
    question.state, question.taken_by, question.taken_at = target, to, now
    await service.touch(session, question, centre, "question.reassigned", caller, now, {})
    return question


async def answer(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    question_id: UUID,
    wish: MessageWrite,
    *,
    version: int,
    now: datetime,
) -> Question:
    """Who took it answers, with documents; the asker is told that an answer waits."""
    question, centre = await _seen_by_desk(session, caller, question_id)
    _require_taker(question, centre, caller)
    target = service.leads_to(question, Act.ANSWER)
    require_version(question.version, version)
    message = await service.say(session, caller, question, Side.DESK, wish, is_answer=True, now=now)
    question.state, question.answered_at = target, now
    question.first_answered_at = question.first_answered_at or now
    told = {"document_ids": [str(each) for each in message.document_ids]}
    await service.touch(session, question, centre, "question.answered", caller, now, told)
    until = rules.reopenable_until(now, resources.settings.question_reopen_within_days)
    where = service.address(resources.settings, question.id)
    can_reopen = until if question.reopened_at is None else None
    await service.tell_asker(session, question, letters.answered(centre.name, question.reference, where, can_reopen))
    return question


async def close(
    session: AsyncSession, resources: Resources, caller: Principal, question_id: UUID, reason: str, *, version: int, now: datetime
) -> Question:
    """The desk closes it and says why: who took it or a manager; anyone of the centre when nobody took it."""
    question, centre = await _seen_by_desk(session, caller, question_id)
    if question.taken_by is not None:
        _require_taker(question, centre, caller, or_manager=True)
    target = service.leads_to(question, Act.CLOSE)
    require_version(question.version, version)
    question.state, question.closed_at, question.closing, question.closing_reason = target, now, Closing.BY_DESK, reason
    await service.touch(session, question, centre, "question.closed", caller, now, {})
    where = service.address(resources.settings, question.id)
    await service.tell_asker(session, question, letters.closed(centre.name, question.reference, where))
    return question


async def _seen_by_desk(session: AsyncSession, caller: Principal, question_id: UUID) -> tuple[Question, Centre]:
    question, centre = await service.visible(session, caller, question_id)
    if not (await centres.audience_in(session, caller)).keeps(question.centre_id):
        raise NotADocumentalist()
    return question, centre


def _require_taker(question: Question, centre: Centre, caller: Principal, *, or_manager: bool = False) -> None:
    if question.taken_by == caller.account_id:
        return
    if not (or_manager and caller.has_role(centre.organisation_id, "manager")):
        raise NotTheTaker()
