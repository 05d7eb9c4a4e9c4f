"""Similar actions for holders, probable duplicates and overlaps for funders. Tables."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class OverlapKind(Enum):
    PROBABLE_DUPLICATE = "probable_duplicate"
    OVERLAP = "overlap"


class ActionProfile(Base, table=True):
    """A dossier as it was last submitted, in the shape in which actions are compared."""

    __tablename__ = "action_profiles"
    __table_args__ = (
        Index("ix_action_profiles_theme", "theme_keys", "qpv_keys", postgresql_using="gin"),
        Index("ix_action_profiles_sketch", "sketch", postgresql_using="gin"),
        Index("ix_action_profiles_holder", "holder_id", sa.text("submitted_at DESC")),
    )

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossiers.id")
    #: The submission it was made of.
    number: int
    campaign_id: UUID
    contract_id: UUID
    contract_code: str = Field(max_length=8)
    holder_id: UUID
    action_id: UUID
    title: str = Field(max_length=300)
    #: `<contract's code>:<code>` of objectives and transversal concerns: a code means nothing in another contract.
    theme_keys: list[str] = strings()
    #: Codes of today: those of the former generation are told by the contract.
    qpv_keys: list[str] = strings()
    publics: list[str] = strings()
    starts_on: date | None = None
    ends_on: date | None = None
    charges_cents: int = Field(sa_type=BigInteger)
    description: str
    need: str
    sketch: list[int] = Field(sa_type=ARRAY(Integer), nullable=False)
    submitted_at: datetime = instant()


class ProfileMark(Base, table=True):
    """How far the submissions have been profiled: one row, held by the job that works."""

    __tablename__ = "profile_marks"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    submission_id: UUID


class HolderVisibility(Base, table=True):
    """The holder of a dossier lets other holders find it. Withdrawn, the row is gone; the journal remembers."""

    __tablename__ = "holder_visibilities"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossiers.id")
    #: Who consented: whoever takes over from it is asked again.
    holder_id: UUID
    given_at: datetime = instant()
    given_by: UUID


class HolderContact(Base, table=True):
    """A holder wrote to another through the platform: that it did, not what it said."""

    __tablename__ = "holder_contacts"
    __table_args__ = (
        Index("ix_holder_contacts_lately", "holder_id", "written_at"),
        Index("ix_holder_contacts_from", "from_dossier_id"),
        Index("ix_holder_contacts_to", "to_dossier_id"),
        CheckConstraint("from_dossier_id <> to_dossier_id", name="to_another"),
    )

    id: UUID = identity()
    from_dossier_id: UUID = Field(foreign_key="dossiers.id")
    to_dossier_id: UUID = Field(foreign_key="dossiers.id")
    holder_id: UUID
    written_by: UUID
    written_at: datetime = instant()


class Overlap(Base, table=True):
    """Two submitted dossiers a funder of both should look at together. Never shown to their holders."""

    __tablename__ = "action_overlaps"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="once_each"),
        CheckConstraint("score_bp BETWEEN 0 AND 10000", name="score_is_a_share"),
        CheckConstraint("text_bp BETWEEN 0 AND 10000", name="text_is_a_share"),
        Index("ix_action_overlaps_second", "second_id"),
        Index("ix_action_overlaps_first_campaign", "first_campaign_id"),
        Index("ix_action_overlaps_second_campaign", "second_campaign_id"),
    )

    id: UUID = identity()
    first_id: UUID = Field(foreign_key="dossiers.id")
    second_id: UUID = Field(foreign_key="dossiers.id")
    first_campaign_id: UUID
    second_campaign_id: UUID
    kind: OverlapKind = choice(OverlapKind, "kind")
    #: In ten-thousandths.
    score_bp: int
    text_bp: int
    why: list[dict[str, Any]] = jsonb(list)
    passages: list[str] = strings()
    found_at: datetime = instant()


class OverlapDismissal(Base, table=True):
    """An organisation has looked at the pair and says why it is nothing to it."""

    __tablename__ = "overlap_dismissals"

    overlap_id: UUID = Field(primary_key=True, foreign_key="action_overlaps.id", ondelete="CASCADE")
    organisation_id: UUID = Field(primary_key=True)
    reason: str = Field(max_length=1000)
    dismissed_at: datetime = instant()
    dismissed_by: UUID
