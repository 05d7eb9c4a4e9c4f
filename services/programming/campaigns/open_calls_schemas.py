"""What is said of the calls for projects that are open now."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..contracts.schemas import CONTRACT_PATTERN, QPV_PATTERN
from .schemas import CharterRule, LocalInstant, Nature, RequiredAttachment


class OpenCallContract(BaseModel):
    """The contrat de ville that calls."""

    id: UUID
    code: str
    name: str


class OpenCallQpv(BaseModel):
    """A neighbourhood the call is for."""

    code: str
    name: str


class OpenCallObjective(BaseModel):
    """An objective of the contract, under its enjeu."""

    code: str
    title: str
    enjeu_code: str
    enjeu: str


class OpenCallLine(CharterRule):
    """What one budget line of a funder may be asked."""

    code: str
    label: str


class OpenCallFunder(BaseModel):
    """A funder of the call, and its part of the charter."""

    id: UUID
    name: str
    short_name: str
    lines: list[OpenCallLine]


class OpenCall(BaseModel):
    """A call for projects that takes dossiers now."""

    id: UUID
    reference: Annotated[str, Field(description="Beginning of its dossiers' references.", examples=["2027-CARC"])]
    year: int
    title: str
    contract: OpenCallContract
    qpvs: list[OpenCallQpv]
    outside_qpv_allowed: bool
    objectives: list[OpenCallObjective]
    natures: Annotated[list[Nature], Field(description="What may be asked, all funders together.")]
    funders: list[OpenCallFunder]
    required_attachments: dict[str, list[RequiredAttachment]]
    opens_at: LocalInstant
    closes_at: LocalInstant
    days_left: Annotated[int, Field(description="Days of Paris left; 0 on the last one.")]
    extended: Annotated[bool, Field(description="Whether the deadline was put off; its history is under `…/extensions`.")]
    answer_within_months: int
    answer_before_if_today: Annotated[date, Field(description="Promised answer of a dossier submitted today.")]
    answer_before_at_latest: Annotated[date, Field(description="Promised answer of a dossier submitted at the deadline.")]
    form_url: Annotated[str, Field(description="Where to fill it.")]


class OpenCallQuery(BaseModel):
    """Which calls are looked for: each parameter may be repeated for any of its values."""

    model_config = ConfigDict(extra="forbid")

    qpv: list[Annotated[str, Field(pattern=QPV_PATTERN)]] = Field([], max_length=20, description="For any of these neighbourhoods.")
    contract: list[Annotated[str, Field(pattern=CONTRACT_PATTERN)]] = Field(
        [], max_length=20, description="Of any of these contrats de ville."
    )
    department: list[Annotated[str, Field(pattern=r"^(\d\d|2[AB]|9[78]\d)$")]] = Field(
        [], max_length=20, description="Of contrats de ville of any of these departments."
    )
    objective: list[str] = Field([], max_length=20, description="Naming any of these objectives, or one under any of these enjeux.")
    nature: list[Nature] = Field([], max_length=3, description="With a funder that pays for any of these.")
    q: str = Field("", max_length=100, description="Words of the title, the contract, its neighbourhoods or objectives.")
    limit: int = Field(20, ge=1, le=100, description="Most items in the answer.")
    cursor: str | None = Field(None, max_length=2000, description="`next` of the previous page.")
