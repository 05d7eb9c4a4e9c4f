"""Days on which people work: not weekends, French public holidays, nor the closing periods the team declares. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

_DAY = timedelta(days=1)
#: Same day each year (code du travail, art. L3133-1).
_FIXED = (
    (1, 1, "Jour de l'An"),
    (5, 1, "Fête du Travail"),
    (5, 8, "Victoire 1945"),
    (7, 14, "Fête nationale"),
    (8, 15, "Assomption"),
    (11, 1, "Toussaint"),
    (11, 11, "Armistice 1918"),
    (12, 25, "Noël"),
)
#: Days after Easter Sunday.
_MOVING = ((1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte"))
#: No period without a worked day is looked through further than this: closings cover two years at most.
_FAR = 1_000


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    leaps, left = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    quarters, rest = divmod(of_century, 4)
    weekday = (32 + 2 * left + 2 * quarters - epact - rest) % 7
    lag = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * lag + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=512)
def holidays(year: int, *, alsace_moselle: bool = False) -> Mapping[date, str]:
    """Public holidays of a year; in Alsace and Moselle also Good Friday and 26 December (art. L3134-13)."""
    sunday = easter(year)
    found = {date(year, month, day): name for month, day, name in _FIXED}
    found |= {sunday + timedelta(days=after): name for after, name in _MOVING}
    if alsace_moselle:
        found |= {sunday - 2 * _DAY: "Vendredi saint", date(year, 12, 26): "Saint-Étienne"}
    return found


@dataclass(frozen=True)
class ClosedPeriod:
    """From one day to another, both included: school or summer closing, as the team declares it."""

    label: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class WorkingDays:
    """The calendar of a campaign's teams."""

    closures: tuple[ClosedPeriod, ...] = ()
    alsace_moselle: bool = False

    def why_not(self, day: date) -> str | None:
        """Why nobody works that day, or None."""
        if day.weekday() >= 5:
            return "samedi" if day.weekday() == 5 else "dimanche"
        if (name := holidays(day.year, alsace_moselle=self.alsace_moselle).get(day)) is not None:
            return name
        return next((period.label for period in self.closures if period.starts_on <= day <= period.ends_on), None)

    def is_worked(self, day: date) -> bool:
        return self.why_not(day) is None

    def at_latest(self, day: date) -> date:
        """That day, or the last worked day before it."""
        return self._towards(day, -_DAY)

    def at_earliest(self, day: date) -> date:
        """That day, or the first worked day after it."""
        return self._towards(day, _DAY)

    def before(self, day: date, count: int) -> date:
        """`count` worked days before `day` (before the last worked day, when `day` is none)."""
        found = self.at_latest(day)
        for _ in range(count):
            found = self.at_latest(found - _DAY)
        return found

    def after(self, day: date, count: int) -> date:
        """`count` worked days after `day` (after the first worked day, when `day` is none)."""
        found = self.at_earliest(day)
        for _ in range(count):
            found = self.at_earliest(found + _DAY)
        return found

    def between(self, day: date, other: date) -> int:
        """Worked days after `day` up to `other`; negative when `other` comes before."""
        if other < day:
            return -self.between(other, day)
        if day.year == other.year:
            return _worked(self, day.year)[_rank(other)] - _worked(self, day.year)[_rank(day)]
        whole = sum(_worked(self, year)[-1] for year in range(day.year + 1, other.year))
        return _worked(self, day.year)[-1] - _worked(self, day.year)[_rank(day)] + whole + _worked(self, other.year)[_rank(other)]

    def _towards(self, day: date, step: timedelta) -> date:
        for _ in range(_FAR):
            if self.is_worked(day):
                return day
            day += step
        return day


@lru_cache(maxsize=1024)
def _worked(days: WorkingDays, year: int) -> Sequence[int]:
    """Worked days of the year up to each of its days, that day included."""
    first = date(year, 1, 1)
    count = (date(year, 12, 31) - first).days + 1
    return list(accumulate(int(days.is_worked(first + timedelta(days=n))) for n in range(count)))


def _rank(day: date) -> int:
    return day.timetuple().tm_yday - 1
