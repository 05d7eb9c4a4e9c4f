"""What callers send and receive about questions."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.texts import Name

from ..documents.schemas import DocumentSummary, LongText, Paragraphs, Title
from ..vocabulary.schemas import TerritoryCode, ThemeCode
from .models import Closing, QuestionState, Side

__all__ = ["Closing", "QuestionState", "Side"]

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
DocumentIds = Annotated[list[UUID], Field(max_length=50)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeskWrite(_Sent):
    """How the centre keeps its desk."""

    is_open: bool = Field(description="Whether new questions are taken.")
    answer_within_days: int = Field(ge=1, le=90, description="What is promised, in calendar days.", examples=[7])
    opening: Paragraphs = Field("", description="Who may ask, and when.", examples=["Ouvert aux acteurs du réseau."])


class DeskRead(BaseModel):
    """The question desk of a centre."""

    centre_id: UUID
    is_open: bool
    answer_within_days: int = Field(description="In calendar days.", examples=[7])
    opening: str
    updated_at: datetime
    version: int = Field(examples=[1])


class DelayRead(BaseModel):
    """How fast the questions asked in a year were answered. Below five answers nothing is told."""

    year: int = Field(examples=[2026])
    answered: int | None = Field(description="Questions answered; null below five.", examples=[42])
    median_days: float | None = Field(description="From the day of asking to the day of the first answer.", examples=[3.5])
    kept_share: float | None = Field(description="Answered by the day promised.", examples=[0.95])


class DelaysRead(BaseModel):
    """The delays of a desk, the latest year first."""

    items: list[DelayRead]


class QuestionCreate(_Sent):
    """What an actor asks."""

    centre_id: UUID
    subject: Name = Field(examples=["Financer un café associatif"])
    text: Said = Field(examples=["Nous cherchons des exemples de cafés associatifs tenus par des habitants."])
    reply_email: EmailStr = Field(
        description="Where to say that an answer waits. Nobody else sees it; it is erased some months after the closing.",
        examples=["camille@asso.example"],
    )
    theme_codes: list[ThemeCode] = Field(default_factory=list, max_length=20)
    territory_codes: list[TerritoryCode] = Field(default_factory=list, max_length=50)
    needed_by: date | None = Field(None, description="A wish; what is promised is the desk's delay.")


class MessageWrite(_Sent):
    """What is said, with documents."""

    text: Said = Field(examples=["Voici trois fiches qui devraient vous aider."])
    document_ids: DocumentIds = Field(default_factory=list, description="Documents to read.")
    even_if_hidden: bool = Field(False, description="Propose documents the asker may not read (yet) all the same.")


class Reassignment(_Sent):
    """To whom the question goes."""

    to: UUID = Field(description="Account of a documentalist of the centre.")


class Reopening(_Sent):
    """What is still missing."""

    text: Said = Field(examples=["Merci, mais il me manque le budget."])


class QuestionClosing(_Sent):
    """Why the desk closes it; the asker is told."""

    reason: Said = Field(max_length=2000, examples=["Hors du champ du centre : voyez l'ADIL."])


class FaqWrite(_Sent):
    """A frequent question made of it, written anew: nothing is copied from what was asked or answered."""

    title: Title = Field(examples=["Comment financer un café associatif ?"])
    question: LongText = Field(min_length=1, examples=["Quels financements pour un café tenu par des habitants ?"])
    answer: LongText = Field(min_length=1, examples=["Trois sources se combinent…"])
    abstract: Paragraphs = ""
    theme_codes: list[ThemeCode] | None = Field(None, max_length=20, description="Those of the question by default.")
    territory_codes: list[TerritoryCode] | None = Field(
        None, max_length=50, description="None by default: a small place tells who asked."
    )
    document_ids: DocumentIds | None = Field(
        None, description="What it is about; the documents proposed in the answers by default."
    )


class QuestionSummary(BaseModel):
    """A question in a list."""

    id: UUID
    centre_id: UUID
    reference: str = Field(examples=["VTLR-Q2026-0042"])
    subject: str = Field(description="Empty once the question was anonymised.")
    state: QuestionState
    theme_codes: list[str]
    territory_codes: list[str]
    needed_by: date | None
    asked_at: datetime
    due_on: date = Field(description="Day an answer is promised for.")
    is_overdue: bool
    taken_by: UUID | None = Field(description="Account of the documentalist who sees to it; null for the asker.")
    answered_at: datetime | None
    closed_at: datetime | None


class QuestionRead(QuestionSummary):
    """A question, for who asked it and for the desk."""

    text: str
    reply_email: str | None = Field(description="For the asker only.")
    taken_at: datetime | None
    reopened_at: datetime | None
    reopenable_until: date | None = Field(description="Last day the asker may reopen it.")
    closing: Closing | None
    closing_reason: str
    faq_document_id: UUID | None = Field(description="Draft made of it, for the desk.")
    anonymised_at: datetime | None
    version: int = Field(examples=[1])


class MessageRead(BaseModel):
    """What one side said."""

    id: UUID
    side: Side
    is_answer: bool
    text: str
    documents: list[DocumentSummary] = Field(description="Those the reader may read.")
    sent_at: datetime
