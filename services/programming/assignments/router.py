"""Who instructs what: bulk assignment, conflicts of interest, calibration, to-do. HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot
from services.common.etag import VersionIfAny, etag, not_modified
from services.common.files import file_content
from services.common.language import preferred
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.streams import streamed

from . import bulk, calibration, exports, service, todo
from .schemas import (
    AssignmentReport,
    AssignmentRulesRead,
    AssignmentRulesWrite,
    AssignmentRun,
    BulkReviewReport,
    BulkReviewsAct,
    Calibration,
    DepartureRun,
    DueWhen,
    OwnCalibration,
    ReviewExportFormat,
    TodoCounts,
    TodoReview,
    TodoSort,
)

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["assignments"])

_DESK = "/campaigns/{campaign_id}/funders/{funder_id}"
MANAGERS = "Managers of the funder."
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(
    f"{_DESK}/assignment-rules",
    operation_id="getAssignmentRules",
    summary="Read a funder's assignment rules",
    response_model=AssignmentRulesRead,
    openapi_extra=right("Members of the funder."),
)
async def get_assignment_rules(
    campaign_id: UUID, funder_id: UUID, request: Request, caller: Caller, session: Snapshot, response: Response
) -> Any:
    """Who instructs what: the first rule that fits a review decides."""
    found = await service.read(session, caller, service.Desk(campaign_id, funder_id))
    tag = etag(found["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or found


@router.put(
    f"{_DESK}/assignment-rules",
    operation_id="writeAssignmentRules",
    summary="Write a funder's assignment rules",
    response_model=AssignmentRulesRead,
    openapi_extra=right(MANAGERS),
)
async def write_assignment_rules(
    campaign_id: UUID,
    funder_id: UUID,
    wish: AssignmentRulesWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: VersionIfAny,
    response: Response,
) -> Any:
    """The whole ordered list, without `If-Match` the first time. Instructors are members of the funder. Nothing is given out until
    the rules are run (`…/assignments`), or, where `follows_rules` is chosen in the review settings, as reviews open."""
    desk = service.Desk(campaign_id, funder_id)
    kept = await service.write(session, resources, caller, desk, wish, version=version, now=now)
    response.headers["ETag"] = etag(kept["version"])
    return kept


@router.post(
    f"{_DESK}/assignments",
    status_code=201,
    operation_id="runAssignmentRules",
    summary="Give reviews out by the rules",
    response_model=AssignmentReport,
    responses={200: {"model": AssignmentReport, "description": "Of a dry run."}},
    openapi_extra=right(MANAGERS),
)
async def run_assignment_rules(
    campaign_id: UUID,
    funder_id: UUID,
    wish: AssignmentRun,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """One line per review: who gets it, by which rule, or why it is left. With `dry_run` (200) nothing changes, and the run that
    follows gives what was shown. What was given by hand is left unless `again` is `all`; what is begun or given always is."""
    desk = service.Desk(campaign_id, funder_id)
    response.status_code = 200 if wish.dry_run else 201
    return await service.run(session, resources, caller, desk, wish, now=now)


@router.post(
    f"{_DESK}/departures",
    status_code=201,
    operation_id="reassignDeparture",
    summary="Reassign what somebody leaves",
    response_model=AssignmentReport,
    responses={200: {"model": AssignmentReport, "description": "Of a dry run."}},
    openapi_extra=right(MANAGERS),
)
async def reassign_departure(
    campaign_id: UUID,
    funder_id: UUID,
    wish: DepartureRun,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """Reviews and readings the person has not given go to `to`, or to others by the rules; what nobody can take goes back to the
    queue. What they had given stays."""
    response.status_code = 200 if wish.dry_run else 201
    return await service.depart(session, resources, caller, service.Desk(campaign_id, funder_id), wish, now=now)


@router.post(
    "/review-acts",
    status_code=201,
    operation_id="actOnReviews",
    summary="Complete, reopen or assign many reviews",
    response_model=BulkReviewReport,
    responses={200: {"model": BulkReviewReport, "description": "Of a dry run."}},
    openapi_extra=right("Managers of the funders asked; a review that is not theirs is refused on its own line."),
)
async def act_on_reviews(
    wish: BulkReviewsAct, caller: Caller, session: Session, resources: Held, now: Now, request: Request, response: Response
) -> Any:
    """Each review is done or refused by itself, under the same rules as one by one; `dry_run` (200) says which, and changes
    nothing."""
    response.status_code = 200 if wish.dry_run else 201
    language = preferred(request.headers.get("accept-language"))
    return await bulk.act(session, resources, caller, wish, language=language, now=now)


@router.get(
    "/me/reviews",
    operation_id="listMyReviews",
    summary="What one has to review",
    response_model=Page[TodoReview],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def list_my_reviews(
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    now: Now,
    when: DueWhen | None = None,
    campaign_id: UUID | None = None,
    sort: TodoSort = TodoSort.DUE,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Reviews and readings given to you and not given yet, with the day your funder wants them by."""
    after = read_cursor(request, cursor)
    rows = await todo.listing(reader, caller, when=when, sort=sort, campaign_id=campaign_id, after=after, limit=limit + 1, now=now)
    return page(request, response, rows, limit, lambda row: [row["key"].isoformat(), row["id"]])


@router.get(
    "/me/reviews/counts",
    operation_id="countMyReviews",
    summary="How much one has to review",
    response_model=TodoCounts,
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def count_my_reviews(reader: Reader, caller: Caller, now: Now) -> Any:
    """Late, within seven days, later, without date. Days are Paris days."""
    return await todo.counts(reader, caller, now=now)


@router.get(
    f"{_DESK}/calibration",
    operation_id="getCalibration",
    summary="How a funder's people score",
    response_model=Calibration,
    openapi_extra=right("Managers of the funder; the contract's team reads the counts alone."),
)
async def get_calibration(campaign_id: UUID, funder_id: UUID, caller: Caller, session: Snapshot, resources: Held) -> Any:
    """Spread of each person's scores by criterion, their gap to the others on dossiers read in common (severity), and the dossiers
    people disagree on most. Scores set aside for a conflict of interest do not count."""
    return await calibration.whole(session, resources, caller, service.Desk(campaign_id, funder_id))


@router.get(
    f"{_DESK}/calibration/mine",
    operation_id="getOwnCalibration",
    summary="How one scores, against the group",
    response_model=OwnCalibration,
    openapi_extra=right("Members of the funder, each for themselves."),
)
async def get_own_calibration(campaign_id: UUID, funder_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Refused (409) until your reviews and readings of the campaign are given. The others are not named, and are shown from two on."""
    return await calibration.own(session, caller, service.Desk(campaign_id, funder_id))


@router.get(
    f"{_DESK}/reviews/export",
    operation_id="exportReviews",
    summary="Download a funder's reviews and scores",
    response_class=Response,
    openapi_extra=right(MANAGERS),
    responses={200: file_content("text/csv", _XLSX) | {"description": "The reviews and readings, one line each."}},
)
async def export_reviews(
    campaign_id: UUID,
    funder_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    now: Now,
    format: Annotated[ReviewExportFormat, Query(description="A table, or a workbook.")] = ReviewExportFormat.XLSX,
) -> Response:
    """One line per review and per reading, one column per criterion; euros. Scores you are kept from are left empty."""
    sheet = await exports.sheet_of(session, resources, caller, service.Desk(campaign_id, funder_id))
    name = f"instructions-{today_in_paris(now):%Y-%m-%d}.{format.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    if format is ReviewExportFormat.CSV:
        return await streamed(exports.as_csv(resources.database, sheet), media_type="text/csv; charset=utf-8", headers=headers)
    return await streamed(exports.as_xlsx(resources.database, sheet), media_type=_XLSX, headers=headers)
