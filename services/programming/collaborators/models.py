"""People invited to write a dossier with its holder, and the sign-off of the legal representative. Tables."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class CollaboratorPart(Enum):
    """What an invited person may do: never submit, never withdraw."""

    READER = "reader"
    EDITOR = "editor"


class CollaboratorStatus(Enum):
    INVITED = "invited"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    LEFT = "left"


class SignOffStatus(Enum):
    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"


class Collaborator(Base, table=True):
    """An invitation to one dossier, and what became of it. `link_version` rises with each link: the former ones are void."""

    __tablename__ = "collaborators"
    __table_args__ = (
        Index("uq_collaborators_address", "dossier_id", "email", unique=True, postgresql_where="status IN ('invited', 'active')"),
        Index("uq_collaborators_account", "dossier_id", "account_id", unique=True, postgresql_where="status = 'active'"),
        Index("ix_collaborators_dossier", "dossier_id", "id"),
        Index("ix_collaborators_account", "account_id", "id", postgresql_where="account_id IS NOT NULL"),
        CheckConstraint("status <> 'active' OR (account_id IS NOT NULL AND accepted_at IS NOT NULL)", name="active_is_somebody"),
        CheckConstraint("(status IN ('withdrawn', 'left')) = (ended_at IS NOT NULL)", name="ended_is_dated"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    organisation_id: UUID
    email: str = Field(max_length=320)
    full_name: str = Field(default="", max_length=200)
    part: CollaboratorPart = choice(CollaboratorPart, "part")
    status: CollaboratorStatus = choice(CollaboratorStatus, "status", default=CollaboratorStatus.INVITED)
    link_version: int = 1
    invited_by: UUID
    invited_at: datetime = instant()
    expires_at: datetime = instant()
    account_id: UUID | None = None
    accepted_at: datetime | None = instant(optional=True)
    ended_at: datetime | None = instant(optional=True)
    version: int = 1


class SignOff(Base, table=True):
    """A sign-off asked of the signatories of a dossier's holder. What it was given on is the dossier's to say."""

    __tablename__ = "sign_offs"
    __table_args__ = (
        Index("uq_sign_offs_pending", "dossier_id", unique=True, postgresql_where="status = 'pending'"),
        Index("ix_sign_offs_organisation", "organisation_id", "id"),
        Index("ix_sign_offs_dossier", "dossier_id", "id"),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_is_dated"),
        CheckConstraint("status <> 'approved' OR content_version IS NOT NULL", name="approved_on_a_version"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    organisation_id: UUID
    dossier_title: str = Field(default="", max_length=300)
    status: SignOffStatus = choice(SignOffStatus, "status", default=SignOffStatus.PENDING)
    asked_by: UUID
    asked_at: datetime = instant()
    word: str = Field(default="", max_length=2000)
    decided_by: UUID | None = None
    decided_at: datetime | None = instant(optional=True)
    #: The dossier's `content_version` that was approved.
    content_version: int | None = None
    answer: str = Field(default="", max_length=2000)
