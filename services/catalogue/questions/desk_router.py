"""HTTP of a centre's desk: parse, call one use case, answer."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot
from services.common.etag import VersionIfAny, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..vocabulary.schemas import ThemeCode
from . import desks, rules, service
from .schemas import DelaysRead, DeskRead, DeskWrite, QuestionState, QuestionSummary

router = APIRouter(prefix="/catalogue/v1/centres/{centre_id}", tags=["questions"], route_class=ActRoute)

_DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."
_FIRST = UUID(int=0)


@router.get(
    "/desk",
    operation_id="getDesk",
    summary="How a centre keeps its question desk",
    response_model=DeskRead,
    openapi_extra=right("Anyone.", public=True),
)
async def read(centre_id: UUID, session: Snapshot, request: Request, response: Response) -> Any:
    """Whether questions are taken, and within how many calendar days an answer is promised. 404 when the centre has no desk."""
    desk = await desks.get(session, centre_id)
    tag = response.headers["ETag"] = etag(desk.version)
    return not_modified(request, tag) or desk.model_dump()


@router.put(
    "/desk",
    operation_id="putDesk",
    summary="Keep the question desk",
    response_model=DeskRead,
    responses={201: {"model": DeskRead, "description": "Opened."}},
    openapi_extra=right("Managers of the organisation that keeps the centre."),
)
async def put(
    centre_id: UUID, wish: DeskWrite, caller: Caller, session: Session, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Opens it (without `If-Match`) or changes it. Questions asked already keep the day they were promised."""
    desk, is_new = await desks.put(session, caller, centre_id, wish, version=version, now=now)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(desk.version)
    return desk.model_dump()


@router.get(
    "/desk/delays",
    operation_id="listDeskDelays",
    summary="How fast a desk answers",
    response_model=DelaysRead,
    openapi_extra=right("Anyone.", public=True),
)
async def delays(centre_id: UUID, reader: Reader) -> Any:
    """Per year of asking, in calendar days of Paris. A year with fewer than five answers tells nothing of them."""
    return await desks.delays(reader, centre_id)


@router.get(
    "/questions",
    operation_id="listDeskQuestions",
    summary="What waits at the desk",
    response_model=Page[QuestionSummary],
    openapi_extra=right(_DOCUMENTALISTS),
)
async def waiting(
    centre_id: UUID,
    caller: Caller,
    reader: Reader,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    state: Annotated[list[QuestionState], Query(description="Any of these; open ones by default.")] = [],  # noqa: B006
    mine: Annotated[bool, Query(description="Those the caller took.")] = False,
    overdue: Annotated[bool, Query(description="Those whose day is past.")] = False,
    theme: Annotated[list[ThemeCode], Query(description="Any of these, with what is below them.")] = [],  # noqa: B006
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Open ones from the first due, so that what is overdue heads the list; then the others."""
    after = read_cursor(request, cursor)
    asked = {
        "states": [each.value for each in state or rules.OPEN_STATES],
        "taken_by": caller.account_id if mine else None,
        "overdue_on": today_in_paris(now) if overdue else None,
        "themes": theme or None,
        "after_rank": int(after[0]) if after else 0,
        "after_day": date.fromisoformat(after[1]) if after else date.min,
        "after_id": UUID(after[2]) if after else _FIRST,
        "limit": limit + 1,
    }
    rows = await desks.waiting(reader, caller, centre_id, asked)
    shown = [service.shown(row, caller, resources.settings, now=now) for row in rows]
    return page(request, response, shown, limit, key=lambda row: (row["rank"], row["due_on"].isoformat(), row["id"]))
