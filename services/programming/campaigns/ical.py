"""iCalendar of the call for projects, written (RFC 5545, RFC 7986). Pure: no database, no clock.

The rules of the time zone are written in the file: calendar programs that do not know `Europe/Paris` compute with them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, Timezone

from services.common.clock import in_paris

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: European summer time (directive 2000/84/CE): last Sundays of March and October, at 1:00 UTC.
_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
END:VTIMEZONE
"""
_PARIS = Timezone.from_ical(_ZONE.replace("\n", "\r\n"))
#: Controls and what turns the reading direction; line breaks are kept where a text has paragraphs.
_UNSEEN = re.compile("(?!\n)[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_REFRESH = timedelta(hours=6)


@dataclass(frozen=True)
class Mark:
    """One date: a whole day, or from an instant to another. `sequence` grows each time its dates change (RFC 5545 §3.8.7.4)."""

    uid: str
    sequence: int
    summary: str
    description: str
    day: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    tentative: bool = False
    url: str = ""


def write(marks: Sequence[Mark], title: str, address: str, stamp: datetime) -> bytes:
    """A calendar to subscribe to, folded, in UTF-8."""
    calendar = Calendar()
    calendar.add("prodid", "-//Canevas//Programmation//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, _line(title))
    calendar.add("x-wr-timezone", "Europe/Paris")
    if address:
        calendar.add("source", address, parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add_component(_PARIS)
    for mark in marks:
        calendar.add_component(_event(mark, stamp))
    written: bytes = calendar.to_ical()
    return written


def _event(mark: Mark, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", mark.uid)
    event.add("sequence", mark.sequence)
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    if mark.day is not None:
        event.add("dtstart", mark.day)
        event.add("dtend", mark.day + timedelta(days=1))
    elif mark.starts_at is not None and mark.ends_at is not None:
        event.add("dtstart", in_paris(mark.starts_at).replace(microsecond=0))
        event.add("dtend", in_paris(mark.ends_at).replace(microsecond=0))
    event.add("summary", _line(mark.summary))
    event.add("description", _UNSEEN.sub("", mark.description))
    event.add("status", "TENTATIVE" if mark.tentative else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if mark.url:
        event.add("url", mark.url)
    return event


def _line(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())
