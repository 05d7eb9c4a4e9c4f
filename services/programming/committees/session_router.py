"""During the session: déports, votes, many decisions at once; after it, reopenings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import VersionIfAny, etag
from services.common.language import Language, preferred
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import ballots, bulk, deports, reopening, repository, service
from .deciding import Expected
from .schemas import (
    AdviceRead,
    BallotRead,
    BulkDecisionsCreate,
    BulkDecisionsReport,
    DecisionReopeningCreate,
    DecisionReopeningRead,
    DeportCreate,
    DeportRead,
    LineState,
    VoteRead,
    VoteWrite,
)

PREFIX = "/programming/v1"
router = APIRouter(prefix=PREFIX, tags=["committees"], route_class=ActRoute)

SEEN = "The contract's team and the campaign's funders."


@router.post(
    "/committees/{committee_id}/dossiers/{dossier_id}/deports",
    status_code=201,
    operation_id="stepOut",
    summary="Declare a déport",
    response_model=DeportRead,
    openapi_extra=right("Anybody of the contract's team or of a funder, for oneself; the contract's team for anybody."),
)
async def step_out(
    committee_id: UUID, dossier_id: UUID, wish: DeportCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """A person with an interest in a dossier steps out for it, before the session or during it: another person of the same funder
    decides, and they count neither in that dossier's quorum nor in its votes. The minutes say so."""
    deport = await deports.declare(session, caller, committee_id, dossier_id, wish, now=now)
    response.headers["Location"] = f"{PREFIX}/committees/{committee_id}/deports"
    return deport


@router.get(
    "/committees/{committee_id}/deports",
    operation_id="listDeports",
    summary="Read a session's déports",
    response_model=Page[DeportRead],
    openapi_extra=right(SEEN),
)
async def list_deports(
    committee_id: UUID, request: Request, response: Response, reader: Reader, session: Snapshot, caller: Caller,
    limit: Limit = 100, cursor: Cursor = None,
) -> Any:  # fmt: skip
    """Who stepped out, on which dossier, when; those withdrawn keep both dates."""
    await service.seen(session, caller, committee_id)
    after = read_cursor(request, cursor)
    values = {"committee_id": committee_id, "after": UUID(after[0]) if after else UUID(int=0), "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.DEPORTS, values), limit, lambda row: [row["id"]])


@router.post(
    "/deports/{deport_id}/withdrawal",
    status_code=201,
    operation_id="withdrawDeport",
    summary="Withdraw a déport",
    response_model=DeportRead,
    openapi_extra=right("The person it is about, whoever declared it, the contract's team."),
)
async def withdraw_deport(deport_id: UUID, caller: Caller, session: Session, now: Now) -> Any:
    """Declared by mistake: while the session is open."""
    return await deports.withdraw(session, caller, deport_id, now=now)


@router.get(
    "/committees/{committee_id}/dossiers/{dossier_id}/vote",
    operation_id="getBallot",
    summary="Read the vote on a dossier",
    response_model=BallotRead,
    openapi_extra=right(SEEN),
)
async def get_ballot(committee_id: UUID, dossier_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Who voted what, the quorum for this dossier, who stepped out, and the advice once the vote is closed."""
    return await ballots.ballot(session, caller, committee_id, dossier_id)


@router.put(
    "/committees/{committee_id}/dossiers/{dossier_id}/votes/{voter_id}",
    operation_id="voteOnDossier",
    summary="Vote on a dossier",
    response_model=VoteRead,
    openapi_extra=right("Members of the organisation that votes; the contract's team records a show of hands.", persons_only=True),
)
async def vote_on_dossier(
    committee_id: UUID, dossier_id: UUID, voter_id: UUID, wish: VoteWrite, caller: Caller, session: Session, now: Now,
    response: Response, version: VersionIfAny,
    first_only: Annotated[str | None, Header(alias="If-None-Match", description="`*`: only if it has not voted yet.")] = None,
) -> Any:  # fmt: skip
    """An organisation's voice in the committee's advice: for, against or abstain. It may change until the vote is closed, with its
    `ETag` in `If-Match`. Each funder then decides for itself, whatever the advice."""
    expected = Expected(version, nothing=first_only is not None)
    cast = await ballots.vote(session, caller, committee_id, dossier_id, voter_id, wish.choice, expected=expected, now=now)
    response.headers["ETag"] = etag(cast.version)
    return cast


@router.post(
    "/committees/{committee_id}/dossiers/{dossier_id}/advice",
    status_code=201,
    operation_id="closeVote",
    summary="Close the vote on a dossier",
    response_model=AdviceRead,
    openapi_extra=right("Members of the organisation that leads the contract."),
)
async def close_vote(committee_id: UUID, dossier_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """The committee's advice: favourable or unfavourable by the majority of the votes for or against, split when they are equal.
    Refused without a quorum, which never keeps a funder from deciding in its own body."""
    advice = await ballots.close(session, caller, committee_id, dossier_id, now=now)
    response.headers["Location"] = f"{PREFIX}/committees/{committee_id}/dossiers/{dossier_id}/vote"
    return advice


@router.post(
    "/committees/{committee_id}/decisions/{request_id}/reopening",
    status_code=201,
    operation_id="reopenDecision",
    summary="Reopen a closed decision",
    response_model=DecisionReopeningRead,
    openapi_extra=right("Managers and signatories of the funder, and the contract's team: both have to ask.", persons_only=True),
)
async def reopen_decision(
    committee_id: UUID, request_id: UUID, wish: DecisionReopeningCreate, caller: Caller, session: Session, now: Now
) -> Any:
    """After the session is closed and before the letter leaves. The first party gives its reason, the other's asking opens the
    decision (a funder that leads the contract is both, and asks once; somebody who belongs to two distinct organisations speaks
    for one of them): the funder decides again at `…/decisions/{request_id}` with `If-Match`, and the envelope follows in the same act.
    Meanwhile nothing is notified. Once notified, a decision is corrected at `…/notifications/{notification_id}/corrections`."""
    return await reopening.reopen(session, caller, committee_id, request_id, wish.reason, now=now)


@router.post(
    "/committees/{committee_id}/bulk-decisions",
    operation_id="decideInBulk",
    summary="Decide on many requests at once",
    response_model=BulkDecisionsReport,
    openapi_extra=right("As for each decision; what is not yours is reported on its line.", persons_only=True),
)
async def decide_in_bulk(
    committee_id: UUID, wish: BulkDecisionsCreate, request: Request, caller: Caller, session: Session, now: Now
) -> Any:
    """Up to 1 000 lines, each decided as it would be alone. `dry_run` tries them and writes nothing; `all_or_nothing` keeps
    nothing as soon as one line is at fault. The report says what became of each line, with pointers into what was sent."""
    report = await bulk.decide(
        session, caller, committee_id, wish.lines, dry_run=wish.dry_run, all_or_nothing=wish.all_or_nothing, now=now
    )
    return report_read(report, preferred(request.headers.get("accept-language")))


def report_read(report: bulk.Report, language: Language) -> dict[str, Any]:
    """The report in the caller's language."""
    return {
        "dry_run": report.dry_run,
        "decided": report.count(LineState.DECIDED),
        "unchanged": report.count(LineState.UNCHANGED),
        "problems": report.count(LineState.PROBLEM),
        "granted_cents": report.granted_cents,
        "lines": [_line(one, language) for one in report.lines],
    }


def _line(one: bulk.LineResult, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"line": one.number, "request_id": one.request_id, "state": one.state}
    if one.problem is not None:
        told["problem"] = {
            "type": one.problem.slug(),
            "title": one.problem.title.to(language),
            "detail": one.problem.detail.to(language) if one.problem.detail else None,
            "errors": [{"pointer": e.pointer, "detail": e.detail.to(language), "code": e.code} for e in one.errors],
        }
    return told
