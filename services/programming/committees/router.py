"""Committees over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, execute, fetch
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from . import repository, service
from .schemas import (
    AgendaWrite,
    AttendanceWrite,
    CommitteeCreate,
    CommitteeRead,
    CommitteeSummary,
    CommitteeUpdate,
    DecisionRead,
    DecisionWrite,
)

router = APIRouter(prefix="/programming/v1/committees", tags=["committees"], route_class=ActRoute)

TEAM = "Members of the organisation that leads the contract."
SEEN = "The contract's team and the campaign's funders."


async def _shown(session: Any, committee: Any, response: Response) -> dict[str, Any]:
    row = committee if isinstance(committee, dict) else committee.model_dump()
    response.headers["ETag"] = etag(row["version"])
    agenda = (await execute(session, repository.AGENDA, {"committee_id": row["id"]})).mappings().all()
    return {**row, "agenda": [dict(item) for item in agenda]}


@router.get(
    "",
    operation_id="listCommittees",
    summary="List a campaign's sessions",
    response_model=Page[CommitteeSummary],
    openapi_extra=right(SEEN),
)
async def list_committees(
    campaign_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Technical and steering sessions of a campaign, latest planned first."""
    await service.seen_campaign(session, caller, campaign_id)
    after = read_cursor(request, cursor)
    values = {"campaign_id": campaign_id, "before": UUID(after[0]) if after else LAST_ID, "limit": limit + 1}
    rows = await fetch(reader, repository.LISTING, values)
    return page(request, response, rows, limit, lambda row: [row["id"]])


@router.post(
    "",
    status_code=201,
    operation_id="planCommittee",
    summary="Plan a session",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM),
)
async def plan_committee(wish: CommitteeCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """A technical committee proposes amounts; in a steering committee each funder decides for itself."""
    committee = await service.plan(session, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{committee.id}"
    return await _shown(session, committee, response)


@router.get(
    "/{committee_id}",
    operation_id="getCommittee",
    summary="Read a session",
    response_model=CommitteeRead,
    openapi_extra=right(SEEN),
)
async def get_committee(
    committee_id: UUID, request: Request, response: Response, reader: Reader, session: Snapshot, caller: Caller
) -> Any:
    """The session with its agenda and attendance."""
    rows = await fetch(reader, repository.ONE, {"committee_id": committee_id})
    if not rows:
        raise NotFound()
    await service.seen_campaign(session, caller, rows[0]["campaign_id"])
    return not_modified(request, etag(rows[0]["version"])) or await _shown(session, rows[0], response)


@router.patch(
    "/{committee_id}",
    operation_id="updateCommittee",
    summary="Change a session",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM),
)
async def update_committee(
    committee_id: UUID, wish: CommitteeUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Title, place, time of a session not held yet."""
    return await _shown(session, await service.update(session, caller, committee_id, wish, version=version, now=now), response)


@router.put(
    "/{committee_id}/agenda",
    operation_id="setAgenda",
    summary="Set the agenda",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM),
)
async def set_agenda(
    committee_id: UUID, wish: AgendaWrite, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The dossiers the session looks at, in order; they must be under review in the campaign."""
    committee = await service.set_agenda(session, caller, committee_id, wish.dossier_ids, version=version, now=now)
    return await _shown(session, committee, response)


@router.post(
    "/{committee_id}/agenda-dispatch",
    status_code=201,
    operation_id="sendAgenda",
    summary="Send the agenda",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM),
)
async def send_agenda(committee_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """The agenda is settled and known to members."""
    return await _shown(session, await service.send_agenda(session, caller, committee_id, version=version, now=now), response)


@router.put(
    "/{committee_id}/attendance",
    operation_id="setAttendance",
    summary="Record the attendance",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM),
)
async def set_attendance(
    committee_id: UUID, wish: AttendanceWrite, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Who is present, represented or excused: an absent funder does not decide."""
    return await _shown(
        session, await service.set_attendance(session, caller, committee_id, wish, version=version, now=now), response
    )


@router.put(
    "/{committee_id}/decisions/{request_id}",
    operation_id="decideRequest",
    summary="Decide on a funder's request",
    response_model=DecisionRead,
    openapi_extra=right(
        "Technical: the contract's team. Steering: managers and signatories of the funder asked.", persons_only=True
    ),
)
async def decide_request(
    committee_id: UUID, request_id: UUID, wish: DecisionWrite, caller: Caller, session: Session, now: Now
) -> Any:
    """Propose, grant, adjourn or refuse. The envelope is drawn on at once and can never be exceeded; until the session closes the same call corrects."""
    return await service.decide(session, caller, committee_id, request_id, wish, now=now)


@router.get(
    "/{committee_id}/decisions",
    operation_id="listDecisions",
    summary="Read a session's decisions",
    response_model=Page[DecisionRead],
    openapi_extra=right(SEEN),
)
async def list_decisions(
    committee_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    """What the session said, request by request."""
    rows = await fetch(reader, repository.ONE, {"committee_id": committee_id})
    if not rows:
        raise NotFound()
    await service.seen_campaign(session, caller, rows[0]["campaign_id"])
    after = read_cursor(request, cursor)
    values = {"committee_id": committee_id, "after": UUID(after[0]) if after else UUID(int=0), "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.DECISIONS, values), limit, lambda row: [row["id"]])


@router.post(
    "/{committee_id}/closing",
    status_code=201,
    operation_id="closeCommittee",
    summary="Close the session",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM),
)
async def close_committee(
    committee_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The session is held and its decisions locked: funders may notify."""
    return await _shown(session, await service.close(session, caller, committee_id, version=version, now=now), response)


@router.post(
    "/{committee_id}/minutes-signature",
    status_code=201,
    operation_id="signMinutes",
    summary="Sign the minutes",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM, persons_only=True),
)
async def sign_minutes(committee_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """The minutes of a held session are signed."""
    return await _shown(session, await service.sign_minutes(session, caller, committee_id, version=version, now=now), response)
