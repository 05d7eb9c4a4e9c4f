"""HTTP of visio for whoever holds a link, and for providers."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from services.common.clock import Now
from services.common.db import Session
from services.common.problems import Problem
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import notices, service, tokens
from .providers.contract import Notice
from .schemas import VisioEntrance

router = APIRouter(prefix=tokens.PREFIX, tags=["visio"], route_class=ActRoute)

_BEARER = "Whoever holds the personal link received by e-mail, while it counts."
_PROVIDER = "The provider, by its signature."
_NOTICE = {
    "requestBody": {
        "required": True,
        "description": "As the provider writes it; its signature is verified on the bytes received.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": {"event": "participant_joined"}},
            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
        },
    }
}
Token = Annotated[str, Path(max_length=200)]


async def _notice(request: Request, resources: Held, account_key: Token) -> Notice:
    address = tokens.notice_address(resources.settings, account_key)
    return Notice(address, dict(request.headers), dict(request.query_params), await request.body())


@router.get(
    "/{visio_token}",
    operation_id="followVisioLink",
    summary="Enter the visio by a personal link",
    response_model=VisioEntrance,
    responses={303: {"description": "To the room, unless JSON is what is accepted."}},
    openapi_extra=right(_BEARER, public=True, refusals=[409, 410]),
)
async def follow(visio_token: Token, request: Request, resources: Held, now: Now) -> Any:
    """Redirects to the room of the session that is now, as this person; the link is the same for every session.

    Otherwise says why: too early (and when the room opens), over, cancelled, revoked, not by visio, or the room is not ready yet
    (503 with `Retry-After`). A browser is led to the page that says it to people, where the platform has one. An application that
    accepts `application/json` and no page is told the room's address instead.
    """
    accepted, apart = request.headers.get("accept", ""), {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    try:
        leads_to = await service.follow(resources, visio_token, now=now)
        if "application/json" in accepted and "text/html" not in accepted:
            return JSONResponse(VisioEntrance(address=leads_to).model_dump(), headers=apart)
    except Problem as problem:
        template = resources.settings.visio_page_url
        if not template or "text/html" not in accepted:
            raise
        leads_to = template.replace("{token}", quote(visio_token, safe="")).replace("{problem}", problem.slug())
    return RedirectResponse(leads_to, 303, headers=apart)


@router.get(
    "/endings/{room_token}",
    status_code=204,
    operation_id="tellVisioRoomEnded",
    summary="Tell that a room ended (provider)",
    response_class=Response,
    openapi_extra=right("The provider, at the address it was given for this room.", public=True),
)
async def ended(room_token: Token, resources: Held) -> None:
    """BigBlueButton's `meta_endCallbackUrl`. It is asked back before it is believed."""
    await notices.say_ended(resources, room_token)


@router.post(
    "/webhooks/{account_key}",
    status_code=204,
    operation_id="hearVisioNotice",
    summary="Tell who comes and goes (provider)",
    response_class=Response,
    openapi_extra={**right(_PROVIDER, public=True, refusals=[403]), **_NOTICE},
)
async def hear(
    account_key: Token, notice: Annotated[Notice, Depends(_notice)], session: Session, resources: Held, now: Now
) -> None:
    """BigBlueButton: bbb-webhooks with SHA-256 checksums, or its recording-ready callback. LiveKit: its webhooks. Jitsi: JaaS's or
    Prosody's `event_sync`, with the shared secret in `Authorization`. The same notice twice is once, in whatever order they come.
    """
    await notices.hear(session, resources, account_key, notice, now=now)
