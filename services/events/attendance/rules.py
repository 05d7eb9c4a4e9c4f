"""How long somebody followed a session, and what a scanned code says. Pure functions: no database, no clock.

Hours are elapsed time: a session over the clock change lasts what it lasts.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.common.texts import fold

#: What a badge's code begins with. The address of the platform is not in it: it may move, and a short code is read faster.
BADGE = "CNV:"
#: Scans count from so long before a session begins.
OPENS_BEFORE = timedelta(hours=3)
#: A device's clock may be so much ahead.
CLOCK_SLACK = timedelta(minutes=5)
#: After so many letters in a row a line may break.
_LONG_WORD = re.compile(r"[^\s-]{18}(?=[^\s-]{4})")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,32}")

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Trace:
    """A stay: by visio with its end if it is known, or from the scan of a badge on."""

    joined_at: datetime
    left_at: datetime | None
    is_scan: bool = False


@dataclass(frozen=True)
class Proposal:
    """What traces say of a presence. `is_open`: no end is known, the end of the session (or now, before it) was taken."""

    minutes: int
    arrived_at: datetime
    left_at: datetime
    source: str
    is_open: bool


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Time that really passed: two local times of one zone would be subtracted as the wall clock shows them."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def whole_minutes(start: datetime, end: datetime) -> int:
    return max(elapsed(start, end) // timedelta(minutes=1), 0)


def union(stays: Iterable[Interval], within: Interval) -> list[Interval]:
    """The stays without overlap, in order, clipped to the session. The same whatever the order they are given in."""
    start, end = (edge.astimezone(UTC) for edge in within)
    clipped = sorted((max(joined.astimezone(UTC), start), min(left.astimezone(UTC), end)) for joined, left in stays)
    merged: list[Interval] = []
    for joined, left in clipped:
        if joined >= left:
            continue
        if merged and joined <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], left))
        else:
            merged.append((joined, left))
    return merged


def propose(traces: Sequence[Trace], starts_at: datetime, ends_at: datetime, now: datetime) -> Proposal | None:
    """What is proposed to the organiser: overlaps counted once, nothing outside the session. None without a trace.

    Who was scanned is taken to have stayed until the end; a stay whose end is not known lasts until now, or until the session's end.
    """
    if not traces:
        return None
    until = min(ends_at, max(now, starts_at))
    stays = [(each.joined_at, each.left_at or max(ends_at if each.is_scan else until, each.joined_at)) for each in traces]
    kept = union(stays, (starts_at, ends_at))
    followed = sum((left - joined for joined, left in kept), timedelta())
    return Proposal(
        followed // timedelta(minutes=1),
        min(joined for joined, _ in stays),
        max(left for _, left in stays),
        "scan" if any(each.is_scan for each in traces) else "visio",
        any(each.left_at is None and not each.is_scan for each in traces),
    )


def between(arrived_at: datetime | None, left_at: datetime | None, starts_at: datetime, ends_at: datetime) -> int:
    """Minutes of the session between an arrival and a departure; its own ends where one is not said."""
    kept = union([(arrived_at or starts_at, left_at or ends_at)], (starts_at, ends_at))
    return whole_minutes(*kept[0]) if kept else 0


def key_in(given: str) -> str | None:
    """The secret key in what was scanned: `CNV:…`, the key alone, or the address of a badge."""
    text = given.strip()
    text = text[len(BADGE) :] if text.upper().startswith(BADGE) else text
    if "/badges/" in text:
        text = text.rpartition("/badges/")[2].partition("?")[0].removesuffix(".svg")
    return text if _KEY.fullmatch(text) else None


def code_in(given: str) -> str | None:
    """A registration's code as people say it: O is zero, I and L are one. None when it is no code."""
    spelt = "".join(given.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    return spelt if re.fullmatch(r"[0-9A-Z]{8}", spelt) else None


def key_hash(key: str) -> str:
    """What a welcome desk without a network compares: SHA-256, in hexadecimal. Keys have 128 bits: a lost list opens nothing."""
    return hashlib.sha256(key.encode()).hexdigest()


def name_order(family_name: str, given_name: str) -> tuple[str, str]:
    """The French order of names: neither case nor accents count."""
    return fold(family_name), fold(given_name)


def printable(text: str) -> str:
    """What a page can draw of a name: pictures (emoji) and their joiners left out, words too long for a column made to break.

    The text itself when nothing would be left.
    """
    kept = "".join(c for c in text if unicodedata.category(c) not in {"So", "Sk", "Cs", "Co", "Cn", "Cf"} and c != "\ufe0f")
    return " ".join(_LONG_WORD.sub("\\g<0>\u200b", word) for word in kept.split()) or text
