"""How often something may be done in a window of time, and when whoever did too much may come back. Pure."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta


def wait(times: Sequence[datetime], most: int, window: timedelta, now: datetime) -> timedelta | None:
    """How long before once more is allowed, after these times (oldest first); None when it is now."""
    left = times[-most] + window - now if len(times) >= most else timedelta()
    return left if left > timedelta() else None


def retry_after(wait: timedelta) -> dict[str, str]:
    """The header of a refusal: whole seconds, never too early nor at once."""
    return {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}
