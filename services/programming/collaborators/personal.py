"""What collaborators hold of people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased
from . import repository, service
from .models import Collaborator

_C: Any = Collaborator.__table__  # type: ignore[attr-defined]
_OF = sa.select(_C.c.dossier_id, _C.c.part, _C.c.status, _C.c.email, _C.c.full_name, _C.c.accepted_at).where(
    sa.or_(_C.c.account_id == bindparam("account_id"), sa.func.lower(_C.c.email) == bindparam("email"))
)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Dossiers they were invited to write, whether they accepted or not."""
    return await fetch(reader, _OF, {"account_id": who.account_id, "email": who.email})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    found = await export(await driver(session), who)
    await service.forget_person(session, who.account_id, email=who.email, now=now)
    return Erased(count=len(found))


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    """Who was invited to write these dossiers is named no more; whoever may still read one is."""
    await repository.forget_dossiers(session, dossier_ids)
