"""Tables of the sessions: who is signed in where, and what failed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class Closing(StrEnum):
    SIGNED_OUT = "signed_out"
    CLOSED_FROM_ELSEWHERE = "closed_from_elsewhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    TOKEN_REUSED = "token_reused"  # noqa: S105
    ACCOUNT_ERASED = "account_erased"


class SignInSession(Base, table=True):
    """A device that signed in."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        CheckConstraint("(closed_at IS NULL) = (closing IS NULL)", name="closing_whole"),
        Index("ix_sessions_account_id", "account_id", "id"),
    )

    id: UUID = identity()
    account_id: UUID
    user_agent: str = Field(sa_type=String(200))
    created_at: datetime = instant()
    last_used_at: datetime = instant()
    expires_at: datetime = instant(index=True)
    closed_at: datetime | None = instant(optional=True)
    closing: Closing | None = choice(Closing, "closing", default=None, nullable=True)


class RefreshToken(Base, table=True):
    """One step of a session: spent when the next one is given."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        Index("ix_refresh_tokens_session_id", "session_id"),
    )

    id: UUID = identity()
    session_id: UUID
    token_hash: str = Field(sa_type=String(64))
    expires_at: datetime = instant(index=True)
    spent_at: datetime | None = instant(optional=True)


class SignInFailure(Base, table=True):
    """A wrong password, for an address that may be nobody's."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("ix_sign_in_failures_email", "email_hash", "at"),
        Index("ix_sign_in_failures_origin", "origin", "at"),
    )

    id: UUID = identity()
    email_hash: str = Field(sa_type=String(64))
    origin: str = Field(sa_type=String(64))
    at: datetime = instant(index=True)
