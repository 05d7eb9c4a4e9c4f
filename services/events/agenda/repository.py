"""All the SQL about events and their sessions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Event, EventSession

_E: Any = Event.__table__  # type: ignore[attr-defined]
_S: Any = EventSession.__table__  # type: ignore[attr-defined]

_SUMMARY = [
    _E.c[name]
    for name in (
        *("id", "network_id", "reference", "format", "status", "title", "summary", "audiences", "theme_codes", "territory_codes"),
        *("vague_date", "sort_on", "starts_at", "ends_at", "is_on_site", "is_visio", "is_full"),
        *("registration_opens_at", "registration_closes_at"),
    )
]
_HIDDEN = ("idea",)


def _any_of(column: Any, name: str) -> Any:
    """Whether the column is one of the values asked for; nothing asked, everything is."""
    asked = bindparam(name, type_=ARRAY(sa.Text))
    return sa.or_(asked.is_(None), sa.cast(column, sa.Text) == sa.func.any(asked))


def _shares(column: Any, name: str) -> Any:
    asked = bindparam(name, type_=ARRAY(sa.Text))
    return sa.or_(asked.is_(None), column.overlap(asked))


def _listing(seen: Any) -> Any:
    after_on, after_id = bindparam("after_on", type_=sa.Date), bindparam("after_id", type_=sa.Uuid)
    until = bindparam("until_on", type_=sa.Date)
    words = bindparam("patterns", type_=ARRAY(sa.Text))
    return (
        sa.select(*_SUMMARY)
        .where(
            seen,
            sa.tuple_(_E.c.sort_on, _E.c.id) > sa.tuple_(after_on, after_id),
            sa.or_(until.is_(None), _E.c.sort_on <= until),
            _any_of(_E.c.network_id, "network_ids"),
            _any_of(_E.c.format, "formats"),
            _any_of(_E.c.status, "statuses"),
            _shares(_E.c.audiences, "audiences"),
            _shares(_E.c.theme_path, "themes"),
            _shares(_E.c.territory_path, "territories"),
            sa.or_(words.is_(None), sa.func.lower(_E.c.title).like(sa.func.all(words))),
        )
        .order_by(_E.c.sort_on, _E.c.id)
        .limit(bindparam("limit"))
    )


_public = sa.and_(_E.c.status != "idea", _E.c.visibility == "public")
#: The agenda everybody reads, from a day on.
PUBLIC_LISTING = _listing(_public)
#: The same with all that organisers prepare.
ORGANISED_LISTING = _listing(sa.or_(_public, _E.c.network_id == sa.func.any(bindparam("organised_ids", type_=ARRAY(sa.Uuid)))))
ONE = sa.select(*_E.c).where(_E.c.id == bindparam("id"))
BY_REFERENCE = sa.select(_E.c.id).where(_E.c.reference == bindparam("reference"))
SESSIONS = sa.select(*_S.c).where(_S.c.event_id == sa.func.any(bindparam("event_ids", type_=ARRAY(sa.Uuid)))).order_by(_S.c.number)
SESSION = sa.select(*_S.c).where(_S.c.id == bindparam("id"))


async def get(session: AsyncSession, event_id: UUID, *, lock: bool = False) -> Event | None:
    asked = select(Event).where(Event.id == event_id)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def sessions_of(session: AsyncSession, event_id: UUID) -> Sequence[EventSession]:
    return (await session.exec(select(EventSession).where(EventSession.event_id == event_id).order_by(_S.c.number))).all()


async def session_of(session: AsyncSession, session_id: UUID) -> EventSession | None:
    return (await session.exec(select(EventSession).where(EventSession.id == session_id))).first()


async def set_full(session: AsyncSession, event_id: UUID, is_full: bool) -> None:
    await execute(session, sa.update(_E).where(_E.c.id == event_id, _E.c.is_full != is_full).values(is_full=is_full))


_now, _until = bindparam("now", type_=sa.DateTime(timezone=True)), bindparam("until", type_=sa.DateTime(timezone=True))
#: Sessions that begin before long, of events that stand.
UPCOMING = (
    sa.select(_S.c.id, _S.c.event_id, _S.c.starts_at)
    .join(_E, _E.c.id == _S.c.event_id)
    .where(
        _S.c.starts_at > _now,
        _S.c.starts_at <= _until,
        _S.c.status == "planned",
        sa.or_(*(_E.c.status == status for status in ("announced", "open", "closed"))),
    )
    .order_by(_S.c.starts_at, _S.c.id)
)


def _in_feed() -> Any:
    """What a public calendar shows: dated or expected events that everybody reads, cancelled ones for a while."""
    return sa.and_(
        _public,
        _E.c.sort_on >= bindparam("since_on", type_=sa.Date),
        sa.or_(_E.c.starts_at.is_not(None), _E.c.expected_on.is_not(None), _E.c.status == "cancelled"),
        sa.or_(_E.c.status != "cancelled", _E.c.updated_at >= bindparam("cancelled_since", type_=sa.DateTime(timezone=True))),
        _any_of(_E.c.network_id, "network_ids"),
        _any_of(_E.c.format, "formats"),
        _shares(_E.c.audiences, "audiences"),
        _shares(_E.c.theme_path, "themes"),
        _shares(_E.c.territory_path, "territories"),
    )


#: What changes whenever such a calendar does, at the price of one pass over its events.
FEED_MARK = sa.select(
    sa.func.count().label("count"),
    sa.func.max(_E.c.updated_at).label("updated_at"),
    sa.func.coalesce(
        sa.func.bit_xor(sa.func.hashtextextended(sa.cast(_E.c.id, sa.Text), sa.cast(_E.c.version, sa.BigInteger))), 0
    ).label("versions"),
).where(_in_feed())
FEED_EVENTS = sa.select(*_E.c).where(_in_feed()).order_by(_E.c.sort_on, _E.c.id).limit(bindparam("limit"))
BY_IDS = sa.select(*_E.c).where(_E.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))))
