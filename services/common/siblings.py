"""Calls to the other services: one httpx client for both modes.

In production `settings.siblings` holds their addresses; in the embedded composition the sibling's ASGI app is mounted on its
host name and called in process (JSON calls only, never files).
"""

from collections.abc import AsyncIterator, Collection, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from .problems import TemporarilyUnavailable

Apps = Mapping[str, object]
_AWAY = {"Retry-After": "5"}


def create_client(apps: Apps) -> httpx.AsyncClient:
    """`apps` maps a service's name to its ASGI app; other services are called over the network."""
    mounts = {
        f"http://{name}.internal": httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        for name, app in apps.items()
    }
    # One client speaks for everybody: what a sibling would have one person's browser keep is not kept.
    cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    # Environment proxies are not for us: siblings are on our own network.
    return httpx.AsyncClient(
        mounts=mounts, cookies=cookies, timeout=10, trust_env=False, event_hooks={"request": [_pass_tracing_on]}
    )


async def _pass_tracing_on(request: httpx.Request) -> None:
    context = structlog.contextvars.get_contextvars()
    for header, name in (("X-Request-ID", "request_id"), ("traceparent", "traceparent")):
        if name in context:
            request.headers[header] = context[name]


class Siblings:
    """Typed clients are built on this: `await siblings.get("directory", "/directory/v1/…")`."""

    def __init__(self, addresses: Mapping[str, str], apps: Apps | None = None) -> None:
        self._addresses = dict(addresses)
        self._apps = apps if apps is not None else {}
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        self._client = create_client(self._apps)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def knows(self, service: str) -> bool:
        """Whether the sibling is part of this platform; it may still be down."""
        return service in self._apps or service in self._addresses

    def _url(self, service: str, path: str) -> str:
        base = f"http://{service}.internal" if service in self._apps else self._addresses.get(service)
        if base is None:
            raise TemporarilyUnavailable(headers=_AWAY)
        return base + path

    async def request(
        self,
        method: str,
        service: str,
        path: str,
        *,
        token: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The sibling's answer, whatever its status; 503 when it cannot be reached."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        if self._client is None:
            raise RuntimeError("siblings are used before the service is open")
        try:
            return await self._client.request(
                method, self._url(service, path), content=content, headers={**sent, **(headers or {})}
            )
        except httpx.TransportError as error:
            raise TemporarilyUnavailable(headers=_AWAY) from error

    async def get(self, service: str, path: str, *, token: str | None = None) -> httpx.Response:
        return await self.request("GET", service, path, token=token)

    async def read(self, service: str, path: str, *, token: str | None = None, absent: Collection[int] = ()) -> Any:
        """The JSON the sibling answers; None when it answers one of the statuses `absent`, 503 when it answers anything else."""
        answer = await self.get(service, path, token=token)
        if answer.status_code in absent:
            return None
        if answer.status_code != 200:
            raise TemporarilyUnavailable(headers=_AWAY)
        return answer.json()

    async def items(
        self, service: str, path: str, *, token: str | None = None, absent: Collection[int] = ()
    ) -> AsyncIterator[dict[str, Any]]:
        """The items of a list of the sibling's, page after page; none when it is `absent`."""
        cursor: str | None = ""
        while cursor is not None:
            after = f"&cursor={quote(cursor)}" if cursor else ""
            page = await self.read(service, f"{path}?limit=100{after}", token=token, absent=absent)
            for item in page["items"] if page else ():
                yield item
            cursor = page["next"] if page else None
