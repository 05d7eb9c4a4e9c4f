"""Agenda and minutes of a committee session, as PDF. HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag
from services.common.files import Range, download
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.pdf import own_pdf
from services.common.routing import ActRoute, right

from ..committees import service as committees
from ..committees.schemas import CommitteeRead
from . import repository, service
from .schemas import MinutesCorrectionCreate, SessionPaperCreate, SessionPaperRead

PREFIX = "/programming/v1"
router = APIRouter(route_class=ActRoute, prefix=PREFIX, tags=["minutes"])

TEAM = "Members of the organisation that leads the contract."
SEEN = "The contract's team and the campaign's funders."


@router.post(
    "/committees/{committee_id}/papers",
    status_code=201,
    operation_id="printSessionPaper",
    summary="Print the agenda, or a draft of the minutes",
    response_model=SessionPaperRead,
    openapi_extra=right(TEAM),
)
async def print_session_paper(
    committee_id: UUID, wish: SessionPaperCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """The session as it stands now, drawn in the background as a PDF: `file` is its address once it is ready. The agenda carries
    the mark “projet” until it is sent, the minutes until they are signed."""
    paper = await service.ask(session, caller, committee_id, wish.kind, now=now)
    response.headers["Location"] = f"{PREFIX}/committees/{committee_id}/papers"
    return paper


@router.get(
    "/committees/{committee_id}/papers",
    operation_id="listSessionPapers",
    summary="List a session's printed papers",
    response_model=Page[SessionPaperRead],
    openapi_extra=right(SEEN),
)
async def list_session_papers(
    committee_id: UUID, request: Request, response: Response, reader: Reader, session: Snapshot, caller: Caller,
    limit: Limit = 20, cursor: Cursor = None,
) -> Any:  # fmt: skip
    """Agendas, drafts, signed minutes and their corrections, latest first."""
    await committees.seen(session, caller, committee_id)
    after = read_cursor(request, cursor)
    values = {"committee_id": committee_id, "before": UUID(after[0]) if after else LAST_ID, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.LISTING, values), limit, lambda row: [row["id"]])


@router.get(
    "/session-papers/{paper_id}/file",
    operation_id="downloadSessionPaper",
    summary="Download an agenda or minutes",
    response_class=Response,
    openapi_extra=right(SEEN),
    responses={
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, "description": "The paper."}
    },
)
async def download_session_paper(
    paper_id: UUID, request: Request, caller: Caller, session: Snapshot, byte_range: Range = None
) -> Response:
    """The PDF. Signed minutes never change: their SHA-256 is in the journal. Who has declared an interest in a dossier gets the agenda
    without the avis on it."""
    paper, stored = await service.document(session, caller, paper_id)
    name = f"{'ordre-du-jour' if paper.kind.value == 'agenda' else 'proces-verbal'}-{paper.number}.pdf"
    if (copy := await service.own_copy(session, caller, paper)) is not None:
        return own_pdf(copy, name)
    return download(request.app.state.resources.files, stored, name, byte_range)


@router.post(
    "/committees/{committee_id}/minutes-signature",
    status_code=201,
    operation_id="signMinutes",
    summary="Sign the minutes",
    response_model=CommitteeRead,
    openapi_extra=right(TEAM, persons_only=True),
    tags=["committees"],
)
async def sign_minutes(committee_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """The minutes of a held session are signed: what they say is final, and drawn as a PDF that never changes."""
    committee = await service.sign(session, caller, committee_id, version=version, now=now)
    response.headers["ETag"] = etag(committee.version)
    return {**committee.model_dump(), "agenda": [item.model_dump() for item in await committees.agenda_of(session, committee_id)]}


@router.post(
    "/committees/{committee_id}/minutes-corrections",
    status_code=201,
    operation_id="correctMinutes",
    summary="Correct signed minutes",
    response_model=SessionPaperRead,
    openapi_extra=right(TEAM, persons_only=True),
)
async def correct_minutes(
    committee_id: UUID, wish: MinutesCorrectionCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """A new numbered version with its reason, after a decision was reopened or a mistake found. The versions before stay."""
    paper = await service.correct(session, caller, committee_id, wish.reason, now=now)
    response.headers["Location"] = f"{PREFIX}/committees/{committee_id}/papers"
    return paper
