"""Reading the web outside of the platform, where an address, a size or a slowness may be hostile.

The host is resolved here and the connection made to the very address that was judged: a name that changes its mind between the check
and the connection gains nothing. Redirections are judged again, sizes counted after decompression, and all of it ends in time.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpcore

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REDIRECTS = {301, 302, 303, 307, 308}
_RESOLVING = 5.0
_CHUNK = 65_536


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
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


@dataclass
class Outbound(httpcore.AsyncNetworkBackend):
    """A reader of other people's servers: `async with Outbound(private_allowed=…) as web: await web.get(url)`.

    `private_allowed` (development, tests) lets loopback and private networks be read.
    """

    private_allowed: bool = False
    user_agent: str = "Canevas"
    _inner: Any = field(default_factory=httpcore.AnyIOBackend)
    _pool: httpcore.AsyncConnectionPool | None = None

    async def __aenter__(self) -> Self:
        self._pool = httpcore.AsyncConnectionPool(ssl_context=ssl.create_default_context(), network_backend=self, max_connections=4)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None, bounds: Bounds = Bounds()) -> Answer:
        """The answer, redirections followed, whatever its status; raises `Unreachable`."""
        try:
            async with asyncio.timeout(bounds.seconds):
                for _ in range(bounds.redirects + 1):
                    answer = await self._once(url, headers or {}, bounds.most_bytes)
                    location = answer.headers.get("location")
                    if answer.status not in _REDIRECTS or not location:
                        return answer
                    url = urljoin(url, location)
        except TimeoutError as error:
            raise Unreachable("too_slow") from error
        raise Unreachable("too_many_redirects")

    async def require_readable(self, url: str) -> None:
        """Raise `Unreachable` when the address is not one that may be read. A name nobody knows today may exist tomorrow."""
        host, port = _target(url)
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

    async def _judged(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(host) from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        # One private address among several is enough to refuse: the next connection could choose it.
        if not self.private_allowed and not all(is_public(address) for address in addresses):
            raise Unreachable("refused_address")
        return addresses

    async def _once(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Answer:
        _target(url)
        if self._pool is None:
            raise RuntimeError("an Outbound is used before it is entered")
        sent = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip", **headers}
        try:
            async with self._pool.stream("GET", url.partition("#")[0], headers=[*sent.items()]) as response:
                given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                content = await _read(response, given.get("content-encoding", "").lower(), most_bytes)
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


def _target(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unreachable("bad_address") from error
    named = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
    if not named or not url.isascii() or any(character <= " " for character in url):
        raise Unreachable("bad_address")
    return str(parts.hostname), port or (443 if parts.scheme == "https" else 80)


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
