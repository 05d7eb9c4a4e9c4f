"""How long things are kept, and what is stored of an address. Pure: no database, no clock, no I/O."""

import hashlib
import hmac
import secrets
from datetime import timedelta

CONFIRMATION_KEPT = timedelta(hours=48)
#: Limits look this far back.
WINDOW = timedelta(hours=1)
#: An address that left is not asked to come back more often than this, whoever types it.
PEACE = timedelta(days=1)
#: After which even the hash of an address that left is forgotten.
REFUSAL_KEPT = timedelta(days=3 * 365)
#: Mails written in one transaction.
BATCH = 200


def new_token() -> str:
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is stored of a mailed token."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_of(email: str, secret: str) -> str:
    """What is stored of an address that left: keyed, since addresses are guessed more easily than tokens."""
    return hmac.new(secret.encode(), b"catalogue:newsletters:" + email.encode(), hashlib.sha256).hexdigest()
