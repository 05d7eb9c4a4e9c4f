"""Tokens made for, or received from, another party's software (RFC 7519): their key, their algorithm, never the platform's own.

`auth` is about our own callers; nothing read here ever says who a caller of the platform is.
"""

from collections.abc import Mapping
from typing import Any, Literal

from jose import jwt
from jose.exceptions import JOSEError

Algorithm = Literal["HS256", "RS256"]

#: Two clocks are rarely the same.
LEEWAY_SECONDS = 60
_LONGEST = 16_384


class UnusableKey(ValueError):
    """The key does not fit the algorithm, or cannot be read."""


class BadToken(ValueError):
    """Not signed with that key, for somebody else, or out of date."""


def sign_for(claims: Mapping[str, Any], key: str, algorithm: Algorithm, *, kid: str | None = None) -> str:
    """A compact token for another party. HS256 takes the shared secret, RS256 a private key in PEM; raises `UnusableKey`."""
    if algorithm == "HS256" and not key:
        raise UnusableKey("an empty secret signs nothing")
    try:
        return str(jwt.encode(dict(claims), key, algorithm, headers={"kid": kid} if kid else None))
    except (JOSEError, ValueError, TypeError, AttributeError) as error:
        raise UnusableKey("the key does not fit the algorithm") from error


def read_from(token: str, key: str, algorithm: Algorithm, *, now: float, issuer: str | None = None) -> dict[str, Any]:
    """The claims of a token another party signed with `key`, judged at `now` (seconds since 1970); raises `BadToken`.

    The algorithm is ours to say, not the token's. `exp` and `nbf` are judged when they are there.
    """
    if len(token) > _LONGEST or not key:
        raise BadToken("no token of theirs")
    unjudged = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[algorithm], issuer=issuer, options=unjudged)
        if issuer is not None and claims.get("iss") != issuer:
            raise BadToken("another issuer")
        if float(claims.get("exp", now)) < now - LEEWAY_SECONDS or float(claims.get("nbf", now)) > now + LEEWAY_SECONDS:
            raise BadToken("out of date")
    except (JOSEError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise BadToken("no token of theirs") from error
    except BadToken:
        raise
    except ValueError as error:
        raise BadToken("no token of theirs") from error
    return claims
