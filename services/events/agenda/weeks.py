"""Weeks as people in Paris count them, and when two events call the same people the same week. Pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.common.clock import PARIS, in_paris


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def named(monday: date) -> str:
    """`2027-W11` (ISO 8601: the year is that of the week's Thursday)."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def mondays(since: date, until: date) -> Iterator[date]:
    """Of the weeks that hold a day between both, ends included."""
    monday = monday_of(since)
    while monday <= until:
        yield monday
        monday += timedelta(days=7)


def bounds(monday: date) -> tuple[datetime, datetime]:
    """From when to when the week lasts: 167 or 169 hours when the clock changes."""
    return midnight(monday), midnight(monday + timedelta(days=7))


def midnight(day: date) -> datetime:
    """When the day begins in Paris."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def monday_of_instant(instant: datetime) -> date:
    return monday_of(in_paris(instant).date())


@dataclass(frozen=True)
class Planned:
    """An event as others collide with it. It is in the weeks in which a session begins, or in which it is expected."""

    event_id: UUID
    mondays: frozenset[date]
    territory_codes: frozenset[str]
    territory_path: frozenset[str]
    audiences: frozenset[str]


@dataclass(frozen=True)
class Collision:
    """What two events have in common."""

    mondays: frozenset[date]
    #: Empty when one of them is everywhere.
    territory_codes: frozenset[str]
    #: Empty when one of them is for everybody.
    audiences: frozenset[str]


def collision(one: Planned, other: Planned) -> Collision | None:
    """What is common to two different events when they share a week, a territory and a public; None otherwise.

    A territory is shared when what one names is named by the other or lies within it: two towns of one region share nothing.
    Who names no territory is everywhere, who names no public is for everybody.
    """
    weeks = one.mondays & other.mondays
    if one.event_id == other.event_id or not weeks:
        return None
    territories = (one.territory_codes & other.territory_path) | (other.territory_codes & one.territory_path)
    if one.territory_codes and other.territory_codes and not territories:
        return None
    audiences = one.audiences & other.audiences
    if one.audiences and other.audiences and not audiences:
        return None
    return Collision(weeks, territories, audiences)


def pairs(events: Iterable[Planned], monday: date) -> dict[UUID, set[UUID]]:
    """Who collides with whom that week; it goes both ways."""
    there = [each for each in events if monday in each.mondays]
    found: dict[UUID, set[UUID]] = {each.event_id: set() for each in there}
    for position, one in enumerate(there):
        for other in there[position + 1 :]:
            if collision(one, other) is not None:
                found[one.event_id].add(other.event_id)
                found[other.event_id].add(one.event_id)
    return found
