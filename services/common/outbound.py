"""Calls to other people's servers, at addresses people give: an address, a size or a slowness may be hostile.

The only way out of the platform but for mail. The host is resolved here and the connection made to the very address that was judged: a name that changes its mind between the check
and the connection gains nothing. Redirections are judged again, sizes counted after decompression, and all of it ends in time.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from .settings import ServiceSettings

#: The addresses of a host, in the order they are tried.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

#: Addresses that carry an IPv4 one in their last 32 bits (RFC 6052, and the deprecated IPv4-compatible ones).
_CARRIERS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
_REDIRECTS = {301, 302, 303, 307, 308}
_RESOLVING = 5.0
_CHUNK = 65_536


#: Made once: reading the machine's authorities takes longer than most calls.
_trusted = lru_cache(ssl.create_default_context)


class Unreachable(Exception):
    """Nothing could be read; `code` says why.

    `refused_address` (not a public address), `bad_address`, `unreachable`, `insecure` (TLS), `too_slow`, `too_large`, `bad_answer`,
    `too_many_redirects`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What a server answered, decompressed; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


@dataclass(frozen=True)
class Bounds:
    """What is read of one answer: bytes once decompressed, seconds from the first connection to the last byte, redirections."""

    most_bytes: int = 20 * 1024 * 1024
    seconds: float = 60.0
    redirects: int = 3


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, whatever it is wrapped in."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if any(ip in network for network in _CARRIERS) else None
        inner = ip.ipv4_mapped or ip.sixtofour or carried
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


async def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a host, asked to the system, each once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass
class Outbound(httpcore.AsyncNetworkBackend):
    """A client of other people's servers: `async with Outbound.of(settings, "Canevas (…)") as web: await web.get(url)`.

    `get` reads an answer whole, `look` its status only, `send` gives something (never redirected). `private_allowed` (development,
    tests) lets loopback and private networks be called.
    """

    private_allowed: bool = False
    user_agent: str = "Canevas"
    resolver: Resolver = resolve
    connections: int = 8
    _inner: Any = field(default_factory=httpcore.AnyIOBackend)
    _pool: httpcore.AsyncConnectionPool | None = None

    @classmethod
    def of(cls, settings: ServiceSettings, user_agent: str, *, resolver: Resolver = resolve) -> Self:
        """Private addresses are for development only."""
        return cls(private_allowed=settings.environment == "development", user_agent=user_agent, resolver=resolver)

    async def __aenter__(self) -> Self:
        self._pool = httpcore.AsyncConnectionPool(ssl_context=_trusted(), network_backend=self, max_connections=self.connections)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None, bounds: Bounds = Bounds()) -> Answer:
        """The answer, redirections followed, whatever its status; raises `Unreachable`."""
        return await self._followed(_Call("GET", headers or {}, bounds), url)

    async def look(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, bounds: Bounds = Bounds()) -> Answer:
        """The same with `HEAD` or `GET`, nothing of the body being read."""
        return await self._followed(_Call(method, headers or {}, bounds, body_read=False), url)

    async def send(
        self,
        url: str,
        content: bytes,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = Bounds(),
        body_read: bool = True,
    ) -> Answer:
        """Give some content; a redirection is the answer: what was meant for one address is not given to another.

        `body_read` false: only what the server says of it (status and headers) matters.
        """
        return await self._timed(_Call(method, headers or {}, bounds, content, body_read), url, redirects=None)

    async def require_readable(self, url: str) -> None:
        """Raise `Unreachable` when the address is not one that may be called. A name nobody knows today may exist tomorrow."""
        _, host, port = _target(url)
        try:
            async with asyncio.timeout(_RESOLVING):
                await self._judged(host, port)
        except (TimeoutError, httpcore.ConnectError):
            return

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address that was judged."""
        failure: Exception | None = None
        for address in await self._judged(host, port):
            try:
                stream: httpcore.AsyncNetworkStream = await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
                return stream
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(host)

    async def _judged(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self.resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(host) from error
        # One private address among several is enough to refuse: the next connection could choose it.
        if not self.private_allowed and not all(is_public(address) for address in addresses):
            raise Unreachable("refused_address")
        return addresses

    async def _followed(self, call: "_Call", url: str) -> Answer:
        return await self._timed(call, url, redirects=call.bounds.redirects)

    async def _timed(self, call: "_Call", url: str, *, redirects: int | None) -> Answer:
        """`redirects` None gives a redirection back as it is."""
        try:
            async with asyncio.timeout(call.bounds.seconds):
                for _ in range((redirects or 0) + 1):
                    answer = await self._once(call, url)
                    location = answer.headers.get("location")
                    if redirects is None or answer.status not in _REDIRECTS or not location:
                        return answer
                    url = _joined(answer.url, location)
        except TimeoutError as error:
            raise Unreachable("too_slow") from error
        raise Unreachable("too_many_redirects")

    async def _once(self, call: "_Call", url: str) -> Answer:
        url, *_ = _target(url)
        if self._pool is None:
            raise RuntimeError("an Outbound is used before it is entered")
        sent = [*{"User-Agent": self.user_agent, "Accept-Encoding": "gzip", **call.headers}.items()]
        # A step (resolving and connecting, a silence between two bytes) takes no longer than the whole.
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), call.bounds.seconds)
        try:
            asked = self._pool.stream(
                call.method, url.partition("#")[0], headers=sent, content=call.content, extensions={"timeout": timeout}
            )
            async with asked as response:
                given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                encoding = given.get("content-encoding", "").lower()
                content = await _read(response, encoding, call.bounds.most_bytes) if call.body_read else b""
                return Answer(response.status, given, content, url)
        except ssl.SSLError as error:
            raise Unreachable("insecure") from error
        except httpcore.ConnectError as error:
            raise Unreachable("insecure" if isinstance(error.__cause__, ssl.SSLError) else "unreachable") from error
        except httpcore.TimeoutException as error:
            raise Unreachable("too_slow") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, zlib.error) as error:
            raise Unreachable("bad_answer") from error
        except (httpcore.NetworkError, OSError) as error:
            raise Unreachable("unreachable") from error


@dataclass(frozen=True)
class _Call:
    """What is asked, whatever the address it ends at."""

    method: str
    headers: Mapping[str, str]
    bounds: Bounds
    content: bytes | None = None
    body_read: bool = True


def _target(url: str) -> tuple[str, str, int]:
    """The address as it is written on the wire, its host and its port. Accents are encoded, as people paste them."""
    if any(character <= " " for character in url):
        raise Unreachable("bad_address")
    try:
        written = url if url.isascii() else str(httpx.URL(url))
        parts = urlsplit(written)
        port = parts.port
    except (ValueError, httpx.InvalidURL) as error:
        raise Unreachable("bad_address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise Unreachable("bad_address")
    return written, str(parts.hostname), port or (443 if parts.scheme == "https" else 80)


def _joined(url: str, location: str) -> str:
    try:
        # Header bytes were read as Latin-1; many servers write their redirections in UTF-8.
        return urljoin(url, location.encode("latin-1").decode())
    except UnicodeDecodeError:
        return urljoin(url, location)
    except ValueError as error:
        raise Unreachable("bad_address") from error


async def _read(response: httpcore.Response, encoding: str, most_bytes: int) -> bytes:
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise Unreachable("bad_answer")
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding not in {"", "identity"} else None
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_stream():
        waiting = chunk
        while waiting:
            part = waiting if inflating is None else inflating.decompress(waiting, _CHUNK)
            waiting = b"" if inflating is None or inflating.eof else inflating.unconsumed_tail
            size += len(part)
            if size > most_bytes:
                raise Unreachable("too_large")
            parts.append(part)
    if inflating is not None and parts and not inflating.eof:
        raise Unreachable("bad_answer")
    return b"".join(parts)
