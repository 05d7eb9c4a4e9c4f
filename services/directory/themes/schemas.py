"""What callers send and receive about themes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import ShortName

ThemeCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60), Field(examples=["acces-aux-droits"])
]


class ThemeWrite(BaseModel):
    """A theme as it is from now on."""

    model_config = ConfigDict(extra="forbid")

    label: ShortName = Field(examples=["Accès aux droits"])
    parent_code: ThemeCode | None = Field(None, description="The theme it is part of.", examples=["lien-social"])
    synonyms: list[ShortName] = Field(default_factory=list, max_length=50, examples=[["permanence juridique", "non-recours"]])


class ThemeRead(BaseModel):
    """A theme: what projects, documents and events are about."""

    code: str = Field(examples=["acces-aux-droits"])
    label: str = Field(examples=["Accès aux droits"])
    parent_code: str | None = Field(examples=["lien-social"])
    synonyms: list[str] = Field(description="Other words for it.", examples=[["permanence juridique", "non-recours"]])
    version: int = Field(examples=[1])
