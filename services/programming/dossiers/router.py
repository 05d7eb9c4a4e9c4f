"""Dossiers over HTTP: drafts, submission, reading."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, Principal
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot, execute, fetch, fetch_one
from services.common.etag import Version, not_modified
from services.common.journal import JournalLine, lines_of
from services.common.language import preferred
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from ..campaigns import service as campaigns
from ..tables import KERNEL
from . import access, answers, discretion, figures, opening, repository, rules, service, signing, submission, views
from .schemas import (
    Delays,
    DossierCompleteness,
    DossierCreate,
    DossierListing,
    DossierRead,
    DossierSummary,
    DossierUpdate,
    Receipt,
    SubmissionCreate,
)

router = APIRouter(prefix="/programming/v1/dossiers", tags=["dossiers"], route_class=ActRoute)
delays_router = APIRouter(prefix="/programming/v1/campaigns", tags=["campaigns"], route_class=ActRoute)

READERS = "Members of the holder and the people they invited; once submitted, also members of the funders asked and of the contract's team."
HOLDER = "Members of the holder."
WRITERS = "Members of the holder and the people they invited as editors."
_JOURNAL = lines_of(KERNEL.journal)


async def shown(session: Any, caller: Principal, dossier_id: UUID, response: Response) -> dict[str, Any]:
    """The dossier as it stands in the act's own transaction."""
    values = {"dossier_id": dossier_id, "organisations": access.reader_ids(caller)}
    row = dict((await execute(session, repository.ONE, values)).mappings().one())
    response.headers["ETag"] = views.tag(row)
    return views.whole(row)


@router.get(
    "",
    operation_id="listDossiers",
    summary="List the dossiers you may see",
    response_model=Page[DossierSummary],
    openapi_extra=right(READERS) | published(DossierListing),
)
async def list_dossiers(request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """A holder finds its own, a funder those that ask it, the team all of its campaigns'. Sorting by submission leaves drafts out."""
    wish = read_query(request, DossierListing)
    after, filters, sort = read_cursor(request, wish.cursor), wish.filters, wish.sort
    values = {**filters, "organisations": access.reader_ids(caller), "limit": wish.limit + 1}
    if after is not None:
        values["after_dossier_id"] = UUID(after[-1])
        if sort != "-created_at":
            values["after_submitted_at"] = datetime.fromisoformat(after[0])
    rows = await fetch(reader, repository.listing(frozenset(filters), sort, after is not None), values)
    keys = (lambda row: [row["id"]]) if sort == "-created_at" else (lambda row: [row["submitted_at"].isoformat(), row["id"]])
    return page(request, response, views.once_each(rows), wish.limit, keys)


@router.post(
    "",
    status_code=201,
    operation_id="openDossier",
    summary="Open a dossier",
    response_model=DossierRead,
    openapi_extra=right("Members of the holder they name."),
)
async def open_dossier(
    wish: DossierCreate, caller: Caller, request: Request, session: Session, now: Now, response: Response
) -> Any:
    """Open a draft in an open campaign, for an organisation of yours. Nothing is sent to anybody until it is submitted.

    With `renews_id` it begins as last year's dossier was sent, what changed being said at `…/changes-since-renewal`. Documents the
    campaign asks for that the organisation keeps are attached by reference.
    """
    dossier = await opening.open_draft(session, request.app.state.resources, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{dossier.id}"
    return await shown(session, caller, dossier.id, response)


@router.get(
    "/{dossier_id}", operation_id="getDossier", summary="Read a dossier", response_model=DossierRead, openapi_extra=right(READERS)
)
async def get_dossier(dossier_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """The whole dossier. The holder sees a request's outcome once it is notified; who has declared an interest in the dossier sees no
    avis on it."""
    row = await fetch_one(reader, repository.ONE, {"dossier_id": dossier_id, "organisations": access.reader_ids(caller)})
    if row is None:
        raise NotFound()
    kept = await discretion.kept_from(reader, row, caller.account_id, dossier_id)
    tag = discretion.tag(row) if kept else views.tag(row)
    response.headers["ETag"] = tag
    if (fresh := not_modified(request, tag)) is not None:
        return fresh
    whole = views.whole(row)
    return discretion.without_avis(whole) if kept else whole


@router.patch(
    "/{dossier_id}", operation_id="saveDossier", summary="Save a draft", response_model=DossierRead, openapi_extra=right(WRITERS)
)
async def save_dossier(
    dossier_id: UUID, wish: DossierUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Autosave: send what changed, as often as you like. A draft may be incomplete and unbalanced; see `completeness`.

    When somebody else saved meanwhile (412), `changed` names the fields they changed since the version you read: read the dossier
    again, keep theirs, send yours. While changes are requested (`changes_requested`), only `open_fields` are edited.
    """
    await service.save(session, caller, dossier_id, wish, version=version, now=now)
    return await shown(session, caller, dossier_id, response)


@router.get(
    "/{dossier_id}/completeness",
    operation_id="checkCompleteness",
    summary="What is missing",
    response_model=DossierCompleteness,
    openapi_extra=right("Members of the holder and the people they invited."),
)
async def check_completeness(dossier_id: UUID, request: Request, caller: Caller, session: Snapshot, now: Now) -> Any:
    """Everything that stands between this draft and its submission, and where: the same checks as submission, without submitting."""
    dossier = await access.read_by_writers(session, caller, dossier_id)
    requests = await service.requests_of(session, dossier)
    campaign = await campaigns.get(session, dossier.campaign_id)
    errors = await service.missing(session, dossier, requests, campaign, now=now)
    judged = answers.judge(answers.current(campaign), dossier, requests)
    errors += await signing.errors(session, caller, dossier, campaign)
    language = preferred(request.headers.get("accept-language"))
    missing = [
        {"pointer": e.pointer, "code": e.code or "refused", "detail": e.detail.to(language), "section": rules.section_of(e.pointer)}
        for e in errors
    ]
    left_out = [{"pointer": pointer, "title": title} for pointer, title in judged.left_out]
    return {"complete": not missing, "missing": missing, "left_out": left_out, "form_number": judged.form.number}


@router.post(
    "/{dossier_id}/submission",
    status_code=201,
    operation_id="submitDossier",
    summary="Submit a dossier",
    response_model=Receipt,
    openapi_extra=right("Managers and signatories of the holder.", persons_only=True),
)
async def submit_dossier(
    dossier_id: UUID, wish: SubmissionCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Submit for good. The answer is the acknowledgement of receipt: the reference and the dates to expect an answer before.

    When the answer gets lost, send the same request again with the same `Idempotency-Key`: it is submitted once.
    """
    dossier, act = await submission.submit(session, caller, dossier_id, wish, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/{dossier.id}/submission"
    return _receipt(dossier_id, act.reference, act.submitted_at, dossier)


def _receipt(dossier_id: UUID, reference: str, submitted_at: datetime, dossier: Any) -> dict[str, Any]:
    get = dossier.get if isinstance(dossier, dict) else lambda name: getattr(dossier, name)
    clocks = {"promised_on": get("answer_promised_on"), "silence_rejects_on": get("silence_rejects_on")}
    return {
        "dossier_id": dossier_id,
        "reference": reference,
        "submitted_at": submitted_at,
        "answer_before": clocks,
        "asked_cents": get("asked_cents"),
    }


@router.get(
    "/{dossier_id}/submission",
    operation_id="getReceipt",
    summary="Read the acknowledgement of receipt",
    response_model=Receipt,
    openapi_extra=right(READERS),
)
async def get_receipt(dossier_id: UUID, reader: Reader, caller: Caller) -> Any:
    """The receipt of the last submission (404 while the dossier is a draft)."""
    values = {"dossier_id": dossier_id, "organisations": access.reader_ids(caller)}
    if await fetch_one(reader, repository.CAPACITIES, values) is None:
        raise NotFound()
    row = await fetch_one(reader, repository.RECEIPT, {"dossier_id": dossier_id})
    if row is None:
        raise NotFound()
    return _receipt(dossier_id, row["reference"], row["submitted_at"], row)


@router.get(
    "/{dossier_id}/journal",
    operation_id="readDossierJournal",
    summary="Read a dossier's journal",
    response_model=Page[JournalLine],
    openapi_extra=right(READERS),
)
async def read_journal(
    dossier_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Any:
    """Who did what and when, newest first. The holder does not see the instruction's lines, nor does who has an interest in it."""
    seen = await fetch_one(reader, repository.CAPACITIES, {"dossier_id": dossier_id, "organisations": access.reader_ids(caller)})
    if seen is None:
        raise NotFound()
    after = read_cursor(request, cursor)
    kept = await discretion.kept_from(reader, seen, caller.account_id, dossier_id)
    values = {
        "resource_id": dossier_id,
        "before_id": UUID(after[0]) if after else LAST_ID,
        "confidential_too": not (kept or views.is_holder_only(seen)),
        "limit": limit + 1,
    }
    return page(request, response, await fetch(reader, _JOURNAL, values), limit, lambda row: [row["id"]])


@delays_router.get(
    "/{campaign_id}/delays",
    operation_id="getDelays",
    summary="How fast funders answer",
    response_model=Delays,
    openapi_extra=right("Anyone who sees the campaign once it is open.", public=True),
)
async def get_delays(campaign_id: UUID, reader: Reader, session: Snapshot, now: Now) -> Any:
    """Per funder: how many requests went how far, median days from submission, and how the promise is held.

    Its team and its funders read the rest, up to the last justified euro, at `…/monitoring`.
    """
    campaign = await campaigns.get(session, campaign_id)
    if campaign.status.value == "draft":
        raise NotFound()
    return {"funders": await fetch(reader, figures.DELAYS, {"campaign_id": campaign_id, "today": today_in_paris(now)})}
