"""Links of invitations: signed, and worth nothing once the invitation's `link_version` has risen."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from .errors import CollaborationInvitationUnknown


def token(settings: Any, collaborator_id: UUID, link_version: int) -> str:
    return str(_signer(settings).dumps([collaborator_id.hex, link_version]))


def read(settings: Any, given: str) -> tuple[UUID, int]:
    """The invitation and the version of its link; refused when it was tampered with or cut."""
    try:
        collaborator_id, link_version = _signer(settings).loads(given)
        return UUID(hex=collaborator_id), int(link_version)
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise CollaborationInvitationUnknown() from error


def address(settings: Any, collaborator_id: UUID, link_version: int) -> str:
    """Where the person reads and accepts the invitation."""
    template = settings.collaboration_page_url or f"{settings.public_url}/programming/v1/collaborations/invitations/{{token}}"
    return str(template).replace("{token}", quote(token(settings, collaborator_id, link_version), safe=""))


def hint(email: str) -> str:
    """The address, without saying it: `n…@partenaire.example.org`."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _signer(settings: Any) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="collaboration")
