"""Conflicts of interest: declared by who instructs or recorded by a manager, then enforced; withdrawn with a reason.

Every act on a review takes the review's row before it looks at declarations, and a declaration takes the reviews it is about
after it is written: whichever comes first, the other sees it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_in
from services.common.etag import require_version
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.problems import FieldError, NotFound
from services.common.siblings import Siblings

from .. import clients
from ..dossiers import discretion, instruction
from ..dossiers import service as dossiers
from ..dossiers.errors import RequestStateRefused
from ..tables import KERNEL
from . import conflicts_repository as repository
from . import reading_rules, review_settings
from .conflict_schemas import ConflictCreate
from .errors import (
    AssigneeInConflict,
    ConflictWithdrawn,
    FunderManagersOnly,
    InConflict,
    NotAMember,
    NotTheFunder,
    OwnReadingFirst,
)
from .models import Review, ReviewConflict, ReviewReading, ReviewReadingStatus, ReviewStatus, SetAside

#: Carried out by the room above: what has no instructor is given one by the funder's rules, where the funder wants that.
FOLLOW_RULES = "programming:follow_assignment_rules"


async def declare(
    session: AsyncSession, siblings: Siblings, caller: Principal, wish: ConflictCreate, *, now: datetime
) -> ReviewConflict:
    """From now on the person has no access to the scores; what they were instructing goes back to be assigned."""
    account_id = wish.account_id or caller.account_id
    if not caller.belongs_to(wish.funder_id):
        raise NotTheFunder()
    if account_id != caller.account_id and not caller.has_role(wish.funder_id, "manager"):
        raise FunderManagersOnly()
    # Asked before the first statement: no connection of ours waits for the directory.
    person = await clients.member(siblings, caller, wish.funder_id, account_id)
    if person is None:
        said = Text("Cette personne n'est pas membre du financeur.", "This person is not a member of the funder.")
        raise NotAMember(errors=[FieldError("/account_id", said, "not_a_member")])
    about = ""
    if wish.organisation_id is not None:
        about = (await clients.organisation(siblings, caller, wish.organisation_id)).name
    if wish.dossier_id is not None:
        about = await _reference(session, caller, wish.funder_id, wish.dossier_id)
    conflict = ReviewConflict(
        **wish.model_dump(exclude={"account_id"}),
        account_id=account_id,
        person_name=person.full_name[:200],
        about=about[:300],
        declared_by=caller.account_id,
        declared_at=now,
    )
    session.add(conflict)
    await session.flush()
    await _note(session, conflict, "conflict.declared", caller, now, account_id=str(account_id))
    for review in await repository.touched(session, conflict):
        await _take_away(session, conflict, review, caller, now)
    return conflict


async def _reference(session: AsyncSession, caller: Principal, funder_id: UUID, dossier_id: UUID) -> str:
    dossier = await instruction.seen(session, caller, dossier_id)
    if funder_id not in {request.funder_id for request in await instruction.requests_of(session, dossier_id)}:
        raise NotFound()
    return dossier.reference or ""


async def _take_away(session: AsyncSession, conflict: ReviewConflict, review: Review, caller: Principal, now: datetime) -> None:
    """What the person wrote is kept, flagged and left out; the review goes back to be assigned unless a committee has spoken."""
    person = conflict.account_id
    reading = await repository.reading(session, review.id, person)
    wrote = person == (review.scorer_id or (review.assignee_id if review.status is not ReviewStatus.TO_REVIEW else None))
    if review.status is ReviewStatus.VOID or (not wrote and reading is None and review.assignee_id != person):
        return
    stands = False
    if review.status is ReviewStatus.COMPLETED and (wrote or reading is not None):
        stands = not await _reopened(session, review)
    if wrote:
        _set_aside(session, conflict, review, stands=stands, now=now)
    if reading is not None:
        reading.status, reading.version = ReviewReadingStatus.SET_ASIDE, reading.version + 1
    if review.assignee_id == person and not stands:
        review.assignee_id, review.assigned_by_rule = None, False
    review.version += 1
    await session.flush()
    dossier = await instruction.read(session, review.dossier_id)
    await dossiers.note(
        session,
        dossier,
        "review.taken_away",
        caller,
        now,
        organisation_id=review.funder_id,
        confidential=True,
        review_id=str(review.id),
        stands=stands,
    )
    if not stands and review.funder_id in await review_settings.following(session, review.campaign_id):
        await let_rules_follow(session, review.campaign_id, review.funder_id)


async def let_rules_follow(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> None:
    """What has no instructor is given one by the funder's rules, soon after this transaction."""
    lock = f"assignment:{campaign_id}:{funder_id}"
    await enqueue(session, FOLLOW_RULES, lock=lock, campaign_id=str(campaign_id), funder_id=str(funder_id))


async def _reopened(session: AsyncSession, review: Review) -> bool:
    """False when a committee has spoken: the avis then stands, and the minutes say who was in conflict."""
    try:
        await instruction.reopen_review(session, review.request_id)
    except RequestStateRefused:
        return False
    review.status, review.completed_at = ReviewStatus.IN_PROGRESS, None
    return True


def _set_aside(session: AsyncSession, conflict: ReviewConflict, review: Review, *, stands: bool, now: datetime) -> None:
    written = {
        "scores": review.scores,
        "score_comments": review.score_comments,
        "weighted_score": review.weighted_score,
        "opinion": review.opinion and review.opinion.value,
        "proposed_cents": review.proposed_cents,
        "internal_comment": review.internal_comment,
        "holder_comment": review.holder_comment,
    }
    aside = SetAside(
        review_id=review.id,
        conflict_id=conflict.id,
        account_id=conflict.account_id,
        written=written,
        stands=stands,
        set_aside_at=now,
    )
    session.add(aside)
    if stands:
        return
    review.scores, review.score_comments, review.weighted_score, review.scorer_id = {}, {}, None, None
    review.opinion = review.proposed_cents = review.submission_number = None
    review.internal_comment = review.holder_comment = ""
    review.status = ReviewStatus.TO_REVIEW


async def withdraw(
    session: AsyncSession, caller: Principal, conflict_id: UUID, reason: str, *, version: int, now: datetime
) -> ReviewConflict:
    """By who declared it, or by a manager. Readings that were set aside count again; a review stays where it went."""
    conflict = await repository.get(session, conflict_id)
    manages = conflict is not None and caller.has_role(conflict.funder_id, "manager")
    if conflict is None or not (manages or conflict.account_id == caller.account_id):
        raise NotFound()
    if not manages and not (conflict.declared_by == caller.account_id and caller.belongs_to(conflict.funder_id)):
        raise FunderManagersOnly()
    if conflict.withdrawn_at is not None:
        raise ConflictWithdrawn()
    require_version(conflict.version, version)
    conflict.withdrawn_at, conflict.withdrawn_by, conflict.withdrawal_reason = now, caller.account_id, reason
    conflict.version += 1
    await session.flush()
    for review in await repository.touched(session, conflict):
        reading = await repository.reading(session, review.id, conflict.account_id)
        others = await repository.on_dossiers(session, conflict.funder_id, [review.dossier_id])
        if reading is not None and conflict.account_id not in {other["account_id"] for other in others}:
            _restore(reading)
    await session.flush()
    await _note(session, conflict, "conflict.withdrawn", caller, now, reason=reason)
    return conflict


def _restore(reading: ReviewReading) -> None:
    if reading.status is not ReviewReadingStatus.SET_ASIDE:
        return
    begun = ReviewReadingStatus.IN_PROGRESS if reading.scores or reading.comment else ReviewReadingStatus.TO_READ
    reading.status = ReviewReadingStatus.COMPLETED if reading.completed_at else begun
    reading.version += 1


def shown(row: Row, caller: Principal) -> Row:
    """The words are for the funder's managers and for who wrote them."""
    may = caller.has_role(row["funder_id"], "manager") or row["declared_by"] == caller.account_id
    return row if may else {**row, "details": None}


def scope(caller: Principal) -> dict[str, Any]:
    """Whose declarations the caller reads: their own, and those made for the funders they manage."""
    managed = [organisation for organisation in caller.memberships if caller.has_role(organisation, "manager")]
    return {"account_id": caller.account_id, "managed": managed}


# What a declaration forbids.


def require_open(hidden: Row) -> None:
    """Refuse who is in conflict, and who has yet to give their own reading (a row of `conflicts_repository.HIDDEN`)."""
    if hidden["in_conflict"]:
        raise InConflict()
    if hidden["reading_open"]:
        raise OwnReadingFirst()


async def require_access(session: AsyncSession, caller: Principal, review_id: UUID) -> None:
    """The same within an act, once the review is locked."""
    require_open(await repository.hidden(session, caller.account_id, review_id))


async def hide(reader: AsyncConnection[Row], caller: Principal, rows: Sequence[Row]) -> list[Row]:
    """Rows of reviews without what this person is kept from: scores and avis, or who holds the dossier."""
    if not rows:
        return []
    asked = {"account_id": caller.account_id, "review_ids": [row["id"] for row in rows]}
    hidden = {row["id"]: row for row in await fetch(reader, repository.HIDDEN, asked)}
    return [_without(row, hidden[row["id"]]) for row in rows]


def _without(row: Row, hidden: Row) -> Row:
    kept = dict(row)
    if hidden["in_conflict"] or hidden["reading_open"]:
        kept |= {"weighted_score": None, "opinion": None, "proposed_cents": None}
        kept["hidden"] = "conflict" if hidden["in_conflict"] else "own_reading"
    if hidden["holder_hidden"]:
        kept |= {"holder_name": "", "title": reading_rules.without_names(row["title"], [row["holder_name"] or ""])}
    return kept


async def require_free(session: AsyncSession, funder_id: UUID, dossier_id: UUID, account_ids: Sequence[UUID]) -> None:
    """None of these people may be in conflict on the dossier (review locked by the caller)."""
    taken = {row["account_id"] for row in await repository.on_dossiers(session, funder_id, [dossier_id])}
    if taken.intersection(account_ids):
        raise AssigneeInConflict(account_ids=sorted(str(each) for each in taken.intersection(account_ids)))


@discretion.judged_by
async def _has_interest(reader: AsyncConnection[Row], account_id: UUID, dossier_id: UUID) -> bool:
    """Whichever funder the declaration was made for."""
    return bool(await fetch(reader, repository.OF_PERSON, {"account_id": account_id, "dossier_ids": [dossier_id]}))


# For the rooms above.


async def interests_of(session: AsyncSession, account_id: UUID, dossier_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these dossiers the person has an interest in, whichever funder the declaration was made for."""
    found = await fetch_in(session, repository.OF_PERSON, {"account_id": account_id, "dossier_ids": list(dossier_ids)})
    return {row["dossier_id"] for row in found}


async def kept_from(session: AsyncSession, account_id: UUID, campaign_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Dossiers of these campaigns that somebody reviews and in which the person has an interest: figures they read leave out what is
    proposed for them."""
    found = await fetch_in(session, repository.KEPT_FROM, {"account_id": account_id, "campaigns": list(campaign_ids)})
    return frozenset(row["dossier_id"] for row in found)


async def pairs(session: AsyncSession, funder_id: UUID, dossier_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """(account, dossier) of every declaration that stands among these dossiers of the funder."""
    return {(row["account_id"], row["dossier_id"]) for row in await repository.on_dossiers(session, funder_id, dossier_ids)}


async def declared_about(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[Row]:
    """For the minutes: who declared an interest in these dossiers, and stands by it. Ordered by dossier, then by name.

    Each row: `dossier_id`, `id` (the declaration), `funder_id`, `account_id`, `person_name` (empty once erased), `kind`
    (`family`, `employment`, `board_member`, `other`), `declared_at`. Never the words of the declaration.
    """
    return await fetch_in(session, repository.OF_DOSSIERS, {"dossier_ids": list(dossier_ids)})


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """The person is erased: their declarations stay, without their name nor their words."""
    await repository.forget(session, account_id)


async def _note(
    session: AsyncSession,
    conflict: ReviewConflict,
    act: str,
    caller: Principal,
    now: datetime,
    *,
    reason: str | None = None,
    **changes: object,
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("review_conflict", conflict.id),
        actor=caller,
        organisation_id=conflict.funder_id,
        changes=changes,
        reason=reason,
        confidential=True,
    )


async def forget_before(session: AsyncSession, before: datetime, limit: int) -> int:
    """What was declared before then is said without its person nor their words; how many declarations were."""
    return await repository.forget_before(session, before, limit)
