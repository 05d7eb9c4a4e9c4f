"""Use case: a frequent question made of an answered one, written anew by a documentalist. Nothing of the asker is copied."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import driver
from services.common.etag import require_version
from services.common.resources import Resources

from ..centres import service as centres
from ..centres.errors import NotADocumentalist
from ..documents import service as documents
from ..documents import views
from ..documents.schemas import DocumentContent, DocumentKind, Relation, RelationKind, Section
from . import repository, rules, service
from .errors import AskersWordsCopied, NotInThisState
from .models import Question, Side
from .schemas import FaqWrite

_ABSTRACT_LENGTH = 400


async def publish(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    question_id: UUID,
    wish: FaqWrite,
    *,
    version: int,
    now: datetime,
) -> Question:
    """A draft of kind `faq` in the workbench, about the documents proposed, once per question (`already-deposited` otherwise).

    A draft that was given up leaves its place.
    """
    question, centre = await service.visible(session, caller, question_id)
    if not (await centres.audience_in(session, caller)).keeps(question.centre_id):
        raise NotADocumentalist()
    if question.first_answered_at is None:
        raise NotInThisState(state=question.state.value, expected=["answered", "closed"])
    require_version(question.version, version)
    said = await repository.said_by(session, question.id, Side.ASKER)
    theirs = [question.subject, question.details, *(message.body for message in said)]
    if rules.copies([wish.title, wish.question, wish.answer, wish.abstract], theirs, question.reply_email):
        raise AskersWordsCopied()
    content = await _content(session, caller, question, wish, today_in_paris(now), now=now)
    document = await documents.deposit(
        session,
        resources,
        question.centre_id,
        DocumentKind.FAQ,
        content,
        origin=f"question:{question.id}",
        actor=caller,
        now=now,
    )
    question.faq_document_id = document.id
    await service.touch(session, question, centre, "question.made_faq", caller, now, {"document_id": str(document.id)})
    return question


async def _content(
    session: AsyncSession, caller: Principal, question: Question, wish: FaqWrite, today: date, *, now: datetime
) -> DocumentContent:
    about = wish.document_ids if wish.document_ids is not None else await _proposed(session, question)
    reader = await driver(session)
    found = await views.faces(reader, await centres.audience(reader, caller), list(about), now=now) if about else {}
    if wish.document_ids is not None:
        service.require_known(wish.document_ids, found)
    return DocumentContent(
        title=wish.title,
        abstract=wish.abstract or _beginning(wish.answer),
        theme_codes=question.theme_codes if wish.theme_codes is None else wish.theme_codes,
        territory_codes=wish.territory_codes or [],
        sections=[
            Section(title="Question", body=wish.question, updated_on=today),
            Section(title="Réponse", body=wish.answer, updated_on=today),
        ],
        relations=[Relation(kind=RelationKind.ABOUT, target_id=each) for each in about if each in found],
    )


async def _proposed(session: AsyncSession, question: Question) -> Iterable[UUID]:
    said = await repository.said_by(session, question.id, Side.DESK)
    return list(dict.fromkeys(each for message in said for each in message.document_ids))


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _ABSTRACT_LENGTH else line[:_ABSTRACT_LENGTH].rsplit(" ", 1)[0] + "…"
