"""What due lists hold of people."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased
from . import service
from .models import DueFeed, ReminderPreferences

_P: Any = ReminderPreferences.__table__  # type: ignore[attr-defined]
_F: Any = DueFeed.__table__  # type: ignore[attr-defined]
_CALENDARS = sa.select(_F.c.created_at.label("calendar_address_since")).where(_F.c.account_id == bindparam("account_id"))
_OF = sa.select(_P.c.email, _P.c.frequency, _P.c.hour, _P.c.muted_kinds).where(_P.c.account_id == bindparam("account_id"))


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """How they asked to be reminded, and where; since when a calendar program reads their list."""
    values = {"account_id": who.account_id}
    return [*await fetch(reader, _OF, values), *await fetch(reader, _CALENDARS, values)]


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    found = await export(await driver(session), who)
    await service.forget(session, who.account_id)
    return Erased(count=len(found))
