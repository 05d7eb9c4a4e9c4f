"""HTTP of privacy: parse, call one use case, answer."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.language import Text, preferred
from services.common.origins import asked_from
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import requests, rules, service
from .schemas import (
    DataRequestRead,
    ErasureRead,
    ErasureVerification,
    PersonalDataExport,
    PersonalDataRequestCreate,
    RequestAnswer,
    RequestReceived,
    Retention,
)

router = APIRouter(prefix="/events/v1", tags=["privacy"], route_class=ActRoute)

_REGISTER = "Managers of a network; administrators of the platform."
_BEARER = "Anyone with the link of the mail."
_SENT = Text(
    "Un lien de confirmation a été envoyé à cette adresse. Il sert pendant 24 heures.",
    "A confirmation link was sent to that address. It serves for 24 hours.",
)
_LAST = 2**62


@router.get(
    "/retention",
    operation_id="listRetentionRules",
    summary="How long personal data is kept",
    response_model=Retention,
    openapi_extra=right("Anyone.", public=True),
)
async def retention(resources: Held, now: Now) -> Any:
    """What is kept about people, how long, and what then becomes of it. Each night does what this says."""
    return {"items": service.retention(resources.settings, now), "next": None, "kept": rules.KEPT}


@router.get(
    "/erasures",
    operation_id="listErasures",
    summary="The register of erasures",
    response_model=Page[ErasureRead],
    openapi_extra=right(_REGISTER),
)
async def erasures(
    reader: Reader, caller: Caller, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first: when, by which rule, how many records, up to which day. It names nobody."""
    after = read_cursor(request, cursor)
    rows = await service.listing(reader, caller, before_number=int(after[0]) if after else _LAST, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["number"],))


@router.get(
    "/erasures/verification",
    operation_id="verifyErasures",
    summary="Whether the register of erasures is whole",
    response_model=ErasureVerification,
    openapi_extra=right(_REGISTER),
)
async def verification(reader: Reader, caller: Caller, resources: Held) -> Any:
    """Each line holds the digest of the one before, computed again here: a line removed, added or changed is found."""
    return await service.verification(reader, caller, resources)


@router.get(
    "/me/export",
    operation_id="exportMyData",
    summary="All that is held of you",
    response_model=PersonalDataExport,
    openapi_extra=right("Anyone signed in, for themselves.", persons_only=True),
)
async def mine(reader: Reader, caller: Caller, resources: Held, now: Now, response: Response) -> Any:
    """By your account and by the address you confirmed, room by room (GDPR art. 15 and 20)."""
    response.headers["Cache-Control"] = "private, no-store"
    return await requests.export_of_account(reader, resources, caller, now=now)


@router.post(
    "/personal-data-requests",
    status_code=202,
    operation_id="requestPersonalData",
    summary="Ask for your data, or to be forgotten, without an account",
    response_model=RequestReceived,
    openapi_extra=right("Anyone.", public=True, refusals=(429,)),
)
async def ask(wish: PersonalDataRequestCreate, request: Request, session: Session, resources: Held, now: Now) -> Any:
    """A link is mailed to the address. The answer is the same whether or not anything is held under it."""
    await requests.ask(session, resources, wish, origin=asked_from(request), now=now)
    return {"message": _SENT.to(preferred(request.headers.get("accept-language")))}


@router.get(
    "/personal-data-requests/{request_token}",
    operation_id="getPersonalDataRequest",
    summary="See what a request about your data will do",
    response_model=DataRequestRead,
    openapi_extra=right(_BEARER, public=True),
)
async def read(request_token: str, session: Snapshot, resources: Held, now: Now) -> Any:
    """Reading does nothing: mail programs that open links beforehand do no harm."""
    return await requests.read(session, resources, request_token, now=now)


@router.post(
    "/personal-data-requests/{request_token}/confirmation",
    status_code=201,
    operation_id="confirmPersonalDataRequest",
    summary="Confirm a request about your data",
    response_model=RequestAnswer,
    openapi_extra=right(_BEARER, public=True, secret_answer=True),
)
async def confirm(request_token: str, session: Session, resources: Held, now: Now, request: Request, response: Response) -> Any:
    """The export is the answer. An erasure is done at once: registrations to come are cancelled, names and addresses go, except what
    `kept` says is still needed (art. 17)."""
    response.headers["Location"] = request.url.path.removesuffix("/confirmation")
    response.headers["Cache-Control"] = "private, no-store"
    return await requests.confirm(session, resources, request_token, now=now)


@router.post(
    "/me/erasure",
    status_code=201,
    operation_id="eraseMyData",
    summary="Be forgotten",
    response_model=RequestAnswer,
    openapi_extra=right("Anyone signed in, for themselves.", persons_only=True, secret_answer=True),
)
async def forget_me(session: Session, caller: Caller, resources: Held, now: Now, response: Response) -> Any:
    """All that is held by your account and by the address you confirmed, at once and for good: registrations to come are cancelled,
    names and addresses go, your personal calendar stops, except what `kept` says is still needed (art. 17)."""
    response.headers["Location"] = f"{router.prefix}/me/export"
    response.headers["Cache-Control"] = "private, no-store"
    return await requests.erase_account(session, resources, caller, now=now)
