"""Tables of the programs that act for organisations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlmodel import Field

from services.common.columns import identity, instant, strings
from services.common.ids import new_id

from ..tables import Base


class ApiClient(Base, table=True):
    """A program, bound to one organisation. Its id is the `client_id`, and the session of its tokens."""

    __tablename__ = "api_clients"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        ForeignKeyConstraint(["created_by"], ["accounts.id"]),
        CheckConstraint("cardinality(scopes) > 0", name="some_scope"),
        Index("uq_api_clients_name", "organisation_id", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("ix_api_clients_organisation_id", "organisation_id", "id"),
    )

    id: UUID = identity()
    organisation_id: UUID
    name: str = Field(sa_type=String(120))
    scopes: list[str] = strings()
    #: What its tokens stand on: another one as soon as a scope is taken back.
    grant_id: UUID = Field(default_factory=new_id)
    created_by: UUID | None = Field(index=True)
    created_at: datetime = instant()
    expires_at: datetime | None = instant(optional=True)
    revoked_at: datetime | None = instant(optional=True)
    last_used_at: datetime | None = instant(optional=True)
    #: Tokens given since `counted_since`: the limit counts them minute by minute.
    tokens_given: int = 0
    counted_since: datetime | None = instant(optional=True)
    version: int = 1


class ApiClientSecret(Base, table=True):
    """A secret of a program, kept as its fingerprint. Two live side by side while one replaces the other."""

    __tablename__ = "api_client_secrets"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        ForeignKeyConstraint(["client_id"], ["api_clients.id"], ondelete="CASCADE"),
        Index("ix_api_client_secrets_client_id", "client_id", "id"),
    )

    id: UUID = identity()
    client_id: UUID
    secret_hash: str = Field(sa_type=String(64))
    #: Its last characters, by which people tell it apart.
    hint: str = Field(sa_type=String(4))
    created_at: datetime = instant()
    expires_at: datetime | None = instant(optional=True)
