"""Public directory of actors; people by their consent only. HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import VersionIfAny, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.texts import Words

from . import service
from .schemas import (
    ActorCardRead,
    ActorCardWrite,
    ActorFacets,
    ActorMessageCreate,
    ActorMessageSent,
    ActorPersonRead,
    ActorPersonWrite,
    ActorSummary,
    Kind,
)

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["actors"])

_CARD = "/organisations/{organisation_id}/card"
_MANAGERS = "A manager of the organisation, or an administrator of the platform."
_MEMBERS = "A member of the organisation, for themselves alone."

_Kinds = Annotated[list[Kind] | None, Query(description="Any of these.", max_length=20)]
_Themes = Annotated[list[str] | None, Query(description="Codes of themes, any of these.", max_length=20)]
_Territory = Annotated[
    str | None,
    Query(
        max_length=12, description="Code of a territory: who covers it, what is around it, or a part of it.", examples=["QN01101N"]
    ),
]


@router.get(
    "/actors",
    operation_id="searchActors",
    summary="Who does what, where",
    response_model=Page[ActorSummary],
    openapi_extra=right("Anyone.", public=True),
)
async def search(
    reader: Reader,
    request: Request,
    response: Response,
    q: Words = "",
    kind: _Kinds = None,
    theme: _Themes = None,
    territory: _Territory = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Published cards by name. Each word of `q` is looked for in the name, the city, the presentation and the labels, without
    accents nor case."""
    rows = await service.search(
        reader,
        words=q,
        kinds=[each.value for each in kind or ()],
        theme_codes=theme or (),
        territory=territory,
        after=read_cursor(request, cursor) or (),
        limit=limit + 1,
    )
    return page(request, response, rows, limit, key=lambda row: (row["sort_name"], row["organisation_id"]))


@router.get(
    "/actors/facets",
    operation_id="countActors",
    summary="How many actors by kind, theme and territory",
    response_model=ActorFacets,
    openapi_extra=right("Anyone.", public=True),
)
async def facets(reader: Reader, q: Words = "", kind: _Kinds = None, theme: _Themes = None, territory: _Territory = None) -> Any:
    """Among those the same filters find."""
    kinds = [each.value for each in kind or ()]
    return {"items": await service.facets(reader, words=q, kinds=kinds, theme_codes=theme or (), territory=territory)}


@router.get(
    "/actors/{organisation_id}",
    operation_id="getActor",
    summary="An actor's card",
    response_model=ActorCardRead,
    openapi_extra=right("Anyone, once it is published.", public=True),
)
async def read(organisation_id: UUID, reader: Reader, request: Request, response: Response) -> Any:
    """With the people who chose to appear, and nobody else."""
    card = await service.public(reader, organisation_id)
    response.headers["ETag"] = card["etag"]
    return not_modified(request, card["etag"]) or card


@router.get(
    "/actors/{organisation_id}/json-ld",
    operation_id="getActorJsonLd",
    summary="An actor's card as schema.org",
    response_class=JSONResponse,
    responses={200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}},
    openapi_extra=right("Anyone, once it is published.", public=True),
)
async def json_ld(organisation_id: UUID, reader: Reader, resources: Held) -> Any:
    """`Organization`, for search engines. People are left out."""
    card = await service.public(reader, organisation_id)
    return JSONResponse(service.as_json_ld(card, resources.settings.public_url), media_type="application/ld+json")


@router.post(
    "/actors/{organisation_id}/messages",
    status_code=202,
    operation_id="writeToActor",
    summary="Write to an actor through the platform",
    response_model=ActorMessageSent,
    openapi_extra=right("Anyone signed in.", persons_only=True, refusals=(429,)),
)
async def write(
    organisation_id: UUID, wish: ActorMessageCreate, caller: Caller, session: Session, resources: Held, now: Now
) -> Any:
    """Passed on by mail to who chose to be contacted, else to the managers if the card takes messages. Their answer comes to your
    account's address; theirs is never shown. Ten an hour at most."""
    return await service.write(session, resources, caller, organisation_id, wish, now=now)


@router.get(
    _CARD,
    operation_id="getOrganisationCard",
    summary="Your organisation's card, published or not",
    response_model=ActorCardRead,
    openapi_extra=right("A member of the organisation, or an administrator."),
)
async def own(organisation_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """404 while it has none."""
    card = await service.for_members(reader, caller, organisation_id)
    response.headers["ETag"] = card["etag"]
    return not_modified(request, card["etag"]) or card


@router.put(
    _CARD,
    operation_id="putOrganisationCard",
    summary="Write your organisation's card",
    response_model=ActorCardRead,
    responses={201: {"model": ActorCardRead}},
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def put(
    organisation_id: UUID,
    wish: ActorCardWrite,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    version: VersionIfAny,
) -> Any:
    """Creates it, or replaces the version named by `If-Match`. Its name, city and website are the organisation's own."""
    card, is_new = await service.put(session, caller, organisation_id, wish, version=version, now=now)
    response.headers["ETag"] = card["etag"]
    if is_new:
        response.status_code = 201
        response.headers["Location"] = router.prefix + _CARD.format(organisation_id=organisation_id)
    return card


@router.post(
    _CARD + "/confirmation",
    operation_id="confirmOrganisationCard",
    summary="Say that the card is up to date",
    response_model=ActorCardRead,
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def confirm(organisation_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """`verified_at` becomes today; managers are asked once a year."""
    card = await service.confirm(session, caller, organisation_id, now=now)
    response.headers["ETag"] = card["etag"]
    return card


@router.put(
    _CARD + "/people/me",
    operation_id="appearOnCard",
    summary="Appear on the card",
    response_model=ActorPersonRead,
    responses={201: {"model": ActorPersonRead}},
    openapi_extra=right(_MEMBERS, persons_only=True),
)
async def appear(
    organisation_id: UUID, wish: ActorPersonWrite, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Your consent, dated: your name, and what you choose to show. It ends when you withdraw it, or leave the organisation."""
    person, is_new = await service.appear(session, caller, organisation_id, wish, now=now)
    if is_new:
        response.status_code = 201
        response.headers["Location"] = router.prefix + _CARD.format(organisation_id=organisation_id)
    return person


@router.delete(
    _CARD + "/people/me",
    status_code=204,
    operation_id="leaveCard",
    summary="Appear on the card no more",
    openapi_extra=right(_MEMBERS, persons_only=True),
)
async def withdraw(organisation_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """At once."""
    await service.withdraw(session, caller, organisation_id, now=now)
