"""When somebody is reminded, and when not. Pure: no database, no clock. Hours are those of Paris, whatever changed at 2 a.m."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.common.clock import in_paris

from .schemas import DueBucket, ReminderFrequency

#: Days before the due day at which one is reminded, then once a week after.
THRESHOLDS = (14, 7, 2, 0, -7)
#: Of what has no due day: told once.
UNDATED = 999
#: Stands for no due day.
NEVER = date(9999, 12, 31)
#: "This week": the six days after today.
WEEK = timedelta(days=6)
SATURDAY = 5


@dataclass(frozen=True)
class Rhythm:
    """What somebody chose, and the Paris day of the last digest that was looked for."""

    frequency: ReminderFrequency
    hour: int
    quiet_from: time
    quiet_until: time
    quiet_weekends: bool
    looked_on: date | None = None


def bucket(due_on: date | None, today: date) -> DueBucket:
    if due_on is None:
        return DueBucket.UNDATED
    if due_on < today:
        return DueBucket.LATE
    if due_on == today:
        return DueBucket.TODAY
    return DueBucket.WEEK if due_on <= today + WEEK else DueBucket.LATER


def crossed(due_on: date | None, today: date) -> tuple[int, ...]:
    """Thresholds passed for that due day, the last one last."""
    if due_on is None:
        return (UNDATED,)
    return tuple(step for step in THRESHOLDS if today >= due_on - timedelta(days=step))


def is_quiet(rhythm: Rhythm, now: datetime) -> bool:
    """No mail is written then. Read on the wall clock: an hour that comes twice is quiet twice, one that is skipped is missed."""
    local = in_paris(now)
    if rhythm.quiet_weekends and local.weekday() >= SATURDAY:
        return True
    return _in_quiet(rhythm, local.time())


def _in_quiet(rhythm: Rhythm, at: time) -> bool:
    start, end = rhythm.quiet_from, rhythm.quiet_until
    if start == end:
        return False
    return start <= at < end if start < end else at >= start or at < end


def can_ever_write(rhythm: Rhythm) -> bool:
    """Whether some minute of a day, from the hour chosen on, is not quiet."""
    return any(not _in_quiet(rhythm, time(hour, minute)) for hour in range(rhythm.hour, 24) for minute in (0, 15, 30, 45, 59))


def is_digest_due(rhythm: Rhythm, now: datetime) -> bool:
    """At most one a Paris day, or one from each Monday on; from the hour chosen, outside quiet hours."""
    if rhythm.frequency is ReminderFrequency.NONE or is_quiet(rhythm, now):
        return False
    local = in_paris(now)
    if local.hour < rhythm.hour:
        return False
    since = local.date()
    if rhythm.frequency is ReminderFrequency.WEEKLY:
        since -= timedelta(days=since.weekday())
    return rhythm.looked_on is None or rhythm.looked_on < since


def may_tell_urgent(rhythm: Rhythm, now: datetime) -> bool:
    """What cannot wait goes at once, save in quiet hours; what comes before the digest of the day waits for it."""
    return rhythm.frequency is not ReminderFrequency.NONE and not is_quiet(rhythm, now) and not is_digest_due(rhythm, now)


def told(due_on: date | None, since: datetime | None) -> date:
    """The day that tells one reminder of a thing from another: its due day, else the day it came."""
    return due_on or (in_paris(since).date() if since else NEVER)


def by_bucket(counts: Mapping[DueBucket, int]) -> Iterator[tuple[DueBucket, int]]:
    """Those with something, the most pressing first."""
    return ((each, counts[each]) for each in DueBucket if counts.get(each))
