"""Decisions by spreadsheet, over HTTP: the sheet to fill, and the body that is the file itself."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now, today_in_paris
from services.common.db import Session, Snapshot
from services.common.files import file_content
from services.common.language import Language, preferred
from services.common.routing import ActRoute, UploadRoute, right

from . import sheets
from .schemas import DecisionSheetFormat, DecisionSheetReport, LineState

PREFIX = "/programming/v1"
sheets_router = APIRouter(prefix=PREFIX, tags=["committees"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["committees"], route_class=UploadRoute)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A little above the limit of the use case, which names its refusal.
_ROUTE_LIMIT = 2 * sheets.MOST_BYTES


@sheets_router.get(
    "/committees/{committee_id}/decision-sheet",
    operation_id="getDecisionSheet",
    summary="Download the sheet of a session's decisions",
    response_class=Response,
    openapi_extra=right("The contract's team (every request) and the campaign's funders (their own)."),
    responses={200: file_content("text/csv", _XLSX) | {"description": "A line per request on the agenda."}},
)
async def get_decision_sheet(
    committee_id: UUID,
    caller: Caller,
    session: Snapshot,
    now: Now,
    format: Annotated[DecisionSheetFormat, Query(description="A table, or a workbook.")] = DecisionSheetFormat.XLSX,
) -> Response:
    """A line per request on the agenda, with what the session has said of it and its version: fill `Décision` (accordé, ajourné,
    refusé; proposé in a technical session), `Accordé (€)`, `Motif`, `Conditions`, and send the file back. Euros."""
    table = await sheets.rows(session, caller, committee_id)
    if format is DecisionSheetFormat.CSV:
        content, media_type = sheets.as_csv(table), "text/csv; charset=utf-8"
    else:
        content, media_type = await asyncio.to_thread(sheets.as_xlsx, table), _XLSX
    name = f"decisions-{today_in_paris(now):%Y-%m-%d}.{format.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(content, media_type=media_type, headers=headers)


@upload_router.post(
    "/committees/{committee_id}/decision-sheet",
    operation_id="decideBySheet",
    summary="Decide by spreadsheet",
    response_model=DecisionSheetReport,
    max_body_size=_ROUTE_LIMIT,
    openapi_extra=right("As for each decision; what is not yours is reported on its line.", persons_only=True)
    | {"requestBody": {"required": True, **file_content()}},
)
async def decide_by_sheet(
    committee_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    now: Now,
    dry_run: Annotated[bool, Query(description="Try each line, write nothing.")] = False,
    all_or_nothing: Annotated[bool, Query(description="One line at fault stops the whole.")] = False,
) -> Any:
    """Send the file itself as the body, 1 000 decisions at most: CSV (`;`, `,` or tab, UTF-8 or Windows-1252) or XLSX, told by its
    content. One line names the columns: `Décision`, and `Identifiant` or `Dossier` (with `Financeur` or `Ligne budgétaire` when a
    dossier asks you twice). Amounts are in euros (`1 250,00`). `Version` is that of the decision a line changes, none for a first one. Each line is
    decided as it would be alone; a line that says what stands changes nothing, an empty one is counted as `blank`. The report names
    the line and the column of each fault."""
    report = await sheets.decide(
        session, caller, committee_id, request.stream(), dry_run=dry_run, all_or_nothing=all_or_nothing, now=now
    )
    language = preferred(request.headers.get("accept-language"))
    return {
        "dry_run": report.dry_run,
        "decided": report.count(LineState.DECIDED),
        "unchanged": report.count(LineState.UNCHANGED),
        "problems": report.count(LineState.PROBLEM),
        "blank": report.blank,
        "granted_cents": report.granted_cents,
        "ignored_columns": report.ignored,
        "lines": [_line(one, language) for one in report.lines],
    }


def _line(one: sheets.SheetResult, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"line": one.number, "reference": one.reference, "request_id": one.request_id, "state": one.state}
    if one.problem is not None:
        told["problem"] = {
            "type": one.problem.slug(),
            "title": one.problem.title.to(language),
            "detail": one.problem.detail.to(language) if one.problem.detail else None,
            "faults": [
                {"column": f.column.value, "detail": f.said.to(language), "code": f.code, "value": f.value} for f in one.faults
            ],
        }
    return told
