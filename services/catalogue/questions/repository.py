"""All the SQL about questions."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.common.db import execute

from . import rules
from .models import Desk, Question, QuestionCounter, QuestionMessage, QuestionState, Side

_Q: Any = Question.__table__  # type: ignore[attr-defined]
_M: Any = QuestionMessage.__table__  # type: ignore[attr-defined]
_N: Any = QuestionCounter.__table__  # type: ignore[attr-defined]

# Not `in_`: a list would not fit a statement compiled once.
_OPEN = sa.or_(*(_Q.c.state == state for state in sorted(rules.OPEN_STATES, key=lambda state: state.value)))
_ROWS = sa.select(*_Q.c)
ONE = _ROWS.where(_Q.c.id == bindparam("id"))
#: What somebody asked, the latest first.
OWN = (
    _ROWS.where(_Q.c.asker_id == bindparam("asker_id", type_=sa.Uuid), _Q.c.id < bindparam("before_id"))
    .order_by(_Q.c.id.desc())
    .limit(bindparam("limit"))
)
_states = bindparam("states", type_=ARRAY(sa.String))
_themes = bindparam("themes", type_=ARRAY(sa.Text))
_taker = bindparam("taken_by", type_=sa.Uuid)
_today = bindparam("overdue_on", type_=sa.Date)
_rank = sa.case((_OPEN, 0), else_=1)
#: The desk's: open ones from the first due, so that what is overdue heads the list; then the others.
OF_DESK = (
    _ROWS.add_columns(_rank.label("rank"))
    .where(_Q.c.centre_id == bindparam("centre_id", type_=sa.Uuid), _Q.c.state.cast(sa.String) == sa.func.any(_states))
    .where(sa.or_(_taker.is_(None), _Q.c.taken_by == _taker))
    .where(sa.or_(_today.is_(None), sa.and_(_OPEN, _Q.c.due_on < _today)))
    .where(sa.or_(_themes.is_(None), _Q.c.theme_paths.overlap(_themes)))
    .where(
        sa.tuple_(_rank, _Q.c.due_on, _Q.c.id)
        > sa.tuple_(
            bindparam("after_rank", type_=sa.Integer), bindparam("after_day", type_=sa.Date), bindparam("after_id", type_=sa.Uuid)
        )
    )
    .order_by(_rank, _Q.c.due_on, _Q.c.id)
    .limit(bindparam("limit"))
)
MESSAGES = (
    sa.select(_M.c.id, _M.c.side, _M.c.is_answer, _M.c.body, _M.c.document_ids, _M.c.sent_at)
    .where(_M.c.question_id == bindparam("question_id", type_=sa.Uuid), _M.c.id > bindparam("after_id", type_=sa.Uuid))
    .order_by(_M.c.id)
    .limit(bindparam("limit"))
)


def _paris_day(column: Any) -> Any:
    return sa.cast(sa.func.timezone("Europe/Paris", column), sa.Date)


_days = (_paris_day(_Q.c.first_answered_at) - _paris_day(_Q.c.asked_at)).cast(sa.Float)
_kept = sa.func.count().filter(_paris_day(_Q.c.first_answered_at) <= _Q.c.promised_on)
_year = sa.extract("year", _paris_day(_Q.c.asked_at)).cast(sa.Integer)
#: Per year of asking: answered questions, the median of their days, how many kept the promise.
DELAYS = (
    sa.select(
        _year.label("year"),
        sa.func.count().label("answered"),
        sa.func.percentile_cont(0.5).within_group(_days).label("median_days"),
        _kept.label("kept"),
    )
    .where(_Q.c.centre_id == bindparam("centre_id", type_=sa.Uuid), _Q.c.first_answered_at.is_not(None))
    .group_by(_year)
    .order_by(_year.desc())
)


async def desk(session: AsyncSession, centre_id: UUID, *, lock: bool = False) -> Desk | None:
    statement = select(Desk).where(Desk.centre_id == centre_id)
    return (await session.exec(statement.with_for_update() if lock else statement)).first()


async def count_open(session: AsyncSession, centre_id: UUID, asker_id: UUID) -> int:
    """Open questions of somebody at a desk."""
    statement = sa.select(sa.func.count()).where(_Q.c.centre_id == centre_id, _Q.c.asker_id == asker_id, _OPEN)
    return int((await execute(session, statement)).scalar_one())


async def get(session: AsyncSession, question_id: UUID, *, lock: bool = False) -> Question | None:
    statement = select(Question).where(Question.id == question_id)
    return (
        await session.exec(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
    ).first()


async def next_number(session: AsyncSession, centre_id: UUID, year: int) -> int:
    """The next number of the centre's questions in that year; the counter is held until the transaction ends."""
    insert = upsert(_N).values(centre_id=centre_id, year=year, last=1)
    taken = await execute(
        session,
        insert.on_conflict_do_update(index_elements=[_N.c.centre_id, _N.c.year], set_={"last": _N.c.last + 1}).returning(_N.c.last),
    )
    return int(taken.scalar_one())


async def said_by(session: AsyncSession, question_id: UUID, side: Side) -> Sequence[QuestionMessage]:
    statement = select(QuestionMessage).where(QuestionMessage.question_id == question_id, QuestionMessage.side == side)
    return (await session.exec(statement.order_by(_M.c.id))).all()


async def due(session: AsyncSession, today: date, limit: int) -> Sequence[Question]:
    """Open questions due by today whose desk was not reminded of that day; another process that is at it skips them."""
    statement = (
        select(Question)
        .where(_OPEN, _Q.c.due_on <= today, sa.or_(_Q.c.reminded_of.is_(None), _Q.c.reminded_of != _Q.c.due_on))
        .order_by(_Q.c.centre_id, _Q.c.due_on, _Q.c.id)
        .limit(limit)
    )
    return (await session.exec(_locked(statement))).all()


async def answered_before(session: AsyncSession, day: date, limit: int) -> Sequence[Question]:
    """Answered questions whose answer left before that day in Paris."""
    statement = (
        select(Question)
        .where(_Q.c.state == QuestionState.ANSWERED, _paris_day(_Q.c.answered_at) < day)
        .order_by(_Q.c.answered_at)
        .limit(limit)
    )
    return (await session.exec(_locked(statement))).all()


async def closed_before(session: AsyncSession, day: date, limit: int) -> Sequence[Question]:
    """Closed questions, not anonymised, closed before that day in Paris."""
    statement = (
        select(Question)
        .where(_Q.c.state == QuestionState.CLOSED, _Q.c.anonymised_at.is_(None), _paris_day(_Q.c.closed_at) < day)
        .order_by(_Q.c.closed_at)
        .limit(limit)
    )
    return (await session.exec(_locked(statement))).all()


async def forget_words(session: AsyncSession, question_id: UUID) -> int:
    """The messages of a question lose their words; how many there were."""
    done = await execute(session, sa.update(_M).where(_M.c.question_id == question_id).values(body=""))
    return done.rowcount


async def asked_by(session: AsyncSession, account_id: UUID) -> Sequence[Question]:
    """All that somebody asked and is still theirs; locked."""
    asked = select(Question).where(Question.asker_id == account_id).order_by(col(Question.id)).with_for_update()
    return (await session.exec(asked)).all()


def _locked(statement: SelectOfScalar[Question]) -> SelectOfScalar[Question]:
    return statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)


#: All that was said about a question, in order.
SAID = (
    sa.select(_M.c.side, _M.c.body, _M.c.sent_at)
    .where(_M.c.question_id == bindparam("question_id", type_=sa.Uuid))
    .order_by(_M.c.id)
)
