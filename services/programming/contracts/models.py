"""Tables of the contract and of its framework's versions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant, jsonb

from ..tables import Base


class Contract(Base, table=True):
    """A contrat de ville and the organisation that leads it."""

    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("starts_on < ends_on", name="ends_after_start"),
    )

    id: UUID = identity()
    code: str = Field(max_length=8)
    name: str = Field(max_length=200)
    lead_organisation_id: UUID = Field(index=True)
    starts_on: date
    ends_on: date
    mid_term_review_year: int | None = None
    qpvs: list[dict[str, Any]] = jsonb(list)
    signatories: list[dict[str, Any]] = jsonb(list)
    framework_number: int = 0
    created_at: datetime = instant()
    version: int = 1


class FrameworkVersion(Base, table=True):
    """One adopted state of the framework; never changed, only succeeded."""

    __tablename__ = "framework_versions"
    __table_args__ = (UniqueConstraint("contract_id", "number"),)

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    number: int
    adopted_on: date
    tree: dict[str, Any] = jsonb(dict)
    created_at: datetime = instant()
