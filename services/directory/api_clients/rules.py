"""How a program asks for a token (RFC 6749 §2.3, §4.4) and what the token says. Pure: no database, no clock, no I/O."""

import base64
import binascii
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote_plus
from uuid import UUID

from services.common.language import Text

from ..tokens import ACCESS_TOKEN_LIVES
from .errors import ClientRefused, GrantTypeUnsupported, ScopeRefused, TokenRequestInvalid

FORM = "application/x-www-form-urlencoded"
GRANT_TYPE = "client_credentials"
LONGEST_FORM = 8_192
#: Programs hold the organisation's plainest part: what managers and signatories do is done by persons.
ROLES = ("member",)
#: Tokens are counted minute by minute.
COUNTED_OVER = timedelta(minutes=1)
_PREFIX = "cnv_"


@dataclass(frozen=True)
class TokenRequest:
    """Who says they are whom, and what they want; no scope: all they have."""

    client_id: str
    secret: str = field(repr=False)
    scopes: frozenset[str] = frozenset()


def new_secret() -> str:
    """256 bits, recognisable by who searches for leaked secrets."""
    return _PREFIX + secrets.token_urlsafe(32)


def token_request(content_type: str | None, authorization: str | None, body: bytes) -> TokenRequest:
    """The request read; refused as RFC 6749 §5.2 says."""
    fields = _fields(content_type, body)
    grant_type = fields.get("grant_type")
    if not grant_type:
        raise TokenRequestInvalid(Text("`grant_type` manque.", "grant_type is missing."))
    if grant_type != GRANT_TYPE:
        raise GrantTypeUnsupported()
    client_id, secret = _credentials(authorization, fields)
    return TokenRequest(client_id, secret, frozenset(fields.get("scope", "").split()))


def granted(asked: Collection[str], held: Collection[str]) -> list[str]:
    """The scopes of the token: those asked for, all when none is."""
    if not set(asked) <= set(held):
        raise ScopeRefused()
    return sorted(asked or held)


def lifetime(now: datetime, *ends: datetime | None) -> timedelta:
    """A token never outlives its program nor the secret it was asked with."""
    return min(ACCESS_TOKEN_LIVES, *(end - now for end in ends if end is not None), ACCESS_TOKEN_LIVES)


def client_claims(
    *,
    client_id: UUID,
    organisation_id: UUID,
    scopes: Sequence[str],
    standing: Sequence[UUID],
    issuer: str,
    audience: str,
    token_id: UUID,
    now: datetime,
    lives: timedelta,
) -> dict[str, Any]:
    """What a program's access token says (read by `services.common.auth`). Its session is itself: revoked, it is on the list."""
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": audience,
        "sub": str(client_id),
        "sid": str(client_id),
        "client_id": str(client_id),
        "scope": " ".join(scopes),
        "orgs": {str(organisation_id): list(ROLES)},
        "standing": [str(each) for each in standing],
        "adm": False,
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(lives.total_seconds()),
        "jti": str(token_id),
    }


def _fields(content_type: str | None, body: bytes) -> dict[str, str]:
    if (content_type or "").partition(";")[0].strip().lower() != FORM or len(body) > LONGEST_FORM:
        raise TokenRequestInvalid(Text("Un formulaire est attendu.", f"A form is expected ({FORM})."))
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict")
    except ValueError as error:
        raise TokenRequestInvalid() from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenRequestInvalid(Text("Un champ est répété.", "A field is repeated."))
    return fields


def _credentials(authorization: str | None, fields: dict[str, str]) -> tuple[str, str]:
    """HTTP Basic, or the form; not both (RFC 6749 §2.3)."""
    if authorization is None:
        if not fields.get("client_id") or not fields.get("client_secret"):
            raise ClientRefused()
        return fields["client_id"], fields["client_secret"]
    if "client_secret" in fields:
        raise TokenRequestInvalid(Text("Une seule façon de se prouver.", "Authenticate in one way only."))
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ClientRefused()
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise ClientRefused() from error
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if not colon or fields.get("client_id", client_id) != client_id:
        raise ClientRefused()
    return client_id, secret
