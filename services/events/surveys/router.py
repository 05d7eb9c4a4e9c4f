"""HTTP of surveys: parse, call one use case, answer."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, VersionIfAny, etag, not_modified
from services.common.files import file_content
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.streams import streamed

from ..networks.router import ORGANISERS
from . import service
from .schemas import AnswersWrite, SurveyRead, SurveyResults, SurveyToAnswer, SurveyWrite, Thanks

router = APIRouter(prefix="/events/v1", tags=["surveys"], route_class=ActRoute)

_BEARER = "Anyone with the link of the mail."
_THANKS = "Merci. Votre réponse est anonyme : elle ne peut plus être modifiée."


@router.put(
    "/events/{event_id}/survey",
    operation_id="prepareSurvey",
    summary="Prepare the survey of an event",
    response_model=SurveyRead,
    responses={201: {"model": SurveyRead, "description": "Prepared."}},
    openapi_extra=right(ORGANISERS),
)
async def put(
    event_id: UUID, wish: SurveyWrite, caller: Caller, session: Session, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Creates without `If-Match` (201), replaces the version named by `If-Match` (200). Without `form`, three usual questions: a
    rating from 1 to 5, whether it is useful, what to change. Questions no longer change once somebody answered."""
    found, is_new = await service.put(session, caller, event_id, wish, version=version, now=now)
    response.status_code = 201 if is_new else 200
    return _answer(response, found)


@router.get(
    "/events/{event_id}/survey",
    operation_id="getSurvey",
    summary="Read the survey of an event",
    response_model=SurveyRead,
    openapi_extra=right(ORGANISERS),
)
async def read(event_id: UUID, caller: Caller, session: Snapshot, now: Now, request: Request, response: Response) -> Any:
    """What is asked, until when, and how many answered. 404 until it is prepared or opened."""
    found = await service.of_event(session, caller, event_id, now=now)
    tag = etag(found["version"], f"{found['state'].value}{found['invited_count']}x{found['answered_count']}")
    return not_modified(request, tag) or _answer(response, found, tag)


@router.post(
    "/events/{event_id}/survey/opening",
    status_code=201,
    operation_id="openSurvey",
    summary="Open the survey of an event",
    response_model=SurveyRead,
    openapi_extra=right(ORGANISERS),
)
async def opening(
    event_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Once the event has begun: everybody who has a seat is mailed a personal link. Not prepared, it asks the usual questions; prepared,
    `If-Match` names the version that was read. Opens by itself (unless `automatic` is false) when the event is held."""
    return _answer(response, await service.open_by_hand(session, resources, caller, event_id, version=version, now=now))


@router.post(
    "/events/{event_id}/survey/closing",
    status_code=201,
    operation_id="closeSurvey",
    summary="Close the survey of an event",
    response_model=SurveyRead,
    openapi_extra=right(ORGANISERS),
)
async def closing(event_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """Before its day; nobody answers any more."""
    return _answer(response, await service.close(session, caller, event_id, version=version, now=now))


@router.get(
    "/events/{event_id}/survey/results",
    operation_id="getSurveyResults",
    summary="Results of a survey",
    response_model=SurveyResults,
    openapi_extra=right(ORGANISERS),
)
async def results(event_id: UUID, caller: Caller, session: Snapshot, now: Now) -> Any:
    """Counts for each choice, mean and distribution of ratings, share of answers. Texts are shown from three answers on."""
    return await service.results(session, caller, event_id, now=now)


@router.get(
    "/events/{event_id}/survey/answers.csv",
    operation_id="exportSurveyAnswers",
    summary="Answers to a survey, as a table",
    response_class=StreamingResponse,
    responses={200: {"description": "The table.", **file_content("text/csv")}},
    openapi_extra=right(ORGANISERS),
)
async def table(event_id: UUID, caller: Caller, session: Snapshot) -> Response:
    """A line for each answer, in no order that says anything (CSV, UTF-8, semicolon); texts from three answers on."""
    reference, lines = await service.table(session, caller, event_id)
    headers = {"Content-Disposition": f'attachment; filename="enquete-{reference}.csv"', "Cache-Control": "private, no-store"}
    return await streamed(_chunks(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/surveys/{survey_token}",
    operation_id="getSurveyByLink",
    summary="Read a survey by its link",
    response_model=SurveyToAnswer,
    openapi_extra=right(_BEARER, public=True),
)
async def read_by_link(survey_token: str, session: Snapshot, resources: Held, now: Now) -> Any:
    """What is asked of you. Reading changes nothing."""
    return await service.by_link(session, resources, survey_token, now=now)


@router.post(
    "/surveys/{survey_token}/answers",
    status_code=201,
    operation_id="answerSurvey",
    summary="Answer a survey",
    response_model=Thanks,
    openapi_extra=right(_BEARER, public=True, secret_answer=True),
)
async def answer(
    survey_token: str, wish: AnswersWrite, session: Session, resources: Held, now: Now, request: Request, response: Response
) -> Any:
    """Once: the answer is kept without your name, so nobody, you included, can find it again to change it."""
    await service.answer(session, resources, survey_token, wish.answers, now=now)
    response.headers["Location"] = request.url.path.removesuffix("/answers")
    return {"received": True, "said": _THANKS}


async def _chunks(lines: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    for line in lines:
        yield line


def _answer(response: Response, found: dict[str, Any], tag: str = "") -> dict[str, Any]:
    response.headers["ETag"] = tag or etag(found["version"])
    return found
