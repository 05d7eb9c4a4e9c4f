"""What callers send and receive about surveys."""

from datetime import date
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.common.language import Text
from services.common.texts import paragraphs

from ..agenda.schemas import LocalInstant

_MOST_DEPTH, _MOST_SIGNS = 5, 20_000


class SurveyState(Enum):
    """Where a survey stands."""

    PREPARED = "prepared"
    OPEN = "open"
    CLOSED = "closed"


STATE_LABELS = {SurveyState.PREPARED: "En préparation", SurveyState.OPEN: "Ouvert", SurveyState.CLOSED: "Clos"}


def _bounded(answers: dict[str, Any]) -> dict[str, Any]:
    cleaned, signs = _cleaned(answers, 0)
    if signs > _MOST_SIGNS:
        raise ValueError(Text("Les réponses sont trop longues.", "The answers are too long."))
    found: dict[str, Any] = cleaned
    return found


def _cleaned(value: Any, depth: int) -> tuple[Any, int]:
    """The value without invisible characters, and how many characters it holds."""
    if depth > _MOST_DEPTH:
        raise ValueError(Text("Les réponses sont trop imbriquées.", "The answers are nested too deep."))
    if isinstance(value, str):
        text = paragraphs(value)
        return text, len(text)
    if isinstance(value, dict):
        pairs = [(paragraphs(name), _cleaned(each, depth + 1)) for name, each in value.items()]
        return {name: found for name, (found, _) in pairs}, sum(len(name) + signs for name, (_, signs) in pairs)
    if isinstance(value, list):
        items = [_cleaned(each, depth + 1) for each in value]
        return [found for found, _ in items], sum(signs + 1 for _, signs in items)
    return value, 8


class SurveyWrite(BaseModel):
    """What will be asked, and until when."""

    model_config = ConfigDict(extra="forbid")

    form: dict[str, Any] | None = Field(
        None, description="JSON Schema (2020-12) of an object, one property for each question; null: the usual questions."
    )
    closes_on: date | None = Field(
        None, description="Last day to answer, in Paris; null: `EVENTS_SURVEY_DAYS` after it opens.", examples=["2027-04-15"]
    )
    automatic: bool = Field(True, description="It opens by itself once the event is held.")


class SurveyRead(BaseModel):
    """A survey, as organisers see it."""

    id: UUID
    event_id: UUID
    state: SurveyState
    state_label: str = Field(examples=["Ouvert"])
    form: dict[str, Any]
    automatic: bool
    closes_on: date | None
    opened_at: LocalInstant | None
    closed_at: LocalInstant | None
    invited_count: int = Field(description="People who were sent a link.")
    answered_count: int
    version: int


class SurveyToAnswer(BaseModel):
    """A survey, as who holds a link sees it."""

    event_title: str = Field(examples=["La parole des habitants"])
    event_reference: str = Field(examples=["CRDSU-2027-0042"])
    state: SurveyState
    form: dict[str, Any]
    closes_on: date | None
    answered: bool = Field(description="An answer was given by this link: it cannot be changed, nobody knows which one it is.")


class AnswersWrite(BaseModel):
    """What somebody answers."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[str, Any], AfterValidator(_bounded)] = Field(
        examples=[{"rating": 4, "useful": "yes", "change": "Plus de temps d'échange."}]
    )


class Thanks(BaseModel):
    """The answer is there, without its author."""

    received: bool = True
    said: str = Field(examples=["Merci. Votre réponse est anonyme : elle ne peut plus être modifiée."])


class QuestionKind(Enum):
    """How answers to a question are counted."""

    RATING = "rating"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"


class ChoiceCount(BaseModel):
    """How many chose this."""

    value: Any = Field(examples=["yes"])
    label: str = Field(examples=["Oui"])
    count: int


class QuestionResult(BaseModel):
    """What was answered to a question."""

    name: str = Field(examples=["rating"])
    title: str
    kind: QuestionKind
    count: int = Field(description="How many answered it.")
    mean: float | None = Field(None, description="Of a rating, to two decimals.", examples=[4.25])
    counts: list[ChoiceCount] = Field([], description="Of each choice, or each step of the rating, in the form's order.")
    texts: list[str] = Field([], description="In alphabetical order; shown from three answers to the survey on.")
    texts_withheld: bool = Field(False, description="Too few answers for texts to stay anonymous.")


class SurveyResults(BaseModel):
    """What people said."""

    event_id: UUID
    state: SurveyState
    invited_count: int
    answered_count: int
    share: float | None = Field(description="Answers over invitations, between 0 and 1; null when nobody was invited.")
    questions: list[QuestionResult]
