"""HTTP of what organisers do with registrations: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag
from services.common.files import file_content
from services.common.language import preferred
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.streams import streamed
from services.common.tabular import XLSX
from services.common.texts import Words, patterns

from ..agenda.schemas import Audience
from ..networks.router import ORGANISERS
from . import approvals, desk_work, lists, needs, service
from .models import Registration
from .people_schemas import (
    AnswersSummary,
    AttendeeListed,
    DecisionsRead,
    DecisionsWrite,
    MoveWrite,
    NeedsCounts,
    NeedsRead,
    RegisteredBySomebody,
)
from .schemas import Mode, RefusalReason, RegistrationRead, RegistrationState

router = APIRouter(prefix="/events/v1", tags=["registrations"], route_class=ActRoute)

_Modes = Annotated[list[Mode], Query(description="Any of these.")]
_Audiences = Annotated[list[Audience], Query(description="Any of these.")]
_States = Annotated[list[RegistrationState], Query(description="Of the registration: any of these.")]
_Sessions = Annotated[list[UUID], Query(description="Registered for any of these sessions.")]
_HasSeat = Annotated[bool | None, Query(description="Only those who have a seat, or only those who have none.")]
_WhoLeft = Annotated[bool, Query(description="Also those who left their group or were replaced.")]


@router.post(
    "/registrations/{registration_id}/approval",
    status_code=201,
    operation_id="approveRegistration",
    summary="Approve a request",
    response_model=RegistrationRead,
    openapi_extra=right(ORGANISERS),
)
async def approve(registration_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """Seats at once when there are; otherwise a rank in the waiting list. The person is told."""
    return await _answer(response, session, await approvals.approve(session, caller, registration_id, version=version, now=now))


@router.post(
    "/registrations/{registration_id}/refusal",
    status_code=201,
    operation_id="refuseRegistration",
    summary="Refuse a request",
    response_model=RegistrationRead,
    openapi_extra=right(ORGANISERS),
)
async def refuse(
    registration_id: UUID, wish: RefusalReason, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The person reads why."""
    found = await approvals.refuse(session, caller, registration_id, wish.reason, version=version, now=now)
    return await _answer(response, session, found)


@router.post(
    "/events/{event_id}/decisions",
    status_code=201,
    operation_id="decideRegistrations",
    summary="Approve or refuse several requests",
    response_model=DecisionsRead,
    openapi_extra=right(ORGANISERS),
)
async def decide(
    event_id: UUID, wish: DecisionsWrite, caller: Caller, session: Session, resources: Held, now: Now, request: Request
) -> Any:
    """Each has its own result, in the order they were sent: what cannot be carried out leaves the others be."""
    language = preferred(request.headers.get("accept-language"))
    base_url = resources.settings.public_url
    items = await approvals.decide(session, caller, event_id, wish.decisions, base_url=base_url, language=language, now=now)
    return {"items": items}


@router.post(
    "/events/{event_id}/desk-registrations",
    status_code=201,
    operation_id="registerSomebody",
    summary="Register somebody",
    response_model=RegistrationRead,
    openapi_extra=right(ORGANISERS),
)
async def register_somebody(
    event_id: UUID, wish: RegisteredBySomebody, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """By telephone or letter, even before registrations open or after they close; never beyond the seats there are, nor before who
    waits. Confirmed and approved at once; the form's questions may be answered later."""
    found = await desk_work.register_somebody(session, resources, caller, event_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/registrations/{found.id}"
    return await _answer(response, session, found)


@router.post(
    "/registrations/{registration_id}/move",
    status_code=201,
    operation_id="moveRegistration",
    summary="Move a registration to another session",
    response_model=RegistrationRead,
    openapi_extra=right(ORGANISERS),
)
async def move(
    registration_id: UUID, wish: MoveWrite, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Where one registers session by session. Seats there are taken before those here go on; without them nothing changes."""
    found = await desk_work.move(session, caller, registration_id, wish.session_id, version=version, now=now)
    return await _answer(response, session, found)


@router.get(
    "/events/{event_id}/attendees",
    operation_id="listAttendees",
    summary="Participants of an event",
    response_model=Page[AttendeeListed],
    openapi_extra=right(ORGANISERS),
)
async def attendees(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    mode: _Modes = [],  # noqa: B006 - FastAPI copies it
    audience: _Audiences = [],  # noqa: B006
    state: _States = [],  # noqa: B006
    session_id: _Sessions = [],  # noqa: B006
    has_seat: _HasSeat = None,
    with_those_who_left: _WhoLeft = False,
    q: Annotated[Words, Query(description="Words of their name, e-mail or organisation, or the registration's code.")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """In the order of their names; never what they need."""
    after = read_cursor(request, cursor)
    start = {"after_name": after[0], "after_id": UUID(after[1])} if after else lists.FIRST
    asked = {**_filters(mode, audience, state, session_id, has_seat, with_those_who_left, q), **start, "limit": limit + 1}
    rows = await lists.attendees(session, caller, event_id, asked)
    return page(request, response, rows, limit, key=lambda row: (row["family_name"], row["id"]))


@router.get(
    "/events/{event_id}/attendees.csv",
    operation_id="exportAttendeesCsv",
    summary="Participants as CSV",
    response_class=StreamingResponse,
    responses={200: {"description": "The table.", **file_content("text/csv")}},
    openapi_extra=right(ORGANISERS),
)
async def export_csv(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    now: Now,
    mode: _Modes = [],  # noqa: B006
    audience: _Audiences = [],  # noqa: B006
    state: _States = [],  # noqa: B006
    session_id: _Sessions = [],  # noqa: B006
    has_seat: _HasSeat = None,
    with_those_who_left: _WhoLeft = False,
    needs: Annotated[bool, Query(description="With what they need, which the journal says.")] = False,
) -> Response:
    """One line per participant, their answers in columns (UTF-8, semicolon). A cell that a spreadsheet would take for a formula
    begins with an apostrophe."""
    asked = _filters(mode, audience, state, session_id, has_seat, with_those_who_left, "")
    name, chunks = await lists.export(session, resources, caller, event_id, asked, kind="csv", needs=needs, now=now)
    return await streamed(chunks, media_type="text/csv; charset=utf-8", headers=_file(name))


@router.get(
    "/events/{event_id}/attendees.xlsx",
    operation_id="exportAttendeesXlsx",
    summary="Participants as a workbook",
    response_class=StreamingResponse,
    responses={200: {"description": "The workbook.", **file_content(XLSX)}},
    openapi_extra=right(ORGANISERS),
)
async def export_xlsx(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    now: Now,
    mode: _Modes = [],  # noqa: B006
    audience: _Audiences = [],  # noqa: B006
    state: _States = [],  # noqa: B006
    session_id: _Sessions = [],  # noqa: B006
    has_seat: _HasSeat = None,
    with_those_who_left: _WhoLeft = False,
    needs: Annotated[bool, Query(description="With what they need, which the journal says.")] = False,
) -> Response:
    """The same as a workbook (XLSX) whose cells are texts."""
    asked = _filters(mode, audience, state, session_id, has_seat, with_those_who_left, "")
    name, chunks = await lists.export(session, resources, caller, event_id, asked, kind="xlsx", needs=needs, now=now)
    return await streamed(chunks, media_type=XLSX, headers=_file(name))


@router.get(
    "/events/{event_id}/answers",
    operation_id="getAnswers",
    summary="What participants answered",
    response_model=AnswersSummary,
    openapi_extra=right(ORGANISERS),
)
async def answers(event_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Question by question: how many answered, and how many chose what. Free texts are in the list and the exports."""
    return await lists.answers(session, caller, event_id)


@router.get(
    "/events/{event_id}/needs",
    operation_id="listAttendeeNeeds",
    summary="What participants need",
    response_model=Page[NeedsRead],
    openapi_extra=right(ORGANISERS),
)
async def needs_of(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Meals and accessibility, person by person, in the order of their names. The journal says who read them."""
    after = read_cursor(request, cursor)
    start = {"after_name": after[0], "after_id": UUID(after[1])} if after else lists.FIRST
    rows = await needs.of_event(session, resources, caller, event_id, {**start, "limit": limit + 1}, now=now)
    response.headers["Cache-Control"] = "private, no-store"
    return page(request, response, rows, limit, key=lambda row: (row["family_name"], row["id"]))


@router.get(
    "/events/{event_id}/needs-counts",
    operation_id="countAttendeeNeeds",
    summary="How many need what",
    response_model=NeedsCounts,
    openapi_extra=right(ORGANISERS),
)
async def needs_counts(event_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """For the caterer and the venue: numbers of each kind, among those who have a seat, without names."""
    return await needs.counts(session, caller, event_id)


def _filters(
    mode: list[Mode],
    audience: list[Audience],
    state: list[RegistrationState],
    session_id: list[UUID],
    has_seat: bool | None,
    with_those_who_left: bool,
    q: str,
) -> dict[str, Any]:
    return {
        "modes": [each.value for each in mode] or None,
        "audiences": [each.value for each in audience] or None,
        "states": [each.value for each in state] or None,
        "sessions": [str(each) for each in session_id] or None,
        "has_seat": has_seat,
        "with_those_who_left": with_those_who_left,
        "patterns": patterns(q) or None,
    }


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}


async def _answer(response: Response, session: Session, found: Registration) -> Any:
    response.headers["ETag"] = etag(found.version)
    return await service.shown(session, found)
