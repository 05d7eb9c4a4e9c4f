"""HTTP of what is published: parse, call one use case, answer."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.common.auth import MaybeCaller
from services.common.clock import Now
from services.common.db import Reader
from services.common.etag import etag, not_modified
from services.common.language import preferred
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..centres.service import audience
from . import signposts, views
from .schemas import DocumentKind, DocumentRead, DocumentSummary, Relations, TargetKind, VersionRead, VersionSummary

PREFIX = "/catalogue/v1/documents"
router = APIRouter(tags=["documents"], route_class=ActRoute)

READERS = "Anyone, of what is public; members of the centre's network, of what is for members; documentalists, of everything."
_FAR = datetime(9999, 1, 1, tzinfo=UTC)

ReferenceInPath = Annotated[str, Path(pattern=r"^[A-Z0-9-]{3,40}$", examples=["VTLR-2026-0042"])]


@router.get(
    PREFIX,
    operation_id="listDocuments",
    summary="Published documents",
    response_model=Page[DocumentSummary],
    openapi_extra=right(READERS, public=True),
)
async def listing(
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    kind: Annotated[list[DocumentKind], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    centre_id: Annotated[UUID | None, Query(description="Of this centre.")] = None,
    event_id: Annotated[UUID | None, Query(description="Related to this event: programme, supports, proceedings, replay.")] = None,
    dossier_id: Annotated[UUID | None, Query(description="Related to this dossier.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest published or updated first. To look for words, see `searchDocuments`."""
    after = read_cursor(request, cursor)
    asked = {
        "kinds": [each.value for each in kind] or None,
        "centre_id": centre_id,
        "target_kind": (TargetKind.EVENT if event_id else TargetKind.DOSSIER).value,
        "target_id": event_id or dossier_id,
        "before_at": datetime.fromisoformat(after[0]) if after else _FAR,
        "before_id": UUID(after[1]) if after else LAST_ID,
        "limit": limit + 1,
    }
    rows = await views.listing(reader, await audience(reader, caller), asked, now=now)
    shown = [views.summary(row, resources.settings, now=now) for row in rows]
    return page(request, response, shown, limit, key=lambda row: (row["published_at"].isoformat(), row["id"]))


@router.get(
    PREFIX + "/{document_id}",
    operation_id="getDocument",
    summary="Read a document",
    response_model=DocumentRead,
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def read(
    document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request, response: Response
) -> Any:
    """What is published of it now. 410 once it was withdrawn, with the reason and what takes its place.

    `Link` says what to cite, where it is described in other formats and under which licence it is (FAIR Signposting)."""
    row = await views.face(reader, await audience(reader, caller), document_id, resources.settings, now=now)
    tag = response.headers["ETag"] = etag(row["version"])
    language = preferred(request.headers.get("accept-language"))
    address = f"{resources.settings.public_url}{PREFIX}/{document_id}"
    permalink = views.permalink(resources.settings, row["reference"])
    response.headers["Link"] = signposts.links(row["content"], permalink=permalink, address=address)
    return not_modified(request, tag) or views.whole(row, resources.settings, language=language, now=now)


@router.get(
    PREFIX + "/{document_id}/relations",
    operation_id="listDocumentRelations",
    summary="What a document relates to",
    response_model=Relations,
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def relations(document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now) -> Any:
    """Both ways: the synthesis knows its document, and the document its synthesis."""
    return await views.relations(reader, await audience(reader, caller), document_id, resources.settings, now=now)


@router.get(
    PREFIX + "/{document_id}/versions",
    operation_id="listDocumentVersions",
    summary="A document's versions",
    response_model=Page[VersionSummary],
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def versions(
    document_id: UUID,
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Each publication is one, the latest first."""
    after = read_cursor(request, cursor)
    before = int(after[0]) if after else 2**31 - 1
    found = await views.versions(
        reader, await audience(reader, caller), document_id, resources.settings, before=before, limit=limit + 1, now=now
    )
    return page(request, response, found, limit, key=lambda row: (row["number"],))


@router.get(
    PREFIX + "/{document_id}/versions/{number}",
    operation_id="getDocumentVersion",
    summary="Read a version",
    response_model=VersionRead,
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def version(
    document_id: UUID,
    number: Annotated[int, Path(ge=1, le=100_000)],
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
) -> Any:
    """As it was published that day, for who may read the document today."""
    return await views.version(reader, await audience(reader, caller), document_id, number, resources.settings, now=now)


@router.get(
    views.PERMALINK + "/{reference}",
    operation_id="followPermalink",
    summary="The permanent address of a document",
    response_model=DocumentRead,
    responses={303: {"description": "The document's page in the application."}},
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def follow(
    reference: ReferenceInPath, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request
) -> Any:
    """Printed in papers, for ever: the document itself, or its page (303) where the platform has one (`CATALOGUE_PAGE_URL`)."""
    row = await views.face_by_reference(reader, await audience(reader, caller), reference, resources.settings, now=now)
    if page_url := str(resources.settings.page_url):
        return RedirectResponse(page_url.replace("{reference}", reference), 303)
    language = preferred(request.headers.get("accept-language"))
    return views.whole(row, resources.settings, language=language, now=now)
