"""HTTP of registrations: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, VersionIfAny, etag, not_modified
from services.common.origins import asked_from
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.texts import Words, patterns

from ..networks.router import ORGANISERS
from . import asking, capacities, history, service
from .models import Registration
from .schemas import (
    Cancellation,
    CapacitiesWrite,
    HistoryLine,
    RegistrationCreate,
    RegistrationRead,
    RegistrationState,
    SeatDeskRead,
)

router = APIRouter(prefix="/events/v1", tags=["registrations"], route_class=ActRoute)

_HOLDER = "Who registered with their account; organisers of the event."
_BEARER = "Whoever holds the link received by e-mail."


@router.get(
    "/events/{event_id}/desks",
    operation_id="listDesks",
    summary="Seats of an event",
    response_model=list[SeatDeskRead],
    openapi_extra=right(ORGANISERS),
)
async def desks(event_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """One desk for the whole event, or one for each session; their seats, taken and left, and who waits."""
    return await capacities.of_event(session, caller, event_id)


@router.put(
    "/events/{event_id}/capacity",
    operation_id="putCapacity",
    summary="Say how many seats there are",
    response_model=SeatDeskRead,
    openapi_extra=right(ORGANISERS),
)
async def put_capacity(
    event_id: UUID,
    wish: CapacitiesWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: VersionIfAny,
    response: Response,
    session_id: Annotated[UUID | None, Query(description="When one registers session by session.")] = None,
) -> Any:
    """All the seats at once: per mode, and the shares reserved for some. Never fewer than are taken; freed seats go to who waits."""
    desk = await capacities.put(session, resources, caller, event_id, session_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(desk["version"])
    return desk


@router.post(
    "/events/{event_id}/registrations",
    status_code=201,
    operation_id="register",
    summary="Ask for seats",
    response_model=RegistrationRead,
    openapi_extra=right("Anyone.", public=True, refusals=(429,)),
)
async def register(
    event_id: UUID,
    wish: RegistrationCreate,
    caller: MaybeCaller,
    session: Session,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
) -> Any:
    """For oneself or a group that stays together. Seats are given at once when there are; otherwise a rank in the waiting list.

    Without an account, the seats are held until the e-mail is confirmed by the link it receives; a network or an address that asks
    too often is asked to wait (429). The answer never tells whether the address is registered already: it then keeps what it has,
    and receives its link by mail.
    """
    asked = await asking.ask(session, resources, caller, event_id, wish, origin=asked_from(request), now=now)
    response.headers["Location"] = f"{router.prefix}/registrations/{asked['id']}"
    response.headers["ETag"] = etag(asked["version"])
    return asked


@router.get(
    "/events/{event_id}/registrations",
    operation_id="listRegistrations",
    summary="Registrations of an event",
    response_model=Page[RegistrationRead],
    openapi_extra=right(ORGANISERS),
)
async def listing(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    state: Annotated[list[RegistrationState], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    q: Annotated[Words, Query(description="Words of the contact's name or e-mail.")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """In the order they came."""
    after = read_cursor(request, cursor)
    asked = {
        "after_id": UUID(after[0]) if after else UUID(int=0),
        "states": [each.value for each in state] or None,
        "patterns": patterns(q) or None,
        "limit": limit + 1,
    }
    rows = await service.listing(session, caller, event_id, asked)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/registrations",
    operation_id="listMyRegistrations",
    summary="Your registrations",
    response_model=Page[RegistrationRead],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def mine(
    caller: Caller, session: Snapshot, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """What you registered for with your account, the latest first."""
    after = read_cursor(request, cursor)
    rows = await service.mine(session, caller, before_id=UUID(after[0]) if after else LAST_ID, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/registrations/{registration_id}",
    operation_id="getRegistration",
    summary="Read a registration",
    response_model=RegistrationRead,
    openapi_extra=right(_HOLDER),
)
async def read(registration_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """Where it stands; in the waiting list, its rank right now."""
    found = await service.own_or_organised(session, caller, registration_id)
    return not_modified(request, etag(found.version)) or await _answer(response, session, found)


@router.get(
    "/registrations/{registration_id}/history",
    operation_id="getRegistrationHistory",
    summary="What became of a registration",
    response_model=Page[HistoryLine],
    openapi_extra=right(_HOLDER),
)
async def read_history(
    registration_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """From the latest: what was decided, when, and the rank it was given in the waiting list. Nobody is named."""
    found = await service.own_or_organised(session, caller, registration_id)
    return await _history(session, found, request, response, limit, cursor)


@router.post(
    "/registrations/{registration_id}/cancellation",
    status_code=201,
    operation_id="cancelRegistration",
    summary="Cancel a registration",
    response_model=RegistrationRead,
    openapi_extra=right(_HOLDER),
)
async def cancel(
    registration_id: UUID,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
    given: Cancellation | None = None,
) -> Any:
    """Its seats, or its rank, go to who waits. A reason, when given, is told to the person."""
    reason = given.reason if given else None
    found = await service.cancel(session, caller, registration_id, version=version, reason=reason, now=now)
    return await _answer(response, session, found)


@router.get(
    "/my-registrations/{token}",
    operation_id="getRegistrationByLink",
    summary="Read your registration by its link",
    response_model=RegistrationRead,
    openapi_extra=right(_BEARER, public=True),
)
async def read_by_link(token: str, session: Snapshot, resources: Held, response: Response) -> Any:
    """Reading changes nothing: mail programs that open links beforehand do no harm."""
    return await _answer(response, session, await service.by_link(session, resources, token))


@router.get(
    "/my-registrations/{token}/history",
    operation_id="getRegistrationHistoryByLink",
    summary="What became of your registration, by its link",
    response_model=Page[HistoryLine],
    openapi_extra=right(_BEARER, public=True),
)
async def read_history_by_link(
    token: str,
    session: Snapshot,
    resources: Held,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """From the latest: what was decided, when, and the rank you were given in the waiting list."""
    return await _history(session, await service.by_link(session, resources, token), request, response, limit, cursor)


@router.post(
    "/my-registrations/{token}/confirmation",
    status_code=201,
    operation_id="confirmRegistration",
    summary="Confirm your e-mail",
    response_model=RegistrationRead,
    openapi_extra=right(_BEARER, public=True),
)
async def confirm(token: str, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """The seats that were held are yours; done twice, nothing changes."""
    return await _answer(response, session, await service.confirm(session, resources, token, now=now))


@router.post(
    "/my-registrations/{token}/acceptance",
    status_code=201,
    operation_id="acceptOffer",
    summary="Accept the offered seats",
    response_model=RegistrationRead,
    openapi_extra=right(_BEARER, public=True),
)
async def accept(token: str, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """Before the offer ends; done twice, nothing changes."""
    return await _answer(response, session, await service.accept(session, resources, token, now=now))


@router.post(
    "/my-registrations/{token}/cancellation",
    status_code=201,
    operation_id="cancelRegistrationByLink",
    summary="Cancel your registration by its link",
    response_model=RegistrationRead,
    openapi_extra=right(_BEARER, public=True),
)
async def cancel_by_link(token: str, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """Your seats, your offer or your rank go to who waits; you are not served again unless you ask."""
    return await _answer(response, session, await service.cancel_by_link(session, resources, token, now=now))


async def _answer(response: Response, session: Session, found: Registration) -> Any:
    shown = await service.shown(session, found)
    response.headers["ETag"] = etag(found.version)
    return shown


async def _history(
    session: Session, found: Registration, request: Request, response: Response, limit: int, cursor: str | None
) -> Any:
    after = read_cursor(request, cursor)
    rows = await history.lines(session, found, before_id=UUID(after[0]) if after else LAST_ID, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))
