"""What webhooks hold of people."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, execute, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased
from .models import WebhookEndpoint

_E: Any = WebhookEndpoint.__table__  # type: ignore[attr-defined]
_OF = sa.select(_E.c.id, _E.c.organisation_id, _E.c.contact_email).where(sa.func.lower(_E.c.contact_email) == bindparam("email"))


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """The webhooks about which they are written to."""
    return await fetch(reader, _OF, {"email": who.email})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    found = await export(await driver(session), who)
    for row in found:
        await execute(session, sa.update(_E).where(_E.c.id == row["id"]).values(contact_email=None))
    return Erased(count=len(found))
