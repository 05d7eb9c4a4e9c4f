"""Messages between a holder and those who instruct, and between funders instructing together. Tables."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class ConversationKind(Enum):
    """`holder`: the holder and one funder, or the team. `instructors`: the funders asked and the team, nobody else."""

    HOLDER = "holder"
    INSTRUCTORS = "instructors"


class MessageSide(Enum):
    HOLDER = "holder"
    INSTRUCTION = "instruction"


class Conversation(Base, table=True):
    """One thread of a dossier. `organisation_id` is who instructs in it: a funder, or the team."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("dossier_id", "kind", "organisation_id"),
        Index("ix_conversations_latest", "last_message_id"),
        CheckConstraint("messages_count >= 0", name="messages_count_not_negative"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    kind: ConversationKind = choice(ConversationKind, "kind")
    organisation_id: UUID
    organisation_name: str = Field(max_length=300)
    reference: str = Field(max_length=40)
    dossier_title: str = Field(max_length=300)
    holder_name: str = Field(max_length=300)
    last_message_id: UUID | None = None
    last_message_at: datetime | None = instant(optional=True)
    messages_count: int = 0
    #: A mail is on its way for what came since `told_until`; none when null.
    tell_at: datetime | None = instant(optional=True)
    told_until: UUID | None = None
    opened_at: datetime = instant()


class ConversationMessage(Base, table=True):
    """What was written stays as it was written."""

    __tablename__ = "conversation_messages"
    __table_args__ = (Index("ix_conversation_messages_thread", "conversation_id", "id"),)

    id: UUID = identity()
    conversation_id: UUID = Field(foreign_key="conversations.id")
    side: MessageSide = choice(MessageSide, "side")
    organisation_id: UUID | None = None
    organisation_name: str = Field(max_length=300)
    author_id: UUID
    author_name: str = Field(default="", max_length=200)
    text: str
    attachments: list[dict[str, Any]] = jsonb(list)
    sent_at: datetime = instant()


class ConversationParticipant(Base, table=True):
    """Who wrote or read in a thread: how far they read, and where they are told of what follows."""

    __tablename__ = "conversation_participants"

    conversation_id: UUID = Field(primary_key=True, foreign_key="conversations.id")
    account_id: UUID = Field(primary_key=True, index=True)
    side: MessageSide = choice(MessageSide, "side")
    #: Empty for who only read: they are not told by mail.
    email: str = Field(default="", max_length=320)
    read_until: UUID | None = None
    #: A collaborator, told as long as they are one; the others are members of an organisation.
    is_collaborator: bool = False
