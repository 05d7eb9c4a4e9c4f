"""Tables of the reviews, of their readings, of what funders choose for them, of conflicts of interest."""

from datetime import date, datetime
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


_UNASSIGNED = "assignee_id IS NULL AND status IN ('to_review', 'in_progress')"


class Review(Base, table=True):
    """One funder's instruction of one dossier. What its list shows is kept here: a submitted dossier no longer changes."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint("proposed_cents BETWEEN 0 AND asked_cents", name="proposed_within_ask"),
        Index("ix_reviews_queue", "funder_id", "campaign_id", "id"),
        Index("ix_reviews_campaign", "campaign_id", "id"),
        Index("ix_reviews_dossier", "dossier_id"),
        Index("ix_reviews_unassigned", "funder_id", "campaign_id", postgresql_where=_UNASSIGNED),
        Index("ix_reviews_assignee", "assignee_id", "id", postgresql_where="assignee_id IS NOT NULL"),
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
    #: Given by the funder's rules: by hand, the rules leave it alone.
    assigned_by_rule: bool = False
    scores: dict[str, Any] = jsonb(dict)
    #: A few words beside a score, by criterion.
    score_comments: dict[str, Any] = jsonb(dict)
    #: Who last wrote a score, an avis or an amount; null on what was written before it was kept.
    scorer_id: UUID | None = None
    weighted_score: float | None = None
    opinion: Opinion | None = choice(Opinion, "opinion", default=None, nullable=True)
    proposed_cents: int | None = Field(default=None, sa_type=BigInteger)
    internal_comment: str = ""
    holder_comment: str = ""
    opened_at: datetime = instant()
    completed_at: datetime | None = instant(optional=True)
    #: The submission of the dossier it was written on; null while nothing is written.
    submission_number: int | None = None
    version: int = 1


class ReviewSettings(Base, table=True):
    """What a funder chooses for its reviews of a campaign."""

    __tablename__ = "review_settings"
    __table_args__ = (
        UniqueConstraint("campaign_id", "funder_id"),
        CheckConstraint("readings BETWEEN 1 AND 5", name="some_readings"),
    )

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    funder_id: UUID
    review_due_on: date | None = None
    #: How many people read each request on their own before the review is given; 1 is no reading besides the review itself.
    readings: int = 1
    hides_holder: bool = False
    #: Reviews that open follow the funder's rules.
    follows_rules: bool = False
    version: int = 1


class ReviewReadingStatus(Enum):
    TO_READ = "to_read"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    SET_ASIDE = "set_aside"


class ReviewReading(Base, table=True):
    """One person's own reading of a request; the funder's review draws on them and stays one per request."""

    __tablename__ = "review_readings"
    __table_args__ = (
        UniqueConstraint("review_id", "reader_id"),
        CheckConstraint("(status = 'completed') <= (completed_at IS NOT NULL)", name="completed_is_dated"),
        Index("ix_review_readings_reader", "reader_id", "id"),
        Index("ix_review_readings_campaign", "campaign_id", "funder_id"),
    )

    id: UUID = identity()
    review_id: UUID = Field(foreign_key="reviews.id")
    dossier_id: UUID = Field(index=True)
    campaign_id: UUID
    funder_id: UUID
    reader_id: UUID
    status: ReviewReadingStatus = choice(ReviewReadingStatus, "status", default=ReviewReadingStatus.TO_READ)
    scores: dict[str, Any] = jsonb(dict)
    score_comments: dict[str, Any] = jsonb(dict)
    weighted_score: float | None = None
    opinion: Opinion | None = choice(Opinion, "opinion", default=None, nullable=True)
    proposed_cents: int | None = Field(default=None, sa_type=BigInteger)
    comment: str = ""
    assigned_at: datetime = instant()
    completed_at: datetime | None = instant(optional=True)
    #: The submission of the dossier it was written on; null while nothing is written.
    submission_number: int | None = None
    version: int = 1


class ConflictKind(Enum):
    FAMILY = "family"
    EMPLOYMENT = "employment"
    BOARD_MEMBER = "board_member"
    OTHER = "other"


class ReviewConflict(Base, table=True):
    """Somebody who instructs for a funder has an interest in a dossier, or in an organisation and all its dossiers."""

    __tablename__ = "review_conflicts"
    __table_args__ = (
        CheckConstraint("(dossier_id IS NULL) <> (organisation_id IS NULL)", name="about_one_thing"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawal_reason IS NULL)", name="withdrawn_with_a_reason"),
        Index(
            "uq_review_conflicts_dossier",
            *("funder_id", "account_id", "dossier_id"),
            unique=True,
            postgresql_where="withdrawn_at IS NULL AND dossier_id IS NOT NULL",
        ),
        Index(
            "uq_review_conflicts_organisation",
            *("funder_id", "account_id", "organisation_id"),
            unique=True,
            postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL",
        ),
        Index("ix_review_conflicts_account", "account_id", postgresql_where="withdrawn_at IS NULL"),
        Index("ix_review_conflicts_funder", "funder_id", "id"),
        Index("ix_review_conflicts_of_dossier", "dossier_id", postgresql_where="dossier_id IS NOT NULL"),
        Index("ix_review_conflicts_of_organisation", "organisation_id", postgresql_where="organisation_id IS NOT NULL"),
    )

    id: UUID = identity()
    funder_id: UUID
    account_id: UUID
    #: As the directory told it that day, for the minutes.
    person_name: str = Field(max_length=200)
    #: No foreign key: its share of the dossier's row would cross the path of who gives an avis (review, then dossier).
    dossier_id: UUID | None = None
    organisation_id: UUID | None = None
    #: The dossier's reference or the organisation's name.
    about: str = Field(max_length=300)
    kind: ConflictKind = choice(ConflictKind, "kind")
    details: str = ""
    declared_by: UUID
    declared_at: datetime = instant()
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = instant(optional=True)
    withdrawal_reason: str | None = None
    version: int = 1


class SetAside(Base, table=True):
    """What somebody in conflict had written in a review: kept, flagged, left out of every sum. `stands` when a committee had spoken."""

    __tablename__ = "reviews_set_aside"
    __table_args__ = (UniqueConstraint("review_id", "conflict_id"), Index("ix_reviews_set_aside_conflict", "conflict_id"))

    id: UUID = identity()
    review_id: UUID = Field(foreign_key="reviews.id")
    conflict_id: UUID = Field(foreign_key="review_conflicts.id")
    account_id: UUID
    written: dict[str, Any] = jsonb(dict)
    stands: bool = False
    set_aside_at: datetime = instant()
