"""When a link opens, whose it still is, and what stays are drawn from what was seen. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from .schemas import LinkRole, MovementKind

#: Rooms are made so long before people may come.
MADE_BEFORE = timedelta(minutes=30)
#: Who prepares or speaks comes in so long before the beginning.
EARLY_ROLES = timedelta(minutes=60)
#: Organisers are told when there is still no room so long before the beginning.
ALERT_BEFORE = timedelta(minutes=10)
#: What a provider tells is heard so long around the window, and so far in the future.
HEARD_AROUND = timedelta(hours=2)
HEARD_AHEAD = timedelta(minutes=5)
_SLOWEST = timedelta(minutes=5)
#: When recordings are looked for once a room has ended: providers take their time to make them.
_LOOKED_FOR = (10, 20, 30, 60, 120, 240, 480, 720, 1440)


class Window(NamedTuple):
    """From when to when a link leads to the room, in UTC."""

    opens_at: datetime
    closes_at: datetime


def window(starts_at: datetime, ends_at: datetime, minutes_before: int, minutes_after: int, *, role: LinkRole) -> Window:
    """Minutes that really pass, also in the night the clocks change: counted in UTC, never on a wall clock."""
    begins, ends = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    lead = timedelta(minutes=minutes_before)
    return Window(begins - (lead if role is LinkRole.VIEWER else max(lead, EARLY_ROLES)), ends + timedelta(minutes=minutes_after))


@dataclass(frozen=True)
class Sitting:
    """A session as a link sees it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    is_visio: bool
    is_cancelled: bool
    minutes_before: int
    minutes_after: int

    def window(self, role: LinkRole) -> Window:
        return window(self.starts_at, self.ends_at, self.minutes_before, self.minutes_after, role=role)


class Door(Enum):
    """Where a link leads now."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    CANCELLED = "cancelled"
    NOT_VISIO = "not_visio"


class Way(NamedTuple):
    """Where a link leads, through which session, and when that opens."""

    door: Door
    sitting: Sitting | None
    opens_at: datetime | None


def way(sittings: Iterable[Sitting], now: datetime, role: LinkRole) -> Way:
    """The session that is now: the one under way, else the one about to begin, else the one that just ended; else what to say."""
    by_visio = [each for each in sittings if each.is_visio]
    held = [each for each in by_visio if not each.is_cancelled]
    open_now = [each for each in held if each.window(role).opens_at <= now < each.window(role).closes_at]
    if open_now:
        found = min(open_now, key=lambda each: _nearness(each, now))
        return Way(Door.OPEN, found, found.window(role).opens_at)
    for each in by_visio:
        if each.is_cancelled and each.window(role).opens_at <= now < each.window(role).closes_at:
            return Way(Door.CANCELLED, each, None)
    coming = [each for each in held if now < each.window(role).opens_at]
    if coming:
        found = min(coming, key=lambda each: (each.window(role).opens_at, each.id))
        return Way(Door.EARLY, found, found.window(role).opens_at)
    if held:
        return Way(Door.OVER, max(held, key=lambda each: each.ends_at), None)
    if by_visio:
        return Way(Door.CANCELLED, by_visio[-1], None)
    return Way(Door.NOT_VISIO, None, None)


def _nearness(sitting: Sitting, now: datetime) -> tuple[int, float, UUID]:
    if sitting.starts_at <= now < sitting.ends_at:
        return 0, sitting.starts_at.timestamp(), sitting.id
    if now < sitting.starts_at:
        return 1, sitting.starts_at.timestamp(), sitting.id
    return 2, -sitting.ends_at.timestamp(), sitting.id


def same_person(made_for: Sequence[str], now_is: Sequence[str]) -> bool:
    """Whether a place is still the person's a link was made for: `badge, e-mail, given name, family name`, fingerprinted.

    A corrected name or a new address keeps the link; a new badge, or a name and an address that both changed, is somebody else.
    """
    badge, email, given, family = (before == after for before, after in zip(made_for, now_is, strict=True))
    return badge and ((given and family) or (email and (given or family)))


def next_try(attempts: int, now: datetime) -> datetime:
    """15 s after the first failure, then twice as long each time, 5 minutes at most."""
    return now + min(timedelta(seconds=15 * 2 ** min(attempts - 1, 10)), _SLOWEST)


def next_look(tries: int, ended_at: datetime) -> datetime | None:
    """When recordings are looked for again; None once two days have passed."""
    return ended_at + timedelta(minutes=sum(_LOOKED_FOR[: tries + 1])) if tries < len(_LOOKED_FOR) else None


class Movement(NamedTuple):
    """What a provider saw."""

    connection: str
    kind: MovementKind
    at: datetime


class Stay(NamedTuple):
    """Somebody was there; `left_at` is None when nobody saw them leave."""

    connection: str
    joined_at: datetime
    left_at: datetime | None


def stays(movements: Iterable[Movement], ended_at: datetime | None = None) -> list[Stay]:
    """The stays behind what was seen, whatever the order it came in and however often.

    Of a connection's entries without a way out between them the first counts; an exit nobody saw come in is left out. Whoever was
    not seen leaving left, at the latest, when the room ended.
    """
    by_connection: dict[str, set[tuple[datetime, str]]] = defaultdict(set)
    for each in movements:
        by_connection[each.connection].add((each.at, each.kind.value))
    found: list[Stay] = []
    for connection, seen in sorted(by_connection.items()):
        joined: datetime | None = None
        for at, kind in sorted(seen):
            if kind == MovementKind.JOINED.value:
                joined = joined or at
            elif joined is not None:
                found.append(Stay(connection, joined, at))
                joined = None
        if joined is not None:
            found.append(Stay(connection, joined, max(joined, ended_at) if ended_at else None))
    return found


def mark(room_id: UUID, stay: Stay) -> str:
    """The stay's name: the same however often it is proposed."""
    return f"{room_id.hex}:{stay.connection}:{int(stay.joined_at.timestamp() * 1000)}"
