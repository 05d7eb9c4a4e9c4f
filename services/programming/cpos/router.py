"""CPO over HTTP: drawn up, read, approved, signed, suspended, resumed, terminated, renewed."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.journal import JournalLine, lines_of
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from ..tables import KERNEL
from . import drafting, money, repository, service
from .schemas import (
    CpoApprovalCreate,
    CpoCreate,
    CpoListing,
    CpoRead,
    CpoReason,
    CpoSignatureCreate,
    CpoSummary,
    CpoUpdate,
)

router = APIRouter(prefix="/programming/v1", tags=["cpos"], route_class=ActRoute)

PARTIES = "Members of the holder, of its funders, and of the organisation that leads the contract."
TEAM = "Members of the organisation that leads the contract."
_JOURNAL = lines_of(KERNEL.journal)


def _tag(shown: dict[str, Any]) -> str:
    """Time and the awards' money move what is read without a new version: the tag says where each tranche is."""
    told = [shown["status"].value, *(f"{one['id']} {one['status'].value}" for one in shown["tranches"])]
    return etag(shown["version"], f"{crc32(' '.join(told).encode()):x}")


async def answered(session: Any, cpo: Any, now: datetime, response: Response) -> dict[str, Any]:
    """The agreement as it stands in the act's own transaction."""
    shown = await money.shown(session, cpo, now=now)
    response.headers["ETag"] = _tag(shown)
    response.headers["Location"] = f"{router.prefix}/cpos/{cpo.id}"
    return shown


@router.get(
    "/cpos",
    operation_id="listCpos",
    summary="List the agreements",
    response_model=Page[CpoSummary],
    openapi_extra=right(PARTIES) | published(CpoListing),
)
async def list_cpos(request: Request, response: Response, reader: Reader, caller: Caller, now: Now) -> Any:
    """Multi-year agreements you are party to, latest first; `renewal_due=true` lists those whose renewal is to be prepared."""
    wish = read_query(request, CpoListing)
    after = read_cursor(request, wish.cursor)
    given = wish.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    values = {"organisations": caller.organisation_ids, "before": UUID(after[0]) if after else LAST_ID, "limit": wish.limit + 1}
    values["today"] = today_in_paris(now)
    rows = await fetch(reader, repository.listing(frozenset(given)), {**given, **values})
    return page(request, response, rows, wish.limit, lambda row: [row["id"]])


@router.post(
    "/cpos",
    status_code=201,
    operation_id="drawUpCpo",
    summary="Draw up an agreement",
    response_model=CpoRead,
    openapi_extra=right(TEAM),
)
async def draw_up_cpo(wish: CpoCreate, caller: Caller, request: Request, session: Session, now: Now, response: Response) -> Any:
    """Draw up a draft, from nothing or from candidate dossiers. Tranches are given one by one, or as a total split over the years."""
    cpo = await drafting.draw_up(session, request.app.state.resources.siblings, caller, wish, now=now)
    return await answered(session, cpo, now, response)


@router.get(
    "/cpos/{cpo_id}",
    operation_id="getCpo",
    summary="Read an agreement",
    response_model=CpoRead,
    openapi_extra=right(PARTIES),
)
async def get_cpo(cpo_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller, now: Now) -> Any:
    """The agreement with its parties, its years and where each tranche is, from the forecast to what is justified."""
    cpo = await service.seen(session, caller, cpo_id)
    shown = await money.shown(session, cpo, now=now)
    tag = response.headers["ETag"] = _tag(shown)
    return not_modified(request, tag) or shown


@router.patch(
    "/cpos/{cpo_id}",
    operation_id="updateCpo",
    summary="Change a draft",
    response_model=CpoRead,
    openapi_extra=right(TEAM),
)
async def update_cpo(
    cpo_id: UUID, wish: CpoUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Merge patch of a draft; also of what is approved while nobody has signed. Funders then approve again."""
    cpo = await drafting.update(session, caller, cpo_id, wish, version=version, now=now)
    shown = await money.shown(session, cpo, now=now)
    response.headers["ETag"] = _tag(shown)
    return shown


@router.post(
    "/cpos/{cpo_id}/approval",
    status_code=201,
    operation_id="approveCpo",
    summary="Approve a funder's part",
    response_model=CpoRead,
    openapi_extra=right("Managers and signatories of the funder they name."),
)
async def approve_cpo(
    cpo_id: UUID, wish: CpoApprovalCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """A funder approves its tranches. Once every funder has, the agreement is ready to be signed."""
    cpo = await service.approve(session, caller, cpo_id, wish.funder_id, version=version, now=now)
    return await answered(session, cpo, now, response)


@router.post(
    "/cpos/{cpo_id}/signature",
    status_code=201,
    operation_id="signCpo",
    summary="Sign an agreement",
    response_model=CpoRead,
    openapi_extra=right("Signatories of the party they name: the holder or a funder.", persons_only=True),
)
async def sign_cpo(
    cpo_id: UUID, wish: CpoSignatureCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """A party signs. The last signature binds everybody and confirms the firm tranches of the first year."""
    cpo = await service.sign(session, caller, cpo_id, wish, version=version, now=now)
    return await answered(session, cpo, now, response)


@router.post(
    "/cpos/{cpo_id}/suspension",
    status_code=201,
    operation_id="suspendCpo",
    summary="Suspend an agreement",
    response_model=CpoRead,
    openapi_extra=right(TEAM),
)
async def suspend_cpo(
    cpo_id: UUID, wish: CpoReason, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """While it is suspended no tranche is confirmed nor enters a campaign."""
    cpo = await service.suspend(session, caller, cpo_id, wish.reason, version=version, now=now)
    return await answered(session, cpo, now, response)


@router.post(
    "/cpos/{cpo_id}/resumption",
    status_code=201,
    operation_id="resumeCpo",
    summary="Resume an agreement",
    response_model=CpoRead,
    openapi_extra=right(TEAM),
)
async def resume_cpo(cpo_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """What was suspended goes on where it stopped."""
    cpo = await service.resume(session, caller, cpo_id, version=version, now=now)
    return await answered(session, cpo, now, response)


@router.post(
    "/cpos/{cpo_id}/termination",
    status_code=201,
    operation_id="terminateCpo",
    summary="Terminate an agreement",
    response_model=CpoRead,
    openapi_extra=right(TEAM),
)
async def terminate_cpo(
    cpo_id: UUID, wish: CpoReason, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """It ends before its time: tranches to come that are not confirmed are dropped, the rest stays as its history."""
    cpo = await service.terminate(session, caller, cpo_id, wish.reason, version=version, now=now)
    return await answered(session, cpo, now, response)


@router.post(
    "/cpos/{cpo_id}/renewal",
    status_code=201,
    operation_id="renewCpo",
    summary="Draw up the renewal",
    response_model=CpoRead,
    openapi_extra=right(TEAM),
)
async def renew_cpo(cpo_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """A new draft that begins the day after: same parties, action and amounts, to be changed before it is approved."""
    cpo = await drafting.renew(session, caller, cpo_id, version=version, now=now)
    return await answered(session, cpo, now, response)


@router.get(
    "/cpos/{cpo_id}/journal",
    operation_id="readCpoJournal",
    summary="Read an agreement's journal",
    response_model=Page[JournalLine],
    openapi_extra=right(PARTIES),
)
async def read_cpo_journal(
    cpo_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Any:
    """Who did what and when, newest first. Played again from the oldest, its differences lead to the agreement as it stands."""
    seen = await fetch_one(reader, repository.SEEN, {"cpo_id": cpo_id, "organisations": caller.organisation_ids})
    if seen is None:
        raise NotFound()
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    values = {"resource_id": cpo_id, "before_id": before, "confidential_too": True, "limit": limit + 1}
    return page(request, response, await fetch(reader, _JOURNAL, values), limit, lambda row: [row["id"]])
