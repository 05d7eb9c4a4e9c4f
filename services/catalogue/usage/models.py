"""Tables of views and downloads: numbers per document and month, nothing about who reads."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from ..tables import Base


class MonthlyUsage(Base, table=True):
    """How often a document was read in a month of Paris (`month` is its first day).

    No foreign key: writing a count would otherwise wait for whoever is changing the document, and a count is never refused.
    """

    __tablename__ = "document_usage"
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month_begins"),
        CheckConstraint("views >= 0 AND downloads >= 0", name="counts"),
        Index("ix_document_usage_centre", "centre_id", "month", "document_id"),
        # Read alone when what is most read is summed.
        Index("ix_document_usage_month", "month", "document_id", postgresql_include=["views", "downloads"]),
    )

    document_id: UUID = Field(primary_key=True)
    month: date = Field(primary_key=True)
    centre_id: UUID
    views: int = 0
    downloads: int = 0
