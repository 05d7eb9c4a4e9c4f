"""Links mailed to who asks about their data."""

from uuid import UUID

from services.common import signing
from services.common.settings import ServiceSettings

from .errors import BadDataRequestLink

_SIGNED = signing.Signed("personal-data", BadDataRequestLink)


def token(settings: ServiceSettings, request_id: UUID) -> str:
    return _SIGNED.token(settings, request_id.hex)


def read(settings: ServiceSettings, given: str) -> UUID:
    """404 when it was tampered with or cut."""
    return _SIGNED.read(settings, given, signing.one_id)


def address(settings: ServiceSettings, page_url: str, request_id: UUID) -> str:
    return signing.address(settings, page_url, "/events/v1/personal-data-requests/{request_token}", token(settings, request_id))
