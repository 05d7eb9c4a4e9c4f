"""Tables of invitations, requests to join and claims of management."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlmodel import Field

from services.common.columns import choice, identity, instant, strings

from ..tables import Base

_KNOWN_ROLES = "cardinality(roles) > 0 AND roles <@ ARRAY['member', 'manager', 'signatory', 'payer']::text[]"


class InvitationState(StrEnum):
    """`pending` until it expires, which is read from the clock."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    #: It had expired when the address was invited again.
    REPLACED = "replaced"


class Invitation(Base, table=True):
    """An e-mail address invited to an organisation. Its link is signed, not stored."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        ForeignKeyConstraint(["invited_by"], ["accounts.id"]),
        ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        CheckConstraint(_KNOWN_ROLES, name="known_roles"),
        CheckConstraint("(state = 'pending') = (closed_at IS NULL)", name="closed_when_over"),
        CheckConstraint("(state IN ('accepted', 'declined')) = (account_id IS NOT NULL)", name="answered_by_somebody"),
        Index("uq_invitations_pending", "organisation_id", "email", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_invitations_organisation_id", "organisation_id", "id"),
        Index("ix_invitations_email", "email", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_invitations_closed_at", "closed_at"),
    )

    id: UUID = identity()
    organisation_id: UUID
    email: str = Field(sa_type=String(254))
    roles: list[str] = strings()
    state: InvitationState = choice(InvitationState, "state", default=InvitationState.PENDING)
    invited_by: UUID | None = Field(index=True)
    #: Who answered.
    account_id: UUID | None = Field(default=None, index=True)
    created_at: datetime = instant()
    sent_at: datetime = instant()
    expires_at: datetime = instant(index=True)
    closed_at: datetime | None = instant(optional=True)
    version: int = 1


class InvitationMail(Base, table=True):
    """A mail that left, kept for the hour limits count."""

    __tablename__ = "invitation_mails"
    __table_args__ = (
        Index("ix_invitation_mails_address", "organisation_id", "email_hash", "at"),
        Index("ix_invitation_mails_sender", "sender_id", "at"),
    )

    id: UUID = identity()
    organisation_id: UUID
    email_hash: str = Field(sa_type=String(64))
    sender_id: UUID
    at: datetime = instant(index=True)


class RequestState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class JoinRequest(Base, table=True):
    """Somebody asks to join an organisation."""

    __tablename__ = "join_requests"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        ForeignKeyConstraint(["decided_by"], ["accounts.id"]),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_when_over"),
        CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="refused_with_a_reason"),
        CheckConstraint("state <> 'approved' OR cardinality(roles) > 0", name="approved_with_roles"),
        Index("uq_join_requests_pending", "organisation_id", "account_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_join_requests_organisation_id", "organisation_id", "id"),
        Index("ix_join_requests_account_id", "account_id", "id"),
        Index("ix_join_requests_state", "state", "id"),
    )

    id: UUID = identity()
    organisation_id: UUID
    account_id: UUID
    word: str = Field(sa_type=String(2000))
    state: RequestState = choice(RequestState, "state", default=RequestState.PENDING)
    roles: list[str] = strings()
    reason: str | None = Field(default=None, sa_type=String(2000))
    created_at: datetime = instant()
    decided_at: datetime | None = instant(optional=True)
    decided_by: UUID | None = Field(default=None, index=True)
    version: int = 1


class ClaimState(StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    OBJECTED = "objected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    #: The claimant left, already manages, or the organisation was dissolved.
    LAPSED = "lapsed"


class ManagementClaim(Base, table=True):
    """A member asks to manage, since those who do cannot be reached. Granted at `effective_at` unless a manager objects."""

    __tablename__ = "management_claims"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        ForeignKeyConstraint(["decided_by"], ["accounts.id"]),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_when_over"),
        CheckConstraint("state NOT IN ('objected', 'refused') OR answer IS NOT NULL", name="refused_with_a_reason"),
        CheckConstraint("effective_at > created_at", name="announced_first"),
        Index("uq_management_claims_pending", "organisation_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_management_claims_organisation_id", "organisation_id", "id"),
        Index("ix_management_claims_due", "effective_at", postgresql_where=text("state = 'pending'")),
    )

    id: UUID = identity()
    organisation_id: UUID
    account_id: UUID = Field(index=True)
    reason: str = Field(sa_type=String(2000))
    state: ClaimState = choice(ClaimState, "state", default=ClaimState.PENDING)
    answer: str | None = Field(default=None, sa_type=String(2000))
    created_at: datetime = instant()
    effective_at: datetime = instant()
    decided_at: datetime | None = instant(optional=True)
    decided_by: UUID | None = Field(default=None, index=True)
    version: int = 1
