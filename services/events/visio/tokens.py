"""Signed names in addresses: of a personal link, of a room whose provider says it ended. Whether they still count is looked up."""

from uuid import UUID

from services.common import signing
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

from .errors import BadVisioLink

PREFIX = "/events/v1/visio"
_LINK = signing.Signed("visio", BadVisioLink)
_ROOM = signing.Signed("visio room", NotFound)


def link_token(settings: ServiceSettings, link_id: UUID) -> str:
    return _LINK.token(settings, link_id.hex)


def link_of(settings: ServiceSettings, given: str) -> UUID:
    """404 when it was tampered with or cut."""
    return _LINK.read(settings, given, signing.one_id)


def link_address(settings: ServiceSettings, link_id: UUID) -> str:
    return f"{settings.public_url}{PREFIX}/{link_token(settings, link_id)}"


def ending_address(settings: ServiceSettings, room_id: UUID) -> str:
    return f"{settings.public_url}{PREFIX}/endings/{_ROOM.token(settings, room_id.hex)}"


def room_of(settings: ServiceSettings, given: str) -> UUID:
    return _ROOM.read(settings, given, signing.one_id)


def notice_address(settings: ServiceSettings, account_key: str) -> str:
    return f"{settings.public_url}{PREFIX}/webhooks/{account_key}"
