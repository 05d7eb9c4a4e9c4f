"""What callers receive about views and downloads."""

from uuid import UUID

from pydantic import BaseModel, Field

from ..documents.schemas import DocumentSummary


class MonthRead(BaseModel):
    """A month of Paris."""

    month: str = Field(description="Year and month.", examples=["2026-11"])
    views: int = Field(examples=[42])
    downloads: int = Field(examples=[7])


class UsageRead(BaseModel):
    """How much a document is read: readers are counted, never known."""

    document_id: UUID
    views: int = Field(description="Since the document is published.", examples=[1234])
    downloads: int = Field(examples=[310])
    months: list[MonthRead] | None = Field(
        description="The last months first, for the centre's documentalists; null for other readers."
    )


class MostRead(BaseModel):
    """A document, and how much it was read over the months asked for."""

    document: DocumentSummary
    views: int = Field(examples=[120])
    downloads: int = Field(examples=[31])
