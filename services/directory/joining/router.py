"""Invitations to an organisation: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..organisations.schemas import MembershipRead
from . import service
from .schemas import InvitationAcceptance, InvitationCreate, InvitationRead, OwnInvitation, ShownState

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["joining"])

_PATH = "/organisations/{organisation_id}/invitations"
_MANAGERS = "A manager of the organisation, or an administrator of the platform."
_INVITED = "The person whose confirmed address was invited."


def _joined(membership: dict[str, Any], response: Response) -> dict[str, Any]:
    place = f"/organisations/{membership['organisation_id']}/memberships/{membership['account_id']}"
    response.headers["Location"] = router.prefix + place
    response.headers["ETag"] = etag(membership["version"])
    return membership


@router.post(
    _PATH,
    status_code=201,
    operation_id="inviteToOrganisation",
    summary="Invite somebody, with or without an account",
    response_model=InvitationRead,
    openapi_extra=right(_MANAGERS, persons_only=True, refusals=(429,)),
)
async def invite(
    organisation_id: UUID,
    wish: InvitationCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """A signed link is mailed to the address; it works once, until `expires_at`, for whoever is signed in with that address. The
    answer is the same whether or not the address has an account."""
    invitation = await service.invite(session, resources, caller, organisation_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}{_PATH.format(organisation_id=organisation_id)}/{invitation['id']}"
    response.headers["ETag"] = etag(invitation["version"])
    return invitation


@router.get(
    _PATH,
    operation_id="listInvitations",
    summary="Invitations of an organisation",
    response_model=Page[InvitationRead],
    openapi_extra=right(_MANAGERS),
)
async def listing(
    organisation_id: UUID,
    caller: Caller,
    reader: Reader,
    now: Now,
    request: Request,
    response: Response,
    state: Annotated[list[ShownState] | None, Query(description="Any of these.", max_length=6)] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The newest first. `?state=pending` are those that await an answer; what is over is forgotten after three months."""
    last = read_cursor(request, cursor)
    before = UUID(last[0]) if last else LAST_ID
    rows = await service.listing(reader, caller, organisation_id, states=state or (), before=before, limit=limit + 1, now=now)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _PATH + "/{invitation_id}",
    operation_id="getOrganisationInvitation",
    summary="Read an invitation",
    response_model=InvitationRead,
    openapi_extra=right(_MANAGERS),
)
async def read(
    organisation_id: UUID, invitation_id: UUID, caller: Caller, reader: Reader, now: Now, request: Request, response: Response
) -> Any:
    """Where an invitation is. The link itself is only in the mail."""
    invitation = await service.one(reader, caller, organisation_id, invitation_id, now=now)
    tag = etag(invitation["version"], invitation["state"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or invitation


@router.post(
    _PATH + "/{invitation_id}/sending",
    operation_id="sendInvitationAgain",
    summary="Send an invitation again",
    response_model=InvitationRead,
    openapi_extra=right(_MANAGERS, persons_only=True, refusals=(429,)),
)
async def send_again(
    organisation_id: UUID, invitation_id: UUID, caller: Caller, session: Session, resources: Held, now: Now
) -> Any:
    """The same link, with its whole time again; one that had expired lives anew. A few times an hour at most (429)."""
    return await service.send_again(session, resources, caller, organisation_id, invitation_id, now=now)


@router.post(
    _PATH + "/{invitation_id}/withdrawal",
    operation_id="withdrawInvitation",
    summary="Withdraw an invitation",
    response_model=InvitationRead,
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def withdraw(organisation_id: UUID, invitation_id: UUID, caller: Caller, session: Session, now: Now) -> Any:
    """Its link no longer works, and says so."""
    return await service.withdraw(session, caller, organisation_id, invitation_id, now=now)


@router.post(
    "/invitations/acceptance",
    status_code=201,
    operation_id="acceptInvitation",
    summary="Join an organisation by a mailed link",
    response_model=MembershipRead,
    openapi_extra=right(_INVITED, persons_only=True),
)
async def accept_by_link(
    given: InvitationAcceptance, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Sign in first with the address that was invited; without an account, register it and confirm it, then come back. Refresh your
    access token afterwards. A link used twice, withdrawn, expired or opened by another address is refused by name."""
    return _joined(await service.accept_by_link(session, resources, caller, given.token, now=now), response)


@router.get(
    "/me/invitations",
    operation_id="listMyInvitations",
    summary="Invitations you can answer",
    response_model=Page[OwnInvitation],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def own(
    caller: Caller, reader: Reader, now: Now, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Those sent to your confirmed address that have not expired, the newest first."""
    last = read_cursor(request, cursor)
    rows = await service.own(reader, caller, before=UUID(last[0]) if last else LAST_ID, limit=limit + 1, now=now)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "/me/invitations/{invitation_id}/acceptance",
    status_code=201,
    operation_id="acceptMyInvitation",
    summary="Join an organisation that invited you",
    response_model=MembershipRead,
    openapi_extra=right(_INVITED, persons_only=True),
)
async def accept(invitation_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """Without the mailed link: your address is confirmed already. Refresh your access token afterwards."""
    return _joined(await service.accept(session, resources, caller, invitation_id, now=now), response)


@router.post(
    "/me/invitations/{invitation_id}/refusal",
    status_code=204,
    operation_id="declineMyInvitation",
    summary="Decline an invitation",
    openapi_extra=right(_INVITED, persons_only=True),
)
async def decline(invitation_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Nothing else happens; the organisation sees it declined."""
    await service.decline(session, caller, invitation_id, now=now)
