"""When everything happens in the year that is played: pure dates, from November to April.

Holders come late, funders each have their own pace, and nobody works on Sundays or at Christmas: median delays then say
something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32

from .carcassonne import DossierPlan
from .clock import PARIS

YEAR = 2027


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)


PREPARED = at(date(2026, 10, 26), 9)
OPENED = at(date(2026, 11, 2), 9)
#: The committees' dates are announced with the call.
CONVENED = at(date(2026, 11, 3), 10)
#: A draft is begun and somebody is invited to write it, before a notice tells every draft's holder of a question more.
BEGUN = at(date(2026, 11, 3), 11)
JOINED = at(date(2026, 11, 4), 9)
NOTICE = at(date(2026, 11, 4), 14)
FILES_KEPT = at(date(2026, 11, 5), 10)
WITHDRAWN_SUBMITTED = at(date(2026, 11, 12), 10)
WITHDRAWN = at(date(2026, 11, 20), 10)
EXTENDED = at(date(2026, 12, 10), 9)
DIGESTS_CHOSEN = at(date(2026, 12, 21), 11)
CLOSES = datetime(2026, 12, 18, 23, 59, 59, tzinfo=PARIS)
#: After the extension.
CLOSES_LATER = datetime(2026, 12, 20, 23, 59, 59, tzinfo=PARIS)
INSTRUCTION = at(date(2026, 12, 21), 9)
SHARED_OUT = at(date(2026, 12, 22), 14)
CONFLICT_DECLARED = at(date(2026, 12, 22), 15)
#: A Tuesday, past the hour they chose.
DIGESTS = at(date(2027, 1, 5), 9, 30)
AGENDA_SENT = at(date(2027, 1, 21), 16)
TECHNICAL = at(date(2027, 1, 28), 9, 30)
STEERING_AGENDA_SENT = at(date(2027, 2, 4), 16)
STEERING = at(date(2027, 2, 18), 14)
REOPENED = at(date(2027, 2, 19), 10)
MINUTES_SIGNED = at(date(2027, 2, 25), 11)
BULK_NOTIFIED = {"etat": at(date(2027, 3, 1), 14), "agglo": at(date(2027, 3, 3), 14)}
SECOND_CONVENED = at(date(2027, 2, 26), 9)
#: What was adjourned comes back, and is answered a few days later at the earliest.
SECOND_STEERING = at(date(2027, 3, 4), 14)
AFTER_SECOND_STEERING = at(date(2027, 3, 8), 14)
COMPARED = at(date(2027, 4, 2), 10)
READ_BACK = at(date(2027, 4, 12), 9)

_FIRST_SUBMISSION, _LAST_SUBMISSION = date(2026, 11, 9), date(2026, 12, 18)
_LAST_REVIEW = date(2027, 1, 20)
_HOLIDAYS = (date(2026, 12, 24), date(2027, 1, 3))
_DAYS_TO_LOOK_AT_A_DOSSIER = 4
#: Days a funder takes to review, and after the steering committee to have its own body vote and to write.
_REVIEW_DAYS = {"bailleur": 8, "agglo": 10, "caf": 12, "ville": 14, "etat": 17, "departement": 22, "region": 26}
_NOTIFICATION_DAYS = {"bailleur": 4, "etat": 6, "agglo": 8, "ville": 11, "caf": 13, "departement": 18, "region": 39}
_REVIEW_SPREAD, _NOTIFICATION_SPREAD = 9, 6


@dataclass(frozen=True)
class ChangesDates:
    """Of changes requested: `due_on` is a day; the reminder leaves in between."""

    asked: datetime
    reminded: datetime
    due_on: date
    answered: datetime


def changes_from(day: date) -> ChangesDates:
    """Asked the next day offices are open, answered the one after it, before the dossier goes on."""
    asked = working_day(day + timedelta(days=1))
    answered = working_day(asked + timedelta(days=1))
    return ChangesDates(at(asked, 9), at(asked, 18), answered, at(answered, 10))


@dataclass(frozen=True)
class Dates:
    """Of one dossier; reviews and notifications by funder."""

    submitted: datetime
    admitted: datetime
    reviewed: dict[str, datetime]
    notified: dict[str, datetime]


def working_day(day: date) -> date:
    """The day itself, or the next one on which offices are open."""
    while day.weekday() >= 5 or _HOLIDAYS[0] <= day <= _HOLIDAYS[1]:
        day += timedelta(days=1)
    return day


def dates_of(plans: Sequence[DossierPlan]) -> dict[str, Dates]:
    """By dossier key."""
    return {plan.key: _dates(plan, (rank + 0.5) / len(plans)) for rank, plan in enumerate(plans)}


def _dates(plan: DossierPlan, share: float) -> Dates:
    span = (_LAST_SUBMISSION - _FIRST_SUBMISSION).days
    # The square root gathers them towards the deadline, as in life.
    submitted = working_day(_FIRST_SUBMISSION + timedelta(days=round(span * share**0.5)))
    admitted = working_day(submitted + timedelta(days=_DAYS_TO_LOOK_AT_A_DOSSIER))
    keys = [request.funder_key for request in plan.requests]
    return Dates(
        submitted=at(min(submitted, _LAST_SUBMISSION), 10 + crc32(plan.key.encode()) % 2 * 6),
        admitted=at(admitted, 11),
        reviewed={key: at(_reviewed_on(plan.key, key, admitted), 15) for key in keys},
        notified={key: at(_notified_on(plan.key, key), 14) for key in keys},
    )


def _reviewed_on(plan_key: str, funder_key: str, admitted: date) -> date:
    wait = _REVIEW_DAYS[funder_key] + _drawn(plan_key, funder_key, _REVIEW_SPREAD)
    return min(working_day(admitted + timedelta(days=wait)), _LAST_REVIEW)


def _notified_on(plan_key: str, funder_key: str) -> date:
    wait = _NOTIFICATION_DAYS[funder_key] + _drawn(plan_key, funder_key, _NOTIFICATION_SPREAD)
    return working_day(STEERING.date() + timedelta(days=wait))


def _drawn(plan_key: str, funder_key: str, spread: int) -> int:
    """The same each time, without a clock or a generator to carry around."""
    return crc32(f"{plan_key}/{funder_key}".encode()) % spread
