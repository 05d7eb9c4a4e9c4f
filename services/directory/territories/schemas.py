"""What callers send and receive about territories."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import Name

from .models import Generation, TerritoryKind

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{2,12}$"), Field(examples=["QP011002"])]


class TerritoryWrite(BaseModel):
    """A territory as it is from now on."""

    model_config = ConfigDict(extra="forbid")

    kind: TerritoryKind = Field(examples=["qpv"])
    name: Name = Field(examples=["La Conte – Ozanam"])
    parent_code: Code | None = Field(None, description="The territory around it.", examples=["11069"])
    generation: Generation | None = Field(None, description="Of a neighbourhood (QPV).", examples=[2015])
    population: int | None = Field(None, ge=0, le=100_000_000, examples=[2060])


class TerritoryRead(BaseModel):
    """A territory. Codes are INSEE's (regions prefixed: `REG-76`), the SIREN of an EPCI, the national code of a QPV."""

    code: str = Field(examples=["QP011002"])
    kind: TerritoryKind
    name: str = Field(examples=["La Conte – Ozanam"])
    parent_code: str | None = Field(examples=["11069"])
    generation: Generation | None = Field(examples=[2015])
    population: int | None = Field(examples=[2060])


class TerritoryDetail(TerritoryRead):
    """A territory, and what it was or became."""

    successors: list[str] = Field(description="What it became.", examples=[["QN01101M"]])
    predecessors: list[str] = Field(description="What it was.", examples=[[]])
    version: int = Field(examples=[1])


class Successors(BaseModel):
    """What the territory became; an empty list forgets it."""

    model_config = ConfigDict(extra="forbid")

    codes: list[Code] = Field(max_length=50, examples=[["QN01101M"]])
