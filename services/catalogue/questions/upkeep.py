"""What the clock does to questions: remind the desk, close what was answered, forget who asked. Each may run twice, or in two
processes at once: a question in another's hands is skipped, one that is done is not found again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.mail import queue_mail
from services.common.resources import Resources

from ..centres import service as centres
from . import letters, repository, rules, service
from .models import Closing, Question, QuestionState
from .rules import Act

#: Questions taken up by one run of a job; the next one goes on.
AT_ONCE = 500


async def remind(session: AsyncSession, resources: Resources, *, now: datetime) -> None:
    """One mail per desk about the questions that are due, once for each day a question is due."""
    questions = await repository.due(session, today_in_paris(now), AT_ONCE)
    for centre_id, group in groupby(questions, key=lambda question: question.centre_id):
        await _remind(session, resources, centre_id, list(group))
    await session.flush()


async def lapse(session: AsyncSession, resources: Resources, *, now: datetime) -> None:
    """Close the questions whose asker may not reopen them any more."""
    last = today_in_paris(now) - timedelta(days=resources.settings.question_reopen_within_days)
    for question in await repository.answered_before(session, last, AT_ONCE):
        centre = await centres.get(session, question.centre_id)
        question.state = service.leads_to(question, Act.LAPSE)
        question.closed_at, question.closing = now, Closing.LAPSED
        await service.touch(session, question, centre, "question.lapsed", None, now, {})


async def anonymise(session: AsyncSession, resources: Resources, *, now: datetime) -> int:
    """Forget who asked and what was said in questions closed long ago; how many. The journal and the register of erasures prove it."""
    months = resources.settings.question_kept_months
    day = rules.closed_before(today_in_paris(now), months)
    questions = await repository.closed_before(session, day, AT_ONCE)
    for question in questions:
        await _forget(session, question, now, {"kept_months": months})
    return len(questions)


async def forget_asker(session: AsyncSession, account_id: UUID, *, now: datetime) -> int:
    """Somebody was erased: what they asked is closed, nobody being left to answer, and anonymised; how many."""
    questions = await repository.asked_by(session, account_id)
    for question in questions:
        if question.state is not QuestionState.CLOSED:
            question.state, question.closed_at, question.closing = QuestionState.CLOSED, now, Closing.LAPSED
        await _forget(session, question, now, {})
    return len(questions)


async def _forget(session: AsyncSession, question: Question, now: datetime, why: dict[str, int]) -> None:
    centre = await centres.get(session, question.centre_id)
    count = await repository.forget_words(session, question.id)
    question.asker_id = question.reply_email = question.taken_by = None
    question.asker_organisation_ids = []
    question.subject = question.details = question.closing_reason = ""
    question.anonymised_at = now
    erased = ["asker", "organisations", "reply_email", "subject", "text", "messages", "closing_reason", "documentalist"]
    told = {"erased": erased, "messages": count, **why}
    await service.touch(session, question, centre, "question.anonymised", None, now, told)


async def _remind(session: AsyncSession, resources: Resources, centre_id: UUID, questions: Sequence[Question]) -> None:
    centre = await centres.get(session, centre_id)
    for question in questions:
        question.reminded_of = question.due_on
    address = f"{resources.settings.public_url}/catalogue/v1/centres/{centre_id}/questions"
    letter = letters.reminder(centre.name, [(each.reference, each.due_on) for each in questions], address)
    await queue_mail(session, to=centre.contact_email, subject=letter.subject, text=letter.text)
