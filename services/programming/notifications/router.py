"""Notifications over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, Principal
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.files import Range, StoredFile, download
from services.common.pagination import Page
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from ..dossiers import service as dossiers
from . import repository, service
from .errors import LetterNotReady
from .schemas import NotificationCreate, NotificationRead

router = APIRouter(prefix="/programming/v1", tags=["notifications"], route_class=ActRoute)

SEEN = "The holder; the funders asked and the contract's team."


@router.post(
    "/dossiers/{dossier_id}/notifications",
    status_code=201,
    operation_id="notifyHolder",
    summary="Notify a funder's decision",
    response_model=NotificationRead,
    openapi_extra=right("Managers and signatories of the funder."),
)
async def notify_holder(
    dossier_id: UUID, wish: NotificationCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Tell the holder what a closed session decided: a letter (PDF) is made and leaves by mail."""
    notification = await service.notify(session, caller, dossier_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/dossiers/{dossier_id}/notifications"
    return notification


async def _require_seen(session: Any, caller: Principal, dossier_id: UUID) -> None:
    if await dossiers.capacities(session, caller, dossier_id) is None:
        raise NotFound()


@router.get(
    "/dossiers/{dossier_id}/notifications",
    operation_id="listNotifications",
    summary="Read a dossier's answers",
    response_model=Page[NotificationRead],
    openapi_extra=right(SEEN),
)
async def list_notifications(dossier_id: UUID, caller: Caller, reader: Reader, session: Snapshot) -> Any:
    """What each funder answered, with its letter."""
    await _require_seen(session, caller, dossier_id)
    return {"items": await fetch(reader, repository.OF_DOSSIER, {"dossier_id": dossier_id}), "next": None}


@router.get(
    "/notifications/{notification_id}/letter",
    operation_id="downloadLetter",
    summary="Download a letter",
    response_class=Response,
    openapi_extra=right(SEEN),
    responses={
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, "description": "The letter."}
    },
)
async def download_letter(
    notification_id: UUID, request: Request, caller: Caller, reader: Reader, session: Snapshot, byte_range: Range = None
) -> Response:
    """The funder's letter as PDF."""
    rows = await fetch(reader, repository.ONE, {"notification_id": notification_id})
    if not rows:
        raise NotFound()
    row = rows[0]
    await _require_seen(session, caller, row["dossier_id"])
    if row["letter_key"] is None:
        raise LetterNotReady(headers={"Retry-After": "2"})
    stored = StoredFile(row["letter_key"], row["letter_size"], row["letter_sha256"], "application/pdf")
    return download(request.app.state.resources.files, stored, f"notification-{notification_id}.pdf", byte_range)
