"""Use cases of the calendar of one's due list: a secret address for programs that cannot sign in, made, renewed, revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.calendars import Title, write
from services.common.db import Row
from services.common.problems import NotFound

from ..tables import KERNEL
from . import calendars, repository, service

#: Written in a calendar, the soonest (and the latest overdue) first.
MOST = 500
_REFRESH = timedelta(hours=6)


@dataclass(frozen=True)
class DueCalendar:
    """What programs read, and its tag."""

    content: bytes
    tag: str


async def renew(session: AsyncSession, caller: Principal, *, now: datetime) -> tuple[datetime, str]:
    """A secret address; the one before opens nothing any more. It tells what the caller's rights of today let them read."""
    memberships = {str(one): sorted(roles) for one, roles in caller.memberships.items()}
    remembered = {"memberships": memberships, "standing": list(caller.standing)}
    token = await repository.FEEDS.renew(session, now=now, remembered=remembered, account_id=caller.account_id)
    await _note(session, caller, "due_feed.renewed", now)
    return now, token


async def own(reader: AsyncConnection[Row], caller: Principal) -> Row:
    """Since when, and for which organisations (404 when there is none)."""
    found = await repository.FEEDS.of(reader, account_id=caller.account_id)
    if found is None:
        raise NotFound()
    return {"created_at": found["created_at"], "organisation_ids": sorted(UUID(one) for one in found["memberships"])}


async def revoke(session: AsyncSession, caller: Principal, *, now: datetime) -> None:
    if not await repository.FEEDS.revoke(session, account_id=caller.account_id):
        raise NotFound()
    await _note(session, caller, "due_feed.revoked", now)


async def follow(reader: AsyncConnection[Row], token: str, url: str, public_url: str, *, now: datetime) -> DueCalendar:
    """The due list at a secret address, as it stands (404 once it is revoked, renewed, or a right it stood on is taken back)."""
    found = await repository.FEEDS.at(reader, token)
    if found is None:
        raise NotFound()
    memberships = {UUID(one): frozenset(roles) for one, roles in found["memberships"].items()}
    values = service.parties(found["account_id"], memberships, now) | {"limit": MOST}
    rows = await repository.items(reader, frozenset(), None, values, paged=False)
    items = await service.shown(reader, [row for row in rows if row["due_on"] is not None], now=now)
    # A day that moves is written at a higher sequence: the address ages, whatever the day does.
    sequence = max(0, int((now - found["created_at"]).total_seconds()) // 60)
    entries = calendars.entries(items, public_url, sequence)
    title = Title("Mes échéances – Canevas", url, _REFRESH)
    return DueCalendar(write(entries, title=title, stamp=now), calendars.tag(entries))


async def _note(session: AsyncSession, caller: Principal, act: str, now: datetime) -> None:
    resource = ("due_feed", caller.account_id)
    await journal.record(session, KERNEL.journal, at=now, act=act, resource=resource, actor=caller, changes={}, confidential=True)
