"""Where sessions and their programmes may stand, and how they are moved by whole days of Paris. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.clock import PARIS, in_paris

from .schemas import SessionStatus


@dataclass(frozen=True)
class Timed:
    """From when to when, ends excluded."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Timed") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def in_the_way(wished: Timed, session_id: UUID | None, others: Iterable[Any]) -> Any | None:
    """The session that is already there, if any; cancelled ones leave their place."""
    for each in others:
        if each.id == session_id or each.status is SessionStatus.CANCELLED:
            continue
        if wished.overlaps(Timed(each.starts_at, each.ends_at)):
            return each
    return None


def outside(session: Timed, items: Iterable[Timed]) -> list[int]:
    """Positions of the programme items that do not begin and end during the session."""
    return [
        position for position, item in enumerate(items) if not session.starts_at <= item.starts_at < item.ends_at <= session.ends_at
    ]


def shifted(instant: datetime, days: int) -> datetime:
    """The same hour of Paris, so many days later, whatever the clock does in between. In UTC.

    An hour the clock jumps over is read with the offset before the jump: 02:30 becomes 03:30.
    """
    wall = in_paris(instant).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=PARIS, fold=in_paris(instant).fold).astimezone(UTC)


def days_between(first: datetime, day: date) -> int:
    """Whole days from the day of an instant, in Paris, to another day."""
    return (day - in_paris(first).date()).days


def moved_by_days(session: Timed, items: Sequence[Timed], days: int) -> tuple[Timed, list[Timed]]:
    """A session and its programme so many days later, every hour kept as people read it in Paris.

    In the hour the clock jumps over or plays twice, hours cannot all be kept: then lengths are, from the session's beginning.
    """
    moved = Timed(shifted(session.starts_at, days), shifted(session.ends_at, days))
    kept = [Timed(shifted(item.starts_at, days), shifted(item.ends_at, days)) for item in items]
    if moved.starts_at < moved.ends_at and not outside(moved, kept):
        return moved, kept
    return _carried(session, moved.starts_at), _carry(session, items, moved.starts_at)


def carried_along(before: Timed, after: Timed, items: Sequence[Timed]) -> list[Timed]:
    """The programme of a session that was moved as a whole keeps its distance from the beginning; otherwise it stays."""
    if before == after or _wall_length(before) != _wall_length(after):
        return list(items)
    days = (in_paris(after.starts_at).date() - in_paris(before.starts_at).date()).days
    later = in_paris(after.starts_at).replace(tzinfo=None) - in_paris(before.starts_at).replace(tzinfo=None)
    if later == timedelta(days=days):
        return moved_by_days(before, items, days)[1]
    return _carry(before, items, after.starts_at)


def _wall_length(timed: Timed) -> timedelta:
    return in_paris(timed.ends_at).replace(tzinfo=None) - in_paris(timed.starts_at).replace(tzinfo=None)


def _carried(session: Timed, starts_at: datetime) -> Timed:
    return Timed(starts_at, starts_at + (session.ends_at - session.starts_at))


def _carry(session: Timed, items: Iterable[Timed], starts_at: datetime) -> list[Timed]:
    return [
        Timed(starts_at + (item.starts_at - session.starts_at), starts_at + (item.ends_at - session.starts_at)) for item in items
    ]


def timed_items(programme: Iterable[Mapping[str, Any]]) -> list[Timed]:
    """When the items of a programme are, as it is stored."""
    return [
        Timed(datetime.fromisoformat(str(item["starts_at"])), datetime.fromisoformat(str(item["ends_at"]))) for item in programme
    ]


def rewritten(programme: Iterable[Mapping[str, Any]], items: Iterable[Timed]) -> list[dict[str, Any]]:
    """The programme, each item at its new time."""
    return [
        {**item, "starts_at": at.starts_at.isoformat(), "ends_at": at.ends_at.isoformat()}
        for item, at in zip(programme, items, strict=True)
    ]


def carried_programme(found: Any, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The programme follows a session that is moved as a whole."""
    before = Timed(found.starts_at, found.ends_at)
    after = Timed(given.get("starts_at", found.starts_at), given.get("ends_at", found.ends_at))
    items = timed_items(found.programme)
    moved = carried_along(before, after, items)
    return found.programme if moved == items else rewritten(found.programme, moved)
