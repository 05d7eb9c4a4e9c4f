"""What callers send and receive about resource centres."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.texts import Name

CentreCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,11}$"),
    Field(description="Short code, the beginning of its references.", examples=["VTLR"]),
]
WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s<>\x22]+$", max_length=2000),
    Field(examples=["https://centre.example/"]),
]


class _CentreFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Villes et Territoires Exemple"])
    description: str = Field("", max_length=5000, examples=["Centre de ressources politique de la ville."])
    contact_email: EmailStr = Field(
        description="Where readers and other centres write to.", examples=["documentation@centre.example"]
    )
    website: WebAddress | None = None


class CentreCreate(_CentreFields):
    """A resource centre opened for an organisation of the directory."""

    organisation_id: UUID
    code: CentreCode


class CentreUpdate(BaseModel):
    """What changes."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: str | None = Field(None, max_length=5000)
    contact_email: EmailStr | None = None
    website: WebAddress | None = None


class CentreRead(BaseModel):
    """A resource centre: whose documents these are."""

    id: UUID
    organisation_id: UUID
    code: str = Field(examples=["VTLR"])
    name: str = Field(examples=["Villes et Territoires Exemple"])
    description: str
    contact_email: str = Field(examples=["documentation@centre.example"])
    website: str | None
    version: int = Field(examples=[1])


class CentreMemberWrite(BaseModel):
    """An organisation that joins the centre's network."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Ville d'Exemple"])


class CentreMemberRead(BaseModel):
    """An organisation of the network; its people read what is kept for members."""

    organisation_id: UUID
    name: str = Field(examples=["Ville d'Exemple"])
    since: date
