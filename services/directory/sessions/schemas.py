"""What callers send and receive about sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from ..accounts.schemas import GivenPassword, NewPassword

GivenRefreshToken = Annotated[
    str,
    Field(
        min_length=20,
        max_length=200,
        repr=False,
        examples=["3kq9ZbX2vT4oZ0mXqk3yq1o0m3dM2c4o3nqkQm5w1m7"],
        json_schema_extra={"format": "password", "writeOnly": True},
    ),
]


class SignIn(BaseModel):
    """Who you say you are, and the proof."""

    email: str = Field(min_length=1, max_length=254, examples=["nadia.benali@asso.example.org"])
    password: GivenPassword


class Refresh(BaseModel):
    """The refresh token last received."""

    refresh_token: GivenRefreshToken


class Tokens(BaseModel):
    """What a signed-in application holds."""

    session_id: UUID
    access_token: str = Field(
        description="RS256 JWT for `Authorization: Bearer …`.", examples=["eyJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLiJ9.e30.c2ln"]
    )
    token_type: Literal["Bearer"] = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds the access token lives.", examples=[600])
    refresh_token: str = Field(
        description="Works once, for the next pair.", examples=["3kq9ZbX2vT4oZ0mXqk3yq1o0m3dM2c4o3nqkQm5w1m7"]
    )
    refresh_expires_in: int = Field(description="Seconds the refresh token lives.", examples=[2592000])


class SessionRead(BaseModel):
    """A device that is signed in."""

    id: UUID
    user_agent: str = Field(description="How the device names itself.", examples=["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"])
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool = Field(description="The one this request comes from.", examples=[True])


class PasswordChange(BaseModel):
    """A new password, with the proof of the current one."""

    current: GivenPassword
    new: NewPassword


class Jwk(BaseModel):
    """One public key (RFC 7517)."""

    kty: Literal["RSA"] = Field(examples=["RSA"])
    use: Literal["sig"] = Field(examples=["sig"])
    alg: Literal["RS256"] = Field(examples=["RS256"])
    kid: str = Field(description="Thumbprint (RFC 7638).", examples=["NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"])
    n: str = Field(examples=["0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc"])
    e: str = Field(examples=["AQAB"])


class Jwks(BaseModel):
    """The keys that access tokens are verified with."""

    keys: list[Jwk]
