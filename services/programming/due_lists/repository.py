"""All the SQL of due lists: one statement over what the rooms say is due, the preferences, the reminders that were sent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute, fetch, fetch_in
from services.common.secret_addresses import SecretAddresses

from ..agreements.due import DUE as AGREEMENTS
from ..awards.due import DUE as AWARDS
from ..bank_accounts.due import DUE as BANK_ACCOUNTS
from ..bilans.due import DUE as BILANS
from ..change_requests.due import DUE as CHANGE_REQUESTS
from ..collaborators.due import DUE as COLLABORATORS
from ..committees.due import DUE as COMMITTEES
from ..conversations.due import DUE as CONVERSATIONS
from ..cpos.due import DUE as CPOS
from ..dossiers.due import DUE as DOSSIERS
from ..due_lines import TODAY
from ..notices.due import DUE as NOTICES
from ..payments.due import DUE as PAYMENTS
from ..permanent_files.due import DUE as PERMANENT_FILES
from ..retroplanning.due import DUE as RETROPLANNING
from ..reviews.due import DUE as REVIEWS
from .models import DueFeed, ReminderPreferences, ReminderSent
from .rules import NEVER, WEEK

_P: Any = ReminderPreferences.__table__  # type: ignore[attr-defined]
_F: Any = DueFeed.__table__  # type: ignore[attr-defined]
_S: Any = ReminderSent.__table__  # type: ignore[attr-defined]

_ALL = sa.union_all(
    *(DOSSIERS + COLLABORATORS + CHANGE_REQUESTS + NOTICES + CONVERSATIONS + PERMANENT_FILES),
    *(REVIEWS + COMMITTEES + RETROPLANNING + AWARDS + AGREEMENTS + BILANS),
    *(BANK_ACCOUNTS + PAYMENTS + CPOS),
).subquery("due")
_ABOUT = sa.func.coalesce(_ALL.c.dossier_id, _ALL.c.resource_id)
_DAY = sa.func.coalesce(_ALL.c.due_on, sa.cast(sa.literal(NEVER.isoformat()), sa.Date))
# Bytes, as Python compares them: a cursor written under one collation is read under another.
_KIND = _ALL.c.kind.collate("C")
_KEYS = (_DAY, _KIND, _ALL.c.resource_id, _ALL.c.organisation_id, _ABOUT)
_NEXT_WEEK = TODAY + sa.literal(WEEK.days, sa.Integer)
WHEN: dict[str, Any] = {
    "late": _ALL.c.due_on < TODAY,
    "today": _ALL.c.due_on == TODAY,
    "week": (_ALL.c.due_on > TODAY) & (_ALL.c.due_on <= _NEXT_WEEK),
    "later": _ALL.c.due_on > _NEXT_WEEK,
    "undated": _ALL.c.due_on.is_(None),
}
_FILTERS: dict[str, Any] = {
    "kinds": _ALL.c.kind == sa.any_(bindparam("kinds", type_=ARRAY(sa.String))),
    "organisation_id": _ALL.c.organisation_id == bindparam("organisation_id", type_=sa.Uuid),
}
#: How much by kind and bucket.
COUNTS = sa.select(_ALL.c.kind, *(sa.func.count().filter(said).label(name) for name, said in WHEN.items())).group_by(_ALL.c.kind)


@lru_cache(maxsize=64)
def page(filters: frozenset[str], when: str | None, *, paged: bool) -> Any:
    """The soonest first, what has no day last; after a keyset cursor."""
    wanted = sa.select(_ALL, _DAY.label("day"), _ABOUT.label("about_id")).where(*(_FILTERS[name] for name in sorted(filters)))
    if when is not None:
        wanted = wanted.where(WHEN[when])
    if paged:
        types: tuple[Any, ...] = (sa.Date, sa.String, sa.Uuid, sa.Uuid, sa.Uuid)
        names = ("after_day", "after_kind", "after_resource", "after_organisation", "after_about")
        after: Any = (bindparam(name, type_=kind) for name, kind in zip(names, types, strict=True))
        wanted = wanted.where(sa.tuple_(*_KEYS) > sa.tuple_(*after))
    return wanted.order_by(*_KEYS).limit(bindparam("limit", type_=sa.Integer))


async def items(
    reader: AsyncConnection[Any], filters: frozenset[str], when: str | None, values: Mapping[str, Any], *, paged: bool
) -> list[Row]:
    return await fetch(reader, page(filters, when, paged=paged), values)


async def counts(reader: AsyncConnection[Any], values: Mapping[str, Any]) -> list[Row]:
    return await fetch(reader, COUNTS, values)


# Preferences.


async def preferences(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> ReminderPreferences | None:
    """`lock` makes two workers, or a worker and an act, wait for each other."""
    return await session.get(ReminderPreferences, account_id, with_for_update=lock or None, populate_existing=True)


async def hold(session: AsyncSession, account_id: UUID) -> None:
    """The first preferences of somebody are set by one act at a time."""
    await alone(session, f"reminders:{account_id}")


_SUBSCRIBERS = (
    sa.select(_P.c.account_id, _P.c.frequency.cast(sa.String).label("frequency"))
    .add_columns(_P.c.hour, _P.c.quiet_from, _P.c.quiet_until, _P.c.quiet_weekends, _P.c.looked_on)
    .where(_P.c.paused_at.is_(None), _P.c.frequency != "none", _P.c.account_id > bindparam("after", type_=sa.Uuid))
    .order_by(_P.c.account_id)
    .limit(bindparam("limit", type_=sa.Integer))
)


async def subscribers(session: AsyncSession, after: UUID, limit: int) -> list[Row]:
    return await fetch_in(session, _SUBSCRIBERS, {"after": after, "limit": limit})


async def pause(session: AsyncSession, grant_id: UUID, now: datetime) -> None:
    """Whoever stood on that right: no mail any more, and their calendar's address opens nothing."""
    await execute(session, sa.delete(_F).where(_F.c.standing.contains([grant_id])))
    stood = _P.c.standing.contains([grant_id]) & _P.c.paused_at.is_(None)
    await execute(session, sa.update(_P).where(stood).values(paused_at=now, version=_P.c.version + 1))


async def forget(session: AsyncSession, account_id: UUID) -> None:
    await execute(session, sa.delete(_F).where(_F.c.account_id == account_id))
    await execute(session, sa.delete(_S).where(_S.c.account_id == account_id))
    await execute(session, sa.delete(_P).where(_P.c.account_id == account_id))


# Calendars.

#: Addresses of due lists: one for each account.
FEEDS = SecretAddresses(_F)


# Reminders.


async def record(session: AsyncSession, rows: Sequence[Row]) -> set[tuple[Any, ...]]:
    """Those that had not been sent yet, as (kind, organisation_id, resource_id, about_id, due_on, threshold)."""
    if not rows:
        return set()
    keys = (_S.c.kind, _S.c.organisation_id, _S.c.resource_id, _S.c.about_id, _S.c.due_on, _S.c.threshold)
    written = await execute(session, upsert(_S).on_conflict_do_nothing().returning(*keys), list(rows))
    return {tuple(row) for row in written.all()}


async def forget_old(session: AsyncSession, before: date, sent_before: datetime) -> None:
    """Of days long past; what is still late is told by then."""
    gone = ((_S.c.due_on < before) | (_S.c.due_on == NEVER)) & (_S.c.sent_at < sent_before)
    await execute(session, sa.delete(_S).where(gone))


async def sent(session: AsyncSession, account_id: UUID) -> Sequence[ReminderSent]:
    return (await session.exec(select(ReminderSent).where(ReminderSent.account_id == account_id))).all()
