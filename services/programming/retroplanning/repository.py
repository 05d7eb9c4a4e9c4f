"""All the SQL about assemblies, calendars and their addresses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute
from services.common.secret_addresses import SecretAddresses

from .models import Assembly, Retroplanning, RetroplanningFeed, RetroplanningMilestone

_A: Any = Assembly.__table__  # type: ignore[attr-defined]
_P: Any = Retroplanning.__table__  # type: ignore[attr-defined]
_M: Any = RetroplanningMilestone.__table__  # type: ignore[attr-defined]
_F: Any = RetroplanningFeed.__table__  # type: ignore[attr-defined]

#: Assemblies of some organisations, the soonest first, after a keyset cursor (day, id).
ASSEMBLIES = (
    sa.select(*_A.c)
    .where(_A.c.organisation_id == sa.any_(bindparam("organisations", type_=ARRAY(sa.Uuid))), ~_A.c.withdrawn)
    .where(
        sa.tuple_(_A.c.meets_on, _A.c.id) > sa.tuple_(bindparam("after_on", type_=sa.Date), bindparam("after_id", type_=sa.Uuid))
    )
    .order_by(_A.c.meets_on, _A.c.id)
    .limit(bindparam("limit"))
)
#: Addresses of calendars: one for each account and campaign.
FEEDS = SecretAddresses(_F)


async def assembly(session: AsyncSession, assembly_id: UUID, *, lock: bool = False) -> Assembly | None:
    found = await session.get(Assembly, assembly_id, with_for_update=lock or None, populate_existing=lock)
    return None if found is None or found.withdrawn else found


async def assemblies_of(session: AsyncSession, organisations: Sequence[UUID]) -> list[Assembly]:
    """All of theirs, those taken back included (they count in the calendar's sequence)."""
    wanted = select(Assembly).where(_A.c.organisation_id.in_(organisations)).order_by(_A.c.meets_on, _A.c.id)
    return list((await session.exec(wanted)).all())


async def calendar(session: AsyncSession, campaign_id: UUID) -> Retroplanning | None:
    return await session.get(Retroplanning, campaign_id)


async def held_calendar(session: AsyncSession, campaign_id: UUID, now: datetime) -> Retroplanning:
    """The campaign's settings, locked; made on the first change (version 0: nobody has changed it yet)."""
    first = insert(_P).values(campaign_id=campaign_id, settings={}, draft=None, updated_at=now, version=0)
    await execute(session, first.on_conflict_do_nothing())
    found = await session.get(Retroplanning, campaign_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise LookupError(campaign_id)
    return found


async def keep_milestones(session: AsyncSession, campaign_id: UUID, rows: Sequence[Row]) -> None:
    """Those of the campaign, and no other. Two workers at once wait for each other: the campaign's are replaced as a whole."""
    await alone(session, f"milestones:{campaign_id}")
    await execute(session, sa.delete(_M).where(_M.c.campaign_id == campaign_id))
    if rows:
        await execute(session, insert(_M).values(list(rows)))


async def end_feeds(session: AsyncSession, grant_id: UUID) -> None:
    """Those that stood on that right."""
    await execute(session, sa.delete(_F).where(_F.c.standing.contains([grant_id])))


#: Calendars somebody follows.
FEEDS_OF_PERSON = sa.select(_F.c.campaign_id, _F.c.created_at).where(_F.c.account_id == bindparam("account_id", type_=sa.Uuid))


async def revoke_feeds(session: AsyncSession, account_id: UUID) -> int:
    """All of somebody's addresses, gone; how many."""
    return (await execute(session, sa.delete(_F).where(_F.c.account_id == account_id))).rowcount
