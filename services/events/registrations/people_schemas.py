"""What callers send and receive about changes, decisions, lists and needs."""

from enum import Enum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints, model_validator

from services.common.language import Text
from services.common.texts import Name, ShortName

from ..agenda.schemas import Audience, Line, LocalInstant, Reason
from .schemas import (
    Answers,
    AttendeeWrite,
    Mode,
    NeedsWrite,
    RegistrationCreate,
    RegistrationRead,
    RegistrationState,
    TerritoryCode,
)

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+(). -]{0,40}$"), Field(examples=["04 68 00 00 00"])]


class RegistrationUpdate(BaseModel):
    """What changes of who answers for the registration."""

    model_config = ConfigDict(extra="forbid")

    contact_name: Name | None = Field(None, examples=["Dominique Exemple"])
    contact_email: EmailStr | None = Field(None, description="Counts once the new address has confirmed.")
    contact_phone: Phone | None = None


class AttendeeUpdate(BaseModel):
    """What changes of a participant; who they are is a replacement, how they take part a change of mode."""

    model_config = ConfigDict(extra="forbid")

    given_name: ShortName | None = Field(None, description="To mend its spelling.")
    family_name: ShortName | None = None
    email: EmailStr | None = Field(None, description="Null: the contact's.")
    function: Line | None = None
    organisation_name: Line | None = None
    organisation_id: UUID | None = None
    audience: Audience | None = None
    territory_code: TerritoryCode | None = None
    answers: Answers | None = Field(
        None, description="Those that change; null takes an answer back. Then the form as it is now counts."
    )


class ModeChange(BaseModel):
    """How they will take part."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode = Field(examples=["visio"])


class Replacement(BaseModel):
    """The colleague who comes instead; they take part in the same way."""

    model_config = ConfigDict(extra="forbid")

    given_name: ShortName = Field(examples=["Dominique"])
    family_name: ShortName = Field(examples=["Exemple"])
    email: EmailStr | None = None
    function: Line = ""
    organisation_name: Line = ""
    organisation_id: UUID | None = None
    audience: Audience = Field(examples=["association"])
    territory_code: TerritoryCode | None = None
    answers: Answers = {}
    needs: NeedsWrite | None = None

    def in_mode(self, mode: Mode) -> AttendeeWrite:
        return AttendeeWrite(mode=mode, **{name: getattr(self, name) for name in type(self).model_fields})


class RegistrationChanged(RegistrationRead):
    """The registration as it is now."""

    email_to_confirm: str | None = Field(None, description="A new address of the contact that has not confirmed yet.")


class EmailChangeRead(BaseModel):
    """A new address for the contact of a registration."""

    code: str = Field(examples=["7KQ29FVM"])
    email: str
    due_at: LocalInstant
    confirmed_at: LocalInstant | None


class LinkRequestWrite(BaseModel):
    """Whose registration, to what."""

    model_config = ConfigDict(extra="forbid")

    event: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] = Field(
        description="The event's reference or id.", examples=["CRDSU-2027-0042"]
    )
    email: EmailStr


class LinkRequestRead(BaseModel):
    """Always the same, whatever exists."""

    message: str = Field(examples=["Si une inscription existe pour cette adresse, son lien vient d'y être envoyé."])


class DecisionKind(Enum):
    """What an organiser says to a request."""

    APPROVAL = "approval"
    REFUSAL = "refusal"


class RegistrationDecision(BaseModel):
    """One yes or one no."""

    model_config = ConfigDict(extra="forbid")

    registration_id: UUID
    version: int = Field(ge=1, description="The version that was read.", examples=[2])
    decision: DecisionKind
    reason: Reason | None = Field(None, description="Of a refusal; the person reads it.")

    @model_validator(mode="after")
    def _a_refusal_says_why(self) -> Self:
        if self.decision is DecisionKind.REFUSAL and self.reason is None:
            raise ValueError(Text("Un refus dit pourquoi.", "A refusal says why."))
        return self


class DecisionsWrite(BaseModel):
    """Several decisions at once."""

    model_config = ConfigDict(extra="forbid")

    decisions: list[RegistrationDecision] = Field(min_length=1, max_length=100)


class DecisionProblem(BaseModel):
    """Why this one was not carried out."""

    type: str
    title: str
    status: int


class RegistrationDecisionRead(BaseModel):
    """What became of one of them; the others do not depend on it."""

    registration_id: UUID
    state: RegistrationState | None = Field(description="Null when there was a problem.")
    rank: int | None
    problem: DecisionProblem | None


class DecisionsRead(BaseModel):
    """In the order they were sent."""

    items: list[RegistrationDecisionRead]


class RegisteredBySomebody(RegistrationCreate):
    """Somebody registered by an organiser: by telephone, by letter, or because they were invited."""


class MoveWrite(BaseModel):
    """Where to."""

    model_config = ConfigDict(extra="forbid")

    session_id: UUID


class AttendeeListed(BaseModel):
    """A participant, with their registration."""

    id: UUID
    registration_id: UUID
    session_id: UUID | None
    code: str = Field(examples=["7KQ29FVM"])
    state: RegistrationState
    state_label: str = Field(examples=["Inscrit"])
    given_name: str
    family_name: str
    email: str = Field(description="Theirs, or the contact's.")
    function: str
    organisation_name: str
    organisation_id: UUID | None
    audience: Audience
    territory_code: str | None
    mode: Mode
    has_seat: bool
    answers: dict[str, Any]
    contact_name: str
    contact_email: str
    registered_at: LocalInstant
    left_at: LocalInstant | None


class AnswerCount(BaseModel):
    """How many gave this answer."""

    value: Any
    count: int


class FormQuestionSummary(BaseModel):
    """A question, and what was answered."""

    key: str = Field(examples=["atelier"])
    title: str = Field(examples=["Atelier souhaité"])
    answered: int
    counts: list[AnswerCount] | None = Field(description="Null for free text.")


class AnswersSummary(BaseModel):
    """What participants answered so far; those who left or cancelled are not counted."""

    attendees: int
    questions: list[FormQuestionSummary]


class NeedsRead(BaseModel):
    """What one participant needs."""

    attendee_id: UUID
    given_name: str
    family_name: str
    mode: Mode
    has_seat: bool
    dietary: str
    dietary_kinds: list[str]
    accessibility: str
    accessibility_kinds: list[str]


class KindCount(BaseModel):
    """How many, without names."""

    kind: str = Field(examples=["vegetarian"])
    label: str = Field(examples=["Végétarien"])
    count: int


class NeedsCounts(BaseModel):
    """For the caterer and the venue: people who have a seat, without names."""

    people: int = Field(description="Who have a seat on site.")
    dietary: list[KindCount]
    dietary_in_words: int = Field(description="Who wrote something about meals that only the list tells.")
    accessibility: list[KindCount]
    accessibility_in_words: int


DIETARY_LABELS = {
    "vegetarian": "Végétarien",
    "vegan": "Végétalien",
    "no_pork": "Sans porc",
    "halal": "Halal",
    "kosher": "Casher",
    "gluten_free": "Sans gluten",
    "lactose_free": "Sans lactose",
    "nut_allergy": "Allergie aux fruits à coque",
    "seafood_allergy": "Allergie aux produits de la mer",
    "other": "Autre régime",
}
ACCESSIBILITY_LABELS = {
    "wheelchair": "Fauteuil roulant",
    "reduced_mobility": "Mobilité réduite",
    "hearing_loop": "Boucle magnétique",
    "sign_language": "Interprétation en langue des signes",
    "captions": "Sous-titrage",
    "large_print": "Gros caractères",
    "visual_guidance": "Guidage visuel",
    "companion": "Accompagnant",
    "other": "Autre besoin",
}
