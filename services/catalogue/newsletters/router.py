"""HTTP of newsletters: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import lists, sending, service
from .models import Newsletter
from .schemas import NewsletterAudience, NewsletterCreate, NewsletterRead, NewsletterSummary, NewsletterUpdate, Preview

PREFIX = "/catalogue/v1"
router = APIRouter(prefix=PREFIX, tags=["newsletters"], route_class=ActRoute)

_DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."
_MANAGERS = "Managers of the organisation that keeps the centre."


async def _answer(response: Response, session: AsyncSession, newsletter: Newsletter) -> dict[str, Any]:
    found = await service.shown(session, newsletter)
    response.headers["ETag"] = etag(newsletter.version, str(found["recipients"]["written"]))
    return found


@router.get(
    "/centres/{centre_id}/newsletters",
    operation_id="listNewsletters",
    summary="A centre's newsletters",
    response_model=Page[NewsletterSummary],
    openapi_extra=right(_DOCUMENTALISTS),
)
async def listing(
    centre_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Being written and sent, the newest first. Readers find those sent in the catalogue (kind `newsletter`)."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.listing(session, caller, centre_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "/centres/{centre_id}/newsletters",
    status_code=201,
    operation_id="createNewsletter",
    summary="Begin a newsletter",
    response_model=NewsletterRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def create(centre_id: UUID, wish: NewsletterCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """A selection in order: public documents, each with a comment if any, and free paragraphs in Markdown."""
    newsletter = await service.create(session, caller, centre_id, wish, now=now)
    response.headers["Location"] = f"{PREFIX}/newsletters/{newsletter.id}"
    return await _answer(response, session, newsletter)


@router.get(
    "/newsletters/{newsletter_id}",
    operation_id="getNewsletter",
    summary="Read a newsletter",
    response_model=NewsletterRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def read(newsletter_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """What is written of it, and how far its sending went."""
    found = await _answer(response, session, await service.one(session, caller, newsletter_id))
    return not_modified(request, response.headers["ETag"]) or found


@router.patch(
    "/newsletters/{newsletter_id}",
    operation_id="updateNewsletter",
    summary="Write a newsletter",
    response_model=NewsletterRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def change(
    newsletter_id: UUID, wish: NewsletterUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Only what is sent changes; the items are replaced as a whole."""
    return await _answer(response, session, await service.change(session, caller, newsletter_id, wish, version=version, now=now))


@router.delete(
    "/newsletters/{newsletter_id}",
    status_code=204,
    operation_id="giveUpNewsletter",
    summary="Give up a newsletter",
    openapi_extra=right(_DOCUMENTALISTS),
)
async def give_up(newsletter_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """While it was not sent."""
    await service.give_up(session, caller, newsletter_id, version=version, now=now)


@router.get(
    "/newsletters/{newsletter_id}/preview",
    operation_id="previewNewsletter",
    summary="See a newsletter as it would leave",
    response_model=Preview,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def preview(newsletter_id: UUID, caller: Caller, session: Snapshot, resources: Held, now: Now) -> Any:
    """In HTML and in plain text, with the documents that would be left out because they are public no more."""
    return await service.preview(session, caller, newsletter_id, resources.settings, now=now)


@router.post(
    "/newsletters/{newsletter_id}/sending",
    status_code=201,
    operation_id="sendNewsletter",
    summary="Send a newsletter",
    response_model=NewsletterRead,
    openapi_extra=right(_MANAGERS),
)
async def send(
    newsletter_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """To the addresses confirmed at this moment, by batches, each address once. It is archived in the catalogue at once as a public
    document related to those it names; documents that are public no more are left out and listed in `dropped`. Withdrawing that
    archive stops what is not written yet."""
    return await _answer(response, session, await sending.send(session, resources, caller, newsletter_id, version=version, now=now))


@router.get(
    "/centres/{centre_id}/newsletter-audience",
    operation_id="getNewsletterAudience",
    summary="How many read a centre's newsletter",
    response_model=NewsletterAudience,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def audience(centre_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Counts only: nobody reads the addresses."""
    return await lists.audience(session, caller, centre_id)
