"""All the SQL about notifications."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import Notification

_N: Any = Notification.__table__  # type: ignore[attr-defined]

OF_DOSSIER = sa.select(*_N.c).where(_N.c.dossier_id == bindparam("dossier_id")).order_by(_N.c.id)
ONE = sa.select(*_N.c).where(_N.c.id == bindparam("notification_id"))


async def get(session: AsyncSession, notification_id: UUID) -> Notification | None:
    return await session.get(Notification, notification_id, with_for_update=True)
