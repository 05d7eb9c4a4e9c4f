"""What callers send and receive about newsletters."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.texts import Name

from .models import NewsletterState, SubscriberState

__all__ = ["NewsletterState", "SubscriberState"]

Markdown = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000)]
#: One spelling for one address: nobody is written to twice.
Address = Annotated[EmailStr, AfterValidator(str.casefold), Field(max_length=254, examples=["nadia.benali@asso.example.org"])]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SelectedDocument(_Part):
    """A public document, in its place."""

    kind: Literal["document"]
    document_id: UUID
    comment: Markdown = Field("", description="Markdown, without HTML.", examples=["À lire avant la réunion du 12."])


class Paragraph(_Part):
    """Free words between documents."""

    kind: Literal["paragraph"]
    text: Markdown = Field(min_length=1, description="Markdown, without HTML.", examples=["## À l'agenda\n\nLe 12, à Carcassonne."])


Item = Annotated[SelectedDocument | Paragraph, Field(discriminator="kind")]
Items = Annotated[list[Item], Field(max_length=60, examples=[[{"kind": "paragraph", "text": "Bonne lecture."}]])]


class NewsletterCreate(_Part):
    """A newsletter being written."""

    subject: Name = Field(examples=["La lettre du centre, novembre"])
    introduction: Markdown = Field("", description="Markdown, without HTML.", examples=["Bonjour, voici ce qui est paru."])
    items: Items = []


class NewsletterUpdate(_Part):
    """What changes; `items` are replaced as a whole."""

    subject: Name | None = None
    introduction: Markdown | None = None
    items: Items | None = None


class DroppedDocument(BaseModel):
    """A document selected that could not be in what was sent."""

    document_id: UUID
    title: str | None = Field(description="Null when it is public no more: readers of the newsletter are not told.")


class Progress(BaseModel):
    """How far the sending went."""

    total: int = Field(description="Addresses confirmed when it was sent.", examples=[250])
    written: int = Field(
        description="Mails written so far; who unsubscribed meanwhile is counted but not written to.", examples=[250]
    )


class NewsletterRead(BaseModel):
    """A newsletter, as its centre sees it."""

    id: UUID
    centre_id: UUID
    subject: str = Field(examples=["La lettre du centre, novembre"])
    introduction: str
    items: list[Item]
    state: NewsletterState
    dropped: list[DroppedDocument]
    document_id: UUID | None = Field(description="Its archive in the catalogue, once sent.")
    recipients: Progress
    sending_at: datetime | None
    updated_at: datetime
    version: int = Field(examples=[1])


class NewsletterSummary(BaseModel):
    """A line of the list."""

    id: UUID
    subject: str = Field(examples=["La lettre du centre, novembre"])
    state: NewsletterState
    document_id: UUID | None
    sending_at: datetime | None
    updated_at: datetime


class Preview(BaseModel):
    """The mail as it would leave now."""

    subject: str = Field(examples=["La lettre du centre, novembre"])
    html: str
    text: str
    dropped: list[DroppedDocument]


class NewsletterAudience(BaseModel):
    """How many addresses a centre's newsletter has; nobody reads which."""

    confirmed: int = Field(examples=[250])
    pending: int = Field(examples=[3])


class NewsletterSubscriptionCreate(_Part):
    """An address to subscribe."""

    email: Address


class SubscriptionAsked(BaseModel):
    """The same answer whether or not the address is known."""

    message: str = Field(
        description="To be shown as it is.", examples=["Si cette adresse peut recevoir ce message, il vient de lui être envoyé."]
    )
