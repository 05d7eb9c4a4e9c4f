"""Tables of the accounts: shape and constraints, no queries, no API."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class Account(Base, table=True):
    """A person. The e-mail is kept normalised; nobody signs in before `verified_at`."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("erased_at IS NULL OR NOT is_administrator", name="nobody_erased_administers"),
        Index("ix_accounts_seen", text("coalesce(last_seen_at, created_at)"), postgresql_where=text("erased_at IS NULL")),
    )

    id: UUID = identity()
    email: str = Field(sa_type=String(254))
    full_name: str = Field(sa_type=String(120))
    password_hash: str = Field(sa_type=SqlText)
    verified_at: datetime | None = instant(optional=True)
    is_administrator: bool = False
    created_at: datetime = instant()
    #: A day's precision; None: not since it was opened.
    last_seen_at: datetime | None = instant(optional=True)
    #: When the person was told that the account will be erased unless they come back.
    warned_at: datetime | None = instant(optional=True)
    #: Anonymised: the id stays, for what was done under it.
    erased_at: datetime | None = instant(optional=True)
    version: int = 1


class Purpose(StrEnum):
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105


class MailedToken(Base, table=True):
    """A link that was mailed. A verification carries what its own registration asked for, so that somebody else's
    registration of the same address cannot slip its password in."""

    __tablename__ = "mailed_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint(
            "purpose <> 'verification' OR (full_name IS NOT NULL AND password_hash IS NOT NULL)", name="verification_is_whole"
        ),
    )

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", ondelete="CASCADE", index=True)
    purpose: Purpose = choice(Purpose, "purpose")
    token_hash: str = Field(sa_type=String(64))
    expires_at: datetime = instant(index=True)
    spent_at: datetime | None = instant(optional=True)
    full_name: str | None = Field(default=None, sa_type=String(120))
    password_hash: str | None = Field(default=None, sa_type=SqlText)


class RequestKind(StrEnum):
    REGISTRATION = "registration"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    LOOK_UP = "look_up"


class AccountRequest(Base, table=True):
    """Something asked about an address, whether or not an account bears it: what limits count."""

    __tablename__ = "account_requests"
    __table_args__ = (
        Index("ix_account_requests_email", "email_hash", "kind", "at"),
        Index("ix_account_requests_origin", "origin", "kind", "at"),
    )

    id: UUID = identity()
    kind: RequestKind = choice(RequestKind, "kind")
    email_hash: str = Field(sa_type=String(64))
    origin: str = Field(sa_type=String(64))
    at: datetime = instant(index=True)
