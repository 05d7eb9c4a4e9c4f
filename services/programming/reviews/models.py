"""Table of the reviews."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..dossiers.schemas import Opinion
from ..tables import Base


class ReviewStatus(Enum):
    TO_REVIEW = "to_review"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    #: The dossier was withdrawn.
    VOID = "void"


class Review(Base, table=True):
    """One funder's instruction of one dossier. What its list shows is kept here: a submitted dossier no longer changes."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint("proposed_cents BETWEEN 0 AND asked_cents", name="proposed_within_ask"),
        Index("ix_reviews_queue", "funder_id", "campaign_id", "id"),
        Index("ix_reviews_campaign", "campaign_id", "id"),
        Index("ix_reviews_dossier", "dossier_id"),
    )

    id: UUID = identity()
    request_id: UUID = Field(foreign_key="funding_requests.id")
    dossier_id: UUID
    campaign_id: UUID
    funder_id: UUID
    lead_organisation_id: UUID
    reference: str = Field(max_length=40)
    title: str = Field(max_length=300)
    holder_name: str = Field(max_length=300)
    asked_cents: int = Field(sa_type=BigInteger)
    status: ReviewStatus = choice(ReviewStatus, "status", default=ReviewStatus.TO_REVIEW)
    assignee_id: UUID | None = None
    scores: dict[str, Any] = jsonb(dict)
    weighted_score: float | None = None
    opinion: Opinion | None = choice(Opinion, "opinion", default=None, nullable=True)
    proposed_cents: int | None = Field(default=None, sa_type=BigInteger)
    internal_comment: str = ""
    holder_comment: str = ""
    opened_at: datetime = instant()
    completed_at: datetime | None = instant(optional=True)
    version: int = 1
