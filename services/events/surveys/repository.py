"""All the SQL about surveys."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Survey, SurveyAnswer, SurveyInvitation

_S: Any = Survey.__table__  # type: ignore[attr-defined]
_I: Any = SurveyInvitation.__table__  # type: ignore[attr-defined]
_A: Any = SurveyAnswer.__table__  # type: ignore[attr-defined]

_one = bindparam("id", type_=sa.Uuid)
COUNTS = sa.select(sa.func.count().label("invited_count"), sa.func.count().filter(_I.c.answered).label("answered_count")).where(
    _I.c.survey_id == _one
)
ANSWERS = sa.select(_A.c.answers).where(_A.c.survey_id == _one).order_by(_A.c.id)
INVITED = sa.select(_I.c.attendee_id).where(_I.c.survey_id == _one)
INVITATION = sa.select(*_I.c).where(_I.c.survey_id == _one, _I.c.attendee_id == bindparam("attendee_id", type_=sa.Uuid))
#: Of these events, those that have a survey already opened, or one that does not open by itself.
SETTLED = sa.select(_S.c.event_id).where(
    _S.c.event_id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), sa.or_(_S.c.opened_at.is_not(None), ~_S.c.automatic)
)
UNSENT = sa.select(_S.c.id).where(_S.c.opened_at.is_not(None), _S.c.sent_at.is_(None)).order_by(_S.c.id)


async def of_event(session: AsyncSession, event_id: UUID, *, lock: bool = False) -> Survey | None:
    asked = select(Survey).where(Survey.event_id == event_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def get(session: AsyncSession, survey_id: UUID, *, lock: bool = False) -> Survey | None:
    asked = select(Survey).where(Survey.id == survey_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def invite(session: AsyncSession, survey_id: UUID, attendee_id: UUID) -> bool:
    """False when they were invited already."""
    row = {"survey_id": survey_id, "attendee_id": attendee_id, "answered": False}
    return (await execute(session, upsert(_I).values(row).on_conflict_do_nothing())).rowcount == 1


async def mark_answered(session: AsyncSession, survey_id: UUID, attendee_id: UUID) -> bool:
    """False when an answer was given before: of two sent at once, the second waits here and finds it."""
    unanswered = (_I.c.survey_id == survey_id, _I.c.attendee_id == attendee_id, ~_I.c.answered)
    return (await execute(session, sa.update(_I).where(*unanswered).values(answered=True))).rowcount == 1


async def add_answer(session: AsyncSession, survey_id: UUID, answers: dict[str, Any]) -> None:
    await execute(session, sa.insert(_A).values(id=SurveyAnswer(survey_id=survey_id).id, survey_id=survey_id, answers=answers))


async def of_events(session: AsyncSession, event_ids: Sequence[UUID]) -> Sequence[Survey]:
    return (await session.exec(select(Survey).where(_S.c.event_id.in_(list(event_ids))).order_by(_S.c.id))).all()


async def forget_texts(session: AsyncSession, survey_id: UUID, names: Sequence[str]) -> int:
    """Answers to these questions are forgotten; in how many answers there were any."""
    listed = sa.cast(list(names), ARRAY(sa.Text))
    held = sa.and_(_A.c.survey_id == survey_id, _A.c.answers.has_any(listed))
    return (await execute(session, sa.update(_A).where(held).values(answers=_A.c.answers - listed))).rowcount


INVITED_PEOPLE = (
    sa.select(_S.c.event_id, _I.c.answered)
    .join(_S, _S.c.id == _I.c.survey_id)
    .where(_I.c.attendee_id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))))
    .order_by(_S.c.id)
)


async def forget_invitations(session: AsyncSession, attendee_ids: Sequence[UUID]) -> int:
    return int((await execute(session, sa.delete(_I).where(_I.c.attendee_id.in_(list(attendee_ids))))).rowcount)
