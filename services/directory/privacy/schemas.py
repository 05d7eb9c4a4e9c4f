"""What callers send and receive about their own data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..accounts.schemas import GivenPassword
from .models import DataRequestState


class DataExportRead(BaseModel):
    """An export of all that the platform holds about you."""

    id: UUID
    state: DataRequestState = Field(description="`pending`, then `ready` for seven days, then `expired`.", examples=["pending"])
    asked_at: datetime
    due_at: datetime = Field(description="It is made then at the latest, of what came.")
    received: list[str] = Field(description="Services that answered.", examples=[["directory", "programming"]])
    missing: list[str] = Field(description="Services that have not.", examples=[["events"]])
    size: int | None = Field(description="Bytes of the ZIP, once ready.", examples=[20480])
    expires_at: datetime | None = Field(description="It can be downloaded until then.")
    version: int = Field(examples=[1])


class AccountErasureCreate(BaseModel):
    """You ask to be forgotten: your password proves that it is you."""

    model_config = ConfigDict(extra="forbid")

    password: GivenPassword


class ErasureAnswer(BaseModel):
    """What one service erased, and what it still has to keep."""

    service: str = Field(examples=["programming"])
    count: int = Field(description="Records in which you are named no more.", examples=[4])
    kept: list[dict[str, Any]] = Field(description="What is kept, why and until when; nobody is named.")


class AccountErasureRead(BaseModel):
    """Your account is to be erased."""

    id: UUID
    state: DataRequestState = Field(description="`pending` until `effective_at`: you may change your mind.", examples=["pending"])
    asked_at: datetime
    effective_at: datetime
    answers: list[ErasureAnswer] = Field(description="What each service did; empty until then.")
    version: int = Field(examples=[1])
