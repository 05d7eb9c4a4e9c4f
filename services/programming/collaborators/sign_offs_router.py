"""The sign-off of the legal representative over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from ..dossiers import instruction, signing
from . import repository, sign_offs
from .schemas import SignOffAsk, SignOffPolicyRead, SignOffPolicyWrite, SignOffRead, SignOffReturn, SignOffStatus

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["collaborators"])
_OF = "/dossiers/{dossier_id}/sign-off"
_SIGNATORIES = "Signatories of the holder."


@router.post(
    _OF,
    status_code=201,
    operation_id="askSignOff",
    summary="Ask for the legal representative's sign-off",
    response_model=SignOffRead,
    openapi_extra=right("Members of the holder and the people they invited as editors."),
)
async def ask_sign_off(dossier_id: UUID, wish: SignOffAsk, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """The signatories of the holder find it at `GET /programming/v1/sign-offs?status=pending`."""
    response.headers["Location"] = f"{router.prefix}{_OF.format(dossier_id=dossier_id)}"
    return await sign_offs.ask(session, caller, dossier_id, wish.word, now=now)


@router.get(
    _OF,
    operation_id="getSignOff",
    summary="Where the sign-off stands",
    response_model=SignOffRead,
    openapi_extra=right("Members of the holder and the people they invited."),
)
async def get_sign_off(dossier_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """The last one asked for: waiting, sent back with a word, `valid`, or `void` because the dossier changed since (404 if none)."""
    return await sign_offs.last(session, caller, dossier_id)


@router.post(
    _OF + "/approval",
    status_code=201,
    operation_id="approveSignOff",
    summary="Sign a dossier off",
    response_model=SignOffRead,
    openapi_extra=right(_SIGNATORIES, persons_only=True),
)
async def approve_sign_off(
    dossier_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """`If-Match` is the ETag of the dossier you read: that version is approved, and any change after it makes the sign-off void. When it
    was saved while you were reading (412), `changed` says which fields moved."""
    response.headers["Location"] = f"{router.prefix}{_OF.format(dossier_id=dossier_id)}"
    return await sign_offs.approve(session, caller, dossier_id, version=version, now=now)


@router.post(
    _OF + "/return",
    status_code=201,
    operation_id="returnSignOff",
    summary="Send a dossier back without signing it",
    response_model=SignOffRead,
    openapi_extra=right(_SIGNATORIES),
)
async def return_sign_off(
    dossier_id: UUID, wish: SignOffReturn, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Those who write it read your word, mend, and ask again."""
    response.headers["Location"] = f"{router.prefix}{_OF.format(dossier_id=dossier_id)}"
    return await sign_offs.send_back(session, caller, dossier_id, wish.word, now=now)


@router.get(
    "/sign-offs",
    operation_id="listSignOffs",
    summary="Sign-offs asked of you",
    response_model=Page[SignOffRead],
    openapi_extra=right("Anyone signed in: those asked of the organisations they sign for."),
)
async def list_sign_offs(
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    status: Annotated[list[SignOffStatus] | None, Query(description="Any of these; all by default.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Newest first, for the organisations where you are a signatory."""
    before = read_cursor(request, cursor)
    values = {
        "organisations": [one for one in caller.organisation_ids if caller.has_role(one, "signatory")],
        "status": [one.value for one in status or SignOffStatus],
        "before": UUID(before[0]) if before else LAST_ID,
        "limit": limit + 1,
    }
    rows = await fetch(reader, repository.SIGN_OFFS, values)
    known = await instruction.look_up(session, [row["dossier_id"] for row in rows])
    shown = [sign_offs.as_row(known[row["dossier_id"]], row) for row in rows]
    return page(request, response, shown, limit, lambda row: [row["id"]])


@router.get(
    "/sign-off-policies/{signing_organisation_id}",
    operation_id="getSignOffPolicy",
    summary="Whether your organisation wants sign-offs",
    response_model=SignOffPolicyRead,
    openapi_extra=right("Members of the organisation."),
)
async def get_sign_off_policy(signing_organisation_id: UUID, caller: Caller, session: Snapshot, response: Response) -> Any:
    """Beside what a campaign may require of everybody."""
    policy = await signing.policy_of(session, caller, signing_organisation_id)
    response.headers["ETag"] = etag(policy.version)
    return policy


@router.put(
    "/sign-off-policies/{signing_organisation_id}",
    operation_id="setSignOffPolicy",
    summary="Want sign-offs, or not",
    response_model=SignOffPolicyRead,
    openapi_extra=right("Managers and signatories of the organisation; only a signatory gives them up."),
)
async def set_sign_off_policy(
    signing_organisation_id: UUID,
    wish: SignOffPolicyWrite,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """From now on no dossier of the organisation is submitted without a signatory's sign-off. `If-Match: "0"` the first time."""
    policy = await signing.set_policy(session, caller, signing_organisation_id, required=wish.required, version=version, now=now)
    response.headers["ETag"] = etag(policy.version)
    return policy
