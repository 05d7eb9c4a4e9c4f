"""What callers send and receive about saved searches and followed documents."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from services.common.texts import Name

from ..documents.schemas import DocumentSummary
from ..search.schemas import Criteria
from .models import Frequency

__all__ = ["Frequency"]

#: An address nobody guesses: what is in it is signed.
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$", examples=["cwGQI8y2d0yYbVdOkE0mXqk3yq1o0m3dM2c4o3nqkQm5w1m7"])]
FeedFormat = Literal["atom", "rss"]


class SavedSearchCreate(BaseModel):
    """A search to be told about."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Participation dans l'Aude"])
    criteria: Criteria = Field(examples=[{"q": "conseil citoyen", "theme": ["participation"], "territory": ["11"]}])
    frequency: Frequency = Field(Frequency.WEEKLY, description="`never`: no mail, the feed only.")


class SavedSearchUpdate(BaseModel):
    """What changes; `criteria` is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    criteria: Criteria | None = None
    frequency: Frequency | None = None


class FeedAddresses(BaseModel):
    """Addresses for a feed reader. Whoever has them reads the feed; it holds public documents only."""

    atom: str
    rss: str


class SavedSearchRead(BaseModel):
    """A saved search, as its owner sees it."""

    id: UUID
    name: str = Field(examples=["Participation dans l'Aude"])
    criteria: Criteria
    frequency: Frequency
    feeds: FeedAddresses
    created_at: datetime
    version: int = Field(examples=[1])


class FollowRead(BaseModel):
    """A document one follows."""

    document_id: UUID
    since: datetime


class FollowedDocument(FollowRead):
    """In the list: with the document, or null when it is public no more."""

    document: DocumentSummary | None


class MySubscriptions(BaseModel):
    """Everything kept about the caller here."""

    email: str | None = Field(
        description="Where mails go; null when nothing is mailed.", examples=["nadia.benali@asso.example.org"]
    )
    saved_searches: list[SavedSearchRead]
    followed_document_ids: list[UUID]
