"""All the SQL about personal calendars."""

from typing import Any

from services.common.secret_addresses import SecretAddresses

from .models import PersonalFeed

_F: Any = PersonalFeed.__table__  # type: ignore[attr-defined]

#: One for each account.
ADDRESSES = SecretAddresses(_F)
