"""Links that stand for a registration: signed, and worth nothing once the registration's `link_version` has risen."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.common.settings import ServiceSettings

from .errors import BadRegistrationLink


@dataclass(frozen=True)
class Linked:
    """What a link says; whether it still counts is the registration's to say."""

    registration_id: UUID
    link_version: int


def token(settings: ServiceSettings, registration_id: UUID, link_version: int) -> str:
    return str(_signer(settings).dumps([registration_id.hex, link_version]))


def read(settings: ServiceSettings, given: str) -> Linked:
    """404 when it was tampered with or cut."""
    try:
        registration_id, link_version = _signer(settings).loads(given)
        return Linked(UUID(hex=registration_id), int(link_version))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise BadRegistrationLink() from error


def address(settings: ServiceSettings, page_url: str, registration_id: UUID, link_version: int) -> str:
    """Where somebody finds their registration."""
    signed = token(settings, registration_id, link_version)
    template = page_url or f"{settings.public_url}/inscription#{{token}}"
    return template.replace("{token}", quote(signed, safe=""))


def _signer(settings: ServiceSettings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="registration")
