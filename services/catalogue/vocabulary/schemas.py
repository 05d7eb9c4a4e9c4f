"""What callers send and receive about the words of the trade."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import ShortName, fold

ThemeCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60), Field(examples=["participation"])
]
TerritoryCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{2,12}$"), Field(examples=["QP011002"])]
#: As it stands in an address: folded, so that `QPV` and `qpv` are one.
TermKey = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(fold), Field(examples=["qpv"])
]


class TermWrite(BaseModel):
    """A term and what it stands for."""

    model_config = ConfigDict(extra="forbid")

    label: ShortName = Field(description="As people write it.", examples=["QPV"])
    equivalents: list[ShortName] = Field(
        min_length=1,
        max_length=20,
        description="Other ways to say it, each searched like it.",
        examples=[["quartier prioritaire de la politique de la ville", "quartier prioritaire"]],
    )
    note: str = Field("", max_length=2000, description="For documentalists.", examples=["Loi du 21 février 2014, article 5."])


class TermRead(BaseModel):
    """A term of the trade: searching it finds its equivalents, and the other way round."""

    key: str = Field(examples=["qpv"])
    label: str = Field(examples=["QPV"])
    equivalents: list[str] = Field(examples=[["quartier prioritaire de la politique de la ville"]])
    note: str
    version: int = Field(examples=[1])
