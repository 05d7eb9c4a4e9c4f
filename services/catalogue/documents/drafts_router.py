"""HTTP of the workbench: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.journal import JournalLine
from services.common.language import preferred
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import comparison, erasure, publication, service
from .change_schemas import Changes
from .models import Document
from .schemas import (
    DocumentKind,
    DocumentState,
    DraftCreate,
    DraftRead,
    DraftSummary,
    DraftUpdate,
    Publication,
    SendingBack,
    Withdrawal,
    Work,
)

router = APIRouter(prefix="/catalogue/v1/drafts", tags=["drafts"], route_class=ActRoute)

DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."
MANAGERS = "Managers of the organisation that keeps the centre."


def _answer(response: Response, document: Document) -> dict[str, Any]:
    response.headers["ETag"] = etag(document.version)
    return service.state_of(document)


@router.get(
    "",
    operation_id="listDrafts",
    summary="The workbench",
    response_model=Page[DraftSummary],
    openapi_extra=right("Anyone signed in, for the centres they keep."),
)
async def listing(
    reader: Reader,
    caller: Caller,
    request: Request,
    response: Response,
    work: Annotated[list[Work], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    state: Annotated[list[DocumentState], Query(description="Any of these.")] = [],  # noqa: B006
    kind: Annotated[list[DocumentKind], Query(description="Any of these.")] = [],  # noqa: B006
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Every document of the centres you keep, whatever its state, the newest first."""
    after = read_cursor(request, cursor)
    asked = {
        "works": [each.value for each in work] or None,
        "states": [each.value for each in state] or None,
        "kinds": [each.value for each in kind] or None,
        "before_id": UUID(after[0]) if after else LAST_ID,
        "limit": limit + 1,
    }
    rows = await service.drafts(reader, caller, asked)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "",
    status_code=201,
    operation_id="createDraft",
    summary="Begin a document",
    response_model=DraftRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def create(wish: DraftCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """A draft with its reference for ever. Nobody but the centre sees it before it is published."""
    document = await service.create(session, resources, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{document.id}"
    return _answer(response, document)


@router.get(
    "/{document_id}",
    operation_id="getDraft",
    summary="Read a draft",
    response_model=DraftRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def read(document_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """The working copy, and what publication waits for."""
    document = await service.draft(session, caller, document_id)
    return not_modified(request, etag(document.version)) or _answer(response, document)


@router.patch(
    "/{document_id}",
    operation_id="updateDraft",
    summary="Write a draft",
    response_model=DraftRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def change(
    document_id: UUID,
    wish: DraftUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """A merge patch: of `content`, each field sent replaces, null empties. Readers see nothing of it before publication."""
    return _answer(response, await service.change(session, resources, caller, document_id, wish, version=version, now=now))


@router.delete(
    "/{document_id}",
    status_code=204,
    operation_id="giveUpDraft",
    summary="Give up a draft",
    openapi_extra=right(DOCUMENTALISTS),
)
async def give_up(document_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """A document never published disappears; of another, the working copy goes back to what readers see."""
    await service.give_up(session, caller, document_id, version=version, now=now)


@router.post(
    "/{document_id}/review-request",
    status_code=201,
    operation_id="askReviewOfDraft",
    summary="Ask for a review",
    response_model=DraftRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def ask_review(document_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """The draft is complete and no longer written; a manager publishes it, anyone of the centre may send it back."""
    return _answer(response, await service.ask_review(session, caller, document_id, version=version, now=now))


@router.post(
    "/{document_id}/return",
    status_code=201,
    operation_id="sendDraftBack",
    summary="Send a draft back",
    response_model=DraftRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def send_back(
    document_id: UUID, wish: SendingBack, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """It may be written again; the reason stays on the draft until the next review."""
    return _answer(response, await service.send_back(session, caller, document_id, wish.reason, version=version, now=now))


@router.post(
    "/{document_id}/publication",
    status_code=201,
    operation_id="publishDraft",
    summary="Publish a draft",
    response_model=DraftRead,
    openapi_extra=right(MANAGERS),
)
async def publish(
    document_id: UUID, wish: Publication, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The working copy becomes the next version, found by searches at once. A withdrawn document comes back by this too."""
    return _answer(response, await publication.publish(session, caller, document_id, wish, version=version, now=now))


@router.post(
    "/{document_id}/withdrawal",
    status_code=201,
    operation_id="withdrawDocument",
    summary="Withdraw a document",
    response_model=DraftRead,
    openapi_extra=right(MANAGERS),
)
async def withdraw(
    document_id: UUID, wish: Withdrawal, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Its address stays and answers 410 with the reason, and with what takes its place; searches forget it at once."""
    return _answer(response, await publication.withdraw(session, caller, document_id, wish, version=version, now=now))


@router.post(
    "/{document_id}/reinstatement",
    status_code=201,
    operation_id="reinstateDocument",
    summary="Bring a withdrawn document back",
    response_model=DraftRead,
    openapi_extra=right(MANAGERS),
)
async def reinstate(document_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """As it was last published."""
    return _answer(response, await publication.reinstate(session, caller, document_id, version=version, now=now))


@router.delete(
    "/{document_id}/contact",
    status_code=204,
    operation_id="eraseDraftContact",
    summary="Erase a person's name",
    openapi_extra=right(DOCUMENTALISTS),
)
async def erase_contact(
    document_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> None:
    """The contact disappears from the working copy and from every version that was published; the journal keeps the act only."""
    document = await erasure.contact(session, caller, document_id, version=version, now=now)
    response.headers["ETag"] = etag(document.version)


@router.get(
    "/{document_id}/changes",
    operation_id="compareDraft",
    summary="What publishing would change",
    response_model=Changes,
    openapi_extra=right(DOCUMENTALISTS),
)
async def changes(document_id: UUID, caller: Caller, session: Snapshot, now: Now, request: Request, response: Response) -> Any:
    """The working copy against what readers see, as `compareDocumentVersions` tells it. Of a document never published, all is new."""
    language = preferred(request.headers.get("accept-language"))
    found, version = await comparison.of_draft(session, caller, document_id, language=language, now=now)
    tag = response.headers["ETag"] = etag(version, f"changes{language}")
    return not_modified(request, tag) or found


@router.get(
    "/{document_id}/journal",
    operation_id="readDraftJournal",
    summary="Read a document's journal",
    response_model=Page[JournalLine],
    openapi_extra=right(DOCUMENTALISTS),
)
async def read_journal(
    document_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Who did what and when, newest first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.journal_of(reader, caller, document_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))
