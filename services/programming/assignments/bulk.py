"""One act on many reviews: each line is done or refused by itself, and a dry run does it all for nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Language, Text
from services.common.problems import FieldError, Problem
from services.common.resources import Resources

from .. import clients
from ..reviews import service as reviews
from ..reviews.errors import FunderManagersOnly, NotAMember, ReasonRequired, ReviewCompleted
from .schemas import BulkAct, BulkReviewsAct


class _ForNothing(Exception):
    """Undoes a line of a dry run."""


async def act(
    session: AsyncSession, resources: Resources, caller: Principal, wish: BulkReviewsAct, *, language: Language, now: datetime
) -> dict[str, Any]:
    """For managers. Reviews are taken in the order of their ids, each in a savepoint of its own: two bulk acts never deadlock,
    and a refused line undoes nothing of the others."""
    if wish.act is BulkAct.REOPENING and not (wish.reason or "").strip():
        raise ReasonRequired(errors=[FieldError("/reason", Text("Dites pourquoi.", "Say why."), "missing")])
    members: dict[UUID, set[UUID]] = {}
    if wish.act is BulkAct.ASSIGNMENT and wish.assignee_id is not None:
        for organisation in caller.organisation_ids:
            if caller.has_role(organisation, "manager"):
                found = await clients.member(resources.siblings, caller, organisation, wish.assignee_id)
                members[organisation] = {wish.assignee_id} if found else set()
    lines = {}
    for review_id in sorted(set(wish.review_ids)):
        try:
            async with session.begin_nested():
                await _one(session, caller, wish, review_id, members, now=now)
                if wish.dry_run:
                    raise _ForNothing
        except _ForNothing:
            lines[review_id] = _line(review_id, None, language)
        except Problem as problem:
            lines[review_id] = _line(review_id, problem, language)
        else:
            lines[review_id] = _line(review_id, None, language)
    ordered = [lines[review_id] for review_id in dict.fromkeys(wish.review_ids)]
    done = sum(line["done"] for line in ordered)
    return {"dry_run": wish.dry_run, "done": done, "refused": len(ordered) - done, "lines": ordered}


async def _one(
    session: AsyncSession,
    caller: Principal,
    wish: BulkReviewsAct,
    review_id: UUID,
    members: dict[UUID, set[UUID]],
    *,
    now: datetime,
) -> None:
    review = await reviews.own(session, caller, review_id)
    if not caller.has_role(review.funder_id, "manager"):
        raise FunderManagersOnly()
    if wish.act is BulkAct.REOPENING:
        await reviews.take_back(session, caller, review, wish.reason or "", now=now)
        return
    if review.status.value == "completed":
        raise ReviewCompleted()
    if wish.act is BulkAct.COMPLETION:
        await reviews.give(session, caller, review, now=now)
        return
    if wish.assignee_id is not None and wish.assignee_id not in members.get(review.funder_id, ()):
        raise NotAMember()
    await reviews.hand_over(session, caller, review, wish.assignee_id, now=now)


def _line(review_id: UUID, problem: Problem | None, language: Language) -> dict[str, Any]:
    if problem is None:
        return {"review_id": review_id, "done": True, "problem": None, "detail": None, "pointers": []}
    said = (problem.detail or problem.title).to(language)
    pointers = [error.pointer for error in problem.errors]
    return {"review_id": review_id, "done": False, "problem": problem.slug(), "detail": said, "pointers": pointers}
