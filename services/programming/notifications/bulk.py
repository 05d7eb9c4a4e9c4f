"""Many answers of one funder at once: tried first if one likes, told by jobs, each line accounted for and never told twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.jobs import enqueue, job
from services.common.problems import InternalError, NotFound, Problem, from_database
from services.common.resources import Resources

from ..committees import service as committees
from ..dossiers import instruction
from ..dossiers.rules import NOT_COUNTED, TOLD
from ..dossiers.schemas import RequestStatus
from ..tables import KERNEL
from . import repository, service
from .errors import NotForYouToNotify
from .models import BulkLineState, BulkNotification, BulkNotificationLine
from .schemas import BulkNotificationCreate, NotificationCreate

log = structlog.get_logger(__name__)

#: Answers told in one transaction: few, so that nobody who acts on one of these dossiers waits long.
BATCH = 10


@dataclass(frozen=True)
class _Case:
    """One request of the funder, and what keeps it from being told, if anything."""

    request_id: UUID
    dossier_id: UUID
    reference: str
    granted_cents: int
    problem: str | None


async def ask(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: BulkNotificationCreate, *, now: datetime
) -> dict[str, Any]:
    """What is ready is told by a job; the report says what is, and why the rest is not. A dry run keeps nothing."""
    await committees.seen_campaign(session, caller, campaign_id)
    if not caller.has_role(wish.funder_id, "manager", "signatory"):
        raise NotForYouToNotify()
    cases = await _cases(session, campaign_id, wish)
    bulk = BulkNotification(
        campaign_id=campaign_id,
        funder_id=wish.funder_id,
        holder_comment=wish.holder_comment,
        asked_by=caller.account_id,
        asked_at=now,
        total=len(cases),
    )
    lines = [
        BulkNotificationLine(
            bulk_id=bulk.id,
            number=number,
            request_id=case.request_id,
            dossier_id=case.dossier_id,
            reference=case.reference,
            state=BulkLineState.FAILED if case.problem else BulkLineState.WAITING,
            problem=case.problem,
        )
        for number, case in enumerate(cases, 1)
    ]
    ready = [case for case in cases if case.problem is None]
    if not wish.dry_run:
        bulk.finished_at = None if ready else now
        session.add(bulk)
        await session.flush()
        session.add_all(lines)
        await session.flush()
        await _note(session, bulk, caller, now, len(ready))
        if ready:
            await enqueue(session, notify_in_bulk, lock=f"bulk-notification-{bulk.id}", bulk_id=str(bulk.id))
    return {
        "id": None if wish.dry_run else bulk.id,
        "dry_run": wish.dry_run,
        "ready": len(ready),
        "problems": len(cases) - len(ready),
        "granted_cents": sum(case.granted_cents for case in ready),
        "lines": lines,
    }


async def seen(session: AsyncSession, caller: Principal, bulk_id: UUID) -> BulkNotification:
    """For the funder's members (404 for others)."""
    bulk = await repository.bulk(session, bulk_id)
    if bulk is None or not caller.belongs_to(bulk.funder_id):
        raise NotFound()
    return bulk


async def progress(session: AsyncSession, caller: Principal, bulk_id: UUID) -> dict[str, Any]:
    bulk = await seen(session, caller, bulk_id)
    return {**bulk.model_dump(), **await repository.progress(session, bulk_id)}


async def _cases(session: AsyncSession, campaign_id: UUID, wish: BulkNotificationCreate) -> list[_Case]:
    """Requests of the funder that were decided, in the order of their dossiers' references; told ones only when asked for by name."""
    words = {word["request_id"]: word for word in await committees.last_words(session, campaign_id, wish.funder_id)}
    named = set(wish.dossier_ids)
    kept = {status.value for status in wish.outcomes} or {"granted", "refused"}
    dossier_ids = sorted(named or {word["dossier_id"] for word in words.values()})
    found = []
    for dossier, requests in await instruction.many(session, dossier_ids):
        if dossier.campaign_id != campaign_id:
            continue
        for request in requests:
            if request.funder_id != wish.funder_id:
                continue
            word = words.get(request.id)
            problem = _problem(dossier.status in NOT_COUNTED, request.status, word)
            if request.status in TOLD and not named:
                continue
            if wish.committee_id is not None and (word is None or word["committee_id"] != wish.committee_id):
                continue
            if problem is None and request.status.value not in kept:
                continue
            found.append(_Case(request.id, dossier.id, dossier.reference or "", request.granted_cents or 0, problem))
    return sorted(found, key=lambda case: case.reference)


def _problem(withdrawn: bool, status: RequestStatus, word: Any) -> str | None:
    """The name of what keeps a request from being told."""
    if withdrawn:
        return "dossier-withdrawn"
    if status in TOLD:
        return "already-notified"
    if word is None or not word["closed"]:
        return "nothing-decided"
    if word["reopened"]:
        return "decision-reopened"
    if status not in {RequestStatus.GRANTED, RequestStatus.REFUSED}:
        return "request-state-refused"
    return None


@job("programming:notify_in_bulk")
async def notify_in_bulk(session: AsyncSession, resources: Resources, bulk_id: str) -> None:
    """A few answers, their letters queued together, and the next few as a job. Cut off, the same few are taken up again."""
    bulk = await repository.bulk(session, UUID(bulk_id))
    if bulk is None or bulk.finished_at is not None:
        return
    now = resources.clock.now()
    lines = await repository.waiting(session, bulk.id, BATCH)
    told = [(line.number, line.dossier_id, line.request_id) for line in lines]
    # In one order: who acts on two of these dossiers, or tells another batch, waits and blocks nobody.
    for dossier_id in sorted({dossier_id for _, dossier_id, _ in told}):
        await instruction.get(session, dossier_id)
    # The right was judged when it was asked for.
    author = Principal(bulk.asked_by, bulk.asked_by, {bulk.funder_id: frozenset({"manager"})})
    comment, funder_id = bulk.holder_comment, bulk.funder_id
    made = [
        notification_id
        for number, dossier_id, _ in told
        if (notification_id := await _tell(session, author, UUID(bulk_id), number, dossier_id, funder_id, comment, now))
    ]
    if made:
        await enqueue(session, service.write_letters, notification_ids=[str(each) for each in made])
    if len(told) == BATCH:
        await enqueue(session, notify_in_bulk, lock=f"bulk-notification-{bulk_id}", bulk_id=bulk_id)
    else:
        bulk.finished_at = now
        await session.flush()


async def _tell(
    session: AsyncSession,
    author: Principal,
    bulk_id: UUID,
    number: int,
    dossier_id: UUID,
    funder_id: UUID,
    comment: str,
    now: datetime,
) -> UUID | None:
    """One line, for itself: what it cannot do is written on it."""
    wish = NotificationCreate(funder_id=funder_id, holder_comment=comment)
    try:
        async with session.begin_nested():
            notification = await service.notify(session, author, dossier_id, wish, now=now, letter=False)
    except Problem as problem:
        refused = problem
    except IntegrityError as error:
        refused = from_database(error)
    except (ValueError, TypeError, KeyError):  # a dossier nobody foresaw does not stop the others
        log.exception("bulk_notification_line_failed", bulk_id=str(bulk_id), number=number)
        refused = InternalError()
    else:
        await repository.settle(session, bulk_id, number, state=BulkLineState.NOTIFIED, notification_id=notification.id)
        return notification.id
    await repository.settle(session, bulk_id, number, state=BulkLineState.FAILED, problem=refused.slug())
    return None


async def _note(session: AsyncSession, bulk: BulkNotification, caller: Principal, now: datetime, ready: int) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="campaign.notified_in_bulk",
        resource=("campaign", bulk.campaign_id),
        actor=caller,
        organisation_id=bulk.funder_id,
        changes={"bulk_notification_id": str(bulk.id), "lines": bulk.total, "ready": ready},
        confidential=True,
    )


def lines_values(bulk_id: UUID, state: BulkLineState | None, after: Sequence[Any] | None, limit: int) -> dict[str, Any]:
    return {"bulk_id": bulk_id, "state": state and state.value, "after": int(after[0]) if after else 0, "limit": limit + 1}
