"""What the events service tells of an outcome."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel


class Speaker(BaseModel):
    """Somebody who spoke and agreed to be named."""

    name: str
    role: str = ""


class ProposedOutcome(BaseModel):
    """`data` of events' `event.outcome_proposed`; what is not named here is not kept."""

    event_id: UUID
    event_reference: str = ""
    event_title: str = ""
    event_format: str = ""
    network_name: str = ""
    network_organisation_id: UUID | None = None
    centre_id: UUID
    role: str
    title: str
    url: str | None = None
    abstract: str = ""
    dated: str | None = None
    theme_codes: list[str] = []
    territory_codes: list[str] = []
    audiences: list[str] = []
    speakers: list[Speaker] = []

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
