"""What may follow what in an event's life, and what people read of it. Pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.common.clock import in_paris

from .schemas import Enrolment, EventStatus, SessionStatus, ShownStatus

S = EventStatus

#: What each act leads to, and from where it may be done.
ACTS: dict[str, tuple[EventStatus, frozenset[EventStatus]]] = {
    "tentative_announcement": (S.TENTATIVE, frozenset({S.IDEA, S.POSTPONED})),
    "announcement": (S.ANNOUNCED, frozenset({S.IDEA, S.TENTATIVE, S.POSTPONED})),
    "opening": (S.OPEN, frozenset({S.IDEA, S.TENTATIVE, S.ANNOUNCED, S.CLOSED, S.POSTPONED})),
    "closing": (S.CLOSED, frozenset({S.OPEN})),
    "holding": (S.HELD, frozenset({S.ANNOUNCED, S.OPEN, S.CLOSED})),
    "cancellation": (S.CANCELLED, frozenset({S.IDEA, S.TENTATIVE, S.ANNOUNCED, S.OPEN, S.CLOSED, S.POSTPONED})),
    "postponement": (S.POSTPONED, frozenset({S.TENTATIVE, S.ANNOUNCED, S.OPEN, S.CLOSED})),
}
#: States that promise a date.
DATED = frozenset({S.ANNOUNCED, S.OPEN, S.CLOSED, S.HELD})
#: Nothing more is expected of these.
OVER = frozenset({S.HELD, S.CANCELLED})
#: As rows and models say it.
_BY_SESSION = frozenset({Enrolment.PER_SESSION, Enrolment.PER_SESSION.value})
_BY_VALUE = {each.value: each for each in EventStatus}
_SHOWN = {each: ShownStatus(each.value) for each in EventStatus if each is not S.CLOSED}
#: What organisers keep to themselves.
HIDDEN = frozenset({S.IDEA})


#: What may still be said of an event that is over: how it is presented, and what was made of it.
SAID_AFTERWARDS = frozenset(
    {"title", "summary", "description", "aims", "visibility", "audiences", "theme_codes", "territory_codes"}
    | {"partners", "documents", "series_id"}
)


def possible_acts(status: EventStatus, *, is_dated: bool = True) -> list[str]:
    """What may follow; what promises a date waits for one."""
    return [act for act, (leads_to, origins) in ACTS.items() if status in origins and (is_dated or leads_to not in DATED)]


@dataclass(frozen=True)
class Span:
    """What an event's columns say of its sessions."""

    starts_at: datetime | None
    ends_at: datetime | None
    is_on_site: bool
    is_visio: bool


def span(sessions: list[Any]) -> Span:
    """Over the sessions that are not cancelled; an event all of whose sessions are cancelled has no date."""
    kept = [each for each in sessions if each.status is not SessionStatus.CANCELLED]
    if not kept:
        return Span(None, None, False, False)
    return Span(
        min(each.starts_at for each in kept),
        max(each.ends_at for each in kept),
        any(each.is_on_site for each in kept),
        any(each.is_visio for each in kept),
    )


def sort_day(starts_at: datetime | None, expected_on: date | None, today: date) -> date:
    """Where the event stands in the agenda: its first day in Paris, else the day it is expected around, else today."""
    if starts_at is not None:
        return in_paris(starts_at).date()
    return expected_on or today


def registrations_end(event: Mapping[str, Any]) -> datetime | None:
    """The instant from which nobody registers any more: the one that was set, never after the end; else the beginning.

    Registered for session by session, each desk closes when its own session begins, which the desk knows: the event with its end.
    """
    closes_at: datetime | None = event["registration_closes_at"]
    starts_at: datetime | None = event["starts_at"]
    ends_at: datetime | None = event["ends_at"]
    if closes_at is not None and ends_at is not None:
        return min(closes_at, ends_at)
    return closes_at or (ends_at if event["enrolment"] in _BY_SESSION else starts_at)


def shown_status(event: Mapping[str, Any], now: datetime) -> ShownStatus:
    """What people read. An open event is `full` when no seat is left, `registration_closed` once its registrations are over."""
    status = event["status"]
    # Rows hold values, and a page of twenty asks twenty times: looked up, not made.
    status = status if isinstance(status, EventStatus) else _BY_VALUE[status]
    if status is not S.OPEN and status is not S.CLOSED:
        return _SHOWN[status]
    if status is S.CLOSED:
        return ShownStatus.REGISTRATION_CLOSED
    end = registrations_end(event)
    if end is not None and now >= end:
        return ShownStatus.REGISTRATION_CLOSED
    opens_at = event["registration_opens_at"]
    if opens_at is not None and now < opens_at:
        return ShownStatus.ANNOUNCED
    return ShownStatus.FULL if event["is_full"] else ShownStatus.OPEN


def serves_those_who_wait(event: Mapping[str, Any], now: datetime) -> bool:
    """Whether seats given back are offered to the waiting list: from the opening until registrations are over by the clock.

    An organiser who closes registrations turns away new requests, not those who stand in line; `registration_closes_at` ends both.
    """
    is_closed = event["status"] in {S.CLOSED, S.CLOSED.value}
    as_open = {**event, "is_full": False, "status": S.OPEN} if is_closed else {**event, "is_full": False}
    return shown_status(as_open, now) is ShownStatus.OPEN


def would_lose_its_date(status: EventStatus, session_id: UUID, sessions: Iterable[Any]) -> bool:
    """Whether an event people register for would be left without a session: it is cancelled or postponed as a whole instead."""
    others = [each for each in sessions if each.id != session_id]
    return status in {S.OPEN, S.CLOSED} and all(each.status is SessionStatus.CANCELLED for each in others)
