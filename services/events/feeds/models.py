"""Table of feeds: personal calendars by a secret address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from services.common.columns import instant

from ..tables import Base


class PersonalFeed(Base, table=True):
    """Where somebody's calendar program reads what they are registered for. The address is shown once; only its hash is kept."""

    __tablename__ = "personal_feeds"
    __table_args__ = (UniqueConstraint("token_hash"),)

    account_id: UUID = Field(primary_key=True)
    token_hash: str = Field(max_length=64)
    created_at: datetime = instant()
