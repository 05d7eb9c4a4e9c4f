"""Links of invitations and what they allow. Pure: no database, no clock, no I/O."""

import hmac
import re
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr

from services.common.problems import Problem
from services.common.sealing import fingerprint

from .errors import InvitationExpired, InvitationUsed, InvitationWithdrawn
from .schemas import InvitationState

#: Limits look this far back.
WINDOW = timedelta(hours=1)
#: Organisations one person may ask to join in that time.
REQUESTS_PER_HOUR = 10
#: What is over is forgotten after that: an address that never joined is nobody we know.
KEPT = timedelta(days=90)

_PURPOSE = "invitation"
_LINK = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


def link(secret: SecretStr, invitation_id: UUID) -> str:
    """The token of the mailed link: the invitation's id, signed. Sent again, it is the same."""
    return f"{invitation_id.hex}.{fingerprint(secret, _PURPOSE, invitation_id.hex)}"


def opened(secret: SecretStr, token: str) -> UUID | None:
    """The invitation that a link of ours leads to; None for anything else."""
    parts = _LINK.fullmatch(token)
    if parts is None or not hmac.compare_digest(parts[2], fingerprint(secret, _PURPOSE, parts[1])):
        return None
    return UUID(hex=parts[1])


def refusal(state: InvitationState, expires_at: datetime, now: datetime) -> type[Problem] | None:
    """Why this invitation can no longer be answered, or None."""
    if state in (InvitationState.ACCEPTED, InvitationState.DECLINED):
        return InvitationUsed
    if state is not InvitationState.PENDING:
        return InvitationWithdrawn
    return InvitationExpired if expires_at <= now else None
