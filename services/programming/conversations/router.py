"""Conversations over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from ..dossiers import access
from . import repository, service
from .schemas import (
    ConversationListing,
    ConversationMessageCreate,
    ConversationMessageRead,
    ConversationMessageWrite,
    ConversationRead,
    ReadingMark,
)

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["conversations"])
_IN_IT = (
    "With the holder: its members, its collaborators, and the one funder or team of the thread. Between instructors: members of the "
    "funders asked and of the team."
)


@router.post(
    "/dossiers/{dossier_id}/messages",
    status_code=201,
    operation_id="writeMessage",
    summary="Write about a dossier",
    response_model=ConversationMessageRead,
    openapi_extra=right(_IN_IT),
)
async def write_message(
    dossier_id: UUID,
    wish: ConversationMessageCreate,
    caller: Caller,
    request: Request,
    session: Session,
    now: Now,
    response: Response,
) -> Any:
    """A holder writes to a funder it asks or to the team; a funder or the team writes to the holder, or (`instructors`) to the others who
    instruct the dossier: the holder neither sees nor counts that thread. One mail tells of all the messages of some minutes."""
    made = await service.write(session, request.app.state.resources, caller, dossier_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/conversations/{made.conversation_id}/messages"
    return made


@router.get(
    "/conversations",
    operation_id="listConversations",
    summary="Your threads, across dossiers",
    response_model=Page[ConversationRead],
    openapi_extra=right("Anyone signed in, for what they take part in.") | published(ConversationListing),
)
async def list_conversations(request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """The latest message first, each with how many you have not read."""
    wish = read_query(request, ConversationListing)
    before = read_cursor(request, wish.cursor)
    given = wish.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    if wish.kind is not None:
        given["kind"] = wish.kind.value
    values = {
        **given,
        **service.as_reader(caller),
        "readers": access.reader_ids(caller),
        "before": UUID(before[0]) if before else LAST_ID,
        "limit": wish.limit + 1,
    }
    rows = await fetch(reader, repository.listing(frozenset(given)), values)
    return page(request, response, rows, wish.limit, lambda row: [row["last_message_id"]])


@router.get(
    "/conversations/{conversation_id}",
    operation_id="getConversation",
    summary="Read a thread's face",
    response_model=ConversationRead,
    openapi_extra=right(_IN_IT),
)
async def get_conversation(conversation_id: UUID, reader: Reader, caller: Caller) -> Any:
    """Who is in it, and how many messages you have not read."""
    values = {"conversation_id": conversation_id, "readers": access.reader_ids(caller), **service.as_reader(caller)}
    row = await fetch_one(reader, repository.ONE, values)
    if row is None:
        raise NotFound()
    return row


@router.get(
    "/conversations/{conversation_id}/messages",
    operation_id="listConversationMessages",
    summary="Read a thread",
    response_model=Page[ConversationMessageRead],
    openapi_extra=right(_IN_IT),
)
async def list_messages(
    conversation_id: UUID,
    request: Request,
    response: Response,
    session: Snapshot,
    reader: Reader,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Newest first. Reading marks nothing as read: see `…/reading`."""
    await service.seen_by(session, caller, conversation_id)
    before = read_cursor(request, cursor)
    values = {"conversation_id": conversation_id, "before": UUID(before[0]) if before else LAST_ID, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.MESSAGES, values), limit, lambda row: [row["id"]])


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=201,
    operation_id="replyMessage",
    summary="Answer in a thread",
    response_model=ConversationMessageRead,
    openapi_extra=right(_IN_IT),
)
async def reply_message(
    conversation_id: UUID,
    wish: ConversationMessageWrite,
    caller: Caller,
    request: Request,
    session: Session,
    now: Now,
    response: Response,
) -> Any:
    """What is written stays as it was written."""
    made = await service.reply(session, request.app.state.resources, caller, conversation_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/conversations/{conversation_id}/messages"
    return made


@router.post(
    "/conversations/{conversation_id}/reading",
    status_code=201,
    operation_id="markConversationRead",
    summary="Say how far you read",
    response_model=ConversationRead,
    openapi_extra=right(_IN_IT),
)
async def mark_conversation_read(
    conversation_id: UUID, wish: ReadingMark, caller: Caller, session: Session, response: Response
) -> Any:
    """For yourself alone; nobody else sees it."""
    response.headers["Location"] = f"{router.prefix}/conversations/{conversation_id}"
    return await service.mark_read(session, caller, conversation_id, wish.up_to)
