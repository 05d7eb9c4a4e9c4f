"""Similar actions over HTTP, for holders: finding, being found, writing to each other."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import HolderMessageCreate, HolderMessageSent, SimilarAction, VisibilityRead

router = APIRouter(route_class=ActRoute, prefix="/programming/v1/dossiers", tags=["similar"])

_HOLDER = "Members of the holder."
_MANAGER = "Managers of the holder."


@router.get(
    "/{dossier_id}/similar-actions",
    operation_id="listSimilarActions",
    summary="Find similar actions of other holders",
    response_model=Page[SimilarAction],
    openapi_extra=right(_HOLDER),
)
async def list_similar_actions(
    dossier_id: UUID,
    request: Request,
    response: Response,
    caller: Caller,
    session: Snapshot,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Actions of the same contract de ville that share an objective or a transversal concern with yours (a draft will do), the
    most similar first, with why: theme, neighbourhood, public, period.

    Only those whose holder accepts to be found are listed, and nothing of what they ask or got.
    """
    keys = read_cursor(request, cursor)
    after = (float(keys[0]), UUID(keys[1])) if keys else None
    found = await service.similar_actions(session, caller, dossier_id, after=after, limit=limit + 1)
    return page(request, response, found, limit, lambda row: [row["score"], row["dossier_id"]])


@router.post(
    "/{dossier_id}/similar-actions/{other_dossier_id}/contact",
    status_code=201,
    operation_id="contactSimilarHolder",
    summary="Write to the holder of a similar action",
    response_model=HolderMessageSent,
    openapi_extra=right(_HOLDER, refusals=[429]),
)
async def contact_similar_holder(
    dossier_id: UUID,
    other_dossier_id: UUID,
    wish: HolderMessageCreate,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
) -> Any:
    """Your message leaves by mail to that dossier's contact, whose address you are not told; the answer comes to your own
    dossier's contact. At most ten messages an hour for an organisation, and two a day to one dossier."""
    response.headers["Location"] = f"{router.prefix}/{dossier_id}/similar-actions"
    return await service.write_to(session, caller, dossier_id, other_dossier_id, wish.message, now=now)


@router.get(
    "/{dossier_id}/visibility-to-holders",
    operation_id="getVisibilityToHolders",
    summary="Read whether other holders may find a dossier",
    response_model=VisibilityRead,
    openapi_extra=right(_HOLDER),
)
async def get_visibility(dossier_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Whether the holder accepted that other holders find this action, and since when."""
    return await service.visibility(session, caller, dossier_id)


@router.put(
    "/{dossier_id}/visibility-to-holders",
    operation_id="showToHolders",
    summary="Accept to be found by other holders",
    response_model=VisibilityRead,
    openapi_extra=right(_MANAGER),
)
async def show_to_holders(dossier_id: UUID, caller: Caller, session: Session, now: Now) -> Any:
    """Other holders may find this action once it is submitted: title, holder's name, objectives, neighbourhoods, publics and
    period; never an amount, an opinion or an address. They may write to you through the platform."""
    return await service.show(session, caller, dossier_id, now=now)


@router.delete(
    "/{dossier_id}/visibility-to-holders",
    status_code=204,
    operation_id="hideFromHolders",
    summary="Be found no more",
    openapi_extra=right(_MANAGER),
)
async def hide_from_holders(dossier_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """From this instant nobody finds the action any more nor may write to its holder."""
    await service.hide(session, caller, dossier_id, now=now)
