"""Signed names in addresses: of a personal link, of a room whose provider says it ended. Whether they still count is looked up."""

from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.common.problems import NotFound
from services.common.settings import ServiceSettings

from .errors import BadVisioLink

PREFIX = "/events/v1/visio"


def link_token(settings: ServiceSettings, link_id: UUID) -> str:
    return str(_signer(settings, "visio").dumps(link_id.hex))


def link_of(settings: ServiceSettings, given: str) -> UUID:
    """404 when it was tampered with or cut."""
    try:
        return UUID(hex=_signer(settings, "visio").loads(given))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise BadVisioLink() from error


def link_address(settings: ServiceSettings, link_id: UUID) -> str:
    return f"{settings.public_url}{PREFIX}/{link_token(settings, link_id)}"


def ending_address(settings: ServiceSettings, room_id: UUID) -> str:
    return f"{settings.public_url}{PREFIX}/endings/{_signer(settings, 'visio room').dumps(room_id.hex)}"


def room_of(settings: ServiceSettings, given: str) -> UUID:
    try:
        return UUID(hex=_signer(settings, "visio room").loads(given))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise NotFound() from error


def notice_address(settings: ServiceSettings, account_key: str) -> str:
    return f"{settings.public_url}{PREFIX}/webhooks/{account_key}"


def _signer(settings: ServiceSettings, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt=salt)
