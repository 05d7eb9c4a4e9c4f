"""HTTP of citations and of a document's other formats: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from services.common.auth import MaybeCaller
from services.common.clock import Now
from services.common.db import Reader
from services.common.etag import not_modified, tag_of
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..centres.service import audience
from ..documents.signposts import DESCRIPTIONS
from . import bibtex, csl, linked, ris, service
from .schemas import CitationRead, CitationStyle

router = APIRouter(prefix="/catalogue/v1", tags=["formats"], route_class=ActRoute)

READERS = "Anyone, of what is public; members of the centre's network, of what is for members; documentalists, of everything."
BIBTEX, RIS = DESCRIPTIONS["document.bib"], DESCRIPTIONS["document.ris"]
CSL, JSON_LD = DESCRIPTIONS["document.csl.json"], DESCRIPTIONS["document.jsonld"]
ONE = right(READERS, public=True, refusals=(410,))
SEVERAL = right(READERS, public=True, refusals=(404,))

Chosen = Annotated[
    list[UUID],
    Query(alias="id", min_length=1, max_length=100, description="Documents, repeated, in the order they are to be cited."),
]


def as_file(media: str, said: str, schema: str = "string") -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers a file."""
    items = {"items": {"type": "object"}} if schema == "array" else {}
    return {200: {"content": {media: {"schema": {"type": schema, **items}}}, "description": said}}


def made(request: Request, content: bytes, media: str, name: str = "") -> Response:
    """What is made on demand; its tag is its content's, since it also says what is written elsewhere (labels, relations)."""
    tag = tag_of(content)
    headers = {"ETag": tag, **({"Content-Disposition": f'attachment; filename="{name}"'} if name else {})}
    return not_modified(request, tag) or Response(content, headers=headers, media_type=media)


@router.get(
    "/documents/{document_id}/citation",
    operation_id="citeDocument",
    summary="Cite a document",
    response_model=CitationRead,
    openapi_extra=ONE,
)
async def cite(
    document_id: UUID,
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    style: Annotated[CitationStyle, Query(description="NF ISO 690, or APA 7 as French usage adapts it.")] = CitationStyle.ISO_690,
) -> Any:
    """As text and as HTML, with the non-breaking spaces and the guillemets of French. ISO 690 gives the day it is consulted."""
    heard = await audience(reader, caller)
    citation = await service.citation(reader, heard, document_id, style, resources.settings, now=now)
    tag = response.headers["ETag"] = tag_of(citation.html.encode())
    return not_modified(request, tag) or {"style": style, **citation._asdict()}


@router.get(
    "/documents/{document_id}/document.bib",
    operation_id="getDocumentBibtex",
    summary="A document in BibTeX",
    response_class=Response,
    openapi_extra=ONE,
    responses=as_file(BIBTEX, "One entry, in UTF-8."),
)
async def as_bibtex(document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request) -> Any:
    """The key is the document's reference, for ever."""
    each = await service.described(reader, await audience(reader, caller), document_id, resources.settings, now=now)
    return made(request, bibtex.written([each]).encode(), BIBTEX, f"{each.reference}.bib")


@router.get(
    "/documents/{document_id}/document.ris",
    operation_id="getDocumentRis",
    summary="A document in RIS",
    response_class=Response,
    openapi_extra=ONE,
    responses=as_file(RIS, "One reference, in UTF-8."),
)
async def as_ris(document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request) -> Any:
    """For Zotero, EndNote and library catalogues."""
    each = await service.described(reader, await audience(reader, caller), document_id, resources.settings, now=now)
    return made(request, ris.written([each]).encode(), RIS, f"{each.reference}.ris")


@router.get(
    "/documents/{document_id}/document.csl.json",
    operation_id="getDocumentCsl",
    summary="A document in CSL-JSON",
    response_class=Response,
    openapi_extra=ONE,
    responses=as_file(CSL, "A list of one item (CSL-JSON 1.0).", "array"),
)
async def as_csl(document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request) -> Any:
    """What citation processors are given."""
    each = await service.described(reader, await audience(reader, caller), document_id, resources.settings, now=now)
    return made(request, orjson.dumps(csl.items([each])), CSL)


@router.get(
    "/documents/{document_id}/document.jsonld",
    operation_id="getDocumentJsonLd",
    summary="A document in JSON-LD",
    response_class=Response,
    openapi_extra=ONE,
    responses=as_file(JSON_LD, "The document in schema.org's words.", "object"),
)
async def as_linked_data(
    document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request
) -> Any:
    """What search engines read; it may be put as it is in the head of a page. Of its relations, those the caller may read."""
    node = await service.linked_data(reader, await audience(reader, caller), document_id, resources.settings, now=now)
    return made(request, linked.written(node), JSON_LD)


@router.get(
    "/bibliography.bib",
    operation_id="getBibliographyBibtex",
    summary="A selection in BibTeX",
    response_class=Response,
    openapi_extra=SEVERAL,
    responses=as_file(BIBTEX, "An entry for each document, in UTF-8."),
)
async def bibliography_as_bibtex(
    chosen: Chosen, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request
) -> Any:
    """In the order asked. What the caller may not read and what was withdrawn is left out; 404 when nothing is left."""
    found = await service.bibliography(reader, await audience(reader, caller), chosen, resources.settings, now=now)
    return made(request, bibtex.written(found).encode(), BIBTEX, "bibliographie.bib")


@router.get(
    "/bibliography.ris",
    operation_id="getBibliographyRis",
    summary="A selection in RIS",
    response_class=Response,
    openapi_extra=SEVERAL,
    responses=as_file(RIS, "A reference for each document, in UTF-8."),
)
async def bibliography_as_ris(
    chosen: Chosen, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request
) -> Any:
    """In the order asked. What the caller may not read and what was withdrawn is left out; 404 when nothing is left."""
    found = await service.bibliography(reader, await audience(reader, caller), chosen, resources.settings, now=now)
    return made(request, ris.written(found).encode(), RIS, "bibliographie.ris")


@router.get(
    "/bibliography.csl.json",
    operation_id="getBibliographyCsl",
    summary="A selection in CSL-JSON",
    response_class=Response,
    openapi_extra=SEVERAL,
    responses=as_file(CSL, "An item for each document (CSL-JSON 1.0).", "array"),
)
async def bibliography_as_csl(
    chosen: Chosen, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request
) -> Any:
    """In the order asked. What the caller may not read and what was withdrawn is left out; 404 when nothing is left."""
    found = await service.bibliography(reader, await audience(reader, caller), chosen, resources.settings, now=now)
    return made(request, orjson.dumps(csl.items(found)), CSL)
