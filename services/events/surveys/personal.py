"""What surveys hold of people: that they were asked, and texts they wrote, which may say who they are although nothing else does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch

from ..personal import Erased, Who
from ..registrations import personal as registrations
from . import repository, rules
from .schemas import QuestionKind


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{event_id, answered}`: surveys they were asked to answer. What they answered is nobody's: it cannot be told from the others'."""
    own = await registrations.own(reader, who)
    return await fetch(reader, repository.INVITED_PEOPLE, {"ids": [row["id"] for row in own]})


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """Nobody was asked any more; answers, which name nobody, stay counted."""
    own = await registrations.own(await driver(session), who)
    return Erased(await repository.forget_invitations(session, [row["id"] for row in own]))


async def forget_answers(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """Texts of the surveys of these events; ratings and choices, which name nobody, stay counted."""
    count = 0
    for survey in await repository.of_events(session, event_ids):
        texts = [each.name for each in rules.results(survey.form, []) if each.kind is QuestionKind.TEXT]
        if texts:
            count += await repository.forget_texts(session, survey.id, texts)
    return count
