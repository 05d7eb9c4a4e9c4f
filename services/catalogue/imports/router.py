"""HTTP of imports of documents: the body is the file itself."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import etag, not_modified
from services.common.files import file_content
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, UploadRoute, right
from services.common.tabular import CSV, XLSX

from . import reading, service, template
from .schemas import DocumentImportLineRead, DocumentImportRead, ImportLineListing

PREFIX = "/catalogue/v1"
router = APIRouter(prefix=PREFIX, tags=["imports"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["imports"], route_class=UploadRoute)

_DOCUMENTALISTS = "Documentalists of the centre; 404 for everybody else."
#: A little above the limit of the use case, which names its refusal.
_ROUTE_LIMIT = 2 * reading.MOST_BYTES


@upload_router.post(
    "/centres/{centre_id}/imports",
    status_code=201,
    operation_id="importDocuments",
    summary="Import a file of documents",
    response_model=DocumentImportRead,
    max_body_size=_ROUTE_LIMIT,
    openapi_extra=right("Documentalists of the centre; with `publish`, its managers.")
    | {"requestBody": {"required": True, **file_content()}},
)
async def import_documents(
    centre_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.")] = "documents.csv",
    dry_run: Annotated[bool, Query(description="Try the file: the report is kept, and nothing else.")] = False,
    publish: Annotated[bool, Query(description="Publish what is imported; drafts otherwise. For managers.")] = False,
    overwrite: Annotated[bool, Query(description="Impose the file on what was edited by hand since the last import.")] = False,
) -> Any:
    """Send the file itself as the body, 200 000 lines and 256 MiB at most: CSV (`;`, `,` or tab; UTF-8 or Windows-1252) or XLSX (50 000
    rows), told by its content. Columns are found by their names, French or technical, whatever their order: `Identifiant` and
    `Titre` are required, the others are those of the template (`/catalogue/v1/import-template.xlsx`, whose second sheet explains
    them): `Nature`, `Sous-titre`, `Résumé`, `Texte`, `Section 1 titre`, `Section 1 texte`, `Section 1 mise à jour`…, `Contexte`,
    `Actions`, `Résultats`, `Conditions de reproductibilité`, `Langue`, `Date`, `Auteurs`, `Organismes`, `Thèmes`, `Territoires`,
    `Publics`, `Mots-clés`, `Licence`, `Accès`, `Embargo jusqu'au`, `Étendue`, `ISBN`, `Liens`, `Source`.

    The identifier makes the import repeatable: the same file again changes nothing, a changed line changes its document (a new
    version with `publish`). What was edited by hand since stays; where the file changed the same field otherwise, the line is
    refused (`edited_by_hand`) unless `overwrite`. A bad line never stops the others. Few lines are done when the answer leaves;
    more are worked through in the background, one file of a centre at a time: read the import until `state` is `done`.
    """
    upload = service.Upload(name, request.stream(), dry_run, publish, overwrite)
    kept = await service.receive(session, resources, caller, centre_id, upload, now=now)
    response.headers["Location"] = f"{PREFIX}/imports/{kept.id}"
    response.headers["ETag"] = etag(kept.version)
    return kept.model_dump()


@router.get(
    "/centres/{centre_id}/imports",
    operation_id="listImports",
    summary="A centre's imports",
    response_model=Page[DocumentImportRead],
    openapi_extra=right("Documentalists of the centre (members of the organisation that keeps it)."),
)
async def listing(
    centre_id: UUID,
    caller: Caller,
    session: Snapshot,
    reader: Reader,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Files already sent, dry runs included, the latest first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.listing(session, reader, caller, centre_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/imports/{import_id}",
    operation_id="getImport",
    summary="Read an import",
    response_model=DocumentImportRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def read(import_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """How far it has gone: `done` of `lines`, and what became of them. Its `ETag` changes as it goes on."""
    kept = await service.seen(session, caller, import_id)
    tag = response.headers["ETag"] = etag(kept.version)
    return not_modified(request, tag) or kept.model_dump()


@router.get(
    "/imports/{import_id}/lines",
    operation_id="listImportLines",
    summary="Read the report of an import",
    response_model=Page[DocumentImportLineRead],
    openapi_extra=right(_DOCUMENTALISTS) | published(ImportLineListing),
)
async def lines(import_id: UUID, caller: Caller, session: Snapshot, reader: Reader, request: Request, response: Response) -> Any:
    """What became of each line, in the file's order; `outcome=refused` gives those to mend."""
    await service.seen(session, caller, import_id)
    wish = read_query(request, ImportLineListing)
    after = read_cursor(request, wish.cursor)
    rows = await service.lines(reader, import_id, wish, after=int(after[0]) if after else 0)
    return page(request, response, rows, wish.limit, key=lambda row: (row["number"],))


@router.post(
    "/imports/{import_id}/cancellation",
    status_code=201,
    operation_id="cancelImport",
    summary="Cancel an import",
    response_model=DocumentImportRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def cancel(import_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """Lines not yet done stay as they are; documents already made stay too. No `If-Match`: an import changes as it goes on."""
    kept = await service.cancel(session, caller, import_id, now=now)
    response.headers["Location"] = f"{PREFIX}/imports/{kept.id}"
    response.headers["ETag"] = etag(kept.version)
    return kept.model_dump()


@router.get(
    "/import-template.csv",
    operation_id="getImportTemplateCsv",
    summary="Template of a file of documents (CSV)",
    response_class=Response,
    responses={200: {"description": "The header and one example.", **file_content(CSV)}},
    openapi_extra=right("Anyone.", public=True),
)
async def template_csv() -> Response:
    """UTF-8 with a BOM and semicolons: a French spreadsheet program opens it as it is."""
    disposition = {"Content-Disposition": 'attachment; filename="modele-import.csv"'}
    return Response(template.as_csv(), headers=disposition, media_type=f"{CSV}; charset=utf-8")


@router.get(
    "/import-template.xlsx",
    operation_id="getImportTemplateXlsx",
    summary="Template of a file of documents (XLSX)",
    response_class=Response,
    responses={200: {"description": "A sheet to fill in, and one that explains its columns.", **file_content(XLSX)}},
    openapi_extra=right("Anyone.", public=True),
)
async def template_xlsx() -> Response:
    """The second sheet says what each column holds."""
    disposition = {"Content-Disposition": 'attachment; filename="modele-import.xlsx"'}
    return Response(template.as_xlsx(), headers=disposition, media_type=XLSX)
