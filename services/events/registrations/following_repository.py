"""SQL of what happens to participants from outside: their organisation is renamed or erased."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Attendee

_A: Any = Attendee.__table__  # type: ignore[attr-defined]


async def rename_organisation(session: AsyncSession, organisation_id: UUID, name: str, *, erased: bool) -> int:
    """How many participants bore another name of it."""
    other = sa.or_(_A.c.organisation_name != name, sa.literal(erased))
    values: dict[str, Any] = {"organisation_name": name, **({"organisation_id": None} if erased else {})}
    written = await execute(session, sa.update(_A).where(_A.c.organisation_id == organisation_id, other).values(**values))
    return written.rowcount
