"""Who instructs what: bulk assignment, conflicts of interest, calibration, to-do. Tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant, jsonb

from ..tables import Base


class AssignmentPlan(Base, table=True):
    """A funder's ordered rules for a campaign: who instructs what. `rules` as `schemas.AssignmentRule`, with people's names."""

    __tablename__ = "assignment_plans"
    __table_args__ = (UniqueConstraint("campaign_id", "funder_id"),)

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    funder_id: UUID
    rules: list[dict[str, Any]] = jsonb(list)
    written_by: UUID
    written_at: datetime = instant()
    version: int = 1
