"""How long a session lives and when guessing stops. Pure: no database, no clock, no I/O."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ..tokens import ACCESS_TOKEN_LIVES as ACCESS_TOKEN_LIVES
from ..tokens import MARGIN as MARGIN

#: A spent refresh token is still honoured this long: the answer was lost, or another tab was first.
GRACE = timedelta(seconds=10)

#: Failures are counted over this time.
WINDOW = timedelta(minutes=15)
MOST_HERE = 5
MOST_FOR_ADDRESS = 20
MOST_FROM_ORIGIN = 100


@dataclass(frozen=True)
class Failures:
    """How many recent failures, and the oldest of each: this e-mail from this origin, this e-mail, this origin."""

    here: int = 0
    here_since: datetime | None = None
    email: int = 0
    email_since: datetime | None = None
    origin: int = 0
    origin_since: datetime | None = None


def wait_after(failures: Failures, now: datetime) -> int | None:
    """Seconds before another attempt is heard, or None when it may be made now."""
    limits = (
        (failures.here, MOST_HERE, failures.here_since),
        (failures.email, MOST_FOR_ADDRESS, failures.email_since),
        (failures.origin, MOST_FROM_ORIGIN, failures.origin_since),
    )
    waits = [math.ceil((since + WINDOW - now).total_seconds()) for count, most, since in limits if count >= most and since]
    return max(1, *waits) if waits else None


def is_forgiven(spent_at: datetime, now: datetime) -> bool:
    """Whether a refresh token spent then may still be traded for a new one."""
    return now <= spent_at + GRACE


def access_claims(
    *,
    account_id: UUID,
    session_id: UUID,
    roles: Mapping[UUID, list[str]],
    standing: Sequence[UUID],
    is_administrator: bool,
    issuer: str,
    audience: str,
    token_id: UUID,
    now: datetime,
) -> dict[str, Any]:
    """What an access token says (read by `services.common.auth`)."""
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": audience,
        "sub": str(account_id),
        "sid": str(session_id),
        "orgs": {str(organisation): sorted(held) for organisation, held in roles.items()},
        "standing": [str(each) for each in standing],
        "adm": is_administrator,
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(ACCESS_TOKEN_LIVES.total_seconds()),
        "jti": str(token_id),
    }
