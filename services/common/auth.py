"""Who is calling: the access token, verified by every service itself (RFC 7519, RS256 only).

Nothing the gateway or a client says about identity is believed but a signature of the directory's published keys.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from jose import jwk, jws, jwt
from jose.exceptions import JOSEError

from .language import Text
from .problems import InsufficientScope, PersonsOnly, Unauthenticated
from .scopes import scope_for

ALGORITHM = "RS256"
LONGEST_TOKEN = 16_384
_REMEMBERED = 4_096

Role = str


@dataclass(frozen=True)
class Principal:
    """A verified caller: the person, their session, and their roles in each organisation; or a program, and its scopes.

    `standing`: the rights the token stands on, by id. One that was taken back since is on the list of what is closed.
    """

    account_id: UUID
    session_id: UUID
    memberships: Mapping[UUID, frozenset[Role]] = field(default_factory=dict)
    is_administrator: bool = False
    token: str = field(default="", repr=False)
    standing: tuple[UUID, ...] = ()
    #: The program that calls (it is then `account_id` too), and what it may do; a person has none.
    client_id: UUID | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def organisation_ids(self) -> list[UUID]:
        return list(self.memberships)

    def belongs_to(self, organisation_id: UUID | None) -> bool:
        return organisation_id in self.memberships

    def has_role(self, organisation_id: UUID | None, *roles: Role) -> bool:
        held = self.memberships.get(organisation_id) if organisation_id else None
        return held is not None and not held.isdisjoint(roles)


#: `await keys(kid)` gives the public JWK of that id, or None.
KeySource = Callable[[str], Awaitable[dict[str, Any] | None]]


class TokenVerifier:
    """Turns a bearer token into a `Principal`. A token already verified is remembered until it expires: the same bytes
    carry the same signature; expiry and revocation are looked at every time."""

    def __init__(self, keys: KeySource, *, issuer: str, audience: str, revoked: Callable[[UUID], bool]) -> None:
        self._keys, self._issuer, self._audience, self._revoked = keys, issuer, audience, revoked
        self._known: OrderedDict[str, tuple[Principal, float]] = OrderedDict()

    async def verify(self, token: str, now: datetime) -> Principal:
        known = self._known.get(token)
        if known is None:
            known = await self._read(token, now)
            self._known[token] = known
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        principal, expires = known
        if now.timestamp() >= expires:
            self._known.pop(token, None)
            raise Unauthenticated(Text("Le jeton a expiré.", "The token expired."), error="invalid_token")
        if self._revoked(principal.session_id):
            raise Unauthenticated(Text("La session a été fermée.", "The session was closed."), error="invalid_token")
        if principal.standing and any(map(self._revoked, principal.standing)):
            detail = Text("Vos rôles ont changé : renouvelez le jeton.", "Your roles have changed: refresh the token.")
            raise Unauthenticated(detail, error="invalid_token")
        return principal

    async def _read(self, token: str, now: datetime) -> tuple[Principal, float]:
        refused = Unauthenticated(Text("Le jeton d'accès est invalide.", "The access token is invalid."), error="invalid_token")
        if len(token) > LONGEST_TOKEN:
            raise refused
        try:
            header = jws.get_unverified_header(token)
            if header.get("alg") != ALGORITHM or not isinstance(header.get("kid"), str):
                raise refused
            key = await self._keys(header["kid"])
            if key is None:
                raise refused
            # Times are judged against the platform's clock, not the library's.
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "require_aud": True,
                    "require_iss": True,
                },
            )
            if claims.get("nbf", 0) > now.timestamp() + 60:
                raise refused
            return _principal(claims, token), float(claims["exp"])
        except (JOSEError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise refused from error


def _principal(claims: Mapping[str, Any], token: str) -> Principal:
    client_id = UUID(claims["client_id"]) if "client_id" in claims else None
    return Principal(
        account_id=UUID(claims["sub"]),
        session_id=UUID(claims["sid"]),
        memberships={UUID(organisation): frozenset(roles) for organisation, roles in claims.get("orgs", {}).items()},
        is_administrator=claims.get("adm") is True and client_id is None,
        token=token,
        standing=tuple(UUID(each) for each in claims.get("standing", ())),
        client_id=client_id,
        scopes=frozenset(claims["scope"].split(" ")) if client_id else frozenset(),
    )


def signer(private_key: str, kid: str) -> Callable[[Mapping[str, Any]], str]:
    """How the directory writes what `TokenVerifier` reads: claims in, a signed token out (the key is parsed once)."""
    key = jwk.construct(private_key, ALGORITHM)
    return lambda claims: str(jwt.encode(dict(claims), key, ALGORITHM, headers={"kid": kid}))


async def identify(request: Request) -> Principal | None:
    """The caller, or None without an `Authorization` header; anything else there that is not a valid token is refused."""
    if hasattr(request.state, "principal"):
        return request.state.principal  # type: ignore[no-any-return]
    header = request.headers.get("authorization")
    principal = None
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(error="invalid_request")
        resources = request.app.state.resources
        principal = await resources.verifier.verify(token.strip(), resources.clock.now())
        if principal.client_id is not None:
            _keep_to_scopes(request, principal)
    request.state.principal = principal
    return principal


def _keep_to_scopes(request: Request, program: Principal) -> None:
    """Refuse a program what its scopes do not say, and what is reserved to persons, whatever the route."""
    needed = scope_for(request.app.state.resources.name, request.method)
    if needed not in program.scopes:
        raise InsufficientScope(needed)
    route = request.scope.get("route")
    if (getattr(route, "openapi_extra", None) or {}).get("x-persons-only"):
        raise PersonsOnly()


async def _required(request: Request) -> Principal:
    principal = await identify(request)
    if principal is None:
        raise Unauthenticated()
    return principal


#: A signed-in caller (401 otherwise).
Caller = Annotated[Principal, Depends(_required)]
#: The caller when there is one.
MaybeCaller = Annotated[Principal | None, Depends(identify)]
