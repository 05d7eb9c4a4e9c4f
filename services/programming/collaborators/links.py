"""Links of invitations: signed, and worth nothing once the invitation's `link_version` has risen."""

from typing import Any
from uuid import UUID

from services.common import signing
from services.common.settings import ServiceSettings

from .errors import CollaborationInvitationUnknown

_SIGNED = signing.Signed("collaboration", CollaborationInvitationUnknown)


def token(settings: ServiceSettings, collaborator_id: UUID, link_version: int) -> str:
    return _SIGNED.token(settings, [collaborator_id.hex, link_version])


def read(settings: ServiceSettings, given: str) -> tuple[UUID, int]:
    """The invitation and the version of its link; refused when it was tampered with or cut."""
    return _SIGNED.read(settings, given, _understood)


def address(settings: Any, collaborator_id: UUID, link_version: int) -> str:
    """Where the person reads and accepts the invitation."""
    path = "/programming/v1/collaborations/invitations/{token}"
    return signing.address(settings, settings.collaboration_page_url, path, token(settings, collaborator_id, link_version))


def hint(email: str) -> str:
    """The address, without saying it: `n…@partenaire.example.org`."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _understood(said: Any) -> tuple[UUID, int]:
    collaborator_id, link_version = said
    return UUID(hex=collaborator_id), int(link_version)
