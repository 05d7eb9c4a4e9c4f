"""When everything happens after the votes: agreements, payments, bilans, the next year's call. Pure dates, April 2027 to December 2028.

Funders commit and pay at their own pace, on Thursdays, as accountants do; holders send their bilan from January to the last day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zlib import crc32

from .calendar import at
from .clock import PARIS
from .data.habits import HABITS

ACCOUNTS_PROPOSED = at(date(2027, 4, 13), 10)
AGREEMENTS_DRAFTED = at(date(2027, 4, 14), 10)
ACCOUNTS_CONFIRMED = at(date(2027, 4, 15), 10)
AGREEMENTS_SIGNED_BY_HOLDERS = at(date(2027, 4, 20), 10)
AGREEMENTS_IN_FORCE = at(date(2027, 4, 22), 10)
AMENDMENT_DRAFTED = at(date(2027, 9, 15), 10)
AMENDMENT_SIGNED = at(date(2027, 9, 22), 10)

FIRST_PUBLICATION = at(date(2027, 6, 17), 10)
LAST_PUBLICATION = at(date(2028, 12, 11), 10)

CPOS_DRAWN_UP = at(date(2027, 6, 14), 10)
CPOS_APPROVED = at(date(2027, 6, 28), 10)
CPOS_SIGNED = at(date(2027, 7, 6), 10)
NEXT_CALL_PREPARED = at(date(2027, 10, 25), 9)
NEXT_CALL_OPENED = at(date(2027, 11, 2), 9)
NEXT_CALL_CLOSES = datetime(2027, 12, 17, 23, 59, 59, tzinfo=PARIS)
RENEWED = at(date(2027, 11, 16), 10)
RENEWAL_SUBMITTED = at(date(2027, 11, 23), 10)
BILANS_REMINDED = at(date(2028, 6, 16), 9)
TRANCHES_SUBMITTED = at(date(2027, 12, 6), 10)
TRANCHES_NOTIFIED = at(date(2028, 1, 24), 14)
TRANCHES_COMMITTED = at(date(2028, 1, 31), 10)
TRANCHES_PAID = at(date(2028, 3, 2), 10)
YEARLY_REPORTS_SUBMITTED = at(date(2028, 11, 13), 10)
YEARLY_REPORTS_ACCEPTED = at(date(2028, 11, 27), 10)
NEXT_TRANCHES_CONFIRMED = at(date(2028, 12, 4), 10)

ALL_READ = at(date(2028, 12, 12), 9)

_THURSDAY = 3
_BETWEEN_PARTS = timedelta(weeks=3)
#: From the commitment to the first payment, at least: longer where the holder has to ask.
_PAID_AFTER, _ASKED_BEFORE = timedelta(days=2), timedelta(days=14)
_FIRST_BILAN, _LAST_BILAN = date(2028, 1, 10), date(2028, 6, 30)
_LATE_BILAN = date(2028, 7, 12)
_ACCEPTED_WITHIN, _SETTLED_WITHIN = timedelta(days=21), timedelta(days=14)


def bank_day(day: date) -> date:
    """The day itself when banks work, or the next one: no week-end, no bank holiday of the two years that are played."""
    while day.weekday() >= 5 or day in _HOLIDAYS:
        day += timedelta(days=1)
    return day


_HOLIDAYS = {
    date(year, month, day)
    for year in (2027, 2028)
    for month, day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 31))
} | {date(2027, 5, 6), date(2027, 5, 17), date(2028, 4, 17), date(2028, 5, 25), date(2028, 6, 5)}


def pay_day(day: date) -> date:
    """The next Thursday, when accountants pay; the Friday when it is a holiday."""
    return bank_day(day + timedelta(days=(_THURSDAY - day.weekday()) % 7))


def committed_at(funder_key: str, *, agreement_required: bool) -> datetime:
    """Each funder on its day; what needs an agreement waits for it."""
    base = AGREEMENTS_IN_FORCE if agreement_required else ACCOUNTS_CONFIRMED
    day = base.date()
    for _ in range(HABITS[funder_key].commit_days):
        day = bank_day(day + timedelta(days=1))
    return at(day, 11)


@dataclass(frozen=True)
class AskingDates:
    """Of an instalment the holder asks for; the last two when its funder wants the request again."""

    asked: datetime
    refused: datetime
    asked_again: datetime


def asked_at(paid: datetime) -> AskingDates:
    """A holder that has to ask for its money does so ten days before it is paid."""
    asked = bank_day(paid.date() - timedelta(days=10))
    refused = bank_day(asked + timedelta(days=1))
    return AskingDates(at(asked, 10), at(refused, 10), at(bank_day(refused + timedelta(days=1)), 10))


def paid_at(funder_key: str, notified_at: datetime, committed: datetime) -> list[datetime]:
    """The days the advance is paid, one per part."""
    habit = HABITS[funder_key]
    wanted = notified_at.astimezone(PARIS).date() + timedelta(days=habit.pace_days)
    wait = _ASKED_BEFORE if habit.on_request else _PAID_AFTER
    first = max(wanted, committed.date() + wait)
    return [at(pay_day(first + rank * _BETWEEN_PARTS), 15) for rank in range(habit.parts)]


@dataclass(frozen=True)
class BilanDates:
    """Of one dossier; instruction and settlement by funder."""

    submitted: datetime
    accepted: dict[str, datetime]
    settled: dict[str, datetime]


def bilans_of(funders: Sequence[tuple[str, Sequence[str]]]) -> dict[str, BilanDates]:
    """By dossier, for (dossier, its funders) in order. The last one of more than three is late."""
    count = len(funders)
    found = {}
    for rank, (key, funder_keys) in enumerate(funders):
        late = count > 3 and rank == count - 1
        share = (rank + 0.5) / count
        # The square root gathers them towards the last day, as in life.
        day = _LATE_BILAN if late else _FIRST_BILAN + timedelta(days=round((_LAST_BILAN - _FIRST_BILAN).days * share**0.5))
        submitted = min(bank_day(day), max(day, _LAST_BILAN))
        found[key] = _bilan(key, submitted, funder_keys)
    return found


def _bilan(key: str, submitted: date, funder_keys: Sequence[str]) -> BilanDates:
    accepted, settled = {}, {}
    for funder_key in funder_keys:
        wait = timedelta(days=crc32(f"bilan/{key}/{funder_key}".encode()) % 15)
        decided = pay_day(submitted + _ACCEPTED_WITHIN + wait)
        accepted[funder_key] = at(decided, 10)
        settled[funder_key] = at(pay_day(decided + _SETTLED_WITHIN), 15)
    return BilanDates(at(submitted, 16), accepted, settled)
