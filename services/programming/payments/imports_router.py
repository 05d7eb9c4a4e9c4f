"""Payment imports over HTTP: the body is the funder's file itself."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.files import file_content
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, UploadRoute, right

from . import imports, repository
from .schemas import ImportLineListing, ImportLineRead, ImportRead, ImportReport

PREFIX = "/programming/v1"
router = APIRouter(prefix=PREFIX, tags=["payments"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["payments"], route_class=UploadRoute)

MEMBERS = "Members of the funder; 404 for everybody else."
_FILE = file_content()
#: A little above the limit of the use case, which names its refusal.
_ROUTE_LIMIT = 2 * imports.MOST_BYTES


@upload_router.post(
    "/funders/{funder_id}/payment-imports",
    status_code=201,
    operation_id="importPayments",
    summary="Import a payment file",
    response_model=ImportReport,
    max_body_size=_ROUTE_LIMIT,
    openapi_extra=right("Payers of the funder.") | {"requestBody": {"required": True, **_FILE}},
    responses={200: {"model": ImportReport, "description": "A dry run: what would become of each line; nothing is kept."}},
)
async def import_payments(
    funder_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    dry_run: Annotated[bool, Query(description="Try the file and write nothing.")] = False,
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.")] = "paiements.csv",
) -> Any:
    """Send the file itself as the body, 5 000 lines at most: CSV (`;`, `,` or tab, UTF-8 or Windows-1252) or XLSX, told by its
    content. One line names the columns: `Référence dossier`, `Date`, `Montant`, `Référence paiement` and/or `N° mandat`, and
    `SIRET` if you like. Amounts are in euros (`1 234,56`, `1234.56`), days `31/12/2027`, `2027-12-31` or date cells. Each good line
    is imported for itself and each bad one reported with its reason; a line already known changes nothing. The first 200 payments
    are recorded at once (or tried, on a dry run); lines beyond wait for the background: read the import until `waiting` is 0."""
    upload = imports.Upload(name, request.stream(), dry_run)
    report = await imports.run(session, caller, funder_id, upload, now=now)
    if dry_run:
        response.status_code = 200
    else:
        response.headers["Location"] = f"{PREFIX}/payment-imports/{report['id']}"
    return report


@router.get(
    "/funders/{funder_id}/payment-imports",
    operation_id="listPaymentImports",
    summary="List a funder's payment files",
    response_model=Page[ImportRead],
    openapi_extra=right(MEMBERS),
)
async def list_payment_imports(
    funder_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Files already imported, latest first."""
    if not caller.belongs_to(funder_id):
        raise NotFound()
    after = read_cursor(request, cursor)
    values = {"funder_id": funder_id, "before": UUID(after[0]) if after else LAST_ID, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.IMPORTS, values), limit, lambda row: [row["id"]])


@router.get(
    "/payment-imports/{payment_import_id}",
    operation_id="getPaymentImport",
    summary="Read a payment import",
    response_model=ImportRead,
    openapi_extra=right(MEMBERS),
)
async def get_payment_import(payment_import_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """How many lines wait, were imported, were already known or are in error."""
    return await imports.seen(session, caller, payment_import_id)


@router.get(
    "/payment-imports/{payment_import_id}/lines",
    operation_id="listPaymentImportLines",
    summary="Read the lines of a payment import",
    response_model=Page[ImportLineRead],
    openapi_extra=right(MEMBERS) | published(ImportLineListing),
)
async def list_payment_import_lines(
    payment_import_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, session: Snapshot
) -> Any:
    """What became of each line, in the file's order; `status=error` gives those to mend."""
    await imports.seen(session, caller, payment_import_id)
    wish = read_query(request, ImportLineListing)
    after = read_cursor(request, wish.cursor)
    given = wish.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    values = {**given, "import_id": payment_import_id, "after": int(after[0]) if after else 0, "limit": wish.limit + 1}
    rows = await fetch(reader, repository.import_lines(frozenset(given)), values)
    return page(request, response, rows, wish.limit, lambda row: [row["number"]])
