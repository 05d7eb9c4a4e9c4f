"""What each person has to do, and by when; reminders, digests, calendars. Tables."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid
from sqlmodel import Field

from services.common.columns import choice, instant, jsonb, strings

from ..tables import Base
from .schemas import ReminderFrequency


class ReminderPreferences(Base, table=True):
    """Somebody who asked to be reminded: where to write, and the rights they had when they asked.

    `standing` holds what those rights stand on (ADR 8); once one is taken back, `paused_at` is set and nothing is written.
    """

    __tablename__ = "reminder_preferences"
    __table_args__ = (
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),
        Index("ix_reminder_preferences_standing", "standing", postgresql_using="gin"),
    )

    account_id: UUID = Field(primary_key=True)
    email: str = Field(max_length=320)
    #: Roles by organisation, as their token said.
    memberships: dict[str, Any] = jsonb(dict)
    standing: list[UUID] = Field(sa_type=ARRAY(Uuid), default_factory=list, nullable=False)
    frequency: ReminderFrequency = choice(ReminderFrequency, "frequency")
    hour: int = 8
    muted_kinds: list[str] = strings()
    quiet_from: time
    quiet_until: time
    quiet_weekends: bool = True
    paused_at: datetime | None = instant(optional=True)
    #: Paris day the digest was last looked for.
    looked_on: date | None = None
    set_at: datetime = instant()
    version: int = 1


class DueFeed(Base, table=True):
    """Where somebody's calendar program reads their due list. The address is shown once; only its hash is kept.

    It tells what the rights of the day it was made let them read; once one of those is taken back it is deleted.
    """

    __tablename__ = "due_feeds"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_due_feeds_standing", "standing", postgresql_using="gin"))

    account_id: UUID = Field(primary_key=True)
    token_hash: str = Field(max_length=64)
    #: Roles by organisation, as their token said.
    memberships: dict[str, Any] = jsonb(dict)
    standing: list[UUID] = Field(sa_type=ARRAY(Uuid), default_factory=list, nullable=False)
    created_at: datetime = instant()


class ReminderSent(Base, table=True):
    """A threshold somebody was reminded at, for the due day then in force: written with its mail, in one transaction."""

    __tablename__ = "reminders_sent"

    account_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=40)
    organisation_id: UUID = Field(primary_key=True)
    resource_id: UUID = Field(primary_key=True)
    #: The dossier it is about, or the resource again.
    about_id: UUID = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    threshold: int = Field(primary_key=True)
    sent_at: datetime = instant()
