"""What callers send and receive about calendars to follow."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from ..agenda.schemas import Audience, EventFormat, LocalInstant

FeedToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$", description="Secret of the address.")]


class FeedQuery(BaseModel):
    """What part of the agenda is followed."""

    model_config = ConfigDict(extra="forbid")

    network_id: list[UUID] = Field([], max_length=20, description="Any of these networks.")
    theme: list[str] = Field([], max_length=20, description="Any of these themes, or of those below them.")
    territory: list[str] = Field([], max_length=20, description="Any of these territories, or of those inside them.")
    audience: list[Audience] = Field([], max_length=10, description="For any of these.")
    format: list[EventFormat] = Field([], max_length=20, description="Any of these.")


class PersonalFeedRead(BaseModel):
    """That there is a personal calendar; its address was shown once."""

    created_at: LocalInstant


class PersonalFeedMade(PersonalFeedRead):
    """The address, shown this once."""

    url: str = Field(description="For a calendar program; whoever has it reads what you are registered for.")
