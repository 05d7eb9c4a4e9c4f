"""What callers send and receive about actors."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import ShortName, paragraphs

from ..accounts.schemas import EmailAddress
from ..organisations.schemas import Kind as Kind

Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 .()-]{6,28}$"), Field(examples=["04 68 00 00 00"])
]
Codes = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=60)]], Field(max_length=50)]


class ActorCardWrite(BaseModel):
    """An organisation's public card, whole."""

    model_config = ConfigDict(extra="forbid")

    presentation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(paragraphs)] = Field(
        description="What it does, in a few lines.", examples=["Régie de quartier : chantiers d'insertion, jardins partagés."]
    )
    theme_codes: Codes = Field(default=[], examples=[["emploi"]])
    territory_codes: Codes = Field(default=[], description="Where it works; a commune covers its QPVs.", examples=[["11069"]])
    public_email: EmailAddress | None = Field(None, description="Shown to anyone: an office's address, not a person's.")
    public_phone: Phone | None = None
    accepts_messages: bool = Field(True, description="Managers receive what is written when nobody listed does.")
    is_published: bool = Field(False, description="Shown to anyone.")


class CodeLabel(BaseModel):
    """A code with what people call it."""

    code: str = Field(examples=["11069"])
    label: str = Field(examples=["Carcassonne"])


class ActorPersonWrite(BaseModel):
    """What you choose to show of yourself; your name goes with it."""

    model_config = ConfigDict(extra="forbid")

    function: ShortName = Field(examples=["Coordinatrice"])
    topics: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(paragraphs)] = Field(
        "", description="What you may be asked about.", examples=["Chantiers d'insertion"]
    )
    shows_email: bool = Field(False, description="Your account's address is shown; otherwise people write through the platform.")
    phone: Phone | None = Field(None, description="Shown when given.")


class ActorPersonRead(BaseModel):
    """Somebody who chose to appear."""

    account_id: UUID
    full_name: str = Field(examples=["Nadia Benali"])
    function: str = Field(examples=["Coordinatrice"])
    topics: str
    email: str | None = Field(description="Only when the person shows it.")
    phone: str | None = Field(description="Only when the person shows it.")
    consented_at: datetime = Field(description="When they chose to appear.")


class ActorSummary(BaseModel):
    """An actor in a list."""

    organisation_id: UUID
    kind: Kind
    name: str = Field(examples=["Régie de quartier Ozanam"])
    city: str | None = Field(examples=["Carcassonne"])
    presentation: str
    themes: list[CodeLabel]
    territories: list[CodeLabel]
    verified_at: datetime = Field(description="When it last said that all of it is true.")


class ActorCardRead(ActorSummary):
    """An organisation's card."""

    website: str | None
    public_email: str | None
    public_phone: str | None
    accepts_messages: bool
    is_published: bool
    people: list[ActorPersonRead] = Field(description="Who chose to appear, nobody else.")
    version: int = Field(examples=[1])


class ActorFacet(BaseModel):
    """How many actors there are of a value, among those found."""

    facet: str = Field(description="`kind`, `theme` or `territory`.", examples=["theme"])
    code: str = Field(examples=["emploi"])
    label: str = Field(examples=["Emploi"])
    count: int = Field(examples=[12])


class ActorFacets(BaseModel):
    """Counts by kind, theme and territory."""

    items: list[ActorFacet]
    next: None = None


class ActorMessageCreate(BaseModel):
    """Something to tell, or ask; the answer comes to your account's address."""

    model_config = ConfigDict(extra="forbid")

    subject: ShortName = Field(examples=["Jardin partagé d'Ozanam"])
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4000), AfterValidator(paragraphs)]
    account_id: UUID | None = Field(None, description="One of the people of the card; everybody listed when left out.")


class ActorMessageSent(BaseModel):
    """The message was passed on."""

    sent_at: datetime
    to: str = Field(description="`people` who chose to be contacted, or the organisation's `managers`.", examples=["people"])
