"""Tables of the public directory: cards of organisations, people who chose to appear on one, and how many messages were passed on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import identity, instant, strings

from ..tables import Base


class ActorCard(Base, table=True):
    """What an organisation shows of itself. `name` to `website` follow the organisation; the rest is its managers' own."""

    __tablename__ = "actor_cards"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        CheckConstraint("NOT is_published OR presentation <> ''", name="published_says_something"),
        Index("ix_actor_cards_listing", "sort_name", "organisation_id", postgresql_where=text("is_published")),
        Index("ix_actor_cards_themes", "theme_codes", postgresql_using="gin"),
        Index("ix_actor_cards_territories", "territory_codes", postgresql_using="gin"),
        Index("ix_actor_cards_search", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
        Index("ix_actor_cards_verified", "verified_at", postgresql_where=text("is_published")),
    )

    organisation_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=String(40))
    name: str = Field(sa_type=String(200))
    city: str | None = Field(default=None, sa_type=String(120))
    website: str | None = Field(default=None, sa_type=String(500))
    presentation: str = Field(default="", sa_type=String(2000))
    theme_codes: list[str] = strings()
    territory_codes: list[str] = strings()
    public_email: str | None = Field(default=None, sa_type=String(254))
    public_phone: str | None = Field(default=None, sa_type=String(30))
    #: Managers receive what is written when nobody listed does.
    accepts_messages: bool = True
    is_published: bool = False
    #: When a manager last said that all of it is true.
    verified_at: datetime = instant()
    reminded_at: datetime | None = instant(optional=True)
    sort_name: str = Field(sa_type=SqlText)
    search_text: str = Field(sa_type=SqlText)
    updated_at: datetime = instant()
    version: int = 1


class ActorPerson(Base, table=True):
    """Somebody who chose to appear. The consent ends with the membership, in the database itself."""

    __tablename__ = "actor_people"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id"], ["actor_cards.organisation_id"]),
        ForeignKeyConstraint(
            ["organisation_id", "account_id"], ["memberships.organisation_id", "memberships.account_id"], ondelete="CASCADE"
        ),
        Index("ix_actor_people_account_id", "account_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    function: str = Field(sa_type=String(120))
    topics: str = Field(default="", sa_type=String(500))
    shows_email: bool = False
    phone: str | None = Field(default=None, sa_type=String(30))
    consented_at: datetime = instant()


class ActorMessage(Base, table=True):
    """A message was passed on: what limits count. Its words are nowhere but in the mail."""

    __tablename__ = "actor_messages"
    __table_args__ = (Index("ix_actor_messages_sender", "sender_id", "sent_at"),)

    id: UUID = identity()
    organisation_id: UUID
    sender_id: UUID
    sent_at: datetime = instant(index=True)
