"""What callers send and receive about networks."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.texts import Name

NetworkCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,11}$"),
    Field(description="Short code, the beginning of its references.", examples=["CRDSU"]),
]
WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s<>\x22]+$", max_length=2000),
    Field(examples=["https://reseau.example/"]),
]


class NetworkCreate(BaseModel):
    """A network opened for an organisation of the directory."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: UUID
    code: NetworkCode
    name: Name = Field(examples=["Réseau des acteurs de la ville"])
    description: str = Field("", max_length=5000, examples=["Qualification et échanges des acteurs de la politique de la ville."])
    contact_email: EmailStr = Field(
        description="Where participants write to; it signs invitations.", examples=["agenda@reseau.example"]
    )
    website: WebAddress | None = None
    centre_id: UUID | None = Field(
        None, description="Its resource centre in the catalogue, where replays and comptes rendus are proposed."
    )


class NetworkUpdate(BaseModel):
    """What changes."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: str | None = Field(None, max_length=5000)
    contact_email: EmailStr | None = None
    website: WebAddress | None = None
    centre_id: UUID | None = None


class NetworkRead(BaseModel):
    """A network: whose agenda it is."""

    id: UUID
    organisation_id: UUID
    code: str = Field(examples=["CRDSU"])
    name: str = Field(examples=["Réseau des acteurs de la ville"])
    description: str
    contact_email: str = Field(examples=["agenda@reseau.example"])
    website: str | None
    centre_id: UUID | None
    version: int = Field(examples=[1])


class NetworkFace(BaseModel):
    """A network, as its events name it."""

    id: UUID
    code: str = Field(examples=["CRDSU"])
    name: str = Field(examples=["Réseau des acteurs de la ville"])
