"""What callers send and receive about training needs."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.texts import Name, paragraphs

from ..agenda.schemas import Audience, Codes, EventFormat, Line, LocalInstant, Reason
from .models import NeedStatus as NeedStatus

STATUS_LABELS = {
    NeedStatus.OPEN: "À étudier",
    NeedStatus.PLANNED: "Un évènement se prépare",
    NeedStatus.MERGED: "Réuni avec un autre besoin",
    NeedStatus.ANSWERED: "Répondu",
    NeedStatus.DISMISSED: "Sans suite",
    NeedStatus.WITHDRAWN: "Retiré",
}
Wish = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), AfterValidator(paragraphs)]


class NeedCreate(BaseModel):
    """What somebody wishes to learn, or to talk about with others."""

    model_config = ConfigDict(extra="forbid")

    network_id: UUID
    theme_codes: Codes = []
    territory_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{2,12}$")] | None = Field(None, examples=["11069"])
    audience: Audience
    wish: Wish = Field(examples=["Comment animer un conseil citoyen qui s'essouffle ?"])
    preferred_format: EventFormat | None = None
    preferred_period: Line = Field("", examples=["Printemps, plutôt le matin"])
    contact_email: EmailStr | None = Field(
        None,
        description="Organisers only: whom the answer goes to, when the need is somebody else's.",
        examples=["camille@example.fr"],
    )


class NeedRead(BaseModel):
    """A need; who asked is not shown, the platform writes to them."""

    id: UUID
    network_id: UUID
    theme_codes: list[str]
    territory_code: str | None
    audience: Audience
    wish: str
    preferred_format: EventFormat | None
    preferred_period: str
    on_behalf: bool = Field(description="An organiser noted it for somebody else.")
    status: NeedStatus
    status_label: str = Field(examples=["À étudier"])
    reason: str | None = Field(description="What was answered.")
    merged_into_id: UUID | None
    event_id: UUID | None = Field(description="The event prepared for it, once whoever reads may see it.")
    created_at: LocalInstant
    version: int = Field(examples=[1])


class NeedGroup(BaseModel):
    """How many open needs are about one theme, somewhere, for a public. A need of two themes is counted under each."""

    theme_code: str | None = Field(examples=["participation"])
    theme_label: str | None = Field(examples=["Participation des habitants"])
    territory_code: str | None = Field(examples=["11069"])
    territory_label: str | None = Field(examples=["Carcassonne"])
    audience: Audience
    count: int = Field(examples=[12])
    oldest_at: AwareDatetime
    need_ids: list[UUID] = Field(description="The first 200, the oldest first: what `conversion` takes.")


class Merging(BaseModel):
    """Which need says the same."""

    model_config = ConfigDict(extra="forbid")

    into_id: UUID
    reason: Reason = Field(examples=["Même demande."])


class Answer(BaseModel):
    """What whoever asked will read."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(examples=["Une journée sur ce sujet est prévue par le centre voisin en mars."])


class Conversion(BaseModel):
    """Needs an event is prepared for."""

    model_config = ConfigDict(extra="forbid")

    need_ids: list[UUID] = Field(min_length=1, max_length=200)
    title: Name = Field(examples=["Animer un conseil citoyen"])
    format: EventFormat = EventFormat.JOURNEE
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(paragraphs)] = ""
