"""For the rooms above: who has what to review, handing it out, and the scores that count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_in

from ..tables import KERNEL
from . import conflicts, reading_rules, readings
from . import work_repository as repository
from .models import Review, ReviewReadingStatus, ReviewStatus

#: The statement of the export (`streams.rows_of`): one row per review and per reading; campaign_id, funder_id.
LINES = repository.LINES
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True)
class Handed:
    """A review and who is to have it; `leaving` gives up what they had not finished."""

    review_id: UUID
    assignee_id: UUID | None
    reader_ids: Sequence[UUID] = ()
    by_rule: bool = True
    #: Who had it when that was decided: given to somebody else meanwhile, it is left alone.
    before: UUID | None = None
    leaving: UUID | None = None


async def candidates(
    session: AsyncSession, campaign_id: UUID, funder_id: UUID, *, limit: int, person: UUID | None = None
) -> list[Row]:
    """The funder's reviews of the campaign (or those `person` has still to do), oldest first, with what rules look at."""
    values: dict[str, Any] = {"campaign_id": campaign_id, "funder_id": funder_id, "after": _BEFORE_ALL, "limit": limit}
    if person is None:
        return await fetch_in(session, repository.CANDIDATES, values)
    return await fetch_in(session, repository.OF_PERSON, {**values, "account_id": person})


async def loads(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> dict[UUID, int]:
    """Reviews and readings each person has still to give for the funder in the campaign."""
    rows = await fetch_in(session, repository.LOADS, {"campaign_id": campaign_id, "funder_id": funder_id})
    return {row["account_id"]: row["load"] for row in rows}


async def hand_out(session: AsyncSession, caller: Principal | None, handed: Sequence[Handed], *, now: datetime) -> set[UUID]:
    """Give each review to whom it was found for; returns those that changed hands or were given meanwhile, left as they are.

    Declarations of interest are read once the reviews are locked: whoever declared meanwhile is given nothing.
    """
    wanted = {each.review_id: each for each in handed}
    left: set[UUID] = set()
    held = await repository.locked(session, list(wanted))
    taken: set[tuple[UUID, UUID]] = set()
    for funder_id in {review.funder_id for review in held}:
        taken |= await conflicts.pairs(session, funder_id, [r.dossier_id for r in held if r.funder_id == funder_id])
    for review in held:
        each = wanted[review.id]
        people = {*each.reader_ids, *([each.assignee_id] if each.assignee_id else [])}
        moved = review.status in {ReviewStatus.COMPLETED, ReviewStatus.VOID} or review.assignee_id != each.before
        if moved or any((person, review.dossier_id) in taken for person in people):
            left.add(review.id)
            continue
        await _hand(session, caller, review, each, now)
    await session.flush()
    return left


async def _hand(session: AsyncSession, caller: Principal | None, review: Review, each: Handed, now: datetime) -> None:
    if each.leaving is not None:
        for reading in await repository.pending(session, [review.id], each.leaving):
            reading.status, reading.version = ReviewReadingStatus.SET_ASIDE, reading.version + 1
    before = review.assignee_id
    review.assignee_id, review.assigned_by_rule = each.assignee_id, each.by_rule and each.assignee_id is not None
    if each.reader_ids:
        await readings.give(session, review, each.reader_ids, now=now)
    else:
        review.version += 1
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="review.assigned",
        resource=("dossier", review.dossier_id),
        actor=caller,
        organisation_id=review.funder_id,
        changes={
            "assignee_id": [before and str(before), each.assignee_id and str(each.assignee_id)],
            "review_id": str(review.id),
            "by_rule": each.by_rule,
        },
        confidential=True,
    )


async def scores(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> list[Row]:
    """Scores that count, one row per person and dossier: account_id, dossier_id, reference, scores, weighted_score."""
    return await fetch_in(session, repository.SCORES, {"campaign_id": campaign_id, "funder_id": funder_id})


async def to_do(
    reader: AsyncConnection[Row], when: str | None, sort: str, values: Mapping[str, Any], *, paged: bool, in_campaign: bool
) -> list[Row]:
    """One's reviews and readings to give. Holders that the funder hides from readers are left out."""
    rows = await fetch(reader, repository.mine(when, sort, paged=paged, in_campaign=in_campaign), values)
    return [_hidden(row) if row["holder_hidden"] else row for row in rows]


def _hidden(row: Row) -> Row:
    title = reading_rules.without_names(row["title"], [row["holder_name"] or ""])
    return {**row, "holder_name": None, "reference": None, "title": title}


async def counts(reader: AsyncConnection[Row], values: Mapping[str, Any]) -> Row:
    return (await fetch(reader, repository.COUNTS, values))[0]
