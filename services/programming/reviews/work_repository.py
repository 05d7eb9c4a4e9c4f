"""All the SQL about who has what to review: candidates for the rules, loads, to-do lists, scores, export."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ..dossiers import history, instruction
from .models import Review, ReviewConflict, ReviewReading, ReviewReadingStatus, ReviewSettings, ReviewStatus, SetAside

_R: Any = Review.__table__  # type: ignore[attr-defined]
_G: Any = ReviewReading.__table__  # type: ignore[attr-defined]
_S: Any = ReviewSettings.__table__  # type: ignore[attr-defined]
_A: Any = SetAside.__table__  # type: ignore[attr-defined]
_C: Any = ReviewConflict.__table__  # type: ignore[attr-defined]

_CAMPAIGN = bindparam("campaign_id", type_=sa.Uuid)
_FUNDER = bindparam("funder_id", type_=sa.Uuid)
_ACCOUNT = bindparam("account_id", type_=sa.Uuid)
_OF_FUNDER = (_R.c.funder_id == _FUNDER) & (_R.c.campaign_id == _CAMPAIGN)
_READ_FOR = (_G.c.funder_id == _FUNDER) & (_G.c.campaign_id == _CAMPAIGN)
_PENDING = (_G.c.status == ReviewReadingStatus.TO_READ) | (_G.c.status == ReviewReadingStatus.IN_PROGRESS)
#: Neither given nor void: what a withdrawn dossier leaves is nobody's to do.
_OPEN = (_R.c.status == ReviewStatus.TO_REVIEW) | (_R.c.status == ReviewStatus.IN_PROGRESS)

_FACETS = instruction.facets().subquery("facets")
_READERS = (
    sa.select(sa.func.array_agg(_G.c.reader_id))
    .where(_G.c.review_id == _R.c.id, _G.c.status != ReviewReadingStatus.SET_ASIDE)
    .scalar_subquery()
)
#: A funder's reviews of a campaign, oldest first, with what rules look at; `after` and `limit` bound an act.
CANDIDATES = (
    sa.select(
        *(_R.c.id, _R.c.dossier_id, _R.c.reference, _R.c.title, _R.c.asked_cents, _R.c.assignee_id, _R.c.assigned_by_rule),
        _R.c.status.cast(sa.String).label("status"),
        *(_FACETS.c.budget_line, _FACETS.c.objective_codes, _FACETS.c.qpv_codes, _FACETS.c.holder_id),
        _FACETS.c.nature.cast(sa.String).label("nature"),
        sa.func.coalesce(_READERS, sa.cast(sa.literal("{}"), ARRAY(sa.Uuid))).label("reader_ids"),
    )
    .join(_FACETS, _FACETS.c.request_id == _R.c.request_id)
    .where(_OF_FUNDER, _R.c.id > bindparam("after", type_=sa.Uuid))
    .order_by(_R.c.id)
    .limit(bindparam("limit", type_=sa.Integer))
)
#: The same, for reviews still to give that are somebody's: theirs, or read by them.
OF_PERSON = CANDIDATES.where(
    _OPEN,
    (_R.c.assignee_id == _ACCOUNT) | sa.exists().where(_G.c.review_id == _R.c.id, _G.c.reader_id == _ACCOUNT, _PENDING),
)
#: What each person has still to do for the funder in the campaign: reviews and readings.
_TO_DO = sa.union_all(
    sa.select(_R.c.assignee_id.label("account_id")).where(_OF_FUNDER, _OPEN, _R.c.assignee_id.is_not(None)),
    sa.select(_G.c.reader_id).select_from(_G.join(_R, _R.c.id == _G.c.review_id)).where(_READ_FOR, _PENDING, _OPEN),
).subquery()
LOADS = sa.select(_TO_DO.c.account_id, sa.func.count().label("load")).group_by(_TO_DO.c.account_id)

# To-do.

_NEVER = sa.cast(sa.literal("9999-12-31"), sa.Date)
_DUE = (_S.c.campaign_id == _R.c.campaign_id) & (_S.c.funder_id == _R.c.funder_id)
_LAST = history.last_number(_R.c.dossier_id).label("last_submission_number")
_SHOWN = (_R.c.dossier_id, _R.c.campaign_id, _R.c.funder_id, _R.c.reference, _R.c.title, _R.c.holder_name, _R.c.asked_cents)


def _own() -> Any:
    reviews = (
        sa.select(
            sa.literal("review", sa.String).label("kind"),
            *(_R.c.id, _R.c.id.label("review_id"), *_SHOWN),
            _R.c.status.cast(sa.String).label("status"),
            _R.c.opened_at.label("since"),
            _S.c.review_due_on.label("due_on"),
            sa.false().label("holder_hidden"),
            *(_R.c.submission_number, _LAST),
        )
        .outerjoin(_S, _DUE)
        .where(_R.c.assignee_id == _ACCOUNT, _OPEN)
    )
    readings = (
        sa.select(
            sa.literal("reading", sa.String).label("kind"),
            *(_G.c.id, _R.c.id.label("review_id"), *_SHOWN),
            _G.c.status.cast(sa.String).label("status"),
            _G.c.assigned_at.label("since"),
            _S.c.review_due_on.label("due_on"),
            sa.func.coalesce(_S.c.hides_holder, sa.false()).label("holder_hidden"),
            *(_G.c.submission_number, _LAST),
        )
        .select_from(_G.join(_R, _R.c.id == _G.c.review_id).outerjoin(_S, _DUE))
        .where(_G.c.reader_id == _ACCOUNT, _PENDING, _OPEN)
    )
    return sa.union_all(reviews, readings).subquery("mine")


_M = _own()
_BELONGS = _M.c.funder_id == sa.any_(bindparam("organisations", type_=ARRAY(sa.Uuid)))
_TODAY, _NEXT_WEEK = bindparam("today", type_=sa.Date), bindparam("next_week", type_=sa.Date)
WHEN: dict[str, Any] = {
    "late": _M.c.due_on < _TODAY,
    "week": (_M.c.due_on >= _TODAY) & (_M.c.due_on <= _NEXT_WEEK),
    "later": _M.c.due_on > _NEXT_WEEK,
    "undated": _M.c.due_on.is_(None),
}
_KEY = sa.func.coalesce(_M.c.due_on, _NEVER)
COUNTS = sa.select(
    sa.func.count().label("total"), *(sa.func.count().filter(condition).label(name) for name, condition in WHEN.items())
).where(_BELONGS)


@lru_cache(maxsize=64)
def mine(when: str | None, sort: str, *, paged: bool, in_campaign: bool) -> Any:
    """One's to-do in the order asked, after a keyset cursor (`after_key`, `after_id`)."""
    column = _M.c.since if sort.endswith("since") else _KEY
    kind = sa.DateTime(timezone=True) if sort.endswith("since") else sa.Date()
    after = (bindparam("after_key", type_=kind), bindparam("after_id", type_=sa.Uuid))
    keys, down = sa.tuple_(column, _M.c.id), sort.startswith("-")
    query = sa.select(_M, column.label("key")).where(_BELONGS)
    if when is not None:
        query = query.where(WHEN[when])
    if in_campaign:
        query = query.where(_M.c.campaign_id == _CAMPAIGN)
    if paged:
        query = query.where(keys < sa.tuple_(*after) if down else keys > sa.tuple_(*after))
    order = (column.desc(), _M.c.id.desc()) if down else (column, _M.c.id)
    return query.order_by(*order).limit(bindparam("limit"))


# Scores.

_FLAGGED = sa.exists().where(_A.c.review_id == _R.c.id, _A.c.stands, _C.c.id == _A.c.conflict_id, _C.c.withdrawn_at.is_(None))
#: Scores that count, one row per person and dossier: complete readings, or given reviews where nobody else reads.
_ALONE = ~sa.exists().where(_G.c.review_id == _R.c.id, _G.c.status == ReviewReadingStatus.COMPLETED)
SCORES = sa.union_all(
    sa.select(_G.c.reader_id.label("account_id"), _G.c.dossier_id, _R.c.reference, _G.c.scores, _G.c.weighted_score)
    .select_from(_G.join(_R, _R.c.id == _G.c.review_id))
    .where(_READ_FOR, _G.c.status == ReviewReadingStatus.COMPLETED, _R.c.status != ReviewStatus.VOID),
    sa.select(
        sa.func.coalesce(_R.c.scorer_id, _R.c.assignee_id), _R.c.dossier_id, _R.c.reference, _R.c.scores, _R.c.weighted_score
    ).where(
        _OF_FUNDER,
        _R.c.status == ReviewStatus.COMPLETED,
        sa.func.coalesce(_R.c.scorer_id, _R.c.assignee_id).is_not(None),
        _ALONE,
        ~_FLAGGED,
    ),
)

# Export.

_EXPORTED = (*_SHOWN, _R.c.id.label("review_id"))
_LINES = sa.union_all(
    sa.select(
        *_EXPORTED,
        sa.literal("review", sa.String).label("kind"),
        _R.c.id.label("line_id"),
        _R.c.assignee_id.label("person_id"),
        _R.c.status.cast(sa.String).label("status"),
        *(_R.c.scores, _R.c.score_comments, _R.c.weighted_score, _R.c.opinion.cast(sa.String).label("opinion")),
        *(_R.c.proposed_cents, _R.c.internal_comment.label("comment"), _R.c.completed_at),
        _FLAGGED.label("flagged"),
    ).where(_OF_FUNDER),
    sa.select(
        *_EXPORTED,
        sa.literal("reading", sa.String),
        _G.c.id,
        _G.c.reader_id,
        _G.c.status.cast(sa.String),
        *(_G.c.scores, _G.c.score_comments, _G.c.weighted_score, _G.c.opinion.cast(sa.String)),
        *(_G.c.proposed_cents, _G.c.comment, _G.c.completed_at),
        _G.c.status == ReviewReadingStatus.SET_ASIDE,
    )
    .select_from(_G.join(_R, _R.c.id == _G.c.review_id))
    .where(_READ_FOR),
).subquery("lines")
LINES = sa.select(_LINES).order_by(_LINES.c.review_id, _LINES.c.kind.desc(), _LINES.c.line_id)


async def locked(session: AsyncSession, review_ids: Sequence[UUID]) -> list[Review]:
    """These reviews, in the order of their ids, locked and read again."""
    wanted = select(Review).where(_R.c.id.in_(review_ids)).order_by(_R.c.id).with_for_update()
    return list((await session.exec(wanted.execution_options(populate_existing=True))).all())


async def pending(session: AsyncSession, review_ids: Sequence[UUID], account_id: UUID) -> list[ReviewReading]:
    """The person's readings still to give of these reviews, which are locked."""
    wanted = select(ReviewReading).where(_G.c.review_id.in_(review_ids), _G.c.reader_id == account_id, _PENDING)
    return list((await session.exec(wanted.with_for_update())).all())
