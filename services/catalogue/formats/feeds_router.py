"""HTTP of what leaves the catalogue whole: DCAT feed, sitemaps, exports. Parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic.json_schema import SkipJsonSchema

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Snapshot
from services.common.pagination import Cursor, Limit, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.streams import streamed

from ..centres.service import kept_by
from ..documents.holdings import BEFORE_ALL
from . import dcat, service, sitemaps
from .router import JSON_LD, as_file, made

feeds_router = APIRouter(tags=["formats"], route_class=ActRoute)

ANYONE = right("Anyone.", public=True)
#: Any site may read them from its pages: there is nothing of anybody's session in them.
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Disposition, Link, X-Request-ID",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-cache",
}
XML, CSV, JSON_LINES = "application/xml", "text/csv", "application/jsonl"

OfCentre = Annotated[UUID | SkipJsonSchema[None], Query(description="Of this centre only.")]


@feeds_router.get(
    dcat.FEED,
    operation_id="getDcatFeed",
    summary="The catalogue in DCAT",
    response_class=Response,
    openapi_extra=right("Anyone.", public=True, refusals=(404,)),
    responses=as_file(JSON_LD, "DCAT 3, profile DCAT-AP, in JSON-LD.", "object"),
)
async def dcat_feed(
    reader: Reader,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    centre_id: OfCentre = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    """Page by page (`hydra:next`, and `Link: rel="next"`): a `dcat:Catalog` for each centre, with its public documents as datasets
    and their files as distributions. A document keeps its place while it changes."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else BEFORE_ALL
    centres, found = await service.public_page(reader, centre_id, resources.settings, after_id=after_id, limit=limit + 1, now=now)
    told = page(request, response, found, limit, key=lambda each: (each.id,))
    public_url = resources.settings.public_url

    def address(of_page: str | None) -> str:
        asked = [f"centre_id={centre_id}"] if centre_id else []
        asked += [f"limit={limit}"] if limit != 100 else []
        asked += [f"cursor={of_page}"] if of_page else []
        return f"{public_url}{dcat.FEED}" + ("?" + "&".join(asked) if asked else "")

    following = address(told["next"]) if told["next"] else None
    body = dcat.page(
        told["items"], centres=centres, here=address(cursor), first=address(None), after=following, public_url=public_url
    )
    answer = made(request, orjson.dumps(body), JSON_LD)
    answer.headers.update(SHARED | ({"Link": f'<{following}>; rel="next"'} if following else {}))
    return answer


@feeds_router.get(
    "/catalogue/v1/export.jsonl",
    operation_id="exportCatalogue",
    summary="The whole catalogue, as JSON lines",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=as_file(JSON_LINES, "A document a line."),
)
async def export_lines(resources: Held, now: Now, centre_id: OfCentre = None) -> Any:
    """Every public document, whole, as `getDocument` gives it but for `replaced_by`, with its number of `versions` and its `files`;
    written while it is read."""
    chunks = service.export_lines(resources.database, resources.settings, centre_id=centre_id, now=now)
    return await streamed(chunks, media_type=JSON_LINES, headers=SHARED | _named("catalogue.jsonl"))


@feeds_router.get(
    "/catalogue/v1/export.csv",
    operation_id="exportCatalogueTable",
    summary="The whole catalogue, as CSV",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=as_file(CSV, "A document a line; UTF-8, comma, every cell quoted."),
)
async def export_table(resources: Held, now: Now, centre_id: OfCentre = None) -> Any:
    """Every public document described, without its sections. Several values in a cell stand apart by ` | `; a cell that a spreadsheet
    would take for a formula begins with an apostrophe."""
    chunks = service.export_table(resources.database, resources.settings, centre_id=centre_id, now=now)
    return await streamed(chunks, media_type=CSV, headers=SHARED | _named("catalogue.csv"))


@feeds_router.get(
    "/catalogue/v1/centres/{centre_id}/export.jsonl",
    operation_id="exportCentre",
    summary="Everything a centre keeps",
    response_class=Response,
    openapi_extra=right("Documentalists of the centre (members of the organisation that keeps it)."),
    responses=as_file(JSON_LINES, "A document a line."),
)
async def export_centre(centre_id: UUID, caller: Caller, session: Snapshot, resources: Held) -> Any:
    """Drafts, published and withdrawn documents: each with its working copy (`content`, as `createDraft` takes it) and every version
    ever published; written while it is read."""
    centre = await kept_by(session, caller, centre_id)
    chunks = service.centre_lines(resources.database, centre_id)
    headers = {"Cache-Control": "private, no-store", **_named(f"{centre.code}.jsonl")}
    return await streamed(chunks, media_type=JSON_LINES, headers=headers)


@feeds_router.get(
    sitemaps.INDEX,
    operation_id="getSitemapIndex",
    summary="The sitemap's index",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=as_file(XML, "An index of sitemaps (sitemaps.org 0.9)."),
)
async def sitemap_index(reader: Reader, resources: Held, now: Now, request: Request) -> Any:
    """Parts of 50 000 addresses at most."""
    content = await service.sitemap_index(reader, resources.settings, size=sitemaps.MOST, now=now)
    return made(request, content, XML)


@feeds_router.get(
    sitemaps.PARTS + "/{first_document_id}.xml",
    operation_id="getSitemap",
    summary="A part of the sitemap",
    response_class=Response,
    openapi_extra=ANYONE,
    responses=as_file(XML, "Permanent addresses of public documents, with their latest change."),
)
async def sitemap(first_document_id: Annotated[UUID, Path(description="As the index gives it.")], resources: Held, now: Now) -> Any:
    """From that document on, in the order of ids; what is not public, or not yet, is not there."""
    chunks = service.sitemap_part(resources.database, resources.settings, first_document_id, size=sitemaps.MOST, now=now)
    return await streamed(chunks, media_type=XML, headers={"Cache-Control": "no-cache"})


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
