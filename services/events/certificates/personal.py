"""What certificates hold of people: a name, hours followed, a paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch

from ..personal import Erased, Who
from ..registrations import personal as registrations
from . import repository, rules, service

_SAID = ("reference", "kind", "state", "holder_name", "minutes", "total_minutes", "facts", "issued_at", "ended_at", "ended_reason")


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """What each of somebody's certificates says, with the code that verifies it."""
    own = await registrations.own(reader, who)
    rows = await fetch(reader, repository.OF_PEOPLE, {"ids": [row["id"] for row in own]})
    return [{"code": rules.spelt(row["code"]), **{name: row[name] for name in _SAID}} for row in rows]


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """Names and papers go; the code still says that something was certified, to nobody's name."""
    own = [row["id"] for row in await registrations.own(await driver(session), who)]
    held = await fetch(await driver(session), repository.OF_PEOPLE, {"ids": own})
    await service.forget(session, own)
    return Erased(sum(row["holder_name"] != "" for row in held))


async def forget_names(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """With the names of participants: what is certified is verified from then on without saying of whom."""
    count, keys = await repository.forget_of_events(session, event_ids)
    await service.discard(session, keys)
    return count


async def expire(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """Their time is over: papers go if some are left, and their codes answer that they expired."""
    await forget_names(session, event_ids, now)
    return await repository.expire(session, event_ids, now)
