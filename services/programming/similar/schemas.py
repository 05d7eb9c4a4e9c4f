"""What is sent and received about similar actions and overlaps."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, computed_field

from services.common.pagination import Cursor, Limit
from services.common.texts import paragraphs

from .models import OverlapKind

Share = Annotated[float, Field(ge=0, le=1, examples=[0.83])]
_Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(paragraphs)]

KIND_LABELS = {OverlapKind.PROBABLE_DUPLICATE: "Doublon probable", OverlapKind.OVERLAP: "Recoupement"}


class SimilarityReason(BaseModel):
    """One of the four reasons an action is similar."""

    code: Literal["theme", "qpv", "public", "period"]
    label: Annotated[str, Field(description="In French.", examples=["Même quartier"])]
    share: Share
    values: Annotated[list[str], Field(description="What is in common: codes or publics.", examples=[["QP011002"]])]


class SimilarAction(BaseModel):
    """An action of another holder that accepted to be found. No amount, no opinion, no decision, no address."""

    dossier_id: UUID
    title: Annotated[str, Field(examples=["Ateliers sociolinguistiques"])]
    holder_name: Annotated[str, Field(examples=["La Voisine fictive"])]
    objective_codes: Annotated[list[str], Field(description="Objectives and transversal concerns.", examples=[["2"]])]
    qpv_codes: Annotated[list[str], Field(examples=[["QP011002"]])]
    publics: Annotated[list[str], Field(examples=[["adultes"]])]
    starts_on: date | None
    ends_on: date | None
    score: Share
    why: Annotated[list[SimilarityReason], Field(description="Strongest first.")]


class VisibilityRead(BaseModel):
    """Whether other holders of the contract may find this action."""

    visible: bool
    given_at: Annotated[AwareDatetime | None, Field(description="Since when; null when they may not.")]


class HolderMessageCreate(BaseModel):
    """What one holder writes to another. Your organisation's name and the title of your dossier are told with it."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[
        _Said,
        Field(max_length=4000, examples=["Bonjour, nous préparons des ateliers proches des vôtres : pouvons-nous en parler ?"]),
    ]


class HolderMessageSent(BaseModel):
    """The message left; the answer comes by mail to your dossier's contact."""

    id: UUID
    dossier_id: Annotated[UUID, Field(description="Written to.")]
    written_at: AwareDatetime
    answers_to: Annotated[str, Field(description="Your own address, to which the other holder answers.")]


class OverlapReason(BaseModel):
    code: Literal["text", "title", "qpv_objective", "period", "holder", "budget"]
    label: Annotated[str, Field(description="In French.", examples=["Texte commun : 83 % du plus court"])]
    share: Share


class OverlapDossier(BaseModel):
    """One of the two, as those who instruct it name it."""

    id: UUID
    campaign_id: UUID
    reference: str | None
    title: str
    holder_name: str


class DismissalRead(BaseModel):
    organisation_id: UUID
    reason: str
    dismissed_at: AwareDatetime


class OverlapRead(BaseModel):
    """Two dossiers you instruct that may be one action, or share a part. Their holders never see it."""

    id: UUID
    kind: OverlapKind
    score: Share
    shared_text: Annotated[float, Field(ge=0, le=1, description="How much of the shorter text the other one holds.")]
    why: Annotated[list[OverlapReason], Field(description="Heaviest first.")]
    passages: Annotated[list[str], Field(description="The longest passages they share, quoted.")]
    first: OverlapDossier
    second: OverlapDossier
    found_at: AwareDatetime
    dismissals: Annotated[list[DismissalRead], Field(description="By your organisations.")]

    @computed_field(examples=["Doublon probable"])  # type: ignore[prop-decorator]
    @property
    def kind_label(self) -> str:
        return KIND_LABELS[self.kind]


class OverlapListing(BaseModel):
    """Filters of a listing of overlaps."""

    sort: Literal["-score", "-found_at"] = "-score"
    limit: Limit = 20
    cursor: Cursor = None
    kind: list[OverlapKind] | None = None
    dismissed: Annotated[
        bool | None, Field(None, description="true: those an organisation of yours dismissed; false: those none did.")
    ]


class DismissalCreate(BaseModel):
    """Why the two dossiers are nothing to your organisation."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: Annotated[UUID, Field(description="In whose name: a funder both dossiers ask, or the team.")]
    reason: Annotated[_Said, Field(max_length=1000, examples=["Deux ateliers distincts, deux groupes, un intervenant commun."])]
