"""An HTTP client of the public API, as an integrator would write one; it counts every answer it did not expect."""

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from .clock import Clock

DIRECTORY = "/directory/v1"
PROGRAMMING = "/programming/v1"
CATALOGUE = "/catalogue/v1"
EVENTS = "/events/v1"

#: Requests under way at once: enough to keep a small machine busy, few enough to leave it usable.
_AT_ONCE = 12
_SECONDS = 60.0
#: An access token that has less than this left is traded for another before it is used.
_MARGIN = timedelta(seconds=30)
_NEVER = datetime.min.replace(tzinfo=UTC)

Json = dict[str, Any]


class Refused(Exception):
    """An answer nobody expected, in words a person understands."""

    def __init__(self, method: str, path: str, status: int | None, reason: str) -> None:
        super().__init__(f"{method} {path} : {status or 'sans réponse'} {reason}")
        self.status = status


@dataclass(eq=False)
class Account:
    """Somebody who signs in, and the tokens they hold."""

    full_name: str
    email: str
    password: str
    access: str = field(default="", repr=False)
    access_until: datetime = _NEVER
    refresh: str = field(default="", repr=False)
    refresh_until: datetime = _NEVER
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def keep(self, tokens: Mapping[str, Any], now: datetime) -> None:
        self.access, self.refresh = tokens["access_token"], tokens["refresh_token"]
        self.access_until = now + timedelta(seconds=tokens["expires_in"])
        self.refresh_until = now + timedelta(seconds=tokens["refresh_expires_in"])

    def roles_changed(self) -> None:
        """The access token says the roles of when it was issued: the next call asks for another."""
        self.access_until = _NEVER


class Api:
    """Requests in people's names. ETags are remembered per person and resource, since people see different views."""

    def __init__(self, base_url: str, clock: Clock, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        timeout = httpx.Timeout(_SECONDS, pool=None)
        self._client = httpx.AsyncClient(
            base_url=base_url,
            limits=limits,
            timeout=timeout,
            transport=transport,
            headers={"Accept-Language": "fr"},
            trust_env=False,
        )
        self._clock = clock
        self._tags: dict[tuple[str, str], str] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)
        self.errors: list[str] = []
        self.requests = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()

    async def call(
        self,
        who: Account | None,
        method: str,
        path: str,
        *,
        also: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> httpx.Response:
        """One request. A status of 400 or more raises `Refused` and is counted, unless it is in `also`."""
        given = dict(headers or {})
        if who is not None:
            given["Authorization"] = f"Bearer {await self._token(who)}"
        if method == "POST":
            given["Idempotency-Key"] = str(uuid4())
        try:
            async with self._room:
                self.requests += 1
                answer = await self._client.request(method, path, headers=given, **sent)
        except httpx.HTTPError as error:
            raise self._refused(method, path, None, f"({type(error).__name__} {error})") from error
        if answer.status_code >= 400 and answer.status_code not in also:
            raise self._refused(method, path, answer.status_code, _said(answer))
        if who is not None:
            self._remember(who, path, answer)
        return answer

    async def get(self, who: Account | None, path: str, **params: Any) -> Json:
        found: Json = (await self.call(who, "GET", path, params=params)).json()
        return found

    async def pages(self, who: Account | None, path: str, **params: Any) -> list[Json]:
        """Every item of a listing, cursor after cursor."""
        items: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(who, path, **params, **cursor)
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}

    async def post(self, who: Account | None, path: str, json: object = None) -> Json:
        made: Json = (await self.call(who, "POST", path, json=json)).json()
        return made

    async def change(self, who: Account, method: str, path: str, json: object = None, *, of: str | None = None) -> Json:
        """A conditional write on `path`; `of` is the resource whose ETag counts when `path` is one of its acts.

        When somebody else wrote meanwhile (412), it is read and written again, once: no two people of the demonstration
        write the same fields.
        """
        resource = of or path
        held = self._tags.get((who.email, resource))
        tag = held or await self._read_tag(who, resource)
        sent: dict[str, Any] = {} if json is None else {"json": json}
        answer = await self.call(who, method, path, headers={"If-Match": tag}, also=(412,), **sent)
        if answer.status_code == 412:
            tag = await self._read_tag(who, resource)
            answer = await self.call(who, method, path, headers={"If-Match": tag}, **sent)
        if "etag" in answer.headers:
            self._tags[who.email, resource] = answer.headers["etag"]
        changed: Json = answer.json()
        return changed

    def forget_tag(self, who: Account, resource: str) -> None:
        """Something that is not told by an ETag has moved the resource on."""
        self._tags.pop((who.email, resource), None)

    async def try_sign_in(self, who: Account) -> int:
        """Sign in; 401 (unknown or wrong password) and 403 (not confirmed) are answers a caller may expect here."""
        given = {"email": who.email, "password": who.password}
        answer = await self.call(None, "POST", f"{DIRECTORY}/sessions", json=given, also=(401, 403))
        if answer.status_code == 201:
            who.keep(answer.json(), self._clock.now())
        return answer.status_code

    async def _token(self, who: Account) -> str:
        async with who.turn:
            now = self._clock.now()
            if now + _MARGIN >= who.access_until:
                if now + _MARGIN < who.refresh_until:
                    tokens = await self.post(None, f"{DIRECTORY}/sessions/refresh", {"refresh_token": who.refresh})
                else:
                    tokens = await self.post(None, f"{DIRECTORY}/sessions", {"email": who.email, "password": who.password})
                who.keep(tokens, now)
            return who.access

    async def _read_tag(self, who: Account, resource: str) -> str:
        answer = await self.call(who, "GET", resource)
        return str(answer.headers["etag"])

    def _remember(self, who: Account, path: str, answer: httpx.Response) -> None:
        if "etag" in answer.headers and answer.request.method in {"GET", "PATCH"}:
            self._tags[who.email, path] = answer.headers["etag"]
        elif "etag" in answer.headers and answer.status_code == 201 and "location" in answer.headers:
            self._tags[who.email, answer.headers["location"]] = answer.headers["etag"]

    def _refused(self, method: str, path: str, status: int | None, reason: str) -> Refused:
        refused = Refused(method, path, status, reason)
        self.errors.append(str(refused))
        return refused


def _said(answer: httpx.Response) -> str:
    """The problem's own words (RFC 9457), with each field's."""
    try:
        problem = answer.json()
        lines = [f"{problem.get('title', '')} {problem.get('detail', '')}".strip()]
        lines += [f"{error.get('pointer', '')} {error.get('detail', '')}" for error in problem.get("errors", ())]
    except (ValueError, AttributeError):
        lines = [answer.text[:200]]
    return " | ".join(lines)


async def together(acts: Iterable[Awaitable[object]]) -> None:
    """Let everybody act at once, to the end; then the first refusal is raised, if any (all are counted)."""
    for outcome in await asyncio.gather(*acts, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def everybody(acts: Iterable[Awaitable[object]]) -> None:
    """Everybody acts; a refusal has been counted and does not keep the others from theirs."""
    for outcome in await asyncio.gather(*acts, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refused):
            raise outcome
