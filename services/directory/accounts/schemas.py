"""What callers send and receive. Plain pydantic: no column leaks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from services.common.texts import ShortName

from .rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, normalise_email

EmailAddress = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(normalise_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254, "examples": ["nadia.benali@asso.example.org"]}),
]
#: A password being chosen.
NewPassword = Annotated[
    str,
    Field(
        min_length=SHORTEST_PASSWORD,
        max_length=LONGEST_PASSWORD,
        repr=False,
        examples=["quatre mots sans rapport"],
        json_schema_extra={"format": "password", "writeOnly": True},
        description="12 to 128 characters; neither the e-mail address nor one of the most common passwords.",
    ),
]
#: A password being proved.
GivenPassword = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_PASSWORD,
        repr=False,
        examples=["quatre mots sans rapport"],
        json_schema_extra={"format": "password", "writeOnly": True},
    ),
]
MailToken = Annotated[
    str,
    Field(
        min_length=20,
        max_length=200,
        repr=False,
        examples=["vT4oZ0mXqk3yq1o0m3dM2c4o3nqkQm5w1m7mQyR8x1A"],
        description="`token` of the mailed link.",
    ),
]


class Registration(BaseModel):
    """An account being asked for."""

    email: EmailAddress
    password: NewPassword
    full_name: ShortName = Field(examples=["Nadia Benali"])


class AddressGiven(BaseModel):
    """An e-mail address to write to."""

    email: EmailAddress


class Verification(BaseModel):
    """Proof that an address was reached."""

    token: MailToken


class PasswordReset(BaseModel):
    """A new password, with the proof that the address was reached."""

    token: MailToken
    password: NewPassword


class Acknowledged(BaseModel):
    """The same answer whether or not the address has an account."""

    message: str = Field(
        description="To be shown as it is.", examples=["Si cette adresse peut recevoir ce message, il vient d'être envoyé."]
    )


class AccountRead(BaseModel):
    """An account as its owner sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str = Field(examples=["nadia.benali@asso.example.org"])
    full_name: str = Field(examples=["Nadia Benali"])
    is_administrator: bool = Field(description="Of the platform itself.", examples=[False])
    verified_at: datetime | None
    created_at: datetime
    version: int = Field(examples=[1])


class AccountUpdate(BaseModel):
    """What the owner may change."""

    model_config = ConfigDict(extra="forbid")

    full_name: ShortName = Field(examples=["Nadia Benali-Roux"])


@dataclass(frozen=True)
class AccountSummary:
    """Whom other rooms may name."""

    id: UUID
    email: str
    full_name: str


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is judged on."""

    id: UUID
    email: str
    password_hash: str
    version: int
    is_verified: bool
