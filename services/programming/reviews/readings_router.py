"""Readings, and what a funder chooses for its reviews, over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, VersionIfAny, etag, not_modified
from services.common.pagination import Page
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import readings, review_settings
from .reading_schemas import (
    ReadersWrite,
    ReadingDossier,
    ReadingSummary,
    ReadingUpdate,
    ReviewReadings,
    ReviewSettingsRead,
    ReviewSettingsWrite,
)
from .schemas import Confirmation, ReviewRead, ScoresSetAside, is_behind

readings_router = APIRouter(prefix="/programming/v1", tags=["reviews"], route_class=ActRoute)

_SETTINGS = "/campaigns/{campaign_id}/funders/{funder_id}/review-settings"
READER = "The person the reading was given to."


@readings_router.get(
    _SETTINGS,
    operation_id="getReviewSettings",
    summary="Read how a funder reviews",
    response_model=ReviewSettingsRead,
    openapi_extra=right("Members of the funder."),
)
async def get_review_settings(
    campaign_id: UUID, funder_id: UUID, request: Request, caller: Caller, session: Snapshot, response: Response
) -> Any:
    """Due day of the reviews, number of readings, whether holders are hidden from readers, whether rules are followed."""
    await review_settings.funder_in(session, caller, campaign_id, funder_id)
    found = await review_settings.read(session, campaign_id, funder_id)
    tag = etag(found["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or found


@readings_router.put(
    _SETTINGS,
    operation_id="chooseReviewSettings",
    summary="Choose how a funder reviews",
    response_model=ReviewSettingsRead,
    openapi_extra=right("Managers of the funder."),
)
async def choose_review_settings(
    campaign_id: UUID,
    funder_id: UUID,
    wish: ReviewSettingsWrite,
    caller: Caller,
    session: Session,
    now: Now,
    version: VersionIfAny,
    response: Response,
) -> Any:
    """The number of readings and hidden holders are chosen before the first review opens; the rest at any time. The first time,
    without `If-Match`."""
    kept = await review_settings.choose(session, caller, campaign_id, funder_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(kept.version)
    return kept


@readings_router.put(
    "/reviews/{review_id}/readers",
    operation_id="setReaders",
    summary="Choose who reads a request",
    response_model=ReviewRead,
    openapi_extra=right("Managers of the funder asked."),
)
async def set_readers(
    review_id: UUID,
    wish: ReadersWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Replaces the list; send the review's ETag. Who has begun reading stays, and nobody in conflict of interest may read."""
    siblings, glance = resources.siblings, resources.database.sessions()
    review = await readings.set_readers(session, siblings, caller, glance, review_id, wish.reader_ids, version=version, now=now)
    response.headers["ETag"] = etag(review.version)
    return review


@readings_router.get(
    "/reviews/{review_id}/readings",
    operation_id="listReadings",
    summary="Read the readings of a request",
    response_model=ReviewReadings,
    openapi_extra=right("Members of the funder asked; the others' scores open once one's own reading is complete."),
)
async def list_readings(review_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Who reads, how far they are, and what the complete readings come to. Scores are for the funder's managers, for who gives the
    review and for readers who have completed theirs; for its other members once the review is given."""
    return await readings.of_review(session, caller, review_id)


@readings_router.get(
    "/reviews/{review_id}/set-aside",
    operation_id="listScoresSetAside",
    summary="Read what was set aside in a review",
    response_model=Page[ScoresSetAside],
    openapi_extra=right("Managers of the funder asked, unless in conflict of interest themselves."),
)
async def list_scores_set_aside(review_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """What somebody had written before a conflict of interest was declared: kept, and left out of every sum. Where a committee had
    already spoken the avis `stands`, and is flagged here and in the minutes."""
    return {"items": await readings.aside(session, caller, review_id), "next": None}


@readings_router.get(
    "/readings/{reading_id}",
    operation_id="getReading",
    summary="Read a reading",
    response_model=ReadingSummary,
    openapi_extra=right("Its reader; once complete, the funder's managers and who gives the review."),
)
async def get_reading(reading_id: UUID, request: Request, caller: Caller, session: Snapshot, response: Response) -> Any:
    """Scores, comments, avis and amount of one reader."""
    reading = await readings.read(session, caller, reading_id)
    row = await readings.whole(session, reading)
    tag = response.headers["ETag"] = _tag(row)
    return not_modified(request, tag) or row


def _tag(row: Any) -> str:
    """Who holds the reading as it was is shown that the dossier was sent again since."""
    behind = is_behind(row["submission_number"], row["last_submission_number"])
    return etag(row["version"], f"behind{row['last_submission_number']}" if behind else "")


async def _shown(session: Any, reading: Any, response: Response) -> Any:
    row = await readings.whole(session, reading)
    response.headers["ETag"] = _tag(row)
    return row


@readings_router.patch(
    "/readings/{reading_id}",
    operation_id="saveReading",
    summary="Save one's reading",
    response_model=ReadingSummary,
    openapi_extra=right(READER),
)
async def save_reading(
    reading_id: UUID, wish: ReadingUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Autosave of scores, of a comment per criterion, avis, amount and comment."""
    reading = await readings.save(session, caller, reading_id, wish, version=version, now=now)
    return await _shown(session, reading, response)


@readings_router.post(
    "/readings/{reading_id}/completion",
    status_code=201,
    operation_id="completeReading",
    summary="Give one's reading",
    response_model=ReadingSummary,
    openapi_extra=right(READER),
)
async def complete_reading(
    reading_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Every criterion is scored, with an avis and an amount. It does not change any more, and the others' readings open."""
    reading = await readings.complete(session, caller, reading_id, version=version, now=now)
    response.headers["Location"] = f"{readings_router.prefix}/readings/{reading_id}"
    return await _shown(session, reading, response)


@readings_router.post(
    "/readings/{reading_id}/confirmation",
    status_code=201,
    operation_id="confirmReading",
    summary="Confirm one's reading after the dossier changed",
    response_model=ReadingSummary,
    openapi_extra=right(READER),
)
async def confirm_reading(
    reading_id: UUID, wish: Confirmation, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The dossier was sent again since the reading was written: its changes were read, and what is written holds for them."""
    reading = await readings.confirm(session, caller, reading_id, wish.submission_number, version=version, now=now)
    response.headers["Location"] = f"{readings_router.prefix}/readings/{reading_id}"
    return await _shown(session, reading, response)


@readings_router.get(
    "/readings/{reading_id}/dossier",
    operation_id="readDossierForReading",
    summary="Read the dossier of a reading",
    response_model=ReadingDossier,
    openapi_extra=right(READER),
)
async def read_dossier_for_reading(reading_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Where the funder hides holders: without name, address, contact nor names of files, and with `[porteur]` where the text says
    one of them. A text may still tell who wrote it, and the dossier's own address stays open to the funder's members: hiding is a
    discipline of the reader's screen, not a secret kept from the funder.
    """
    return await readings.dossier_of(session, caller, reading_id)
