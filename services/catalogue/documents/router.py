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
from . import comparison, signposts, views
from .change_schemas import Changes
from .schemas import DocumentKind, DocumentRead, DocumentSummary, Relations, TargetKind, VersionRead, VersionSummary

PREFIX = "/catalogue/v1/documents"
router = APIRouter(tags=["documents"], route_class=ActRoute)

READERS = "Anyone, of what is public; members of the centre's network, of what is for members; documentalists, of everything."
_FAR = datetime(9999, 1, 1, tzinfo=UTC)

NumberInPath = Annotated[int, Path(ge=1, le=100_000)]
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
    """The latest published or updated first. To look for words, see `searchDocuments`.

    Of an event or a dossier, by kind first: its programme (`reference`), its supports (`presentation`), its proceedings, its replay
    (`video`), then the rest.
    """
    after = read_cursor(request, cursor)
    asked = {
        "kinds": [each.value for each in kind] or None,
        "centre_id": centre_id,
        "target_kind": (TargetKind.EVENT if event_id else TargetKind.DOSSIER).value,
        "target_id": event_id or dossier_id,
        "before_at": datetime.fromisoformat(after[0]) if after else _FAR,
        "before_id": UUID(after[1]) if after else LAST_ID,
        "after_rank": int(after[2]) if after else -1,
        "limit": limit + 1,
    }
    rows = await views.listing(reader, await audience(reader, caller), asked, now=now)
    shown = [{**views.summary(row, resources.settings, now=now), "rank": row.get("rank", -1)} for row in rows]
    return page(request, response, shown, limit, key=lambda row: (row["published_at"].isoformat(), row["id"], row["rank"]))


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
    seen = await audience(reader, caller)
    row = await views.face(reader, seen, document_id, resources.settings, now=now)
    language = preferred(request.headers.get("accept-language"))
    shown = await views.read(reader, seen, row, resources.settings, language=language, now=now)
    tag = response.headers["ETag"] = etag(row["version"], views.digest(shown))
    address = f"{resources.settings.public_url}{PREFIX}/{document_id}"
    permalink = views.permalink(resources.settings, row["reference"])
    response.headers["Link"] = signposts.links(row["content"], permalink=permalink, address=address)
    return not_modified(request, tag) or shown


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
    number: NumberInPath,
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
) -> Any:
    """As it was published that day, for who may read the document today."""
    shown = await views.version(reader, await audience(reader, caller), document_id, number, resources.settings, now=now)
    tag = response.headers["ETag"] = etag(shown["document_version"], f"v{number}{views.digest(shown)}")
    return not_modified(request, tag) or shown


@router.get(
    PREFIX + "/{document_id}/versions/{number}/changes",
    operation_id="compareDocumentVersions",
    summary="What a version changed",
    response_model=Changes,
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def changes(
    document_id: UUID,
    number: NumberInPath,
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    since: Annotated[int | None, Query(ge=1, le=100_000, description="The version before it unless said.")] = None,
) -> Any:
    """Field by field, in French: values, what came and went in lists, places of the texts word by word, sections one by one.

    A very long text rewritten from end to end is shown as taken out and written anew.
    """
    language = preferred(request.headers.get("accept-language"))
    seen = await audience(reader, caller)
    found, version = await comparison.of_versions(
        reader, seen, document_id, number, since, resources.settings, language=language, now=now
    )
    tag = response.headers["ETag"] = etag(version, f"v{number}since{found.since or 0}{language}{views.digest(found.model_dump())}")
    return not_modified(request, tag) or found


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
    seen = await audience(reader, caller)
    row = await views.face_by_reference(reader, seen, reference, resources.settings, now=now)
    if page_url := str(resources.settings.page_url):
        return RedirectResponse(page_url.replace("{reference}", reference), 303)
    language = preferred(request.headers.get("accept-language"))
    return await views.read(reader, seen, row, resources.settings, language=language, now=now)
