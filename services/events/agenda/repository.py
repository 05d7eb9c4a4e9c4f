"""All the SQL about events and their sessions."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from ..networks import service as networks
from .models import Event, EventSeries, EventSession

_E: Any = Event.__table__  # type: ignore[attr-defined]
_S: Any = EventSession.__table__  # type: ignore[attr-defined]
_SERIES: Any = EventSeries.__table__  # type: ignore[attr-defined]

_SUMMARY = [
    _E.c[name]
    for name in (
        *("id", "network_id", "reference", "format", "status", "title", "summary", "audiences", "theme_codes", "territory_codes"),
        *("vague_date", "sort_on", "starts_at", "ends_at", "is_on_site", "is_visio", "is_full"),
        *("enrolment", "registration_opens_at", "registration_closes_at"),
    )
]


def _any_of(column: Any, name: str) -> Any:
    """Whether the column is one of the values asked for."""
    return sa.cast(column, sa.Text) == sa.func.any(bindparam(name, type_=ARRAY(sa.Text)))


def _shares(column: Any, name: str) -> Any:
    return column.overlap(bindparam(name, type_=ARRAY(sa.Text)))


_FILTERS: dict[str, Any] = {
    "until_on": _E.c.sort_on <= bindparam("until_on", type_=sa.Date),
    "network_ids": _E.c.network_id == sa.func.any(bindparam("network_ids", type_=ARRAY(sa.Uuid))),
    "series_id": _E.c.series_id == bindparam("series_id", type_=sa.Uuid),
    "formats": _any_of(_E.c.format, "formats"),
    "statuses": _any_of(_E.c.status, "statuses"),
    "audiences": _shares(_E.c.audiences, "audiences"),
    "themes": _shares(_E.c.theme_path, "themes"),
    "territories": _shares(_E.c.territory_path, "territories"),
    "patterns": sa.func.lower(_E.c.title).like(sa.func.all(bindparam("patterns", type_=ARRAY(sa.Text)))),
    # Written as a constant type: the index answers containment of a JSON document, not of a list of them.
    "document": _E.c.documents.contains(sa.cast(bindparam("document", type_=sa.Text), JSONB)),
}
FILTERS = frozenset(_FILTERS)
_public = sa.and_(_E.c.status != "idea", _E.c.visibility == "public")
_organised = _E.c.network_id == sa.func.any(bindparam("organised_ids", type_=ARRAY(sa.Uuid)))
_SEEN = {False: _public, True: sa.or_(_public, _organised)}


@lru_cache(maxsize=1024)
def listing(asked: frozenset[str], for_organisers: bool) -> Any:
    """The agenda from a day on, under those of `FILTERS` that are asked for: what is not asked is not in the statement.

    Everybody reads what is public; organisers, also all that they prepare (`organised_ids`).
    """
    after_on, after_id = bindparam("after_on", type_=sa.Date), bindparam("after_id", type_=sa.Uuid)
    return (
        sa.select(*_SUMMARY, networks.face_column(_E.c.network_id).label("network"))
        .where(_SEEN[for_organisers], sa.tuple_(_E.c.sort_on, _E.c.id) > sa.tuple_(after_on, after_id))
        .where(*(condition for name, condition in _FILTERS.items() if name in asked))
        .order_by(_E.c.sort_on, _E.c.id)
        .limit(bindparam("limit"))
    )


_COMPARED = (*_SUMMARY, _E.c.territory_path)
_ranges = (
    sa.func.unnest(
        bindparam("since", type_=ARRAY(sa.DateTime(timezone=True))), bindparam("until", type_=ARRAY(sa.DateTime(timezone=True)))
    )
    .table_valued("since", "until")
    .render_derived()
)
_days = (
    sa.func.unnest(bindparam("since_on", type_=ARRAY(sa.Date)), bindparam("until_on", type_=ARRAY(sa.Date)))
    .table_valued("since", "until")
    .render_derived()
)
_expected = sa.and_(_E.c.starts_at.is_(None), _E.c.expected_on.is_not(None))
_going_on = sa.and_(_E.c.status != "cancelled", _E.c.status != "postponed")
_of_networks = sa.or_(
    bindparam("network_ids", type_=ARRAY(sa.Uuid)).is_(None),
    _E.c.network_id == sa.func.any(bindparam("network_ids", type_=ARRAY(sa.Uuid))),
)
#: Events that meet between these instants, once for each session: what the caller may see of the networks asked for (null: all).
MEETING = (
    sa.select(*_COMPARED, _S.c.starts_at.label("meets_at"))
    .select_from(_ranges.join(_S, sa.and_(_S.c.starts_at >= _ranges.c.since, _S.c.starts_at < _ranges.c.until)).join(_E))
    .where(_S.c.status != "cancelled", _going_on, _SEEN[True], _of_networks)
    .limit(bindparam("limit"))
)
#: Events that are expected around these days and have no date yet.
EXPECTED = (
    sa.select(*_COMPARED, _E.c.expected_on)
    .select_from(_days.join(_E, sa.and_(_E.c.sort_on >= _days.c.since, _E.c.sort_on < _days.c.until)))
    .where(_expected, _going_on, _SEEN[True], _of_networks)
    .limit(bindparam("limit"))
)
ONE = sa.select(*_E.c).where(_E.c.id == bindparam("id"))
BY_REFERENCE = sa.select(*_E.c).where(_E.c.reference == bindparam("reference"))
SESSIONS = sa.select(*_S.c).where(_S.c.event_id == sa.func.any(bindparam("event_ids", type_=ARRAY(sa.Uuid)))).order_by(_S.c.number)
SESSION = sa.select(*_S.c).where(_S.c.id == bindparam("id"))
ONE_SERIES = sa.select(*_SERIES.c).where(_SERIES.c.id == bindparam("id"))
SERIES_LISTING = (
    sa.select(*_SERIES.c)
    .where(
        _SERIES.c.id > bindparam("after_id", type_=sa.Uuid),
        sa.or_(bindparam("network_id", type_=sa.Uuid).is_(None), _SERIES.c.network_id == bindparam("network_id", type_=sa.Uuid)),
    )
    .order_by(_SERIES.c.id)
    .limit(bindparam("limit"))
)


_EVENT_LOCK = sa.func.hashtextextended(sa.literal("event:") + sa.cast(bindparam("id", type_=sa.Uuid), sa.Text), 0)
_ALONE = sa.select(sa.func.pg_advisory_xact_lock(_EVENT_LOCK).label("held"))
#: What registering asks of an event: everybody of a rush reads it, and its texts are long.
_ASKED = (
    *("id", "network_id", "reference", "status", "status_reason", "title", "starts_at", "ends_at", "is_full", "enrolment"),
    *("approval_required", "registration_opens_at", "registration_closes_at", "most_in_group", "form"),
    *("has_waiting_list", "offer_hours", "overtaking_hours", "version"),
)
#: Many hold the event together, whom nobody who holds it alone may starve: advisory locks are given in the order they are asked.
#: The row's own lock makes the statement read the version that is there once the wait is over.
STEADY = (
    sa.select(*(_E.c[name] for name in _ASKED))
    .where(
        _E.c.id == bindparam("id", type_=sa.Uuid), sa.cast(sa.func.pg_advisory_xact_lock_shared(_EVENT_LOCK), sa.Text).is_not(None)
    )
    .with_for_update(key_share=True, read=True)
)
_LOCK_ROW = sa.select(_E.c.is_full).where(_E.c.id == bindparam("id", type_=sa.Uuid)).with_for_update(key_share=True)

#: Of these events, those that were cancelled, or ended before an instant.
OVER_BEFORE = sa.select(_E.c.id).where(
    _E.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))),
    sa.or_(_E.c.status == "cancelled", _E.c.ends_at <= bindparam("before", type_=sa.DateTime(timezone=True))),
)

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


def _if_asked(criterion: Callable[[Any, str], Any], column: Any, name: str) -> Any:
    """The criterion, or nothing when its values are null: the feed's statement is one, whatever is asked."""
    return sa.or_(bindparam(name, type_=ARRAY(sa.Text)).is_(None), criterion(column, name))


def _in_feed() -> Any:
    """What a public calendar shows: dated or expected events that everybody reads, cancelled ones for a while."""
    return sa.and_(
        _public,
        _E.c.sort_on >= bindparam("since_on", type_=sa.Date),
        sa.or_(_E.c.starts_at.is_not(None), _E.c.expected_on.is_not(None), _E.c.status == "cancelled"),
        sa.or_(_E.c.status != "cancelled", _E.c.updated_at >= bindparam("cancelled_since", type_=sa.DateTime(timezone=True))),
        _if_asked(_any_of, _E.c.network_id, "network_ids"),
        _if_asked(_any_of, _E.c.format, "formats"),
        _if_asked(_shares, _E.c.audiences, "audiences"),
        _if_asked(_shares, _E.c.theme_path, "themes"),
        _if_asked(_shares, _E.c.territory_path, "territories"),
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


async def get(session: AsyncSession, event_id: UUID, *, lock: bool = False) -> Event | None:
    asked = select(Event).where(Event.id == event_id)
    if lock:
        await fetch_in(session, _ALONE, {"id": event_id})
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def sessions_of(session: AsyncSession, event_id: UUID) -> Sequence[EventSession]:
    return (await session.exec(select(EventSession).where(EventSession.event_id == event_id).order_by(_S.c.number))).all()


async def session_of(session: AsyncSession, session_id: UUID) -> EventSession | None:
    return (await session.exec(select(EventSession).where(EventSession.id == session_id))).first()


async def set_full(session: AsyncSession, event_id: UUID, is_full: bool) -> None:
    await execute(session, sa.update(_E).where(_E.c.id == event_id, _E.c.is_full != is_full).values(is_full=is_full))


async def steady(session: AsyncSession, event_id: UUID) -> Row | None:
    rows = await fetch_in(session, STEADY, {"id": event_id})
    return rows[0] if rows else None


async def lock_fullness(session: AsyncSession, event_id: UUID) -> bool:
    """Whether it was full; whoever else says whether it is waits for this transaction."""
    rows = await fetch_in(session, _LOCK_ROW, {"id": event_id})
    return bool(rows) and bool(rows[0]["is_full"])


async def series(session: AsyncSession, series_id: UUID, *, lock: bool = False) -> EventSeries | None:
    asked = select(EventSeries).where(EventSeries.id == series_id)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def has_events(session: AsyncSession, series_id: UUID) -> bool:
    return (await session.exec(select(Event.id).where(Event.series_id == series_id).limit(1))).first() is not None
