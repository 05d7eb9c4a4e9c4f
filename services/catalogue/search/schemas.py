"""What callers send and receive about searches."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

#: As it was typed; how it is read is `rules`.
QueryText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]


class AccessFilter(Enum):
    """Who may read: everybody, the network only, or nobody yet but the centre."""

    PUBLIC = "public"
    MEMBERS = "members"
    EMBARGO = "embargo"


class Criteria(BaseModel):
    """What is looked for. Within a field any of the values, between fields all of them; a theme or a territory includes what is below it."""

    model_config = ConfigDict(extra="forbid")

    q: QueryText = Field("", description="Words, « quoted phrases », -excluded words.", examples=["mobiliser le droit commun"])
    kind: list[str] = Field(default_factory=list, max_length=20, examples=[["experience"]])
    theme: list[str] = Field(default_factory=list, max_length=20, examples=[["participation"]])
    territory: list[str] = Field(default_factory=list, max_length=20, examples=[["11"]])
    organisation: list[str] = Field(default_factory=list, max_length=20, description="Names, as facets give them.")
    year: list[int] = Field(default_factory=list, max_length=100, description="Of the document's own date.", examples=[[2016]])
    language: list[str] = Field(default_factory=list, max_length=20, examples=[["fr"]])
    public: list[str] = Field(default_factory=list, max_length=20, examples=[["elected_officials"]])
    access: list[AccessFilter] = Field(default_factory=list, max_length=3)
    centre_id: list[UUID] = Field(default_factory=list, max_length=20)
