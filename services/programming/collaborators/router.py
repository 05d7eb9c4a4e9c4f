"""Collaborators over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from ..dossiers import access, instruction
from . import repository, service
from .schemas import (
    CollaborationAcceptance,
    CollaboratorChange,
    CollaboratorInvite,
    CollaboratorRead,
    InvitationFace,
    MyCollaboration,
)

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["collaborators"])
_HOLDER = "Members of the holder."
_OF = "/dossiers/{dossier_id}/collaborators"
_FIRST = UUID(int=0)


@router.post(
    _OF,
    status_code=201,
    operation_id="inviteCollaborator",
    summary="Invite somebody to write a dossier with you",
    response_model=CollaboratorRead,
    openapi_extra=right(_HOLDER),
)
async def invite_collaborator(
    dossier_id: UUID, wish: CollaboratorInvite, caller: Caller, request: Request, session: Session, now: Now, response: Response
) -> Any:
    """A mail with a link that works once leaves for that address. Whoever signs in with it, the address confirmed, reads the dossier,
    and writes it as an `editor`. A collaborator never submits, withdraws, nor sees what your organisation does not."""
    made = await service.invite(session, request.app.state.resources.settings, caller, dossier_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}{_OF.format(dossier_id=dossier_id)}/{made.id}"
    response.headers["ETag"] = etag(made.version)
    return made


@router.get(
    _OF,
    operation_id="listCollaborators",
    summary="Who was invited to a dossier",
    response_model=Page[CollaboratorRead],
    openapi_extra=right("Members of the holder; its collaborators, without the addresses."),
)
async def list_collaborators(
    dossier_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Those invited, at work and gone, oldest first."""
    dossier = await access.read_by_writers(session, caller, dossier_id)
    after = read_cursor(request, cursor)
    values = {"dossier_id": dossier_id, "after": UUID(after[0]) if after else _FIRST, "limit": limit + 1}
    rows = await fetch(reader, repository.OF_DOSSIER, values)
    if not caller.belongs_to(dossier.acting_holder_id):
        rows = [{**row, "email": row["email"] if row["account_id"] == caller.account_id else None} for row in rows]
    return page(request, response, rows, limit, lambda row: [row["id"]])


@router.get(
    _OF + "/{collaborator_id}",
    operation_id="getCollaborator",
    summary="Read one invitation",
    response_model=CollaboratorRead,
    openapi_extra=right(_HOLDER),
)
async def get_collaborator(
    dossier_id: UUID, collaborator_id: UUID, request: Request, response: Response, session: Snapshot, reader: Reader, caller: Caller
) -> Any:
    """Where the invitation stands."""
    from_holder = await access.read_by_writers(session, caller, dossier_id)
    row = await fetch_one(reader, repository.ONE, {"dossier_id": dossier_id, "collaborator_id": collaborator_id})
    if row is None or not (caller.belongs_to(from_holder.acting_holder_id) or row["account_id"] == caller.account_id):
        raise NotFound()
    response.headers["ETag"] = etag(row["version"])
    return not_modified(request, etag(row["version"])) or row


@router.patch(
    _OF + "/{collaborator_id}",
    operation_id="changeCollaborator",
    summary="Make a collaborator a reader or an editor",
    response_model=CollaboratorRead,
    openapi_extra=right(_HOLDER),
)
async def change_collaborator(
    dossier_id: UUID,
    collaborator_id: UUID,
    wish: CollaboratorChange,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """It applies at once."""
    kept = await service.change_part(session, caller, dossier_id, collaborator_id, wish.part, version=version, now=now)
    response.headers["ETag"] = etag(kept.version)
    return kept


@router.post(
    _OF + "/{collaborator_id}/invitation",
    status_code=201,
    operation_id="inviteCollaboratorAgain",
    summary="Send an invitation again",
    response_model=CollaboratorRead,
    openapi_extra=right(_HOLDER),
)
async def invite_again(
    dossier_id: UUID,
    collaborator_id: UUID,
    caller: Caller,
    request: Request,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Another link, good for some more days; the one sent before is void."""
    settings = request.app.state.resources.settings
    kept = await service.invite_again(session, settings, caller, dossier_id, collaborator_id, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}{_OF.format(dossier_id=dossier_id)}/{kept.id}"
    response.headers["ETag"] = etag(kept.version)
    return kept


@router.delete(
    _OF + "/{collaborator_id}",
    status_code=204,
    operation_id="withdrawCollaborator",
    summary="Withdraw an invitation or an access",
    openapi_extra=right(_HOLDER),
)
async def withdraw_collaborator(dossier_id: UUID, collaborator_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """The link is void and the access is lost at once, even in the middle of a save."""
    await service.withdraw(session, caller, dossier_id, collaborator_id, now=now)


@router.get(
    "/collaborations",
    operation_id="listMyCollaborations",
    summary="Dossiers you were invited to write",
    response_model=Page[MyCollaboration],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def list_my_collaborations(
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Newest first. The dossiers themselves are in `GET /programming/v1/dossiers`, beside those of your organisations."""
    before = read_cursor(request, cursor)
    values = {"account_id": caller.account_id, "before": UUID(before[0]) if before else LAST_ID, "limit": limit + 1}
    rows = await fetch(reader, repository.MINE, values)
    known = await instruction.look_up(session, [row["dossier_id"] for row in rows])
    shown = [
        {**row, "dossier_title": known[row["dossier_id"]].title, "holder_name": known[row["dossier_id"]].holder.get("name", "")}
        for row in rows
    ]
    return page(request, response, shown, limit, lambda row: [row["id"]])


@router.get(
    "/collaborations/invitations/{invitation_token}",
    operation_id="readInvitation",
    summary="What an invitation is for",
    response_model=InvitationFace,
    openapi_extra=right("Whoever holds the link of the mail.", public=True),
)
async def read_invitation(invitation_token: str, request: Request, session: Snapshot, now: Now) -> Any:
    """Who invites, to which dossier and until when, for a page to show before the person signs in."""
    return await service.face(session, request.app.state.resources.settings, invitation_token, now=now)


@router.post(
    "/collaborations",
    status_code=201,
    operation_id="acceptCollaboration",
    summary="Accept an invitation",
    response_model=CollaboratorRead,
    openapi_extra=right("The person invited, signed in with the address invited."),
)
async def accept_collaboration(
    wish: CollaborationAcceptance, caller: Caller, request: Request, session: Session, now: Now, response: Response
) -> Any:
    """The link works once, until it expires, for an account whose confirmed address is the one invited."""
    resources = request.app.state.resources
    kept = await service.accept(session, resources.settings, resources.siblings, caller, wish.token, now=now)
    response.headers["Location"] = f"{router.prefix}/dossiers/{kept.dossier_id}"
    response.headers["ETag"] = etag(kept.version)
    return kept


@router.delete(
    "/collaborations/{collaborator_id}",
    status_code=204,
    operation_id="leaveCollaboration",
    summary="Leave a dossier you were invited to",
    openapi_extra=right("The collaborator, for themselves."),
)
async def leave_collaboration(collaborator_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """You read it no more, at once."""
    await service.leave(session, caller, collaborator_id, now=now)
