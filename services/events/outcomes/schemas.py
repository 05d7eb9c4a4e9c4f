"""What callers send and receive about outcomes, and what the catalogue tells of documents."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import one_line

from ..agenda.schemas import LocalInstant, Paragraphs
from ..networks.schemas import WebAddress
from .models import OutcomeRole as OutcomeRole

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), AfterValidator(one_line)]


class OutcomeState(Enum):
    """Where an outcome stands: kept until the catalogue takes it, a draft of the centre, published, withdrawn."""

    WAITING = "waiting"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    OutcomeState.WAITING: "En attente du catalogue",
    OutcomeState.PROPOSED: "Proposé au centre de ressources",
    OutcomeState.PUBLISHED: "Publié",
    OutcomeState.WITHDRAWN: "Retiré",
}


class OutcomeCreate(BaseModel):
    """Something the event leaves."""

    model_config = ConfigDict(extra="forbid")

    role: OutcomeRole
    title: Title = Field(examples=["Replay : la parole des habitants"])
    url: WebAddress | None = Field(None, description="Where it is seen or read; a replay is not published without.")
    abstract: Paragraphs = Field("", examples=["Trois conseils citoyens racontent leur première année."])


class OutcomeRead(BaseModel):
    """An outcome, as organisers see it."""

    id: UUID
    event_id: UUID
    role: OutcomeRole
    title: str
    url: str | None
    abstract: str
    state: OutcomeState
    state_label: str = Field(examples=["Proposé au centre de ressources"])
    centre_id: UUID = Field(description="The resource centre it is proposed to.")
    document_id: UUID | None = Field(description="The published document of the catalogue made of it.")
    reference: str | None = Field(examples=["VTLR-2027-0042"])
    permalink: str | None
    published_at: LocalInstant | None
    created_at: LocalInstant
    version: int


class ToldDocument(BaseModel):
    """`data` of the catalogue's `document.published` and `document.withdrawn`; what is not named here is not kept."""

    document_id: UUID
    event_id: UUID
    reference: str
    title: str
    kind: str = ""
    permalink: str = ""
    origin: str | None = None
    #: How the document relates to the event; registrants are told of its supports only.
    relation: str = ""
