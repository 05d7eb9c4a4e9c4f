"""What declared subsidies hold of people: who declared them, and words that may name them."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased, masked
from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each subsidy they declared for their organisation."""
    return await fetch(reader, repository.DECLARED, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """Amounts and states stay."""
    erased = Erased()
    for kept in await repository.of_organisations(session, who.organisation_ids):
        said = (masked(kept.funder_name, who)[:200], masked(kept.purpose, who)[:300])
        if said != (kept.funder_name, kept.purpose):
            kept.funder_name, kept.purpose = said
            kept.version, erased.count = kept.version + 1, erased.count + 1
    await session.flush()
    return erased
