"""Links that stand for a registration: signed, and worth nothing once the registration's `link_version` has risen."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common import signing
from services.common.settings import ServiceSettings

from .errors import BadRegistrationLink

_SIGNED = signing.Signed("registration", BadRegistrationLink)


@dataclass(frozen=True)
class Linked:
    """What a link says; whether it still counts is the registration's to say."""

    registration_id: UUID
    link_version: int


def token(settings: ServiceSettings, registration_id: UUID, link_version: int) -> str:
    return _SIGNED.token(settings, [registration_id.hex, link_version])


def read(settings: ServiceSettings, given: str) -> Linked:
    """404 when it was tampered with or cut."""
    return _SIGNED.read(settings, given, _understood)


def address(settings: ServiceSettings, page_url: str, registration_id: UUID, link_version: int) -> str:
    """Where somebody finds their registration."""
    page = page_url or f"{settings.public_url}/inscription#{{token}}"
    return signing.address(settings, page, "/events/v1/my-registrations/{token}", token(settings, registration_id, link_version))


def _understood(said: Any) -> Linked:
    registration_id, link_version = said
    return Linked(UUID(hex=registration_id), int(link_version))
