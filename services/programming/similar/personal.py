"""What comparisons of actions hold of people: the words of dossiers they were named in, and passages two of them share."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..dossiers import personal as dossiers
from ..personal import Erased, masked, mended
from . import personal_repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Which holders they wrote to through the platform, and when; what they said left by mail and was not kept."""
    return await fetch(reader, personal_repository.WRITTEN, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """Their name goes out of the texts compared, which stay comparable."""
    erased = Erased()
    dossier_ids = await dossiers.concerned(session, who)
    for profile in await personal_repository.profiles(session, dossier_ids):
        said = (masked(profile.description, who), masked(profile.need, who))
        if said != (profile.description, profile.need):
            (profile.description, profile.need), erased.count = said, erased.count + 1
    for pair in await personal_repository.pairs(session, dossier_ids):
        shared = ([masked(each, who) for each in pair.passages], mended(pair.why, who))
        if shared != (pair.passages, pair.why):
            (pair.passages, pair.why), erased.count = shared, erased.count + 1
    await session.flush()
    return erased
