"""Links mailed to who asks about their data."""

from urllib.parse import quote
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.common.settings import ServiceSettings

from .errors import BadDataRequestLink


def token(settings: ServiceSettings, request_id: UUID) -> str:
    return str(_signer(settings).dumps(request_id.hex))


def read(settings: ServiceSettings, given: str) -> UUID:
    """404 when it was tampered with or cut."""
    try:
        return UUID(hex=_signer(settings).loads(given))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise BadDataRequestLink() from error


def address(settings: ServiceSettings, page_url: str, request_id: UUID) -> str:
    template = page_url or f"{settings.public_url}/events/v1/personal-data-requests/{{request_token}}"
    return template.replace("{request_token}", quote(token(settings, request_id), safe=""))


def _signer(settings: ServiceSettings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="personal-data")
