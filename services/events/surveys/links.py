"""Links that let one person answer one survey, once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common import signing
from services.common.settings import ServiceSettings

from .errors import BadSurveyLink

_SIGNED = signing.Signed("survey", BadSurveyLink)


@dataclass(frozen=True)
class Linked:
    """What a link says."""

    survey_id: UUID
    attendee_id: UUID


def token(settings: ServiceSettings, survey_id: UUID, attendee_id: UUID) -> str:
    return _SIGNED.token(settings, [survey_id.hex, attendee_id.hex])


def read(settings: ServiceSettings, given: str) -> Linked:
    """404 when it was tampered with or cut."""
    return _SIGNED.read(settings, given, _understood)


def address(settings: ServiceSettings, page_url: str, survey_id: UUID, attendee_id: UUID) -> str:
    """Where somebody answers."""
    return signing.address(settings, page_url, "/events/v1/surveys/{survey_token}", token(settings, survey_id, attendee_id))


def _understood(said: Any) -> Linked:
    survey_id, attendee_id = said
    return Linked(UUID(hex=survey_id), UUID(hex=attendee_id))
