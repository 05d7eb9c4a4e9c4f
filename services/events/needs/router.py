"""HTTP of needs: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..agenda import views
from ..agenda.schemas import Audience, EventRead
from ..networks.router import ORGANISERS
from . import service
from .models import TrainingNeed
from .schemas import Answer, Conversion, Merging, NeedCreate, NeedGroup, NeedRead, NeedStatus

V1 = "/events/v1"
router = APIRouter(prefix=V1, tags=["needs"], route_class=ActRoute)


@router.post(
    "/needs",
    status_code=201,
    operation_id="sayNeed",
    summary="Say what you need",
    response_model=NeedRead,
    openapi_extra=right("Anyone signed in, for themselves; organisers of the network for somebody else.", persons_only=True),
)
async def ask(wish: NeedCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """The network's organisers read it without your name. Once there is an answer you get it by mail, and your address is forgotten."""
    need = await service.ask(session, resources, caller, wish, now=now)
    response.headers["Location"] = f"{V1}/needs/{need.id}"
    return await _answer(response, session, caller, need)


@router.post(
    "/needs/conversion",
    status_code=201,
    operation_id="convertNeeds",
    summary="Make an event of needs",
    response_model=EventRead,
    openapi_extra=right(ORGANISERS),
)
async def convert(wish: Conversion, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """An idea with the needs' themes, territories and publics. Whoever asked is told by mail once it is announced or opened."""
    event_id = await service.convert(session, resources, caller, wish, now=now)
    event = await views.one_in(session, resources, caller, event_id, now=now)
    response.headers["Location"] = f"{V1}/events/{event_id}"
    response.headers["ETag"] = etag(event["version"], views.view_of(event))
    return event


@router.get(
    "/needs/{need_id}",
    operation_id="getNeed",
    summary="Read a need",
    response_model=NeedRead,
    openapi_extra=right("Who asked; organisers of the network."),
)
async def read(need_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """What was asked, and what became of it."""
    need = await service.seen(session, caller, need_id)
    return not_modified(request, etag(need.version)) or await _answer(response, session, caller, need)


@router.post(
    "/needs/{need_id}/withdrawal",
    status_code=201,
    operation_id="withdrawNeed",
    summary="Ask no longer",
    response_model=NeedRead,
    openapi_extra=right("Who asked."),
)
async def withdraw(need_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """Your address is forgotten and you hear no more of it."""
    need = await service.withdraw(session, caller, need_id, version=version, now=now)
    return await _answer(response, session, caller, need)


@router.post(
    "/needs/{need_id}/merging",
    status_code=201,
    operation_id="mergeNeed",
    summary="Say that two needs are one",
    response_model=NeedRead,
    openapi_extra=right(ORGANISERS),
)
async def merge(
    need_id: UUID, wish: Merging, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Both open, of one network. Whoever asked the first hears what becomes of the second."""
    return await _answer(response, session, caller, await service.merge(session, caller, need_id, wish, version=version, now=now))


@router.post(
    "/needs/{need_id}/answer",
    status_code=201,
    operation_id="answerNeed",
    summary="Answer a need",
    response_model=NeedRead,
    openapi_extra=right(ORGANISERS),
)
async def answer(
    need_id: UUID, wish: Answer, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Without an event of one's own. Whoever asked, and those merged into it, read the answer by mail; addresses are forgotten."""
    need = await service.settle(session, caller, need_id, NeedStatus.ANSWERED, wish.reason, version=version, now=now)
    return await _answer(response, session, caller, need)


@router.post(
    "/needs/{need_id}/dismissal",
    status_code=201,
    operation_id="dismissNeed",
    summary="Dismiss a need",
    response_model=NeedRead,
    openapi_extra=right(ORGANISERS),
)
async def dismiss(
    need_id: UUID, wish: Answer, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Nothing will be done, and whoever asked reads why; addresses are forgotten."""
    need = await service.settle(session, caller, need_id, NeedStatus.DISMISSED, wish.reason, version=version, now=now)
    return await _answer(response, session, caller, need)


@router.get(
    "/my-needs",
    operation_id="listMyNeeds",
    summary="What you asked for",
    response_model=Page[NeedRead],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def mine(
    caller: Caller, session: Snapshot, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first."""
    after = read_cursor(request, cursor)
    rows = await service.mine(session, caller, before_id=UUID(after[0]) if after else LAST_ID, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/networks/{network_id}/needs",
    operation_id="listNeeds",
    summary="Needs of a network",
    response_model=Page[NeedRead],
    openapi_extra=right(ORGANISERS),
)
async def listing(
    network_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    status: Annotated[list[NeedStatus] | None, Query(max_length=6, description="Any of these.")] = None,
    theme: Annotated[str | None, Query(max_length=60)] = None,
    territory: Annotated[str | None, Query(max_length=12)] = None,
    audience: Audience | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The oldest first, without who asked."""
    after = read_cursor(request, cursor)
    asked = {
        "after_id": UUID(after[0]) if after else UUID(int=0),
        "statuses": [each.value for each in status] if status else None,
        "theme": theme,
        "territory": territory,
        "audience": audience.value if audience else None,
        "limit": limit + 1,
    }
    rows = await service.listing(session, caller, network_id, asked)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/networks/{network_id}/need-groups",
    operation_id="groupNeeds",
    summary="What is needed, counted",
    response_model=Page[NeedGroup],
    openapi_extra=right(ORGANISERS),
)
async def groups(
    network_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Open needs by theme × territory × public, the most asked for first."""
    after = read_cursor(request, cursor)
    asked = {
        "after_count": int(after[0]) if after else -(2**62),
        "after_theme": after[1] if after else "",
        "after_territory": after[2] if after else "",
        "after_audience": after[3] if after else "",
        "limit": limit + 1,
    }
    rows = await service.groups(session, caller, network_id, asked)
    key = lambda row: (-row["count"], row["theme_code"] or "", row["territory_code"] or "", row["audience"])  # noqa: E731
    return page(request, response, rows, limit, key=key)


async def _answer(response: Response, session: Session, caller: Caller, need: TrainingNeed) -> Any:
    response.headers["ETag"] = etag(need.version)
    return await service.shown(session, caller, need)
