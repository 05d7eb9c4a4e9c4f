"""Links that let one person answer one survey, once."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.common.settings import ServiceSettings

from .errors import BadSurveyLink


@dataclass(frozen=True)
class Linked:
    """What a link says."""

    survey_id: UUID
    attendee_id: UUID


def token(settings: ServiceSettings, survey_id: UUID, attendee_id: UUID) -> str:
    return str(_signer(settings).dumps([survey_id.hex, attendee_id.hex]))


def read(settings: ServiceSettings, given: str) -> Linked:
    """404 when it was tampered with or cut."""
    try:
        survey_id, attendee_id = _signer(settings).loads(given)
        return Linked(UUID(hex=survey_id), UUID(hex=attendee_id))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise BadSurveyLink() from error


def address(settings: ServiceSettings, page_url: str, survey_id: UUID, attendee_id: UUID) -> str:
    """Where somebody answers."""
    template = page_url or f"{settings.public_url}/events/v1/surveys/{{survey_token}}"
    return template.replace("{survey_token}", quote(token(settings, survey_id, attendee_id), safe=""))


def _signer(settings: ServiceSettings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="survey")
