"""Answers to a campaign's own questions, over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from services.common.auth import Caller
from services.common.db import Snapshot
from services.common.language import preferred
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from ..campaigns import service as campaigns
from . import access, answers, history, service
from .models import DossierStatus
from .router import READERS
from .schemas import AnswersRead

answers_router = APIRouter(prefix="/programming/v1/dossiers", tags=["dossiers"], route_class=ActRoute)


@answers_router.get(
    "/{dossier_id}/answers",
    operation_id="readAnswers",
    summary="Read the answers with their questions",
    response_model=AnswersRead,
    openapi_extra=right(READERS),
)
async def read_answers(dossier_id: UUID, request: Request, caller: Caller, session: Snapshot) -> Any:
    """The campaign's own questions and the answers as people read them. A draft is shown under the form in force, a submitted
    dossier under the one it was submitted under."""
    seen = await access.seen_as(session, caller, dossier_id)
    if seen is None:
        raise NotFound()
    dossier = await service.read(session, dossier_id)
    if dossier.status is DossierStatus.DRAFT:
        form = answers.current(await campaigns.get(session, dossier.campaign_id))
    else:
        versions = await campaigns.form_versions(session, dossier.campaign_id)
        form = answers.version(versions.get(dossier.form_number or 0))
    sent = None
    if dossier.status is DossierStatus.CHANGES_REQUESTED and not (seen.as_holder or seen.as_collaborator):
        last = await history.last(session, dossier_id)  # what is being answered is nobody else's yet
        sent = last.snapshot if last else None
    requests = await service.requests_of(session, dossier)
    judged = answers.judge(form, dossier, requests) if sent is None else answers.judge_document(form, sent, requests)
    language = preferred(request.headers.get("accept-language"))
    return {"form_number": form.number, "questions": answers.told(judged, language)}
