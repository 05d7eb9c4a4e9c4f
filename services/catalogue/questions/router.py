"""HTTP of the question desk: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, Principal
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held, Resources
from services.common.routing import ActRoute, right

from . import acts, faq, service
from .models import Question
from .schemas import (
    FaqWrite,
    MessageRead,
    MessageWrite,
    QuestionClosing,
    QuestionCreate,
    QuestionRead,
    QuestionSummary,
    Reassignment,
    Reopening,
)

router = APIRouter(prefix="/catalogue/v1/questions", tags=["questions"], route_class=ActRoute)

_BOTH = "Who asked, and documentalists of the centre."
_ASKER = "Who asked."
_TAKER = "The documentalist who took the question."
_TAKER_OR_MANAGER = "The documentalist who took the question, or a manager of the centre."
_DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."


def _answer(response: Response, question: Question, caller: Principal, resources: Resources, now: Now) -> dict[str, Any]:
    row = question.model_dump()
    response.headers["Location"] = f"{router.prefix}/{question.id}"
    response.headers["ETag"] = etag(question.version, service.view_of(row, caller))
    return service.shown(row, caller, resources.settings, now=now)


@router.get(
    "",
    operation_id="listMyQuestions",
    summary="What you asked",
    response_model=Page[QuestionSummary],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def own(
    caller: Caller,
    reader: Reader,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest first. What waits at a desk is `listDeskQuestions`."""
    after = read_cursor(request, cursor)
    rows = await service.own(reader, caller, {"before_id": UUID(after[0]) if after else LAST_ID, "limit": limit + 1})
    shown = [service.shown(row, caller, resources.settings, now=now) for row in rows]
    return page(request, response, shown, limit, key=lambda row: (row["id"],))


@router.post(
    "",
    status_code=201,
    operation_id="askQuestion",
    summary="Ask a documentalist",
    response_model=QuestionRead,
    openapi_extra=right("Anyone signed in."),
)
async def ask(wish: QuestionCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """An answer is promised for `due_on`. Mails say that something waits, never what was written."""
    question = await service.ask(session, resources, caller, wish, now=now)
    return _answer(response, question, caller, resources, now)


@router.get(
    "/{question_id}",
    operation_id="getQuestion",
    summary="Read a question",
    response_model=QuestionRead,
    openapi_extra=right(_BOTH),
)
async def read(
    question_id: UUID, caller: Caller, reader: Reader, resources: Held, now: Now, request: Request, response: Response
) -> Any:
    """Where it is. What was said since is `listQuestionMessages`."""
    row = await service.one(reader, caller, question_id)
    tag = response.headers["ETag"] = etag(row["version"], service.view_of(row, caller))
    return not_modified(request, tag) or service.shown(row, caller, resources.settings, now=now)


@router.get(
    "/{question_id}/messages",
    operation_id="listQuestionMessages",
    summary="What was said about a question",
    response_model=Page[MessageRead],
    openapi_extra=right(_BOTH),
)
async def thread(
    question_id: UUID,
    caller: Caller,
    reader: Reader,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """In order. Each reader sees the documents they may read today."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await service.thread(reader, caller, question_id, resources.settings, after_id=after_id, limit=limit + 1, now=now)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "/{question_id}/messages",
    status_code=201,
    operation_id="writeAboutQuestion",
    summary="Write about a question",
    response_model=MessageRead,
    openapi_extra=right("Who asked, until it is answered; the documentalist who took it, until it is closed."),
)
async def write(
    question_id: UUID, wish: MessageWrite, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """The other side is told by mail that a message waits."""
    message = await service.write(session, resources, caller, question_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{question_id}/messages"
    return message


@router.post(
    "/{question_id}/taking",
    status_code=201,
    operation_id="takeQuestion",
    summary="Take a question",
    response_model=QuestionRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def take(
    question_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """It is yours to answer. Somebody quicker: `question-already-taken`."""
    question = await acts.take(session, caller, question_id, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/release",
    status_code=201,
    operation_id="releaseQuestion",
    summary="Give a question back to the desk",
    response_model=QuestionRead,
    openapi_extra=right(_TAKER_OR_MANAGER),
)
async def release(
    question_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """Anyone of the centre may take it again; the day promised stays."""
    question = await acts.release(session, caller, question_id, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/reassignment",
    status_code=201,
    operation_id="reassignQuestion",
    summary="Give a question to a colleague",
    response_model=QuestionRead,
    openapi_extra=right(_TAKER_OR_MANAGER),
)
async def reassign(
    question_id: UUID,
    wish: Reassignment,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """To a member of the organisation that keeps the centre."""
    question = await acts.reassign(session, resources, caller, question_id, wish.to, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/answer",
    status_code=201,
    operation_id="answerQuestion",
    summary="Answer a question",
    response_model=QuestionRead,
    openapi_extra=right(_TAKER),
)
async def answer(
    question_id: UUID,
    wish: MessageWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """With documents. `hidden-from-asker` warns of those the asker may not read."""
    question = await acts.answer(session, resources, caller, question_id, wish, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/reopening",
    status_code=201,
    operation_id="reopenQuestion",
    summary="Reopen a question",
    response_model=QuestionRead,
    openapi_extra=right(_ASKER),
)
async def reopen(
    question_id: UUID,
    wish: Reopening,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Once, until `reopenable_until`: say what is missing."""
    question = await service.reopen(session, resources, caller, question_id, wish.text, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/thanks",
    status_code=201,
    operation_id="thankForAnswer",
    summary="Say thank you, and close",
    response_model=QuestionRead,
    openapi_extra=right(_ASKER),
)
async def thank(
    question_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """The question is closed."""
    question = await service.thank(session, caller, question_id, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/closing",
    status_code=201,
    operation_id="closeQuestion",
    summary="Close a question with a reason",
    response_model=QuestionRead,
    openapi_extra=right(_TAKER_OR_MANAGER[:-1] + "; any documentalist of the centre when nobody took it."),
)
async def close(
    question_id: UUID,
    wish: QuestionClosing,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The asker is told by mail that it is closed, and reads why here."""
    question = await acts.close(session, resources, caller, question_id, wish.reason, version=version, now=now)
    return _answer(response, question, caller, resources, now)


@router.post(
    "/{question_id}/faq",
    status_code=201,
    operation_id="makeFaqOfQuestion",
    summary="Make a frequent question of it",
    response_model=QuestionRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def make_faq(
    question_id: UUID,
    wish: FaqWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """A draft (`faq_document_id`) to be reviewed and published like any other; once per question."""
    question = await faq.publish(session, resources, caller, question_id, wish, version=version, now=now)
    return _answer(response, question, caller, resources, now)
