"""Table of what the directory told of organisations."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from services.common.columns import jsonb

from ..tables import Base


class KnownOrganisation(Base, table=True):
    """An organisation as last heard of; `version` is the directory's, and an older word never replaces a newer one."""

    __tablename__ = "organisations"
    __table_args__ = (Index("ix_organisations_successor", "successor_id", postgresql_where="successor_id IS NOT NULL"),)

    id: UUID = Field(primary_key=True)
    version: int
    #: What a dossier keeps of its holder (`clients.Organisation.snapshot`).
    face: dict[str, Any] = jsonb(dict)
    dissolved_on: date | None = None
    successor_id: UUID | None = None
