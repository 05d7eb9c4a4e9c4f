"""What is sent and received about deadlines put off."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import paragraphs

from .schemas import CampaignRead, LocalInstant, _within_reach

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(paragraphs)]


class ExtensionCreate(BaseModel):
    """A later deadline, and why."""

    closes_at: Annotated[
        datetime,
        AfterValidator(_within_reach),
        Field(
            description="With an offset (`2027-01-29T23:59:59+01:00`), or without: the time of Paris, refused when the clock of that "
            "night skips it or shows it twice.",
            examples=["2027-01-29T23:59:59+01:00"],
        ),
    ]
    reason: Annotated[Reason, Field(description="Told to everybody.", examples=["Panne du service de paie des associations."])]


class ExtensionRead(BaseModel):
    """One line of the history of deadlines."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: int
    closed_before_at: Annotated[LocalInstant, Field(description="The deadline it replaced.")]
    closes_at: Annotated[LocalInstant, Field(description="The deadline it set.")]
    reason: str
    reopened: Annotated[bool, Field(description="Whether submissions had ended already.")]
    extended_at: LocalInstant


class CampaignExtended(CampaignRead):
    """The campaign under its new deadline, and the line of history it leaves."""

    extension: ExtensionRead
