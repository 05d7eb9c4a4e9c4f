"""What invitations hold of people: that a mail was written to them, and when. Neither its words nor the address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch

from ..agenda import service as agenda
from ..personal import Who
from ..registrations import personal as registrations
from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{event_id, news, written_at}` of each mail that was written to them about an event."""
    own = await registrations.own(reader, who)
    asked = {"event_ids": list({row["event_id"] for row in own}), "ids": [row["id"] for row in own]}
    return await fetch(reader, repository.LETTERS_OF, {**asked, "contacts": [row["registration_id"] for row in own]})


async def forget(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """With the names; until then a mail that was written is not written twice."""
    sessions = await agenda.session_rows(await driver(session), event_ids)
    return await repository.forget_letters(session, event_ids, [row["id"] for row in sessions])
