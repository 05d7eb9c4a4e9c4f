"""What change requests hold of people."""

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

from ..dossiers import personal as dossiers
from ..personal import Erased, masked, mended
from . import repository, service
from .models import ChangeRequest

_C: Any = ChangeRequest.__table__  # type: ignore[attr-defined]
_OF = sa.select(_C.c.id, _C.c.dossier_id, _C.c.asked_by_email, _C.c.asked_at).where(_C.c.asked_by == bindparam("account_id"))


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """The changes they asked for."""
    return await fetch(reader, _OF, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """The address they asked from; their name and address in the values that were to be changed, and in what was said of them."""
    found = await export(await driver(session), who)
    await service.forget_person(session, who.account_id)
    count = len(found)
    for field in await repository.fields_of(session, await dossiers.concerned(session, who)):
        told = (field.before, field.comment, field.explanation)
        before = None if field.pointer == "/contact/phone" else mended(field.before, who)
        field.before, field.comment, field.explanation = (
            before,
            masked(field.comment, who)[:2000],
            masked(field.explanation, who)[:4000],
        )
        count += told != (field.before, field.comment, field.explanation)
    await session.flush()
    return Erased(count=count)


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    """Nothing reaches anybody any more on these dossiers: contacts that were to be changed, and whom to tell, are forgotten."""
    await repository.forget_dossiers(session, dossier_ids)
