"""Use cases of the question desk for who asks: ask, read, write, say thank you or reopen; and what its other modules share.

A question is seen by who asked it and by the documentalists of its centre; to anybody else it does not exist. The journal holds what
happened and never what was said; acts of the asker leave no account there, so that anonymising a question is complete.
"""

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import in_paris, today_in_paris
from services.common.db import Row, driver, fetch, fetch_one
from services.common.etag import require_version
from services.common.language import Text
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources
from services.common.settings import ServiceSettings

from ..centres import service as centres
from ..centres.models import Centre
from ..documents import views
from ..documents.schemas import Access
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import letters, repository, rules
from .errors import (
    AlreadyReopened,
    DeskClosed,
    HiddenFromAsker,
    NeededInThePast,
    NotInThisState,
    NotTheAsker,
    NotTheTaker,
    TooLateToReopen,
    TooManyOpenQuestions,
    UnknownQuestionDocument,
)
from .letters import Letter
from .models import Closing, Question, QuestionMessage, QuestionState, Side
from .rules import Act
from .schemas import MessageWrite, QuestionCreate


async def ask(session: AsyncSession, resources: Resources, caller: Principal, wish: QuestionCreate, *, now: datetime) -> Question:
    """Anyone signed in asks a centre whose desk is open; the desk is told."""
    centre = await centres.get(session, wish.centre_id)
    desk = await repository.desk(session, wish.centre_id)
    if desk is None or not desk.is_open:
        raise DeskClosed()
    if wish.needed_by is not None and wish.needed_by < today_in_paris(now):
        said = Text("Ce jour est passé.", "That day is past.")
        raise NeededInThePast(errors=[FieldError("/needed_by", said, "past")])
    await vocabulary.require(session, resources.siblings, themes=wish.theme_codes, territories=wish.territory_codes, now=now)
    theme_paths, _ = await vocabulary.paths(session, themes=wish.theme_codes, territories=())
    year, due = in_paris(now).year, rules.due_on(now, desk.answer_within_days)
    # The counter is held until the end: nobody slips in between the count and the question.
    number = await repository.next_number(session, centre.id, year)
    if await repository.count_open(session, centre.id, caller.account_id) >= rules.MOST_OPEN:
        raise TooManyOpenQuestions()
    question = Question(
        **wish.model_dump(exclude={"text"}),
        details=wish.text,
        reference=f"{centre.code}-Q{year}-{number:04d}",
        asker_id=caller.account_id,
        asker_organisation_ids=caller.organisation_ids,
        theme_paths=theme_paths,
        asked_at=now,
        promised_on=due,
        due_on=due,
        updated_at=now,
    )
    session.add(question)
    await session.flush()
    await note(session, question, centre, "question.asked", None, now, {"themes": wish.theme_codes, "due_on": due.isoformat()})
    await tell_desk(session, resources, question, centre, "Une nouvelle question attend")
    return question


async def write(
    session: AsyncSession, resources: Resources, caller: Principal, question_id: UUID, wish: MessageWrite, *, now: datetime
) -> dict[str, Any]:
    """A message of the thread (`MessageRead`): the asker's until the answer, or the taker's until the question is closed."""
    question, centre = await visible(session, caller, question_id)
    side = Side.ASKER if question.asker_id == caller.account_id else Side.DESK
    if side is Side.DESK and question.taken_by != caller.account_id:
        raise NotTheTaker()
    may_write = rules.OPEN_STATES | ({QuestionState.ANSWERED} if side is Side.DESK else set())
    if question.state not in may_write:
        raise NotInThisState(state=question.state.value, expected=sorted(state.value for state in may_write))
    if side is Side.ASKER:
        question.asker_organisation_ids = caller.organisation_ids
    sent = await say(session, caller, question, side, wish, now=now)
    await touch(session, question, centre, "question.written", caller if side is Side.DESK else None, now, {"by": side.value})
    if side is Side.DESK:
        await tell_asker(
            session, question, letters.message(centre.name, question.reference, address(resources.settings, question.id))
        )
    else:
        await tell_desk(session, resources, question, centre, "Un message attend")
    reader = await driver(session)
    found = await views.faces(reader, await centres.audience(reader, caller), sent.document_ids, now=now)
    return message_of(sent.model_dump(), found, resources.settings, now=now)


async def thank(session: AsyncSession, caller: Principal, question_id: UUID, *, version: int, now: datetime) -> Question:
    """The asker has what they need: the question is closed."""
    question, centre = await asked_by(session, caller, question_id)
    target = leads_to(question, Act.THANK)
    require_version(question.version, version)
    question.state, question.closed_at, question.closing = target, now, Closing.THANKED
    await touch(session, question, centre, "question.thanked", None, now, {})
    return question


async def reopen(
    session: AsyncSession, resources: Resources, caller: Principal, question_id: UUID, text: str, *, version: int, now: datetime
) -> Question:
    """The asker says what is missing, once, some days after the answer at most; the desk has its delay again."""
    question, centre = await asked_by(session, caller, question_id)
    target = leads_to(question, Act.REOPEN)
    if question.reopened_at is not None:
        raise AlreadyReopened()
    answered_at = question.answered_at or now
    if today_in_paris(now) > rules.reopenable_until(answered_at, resources.settings.question_reopen_within_days):
        raise TooLateToReopen()
    require_version(question.version, version)
    desk = await repository.desk(session, question.centre_id)
    question.state, question.reopened_at = target, now
    question.due_on = rules.due_on(now, desk.answer_within_days if desk else 0)
    question.asker_organisation_ids = caller.organisation_ids
    await say(session, caller, question, Side.ASKER, MessageWrite(text=text), now=now)
    await touch(session, question, centre, "question.reopened", None, now, {"due_on": question.due_on.isoformat()})
    await tell_desk(session, resources, question, centre, "Une question est rouverte")
    return question


async def own(reader: AsyncConnection[Any], caller: Principal, asked: dict[str, Any]) -> list[Row]:
    """What the caller asked, the latest first."""
    return await fetch(reader, repository.OWN, {"asker_id": caller.account_id, **asked})


async def one(reader: AsyncConnection[Any], caller: Principal, question_id: UUID) -> Row:
    """For the asker and the desk (404 otherwise)."""
    row = await fetch_one(reader, repository.ONE, {"id": question_id})
    if row is None or not await _may_see(reader, caller, row["asker_id"], row["centre_id"]):
        raise NotFound()
    return row


async def thread(
    reader: AsyncConnection[Any],
    caller: Principal,
    question_id: UUID,
    settings: ServiceSettings,
    *,
    after_id: UUID,
    limit: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """`MessageRead` in order; documents are those the reader may read today."""
    await one(reader, caller, question_id)
    rows = await fetch(reader, repository.MESSAGES, {"question_id": question_id, "after_id": after_id, "limit": limit})
    ids = {document_id for row in rows for document_id in row["document_ids"]}
    found = await views.faces(reader, await centres.audience(reader, caller), list(ids), now=now) if ids else {}
    return [message_of(row, found, settings, now=now) for row in rows]


def message_of(row: Row, found: dict[UUID, Row], settings: ServiceSettings, *, now: datetime) -> dict[str, Any]:
    """`MessageRead`."""
    shown = [views.summary(found[each], settings, now=now) for each in row["document_ids"] if each in found]
    return {**{name: row[name] for name in ("id", "side", "is_answer", "sent_at")}, "text": row["body"], "documents": shown}


def shown(row: Row, caller: Principal, settings: Any, *, now: datetime) -> dict[str, Any]:
    """`QuestionRead` of a row, as the caller sees it: the desk does not see the address, nor the asker who answers."""
    is_asker = row["asker_id"] == caller.account_id
    state = QuestionState(row["state"])
    may_reopen = state is QuestionState.ANSWERED and row["reopened_at"] is None
    until = rules.reopenable_until(row["answered_at"], settings.question_reopen_within_days) if may_reopen else None
    return {
        **row,
        "text": row["details"],
        "is_overdue": rules.is_overdue(state, row["due_on"], now),
        "reopenable_until": until,
        "reply_email": row["reply_email"] if is_asker else None,
        "taken_by": None if is_asker else row["taken_by"],
        "faq_document_id": None if is_asker else row["faq_document_id"],
    }


def view_of(row: Row, caller: Principal) -> str:
    """The representation the caller sees, for its ETag."""
    return "asker" if row["asker_id"] == caller.account_id else "desk"


async def visible(session: AsyncSession, caller: Principal, question_id: UUID) -> tuple[Question, Centre]:
    """The question, locked, with its centre, for who may see it (404 otherwise)."""
    question = await repository.get(session, question_id, lock=True)
    if question is None or not await _may_see(await driver(session), caller, question.asker_id, question.centre_id):
        raise NotFound()
    return question, await centres.get(session, question.centre_id)


async def asked_by(session: AsyncSession, caller: Principal, question_id: UUID) -> tuple[Question, Centre]:
    question, centre = await visible(session, caller, question_id)
    if question.asker_id != caller.account_id:
        raise NotTheAsker()
    return question, centre


def leads_to(question: Question, act: Act) -> QuestionState:
    """The state the act leads to (409 when it cannot happen now)."""
    target = rules.after(question.state, act)
    if target is None:
        raise NotInThisState(state=question.state.value, expected=rules.sources(act))
    return target


async def say(
    session: AsyncSession,
    caller: Principal,
    question: Question,
    side: Side,
    wish: MessageWrite,
    *,
    is_answer: bool = False,
    now: datetime,
) -> QuestionMessage:
    """Add a message to the thread, with documents its writer may read and, unless they insist, the asker too."""
    ids = list(dict.fromkeys(wish.document_ids))
    if ids:
        await _require_readable(session, caller, question, wish.document_ids, insist=wish.even_if_hidden, now=now)
    message = QuestionMessage(
        question_id=question.id, side=side, is_answer=is_answer, body=wish.text, document_ids=ids, sent_at=now
    )
    session.add(message)
    await session.flush()
    return message


def require_known(ids: Sequence[UUID], found: Container[UUID]) -> None:
    """Refuse documents that are not among those found, by their place in what was sent."""
    missing = Text("Document inconnu, non publié ou retiré.", "Unknown, unpublished or withdrawn document.")
    errors = [FieldError(f"/document_ids/{at}", missing, "unknown") for at, each in enumerate(ids) if each not in found]
    if errors:
        raise UnknownQuestionDocument(errors=errors)


async def tell_asker(session: AsyncSession, question: Question, letter: Letter) -> None:
    if question.reply_email:
        await queue_mail(session, to=question.reply_email, subject=letter.subject, text=letter.text)


async def tell_desk(session: AsyncSession, resources: Resources, question: Question, centre: Centre, what: str) -> None:
    letter = letters.to_desk(what, question.reference, address(resources.settings, question.id), question.due_on)
    await queue_mail(session, to=centre.contact_email, subject=letter.subject, text=letter.text)


def address(settings: Any, question_id: UUID) -> str:
    """Where a question is read."""
    page = str(settings.question_page_url)
    return (
        page.replace("{question_id}", str(question_id)) if page else f"{settings.public_url}/catalogue/v1/questions/{question_id}"
    )


async def touch(
    session: AsyncSession,
    question: Question,
    centre: Centre,
    act: str,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    """A new version of the question, and its line in the journal."""
    question.version += 1
    question.updated_at = now
    await session.flush()
    await note(session, question, centre, act, actor, now, changes)


async def note(
    session: AsyncSession,
    question: Question,
    centre: Centre,
    act: str,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    """A line without a word of the exchange; `actor` is None for the asker and for jobs."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("question", question.id),
        actor=actor,
        organisation_id=centre.organisation_id,
        changes={"reference": question.reference, "state": question.state.value, **changes},
    )


async def _may_see(reader: AsyncConnection[Any], caller: Principal, asker_id: UUID | None, centre_id: UUID) -> bool:
    return asker_id == caller.account_id or (await centres.audience(reader, caller)).keeps(centre_id)


async def _require_readable(
    session: AsyncSession, caller: Principal, question: Question, ids: Sequence[UUID], *, insist: bool, now: datetime
) -> None:
    reader = await driver(session)
    found = await views.faces(reader, await centres.audience(reader, caller), ids, now=now)
    require_known(ids, found)
    if insist or question.asker_id == caller.account_id:
        return
    asker = await centres.audience_of(reader, question.asker_organisation_ids)
    hidden = Text("Ce document ne sera pas montré à la personne.", "This document will not be shown to the asker.")
    errors = [
        FieldError(f"/document_ids/{at}", hidden, "hidden")
        for at, each in enumerate(ids)
        if not asker.may_read(
            found[each]["centre_id"],
            members_only=found[each]["access"] == Access.MEMBERS.value,
            available_at=found[each]["available_at"],
            now=now,
        )
    ]
    if errors:
        raise HiddenFromAsker(errors=errors)
