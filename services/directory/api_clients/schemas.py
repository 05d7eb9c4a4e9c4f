"""What callers send and receive about programs."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from services.common.texts import ShortName

#: What the services offer to programs, spelt out: a closed list.
ApiScope = Literal[
    "directory:read",
    "programming:read",
    "programming:write",
    "catalogue:read",
    "catalogue:write",
    "events:read",
    "events:write",
]
SCOPES: tuple[str, ...] = get_args(ApiScope)


def _distinct(scopes: list[ApiScope]) -> list[ApiScope]:
    return sorted(set(scopes))


ApiScopes = Annotated[
    list[ApiScope],
    Field(
        min_length=1,
        max_length=7,
        description="What the program may do: `read` for GET, `write` for the rest, service by service.",
        examples=[["programming:read"]],
    ),
    AfterValidator(_distinct),
]


class ApiClientCreate(BaseModel):
    """A program that will act for the organisation."""

    model_config = ConfigDict(extra="forbid")

    name: ShortName = Field(examples=["Logiciel comptable"])
    scopes: ApiScopes
    expires_at: AwareDatetime | None = Field(None, description="When it stops; null: when it is revoked.", examples=[None])


class ApiClientUpdate(BaseModel):
    """What to change; a scope taken back is refused at once."""

    model_config = ConfigDict(extra="forbid")

    name: ShortName = Field(default_factory=str, examples=["Logiciel comptable"])
    scopes: ApiScopes = Field(default_factory=list)
    expires_at: AwareDatetime | None = Field(None, examples=["2028-01-01T00:00:00+01:00"])


class ApiClientSecretRead(BaseModel):
    """A secret that works, without the secret."""

    id: UUID
    hint: str = Field(description="Its last four characters.", examples=["x8Qa"])
    created_at: datetime
    expires_at: datetime | None = Field(description="When it stops, once it is being replaced.", examples=[None])


class ApiClientRead(BaseModel):
    """A program that acts for an organisation."""

    id: UUID = Field(description="Its `client_id`; also who acted, in journals.")
    organisation_id: UUID
    name: str = Field(examples=["Logiciel comptable"])
    scopes: list[ApiScope]
    state: Literal["active", "expired", "revoked"] = Field(examples=["active"])
    secrets: list[ApiClientSecretRead] = Field(description="Those that work: two while one replaces the other.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="When it was last given a token.")
    version: int = Field(examples=[1])


class ApiClientCreated(ApiClientRead):
    """The program with its secret, which is shown this once."""

    client_secret: str = Field(
        description="Keep it: it is not shown again.", examples=["cnv_vT4oZ0mXqk3yq1o0m3dM2c4o3nqkQm5w1m7mQyR8x1A"]
    )


class SecretRotation(BaseModel):
    """How long the former secret still works."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(24, ge=0, le=168, description="0: the former one stops at once, with the tokens it was given.")


class ClientAccessToken(BaseModel):
    """RFC 6749 §5.1."""

    access_token: str = Field(
        description="RS256 JWT for `Authorization: Bearer …`.", examples=["eyJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLiJ9.e30.c2ln"]
    )
    token_type: Literal["Bearer"] = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds it lives.", examples=[600])
    scope: str = Field(description="What it may do, separated by spaces.", examples=["programming:read"])


class AuthorizationServer(BaseModel):
    """RFC 8414."""

    issuer: str = Field(examples=["https://canevas.example.org/directory/v1"])
    token_endpoint: str = Field(examples=["https://canevas.example.org/directory/v1/oauth/token"])
    jwks_uri: str = Field(examples=["https://canevas.example.org/directory/v1/jwks.json"])
    scopes_supported: list[str] = Field(examples=[["programming:read"]])
    response_types_supported: list[str] = Field(description="None: nobody is sent here by a browser.", examples=[[]])
    grant_types_supported: list[str] = Field(examples=[["client_credentials"]])
    token_endpoint_auth_methods_supported: list[str] = Field(examples=[["client_secret_basic", "client_secret_post"]])
    service_documentation: str = Field(examples=["https://canevas.example.org/docs"])
