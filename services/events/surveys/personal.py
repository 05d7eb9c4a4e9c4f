"""What surveys hold of people: texts they wrote, which may say who they are although nothing else does."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import repository, rules
from .schemas import QuestionKind


async def forget_answers(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """Texts of the surveys of these events; ratings and choices, which name nobody, stay counted."""
    count = 0
    for survey in await repository.of_events(session, event_ids):
        texts = [each.name for each in rules.results(survey.form, []) if each.kind is QuestionKind.TEXT]
        if texts:
            count += await repository.forget_texts(session, survey.id, texts)
    return count
