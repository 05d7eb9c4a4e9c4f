"""When a delivery is tried again, what an answer means, what is sent (Standard Webhooks, CloudEvents 1.0). Pure: the time is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from standardwebhooks import Webhook

#: Before each further attempt: a little more than a day in all, lightly spread so that what failed together does not come together.
WAITS = tuple(timedelta(seconds=s) for s in (60, 300, 1_800, 7_200, 18_000, 28_800, 28_800))
ATTEMPTS = len(WAITS) + 1
_SPREAD = 0.1
#: Given up by then, though attempts be left: at an endpoint that fails, what waits behind the one that is tried.
LIFE = timedelta(hours=72)
#: The longest `Retry-After` that is believed.
LONGEST_HOLD = timedelta(hours=6)
#: How long the secret before the last still signs.
OVERLAP = timedelta(hours=24)
MEDIA_TYPE = "application/cloudevents+json"


class Verdict(Enum):
    DELIVERED = "delivered"
    RETRY = "retry"
    #: 410: the address asks for nothing more, ever.
    GONE = "gone"


@dataclass(frozen=True)
class Attempt:
    """What came of one sending: a status, or a word for why there was none."""

    at: datetime
    duration_ms: int
    status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def verdict(self) -> Verdict:
        if self.status is not None and 200 <= self.status < 300:
            return Verdict.DELIVERED
        return Verdict.GONE if self.status == 410 else Verdict.RETRY

    @property
    def said(self) -> str | None:
        """Why it is no success: `http_500`, `redirected`, or a code of `outbound.Unreachable`."""
        if self.verdict is Verdict.DELIVERED:
            return None
        if self.status is None:
            return self.error or "unreachable"
        return "redirected" if 300 <= self.status < 400 else f"http_{self.status}"

    def shown(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "status": self.status, "error": self.said, "duration_ms": self.duration_ms}


def wait_before(attempts: int, delivery_id: UUID) -> timedelta:
    """After so many attempts (1 or more), how long until the next. Always the same for the same delivery."""
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    return wait * (1 + _SPREAD * (delivery_id.int % 1_000) / 1_000)


def hold(attempt: Attempt) -> timedelta | None:
    """What a 429 or 503 asks to wait: seconds or a date (RFC 9110 §10.2.3). None when it asks for nothing that is understood."""
    if attempt.status not in {429, 503} or not attempt.retry_after:
        return None
    asked = attempt.retry_after.strip()
    if asked.isascii() and asked.isdigit():
        seconds = float(asked[:9])
    else:
        try:
            then = parsedate_to_datetime(asked)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        seconds = ((then if then.tzinfo else then.replace(tzinfo=UTC)) - attempt.at).total_seconds()
    return min(timedelta(seconds=seconds), LONGEST_HOLD) if seconds > 0 else None


@dataclass(frozen=True)
class Next:
    """What a failure leads to: tried again then, or never."""

    at: datetime | None


def after_failure(attempts: int, attempt: Attempt, *, delivery_id: UUID, expires_at: datetime) -> Next:
    """`attempts` counts this one."""
    if attempts >= ATTEMPTS or attempt.at >= expires_at:
        return Next(None)
    wait = max(wait_before(attempts, delivery_id), hold(attempt) or timedelta())
    return Next(attempt.at + wait)


def envelope(event: Mapping[str, Any], *, source: str) -> dict[str, Any]:
    """The event as it is sent (CloudEvents 1.0, structured mode): nothing in it depends on who receives it, or when."""
    return {
        "specversion": "1.0",
        "id": str(event["id"]),
        "source": source,
        "type": event["type"],
        "subject": event["subject"],
        "time": event["at"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": event["data"],
    }


def body(event: Mapping[str, Any], *, source: str) -> bytes:
    """The same bytes at each attempt."""
    return orjson.dumps(envelope(event, source=source))


def headers(event_id: UUID, content: bytes, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """Standard Webhooks: one signature per secret, the newest first."""
    text = content.decode()
    return {
        "Content-Type": MEDIA_TYPE,
        "webhook-id": str(event_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(str(event_id), at, text) for secret in secrets),
    }
