"""Tables of the experiences: which centre follows which contract, and the closed dossiers it makes sheets of."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, instant, jsonb

from ..tables import Base


class ProposalState(Enum):
    """A closed dossier waits for a centre that follows its contract, until its draft is made."""

    WAITING = "waiting"
    MADE = "made"


class FollowedContract(Base, table=True):
    """A contract whose closed dossiers become drafts of a centre; of one centre only."""

    __tablename__ = "followed_contracts"
    __table_args__ = (UniqueConstraint("contract_id"),)

    centre_id: UUID = Field(foreign_key="centres.id", primary_key=True)
    contract_id: UUID = Field(primary_key=True)
    name: str = Field(max_length=200)
    followed_at: datetime = instant()
    version: int = 1


class ExperienceProposal(Base, table=True):
    """A dossier that closed, as programming told it; it becomes one draft, once."""

    __tablename__ = "experience_proposals"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="SET NULL"),
        CheckConstraint("(state = 'waiting') = (made_at IS NULL)", name="made_at"),
        Index("ix_experience_proposals_contract", "contract_id", "dossier_id"),
        Index("ix_experience_proposals_holder", "holder_id"),
        Index("ix_experience_proposals_document", "document_id"),
    )

    dossier_id: UUID = Field(primary_key=True)
    contract_id: UUID
    holder_id: UUID | None = None
    #: What the event said; no person's data.
    told: dict[str, Any] = jsonb(dict)
    closed_at: datetime = instant()
    state: ProposalState = choice(ProposalState, "state", default=ProposalState.WAITING)
    centre_id: UUID | None = Field(default=None, foreign_key="centres.id")
    document_id: UUID | None = None
    made_at: datetime | None = instant(optional=True)
