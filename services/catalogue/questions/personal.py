"""What questions to documentalists hold of people: who asked, and what was said."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.pagination import LAST_ID
from services.common.personal_data import Forgotten, Who
from services.common.resources import Resources

from . import repository, upkeep

_ASKED = ("reference", "state", "subject", "details", "reply_email", "asked_at", "closed_at")
MOST = 10_000


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each question they asked, with all that was said."""
    asked = {"asker_id": who.account_id, "before_id": LAST_ID, "limit": MOST}
    found = []
    for row in await fetch(reader, repository.OWN, asked):
        said = await fetch(reader, repository.SAID, {"question_id": row["id"]})
        found.append({**{name: row[name] for name in _ASKED}, "messages": said})
    return found


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """Questions still open are closed: nobody is left to answer. Words and names go; what counts delays stays."""
    return Forgotten(await upkeep.forget_asker(session, who.account_id, now=now))
