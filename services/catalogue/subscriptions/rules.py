"""When mails leave, and addresses that nobody guesses. Pure: no database, no clock, no I/O."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, time, timedelta
from enum import Enum
from uuid import UUID

from services.common.clock import PARIS, in_paris

from .models import Frequency

MOST_SEARCHES = 100
MOST_FOLLOWS = 500
#: Documents told of a search in one mail; beyond, the mail says that there are more.
MOST_TOLD = 30
#: What a feed holds.
MOST_ENTRIES = 50
#: Mails are about what happened before seven in the morning, in Paris…
_HOUR = time(7)
#: …and are written a little later: an act that began before seven may be saved after it.
SETTLED_AFTER = timedelta(minutes=15)
_SIGNED = 19


def latest_edition(frequency: Frequency, now: datetime) -> datetime:
    """The last seven o'clock (of a Monday when weekly) in Paris that is settled: a mail tells what came until then, exclusively of
    when it is written. However late, or however often, the job runs, an edition is the same."""
    settled = in_paris(now - SETTLED_AFTER)
    day = settled.date()
    if datetime.combine(day, _HOUR, PARIS) > settled:
        day -= timedelta(days=1)
    if frequency is Frequency.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, _HOUR, PARIS)


class Purpose(Enum):
    """What the holder of a signed address may do. One byte each."""

    END_DIGEST = "d"
    END_SEARCH = "s"
    END_FOLLOW = "f"
    READ_FEED = "a"
    END_NEWSLETTER = "n"


def token(secret: str, purpose: Purpose, subject: UUID, serial: int = 0) -> str:
    """A short signed text naming `subject` for that purpose only."""
    body = purpose.value.encode() + subject.bytes
    return base64.urlsafe_b64encode(body + _signature(secret, body, serial)).decode()


def subject_of(secret: str, token: str) -> tuple[Purpose, UUID] | None:
    """What a token that was signed with serial 0 names, or None when it is not ours."""
    found = _parts(token)
    if found is None:
        return None
    purpose, subject, body, signature = found
    return (purpose, subject) if hmac.compare_digest(signature, _signature(secret, body, 0)) else None


def feed_named(token: str) -> UUID | None:
    """The search a feed's address is about; whether the address is right is for `is_feed` to say."""
    found = _parts(token)
    return found[1] if found and found[0] is Purpose.READ_FEED else None


def is_feed(secret: str, given: str, search_id: UUID, serial: int) -> bool:
    return hmac.compare_digest(given.encode(), token(secret, Purpose.READ_FEED, search_id, serial).encode())


def _parts(token: str) -> tuple[Purpose, UUID, bytes, bytes] | None:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        if len(raw) != 17 + _SIGNED:
            return None
        return Purpose(raw[:1].decode()), UUID(bytes=raw[1:17]), raw[:17], raw[17:]
    except (ValueError, binascii.Error):
        return None


def _signature(secret: str, body: bytes, serial: int) -> bytes:
    said = b"catalogue:subscriptions:" + serial.to_bytes(8, "big") + body
    return hmac.new(secret.encode(), said, hashlib.sha256).digest()[:_SIGNED]
