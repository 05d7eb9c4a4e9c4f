"""iCalendar, written (RFC 5545, RFC 7986). Pure: no database, no clock.

The time zone is written with its rules rather than with a list of past changes: mail programs that do not know `Europe/Paris`
by name compute with what the file says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Component, Event, Timezone, vCalAddress

from .clock import in_paris

MEDIA_TYPE = "text/calendar"
#: Since 1996: last Sundays of March and October, at 1:00 UTC (directive 2000/84/CE).
_PARIS = Timezone.from_ical(
    "\r\n".join(
        [
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Paris",
            "BEGIN:DAYLIGHT",
            "DTSTART:19960331T020000",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
            "TZNAME:CEST",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "END:DAYLIGHT",
            "BEGIN:STANDARD",
            "DTSTART:19961027T030000",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
            "TZNAME:CET",
            "TZOFFSETFROM:+0200",
            "TZOFFSETTO:+0100",
            "END:STANDARD",
            "END:VTIMEZONE",
            "",
        ]
    )
)
#: Controls, halves of characters, and what turns the reading direction: none belongs in a calendar.
_UNSEEN = re.compile("(?!\n)[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LONGEST_DESCRIPTION = 12_000


@dataclass(frozen=True)
class Party:
    """Who organises or takes part."""

    name: str
    email: str


@dataclass(frozen=True)
class Entry:
    """A sitting in a calendar: from `starts_at` to `ends_at`, or the whole of `all_day` while no hour is sure.

    `sequence` grows each time its dates change (RFC 5545 §3.8.7.4). `stamp` is when this was said (when it is written, if nothing is
    said), `changed_at` when what it says last changed. `status` is `CONFIRMED`, `TENTATIVE` or `CANCELLED`; `busy`: whoever goes is
    not free.
    """

    uid: str
    sequence: int
    summary: str
    description: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: date | None = None
    status: str = "CONFIRMED"
    busy: bool = True
    stamp: datetime | None = None
    organizer: Party | None = None
    location: str = ""
    url: str = ""
    attendee: Party | None = None
    changed_at: datetime | None = None
    categories: tuple[str, ...] = ()
    position: tuple[float, float] | None = None


@dataclass(frozen=True)
class Title:
    """How a calendar one subscribes to presents itself, and how often it is worth reading again."""

    name: str
    url: str
    refresh: timedelta = timedelta(hours=1)


def write(
    entries: Iterable[Entry],
    method: str = "PUBLISH",
    title: Title | None = None,
    *,
    stamp: datetime | None = None,
    remembered: bool = False,
) -> bytes:
    """The iCalendar object, folded, in UTF-8. A message to one person (`REQUEST`, `CANCEL`) holds one entry (RFC 5546 §3.2).

    `stamp`: when what has no stamp of its own is said. `remembered`: entries are public and asked for again and again, so that only those that changed are written anew.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Canevas//Calendriers//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if title is not None:
        _present(calendar, title)
    calendar.add_component(_PARIS)
    head, end, _ = calendar.to_ical().rpartition(b"END:VCALENDAR\r\n")
    piece = _remembered_piece if remembered else _piece
    return b"".join([head, *(piece(entry if entry.stamp else replace(entry, stamp=stamp)) for entry in entries), end])


def _piece(entry: Entry) -> bytes:
    written: bytes = _event(entry).to_ical()
    return written


_remembered_piece = lru_cache(maxsize=4096)(_piece)


def _present(calendar: Calendar, title: Title) -> None:
    name = _line(title.name)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Europe/Paris")
    calendar.add("source", title.url, parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", title.refresh, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{int(title.refresh.total_seconds() // 60)}M")


def _event(entry: Entry) -> Component:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    if entry.stamp is not None:
        event.add("dtstamp", _second(entry.stamp))
    if entry.changed_at is not None:
        event.add("last-modified", _second(entry.changed_at))
    if entry.all_day is not None:
        event.add("dtstart", entry.all_day)
        event.add("dtend", entry.all_day + timedelta(days=1))
    elif entry.starts_at is not None and entry.ends_at is not None:
        event.add("dtstart", in_paris(entry.starts_at).replace(microsecond=0))
        event.add("dtend", in_paris(entry.ends_at).replace(microsecond=0))
    event.add("summary", _line(entry.summary))
    event.add("status", entry.status)
    event.add("transp", "OPAQUE" if entry.busy and entry.status == "CONFIRMED" else "TRANSPARENT")
    if entry.description:
        event.add("description", _paragraphs(entry.description))
    if entry.location:
        event.add("location", _line(entry.location))
    if entry.url:
        event.add("url", entry.url)
    if entry.categories:
        event.add("categories", [_line(each) for each in entry.categories])
    if entry.position is not None:
        event.add("geo", entry.position)
    if entry.organizer is not None:
        event.add("organizer", _address(entry.organizer), parameters={"CN": _quoted(entry.organizer.name)})
    if entry.attendee is not None:
        event.add("attendee", _address(entry.attendee), parameters=_expected(entry.attendee))
    return event


def _expected(party: Party) -> dict[str, str]:
    """They registered: nothing is asked of them."""
    return {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
        "CN": _quoted(party.name),
    }


def _address(party: Party) -> vCalAddress:
    return vCalAddress(f"mailto:{''.join(_line(party.email).split())}")


def _quoted(name: str) -> str:
    """A name inside quotation marks cannot hold any (RFC 5545 §3.2); the escape of RFC 6868 is not read everywhere."""
    return _line(name).replace('"', "”").replace("^", "").replace("\\", "")


def _line(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())


def _paragraphs(text: str) -> str:
    kept = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return kept if len(kept) <= _LONGEST_DESCRIPTION else kept[:_LONGEST_DESCRIPTION].rstrip() + "…"


def _second(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
