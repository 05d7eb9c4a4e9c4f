"""Who holds what about people in the catalogue, and how it answers the directory: exported, or forgotten.

A room that comes to hold some writes a `personal.py` and a line in `HOLDINGS`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.jobs import Job, job
from services.common.mail import forget_sent
from services.common.outbox import Consumer
from services.common.personal_data import Forgotten, Holding, Who, consumers, export_job, gathered
from services.common.resources import Resources

from .newsletters import personal as newsletters
from .questions import personal as questions
from .subscriptions import personal as subscriptions
from .tables import KERNEL

#: From the highest room to the lowest.
HOLDINGS: tuple[Holding, ...] = (
    Holding("newsletters", "les lettres reçues", ("newsletter_subscribers",), newsletters.export, newsletters.erase),
    Holding(
        "subscriptions",
        "recherches enregistrées et documents suivis",
        ("subscribers", "saved_searches", "follows"),
        subscriptions.export,
        subscriptions.erase,
    ),
    Holding("questions", "questions aux documentalistes", ("questions", "question_messages"), questions.export, questions.erase),
)


async def export(resources: Resources, reader: AsyncConnection[Any], who: Who) -> Mapping[str, Sequence[Row]]:
    return await gathered(HOLDINGS, reader, who)


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    forgotten = Forgotten()
    for holding in HOLDINGS:
        if holding.erase is not None:
            forgotten.add(await holding.erase(session, resources, who, now))
    return forgotten


EXPORT: Job = export_job("catalogue", export)


@job("catalogue:forget_exports", cron="52 3 * * *")
async def forget_exports(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: whose data was asked for."""
    await forget_sent(session, resources.clock.now() - timedelta(days=1), EXPORT.name)


JOBS: list[Job] = [EXPORT, forget_exports]
CONSUMERS: dict[str, Consumer] = consumers("catalogue", EXPORT, erase, KERNEL.outbox)
