"""Programs that act for organisations: parse, call one use case, answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import Version, etag, not_modified
from services.common.origins import asked_from
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import rules, service
from .schemas import (
    SCOPES,
    ApiClientCreate,
    ApiClientCreated,
    ApiClientRead,
    ApiClientUpdate,
    AuthorizationServer,
    ClientAccessToken,
    SecretRotation,
)

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["api-clients"])

_PATH = "/organisations/{organisation_id}/api-clients"
_MANAGERS = "A manager of the organisation, or an administrator of the platform."
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            rules.FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": rules.GRANT_TYPE, "examples": [rules.GRANT_TYPE]},
                        "scope": {
                            "type": "string",
                            "description": "Separated by spaces; all it has without.",
                            "examples": ["programming:read"],
                        },
                        "client_id": {"type": "string", "description": "Unless `Authorization: Basic` says it."},
                        "client_secret": {
                            "type": "string",
                            "format": "password",
                            "writeOnly": True,
                            "description": "Unless `Authorization: Basic` says it.",
                        },
                    },
                }
            }
        },
    }
}


def _secret(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"


def _created(client: dict[str, Any], response: Response) -> dict[str, Any]:
    _secret(response)
    place = _PATH.format(organisation_id=client["organisation_id"])
    response.headers["Location"] = f"{router.prefix}{place}/{client['id']}"
    response.headers["ETag"] = etag(client["version"])
    return client


@router.post(
    _PATH,
    status_code=201,
    operation_id="createApiClient",
    summary="Let a program act for the organisation",
    response_model=ApiClientCreated,
    openapi_extra=right(_MANAGERS, secret_answer=True, persons_only=True),
)
async def create(
    organisation_id: UUID,
    wish: ApiClientCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """Its secret is in this answer and nowhere else. It acts as a plain member of the organisation, within its scopes; what binds a
    person (submitting, signing, voting) it never does. The managers are told by mail."""
    return _created(await service.create(session, resources, caller, organisation_id, wish, now=now), response)


@router.get(
    _PATH,
    operation_id="listApiClients",
    summary="Programs that act for the organisation",
    response_model=Page[ApiClientRead],
    openapi_extra=right(_MANAGERS),
)
async def listing(
    organisation_id: UUID,
    caller: Caller,
    reader: Reader,
    now: Now,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The newest first, the revoked among them."""
    last = read_cursor(request, cursor)
    before = UUID(last[0]) if last else LAST_ID
    rows = await service.listing(reader, caller, organisation_id, before=before, limit=limit + 1, now=now)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _PATH + "/{client_id}",
    operation_id="getApiClient",
    summary="Read a program",
    response_model=ApiClientRead,
    openapi_extra=right(_MANAGERS),
)
async def read(
    organisation_id: UUID, client_id: UUID, caller: Caller, reader: Reader, now: Now, request: Request, response: Response
) -> Any:
    """Its scopes, which secrets work, when it was last used."""
    client = await service.one(reader, caller, organisation_id, client_id, now=now)
    used = int(client["last_used_at"].timestamp()) if client["last_used_at"] else 0
    tag = etag(client["version"], f"{client['state']}{len(client['secrets'])}-{used}".replace("-", "x"))
    response.headers["ETag"] = tag
    return not_modified(request, tag) or client


@router.patch(
    _PATH + "/{client_id}",
    operation_id="updateApiClient",
    summary="Change a program's name, scopes or expiry",
    response_model=ApiClientRead,
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def change(
    organisation_id: UUID,
    client_id: UUID,
    wish: ApiClientUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """When a scope is taken back or the expiry moves, tokens already given are refused at once (in the other services, within
    seconds); the program asks for another."""
    client = await service.change(session, resources, caller, organisation_id, client_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(client["version"])
    return client


@router.post(
    _PATH + "/{client_id}/secrets",
    status_code=201,
    operation_id="rotateApiClientSecret",
    summary="Give a program a new secret",
    response_model=ApiClientCreated,
    openapi_extra=right(_MANAGERS, secret_answer=True, persons_only=True),
)
async def rotate(
    organisation_id: UUID,
    client_id: UUID,
    wish: SecretRotation,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """It is in this answer and nowhere else. The former one still works for `overlap_hours`, so that nothing stops meanwhile."""
    client = await service.rotate(
        session,
        resources,
        caller,
        organisation_id,
        client_id,
        overlap=timedelta(hours=wish.overlap_hours),
        version=version,
        now=now,
    )
    return _created(client, response)


@router.post(
    _PATH + "/{client_id}/revocation",
    operation_id="revokeApiClient",
    summary="Stop a program",
    response_model=ApiClientRead,
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def revoke(organisation_id: UUID, client_id: UUID, caller: Caller, session: Session, resources: Held, now: Now) -> Any:
    """For good. Its tokens are refused at once; in the other services, within seconds. Twice does no harm."""
    return await service.revoke(session, resources, caller, organisation_id, client_id, now=now)


@router.post(
    "/oauth/token",
    operation_id="getClientToken",
    summary="Give a program an access token",
    response_model=ClientAccessToken,
    openapi_extra=right("A program, by its secret.", public=True, secret_answer=True, refusals=(401, 429)) | _FORM,
)
async def token(request: Request, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """OAuth 2.0 client credentials (RFC 6749 §4.4): a form with `grant_type=client_credentials`; the program proves itself by HTTP
    Basic or by `client_id` and `client_secret` in the form. The token lives ten minutes: keep it, and ask again before its end.
    Refusals are problems that also carry `error` and `error_description`."""
    _secret(response)
    headers = request.headers
    asked = rules.token_request(headers.get("content-type"), headers.get("authorization"), await request.body())
    return await service.give_token(session, resources, asked, origin=asked_from(request), now=now)


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="getAuthorizationServer",
    summary="Where programs ask for tokens",
    response_model=AuthorizationServer,
    openapi_extra=right("Anyone.", public=True),
)
async def metadata(resources: Held, response: Response) -> Any:
    """RFC 8414, for libraries that find their way by themselves."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    base = resources.settings.public_url
    return {
        "issuer": base + router.prefix,
        "token_endpoint": f"{base}{router.prefix}/oauth/token",
        "jwks_uri": f"{base}{router.prefix}/jwks.json",
        "scopes_supported": list(SCOPES),
        "response_types_supported": [],
        "grant_types_supported": [rules.GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": f"{base}/docs",
    }
