"""Calls to addresses that people give: their host is resolved, and private places are refused outside development.

The connection goes to the very address that was judged, so that a name that resolves otherwise a moment later leads nowhere else.
Each redirection is judged anew, since each goes through the transport.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

from .settings import ServiceSettings

#: The addresses of a host, in the order they are tried.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

#: Addresses that carry an IPv4 one in their last 32 bits (RFC 6052, and the deprecated IPv4-compatible ones).
_CARRIERS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


class PrivateAddress(httpx.ConnectError):
    """The host is a private, loopback, link-local or reserved place."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if any(found in network for network in _CARRIERS):
            inside.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        if any(each is not None and not is_public(str(each)) for each in inside):
            return False
        if found.ipv4_mapped is not None:
            return True
    return found.is_global and not found.is_multicast


async def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a host, asked to the system, each once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Connects to public addresses only, unless `allow_private`. One private address among a host's is enough to refuse it."""

    def __init__(self, *, allow_private: bool, resolver: Resolver = resolve, **options: Any) -> None:
        super().__init__(**options)
        self._allow_private, self._resolver = allow_private, resolver

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii").strip("[]")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            addresses = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} is not found", request=request) from error
        if not addresses:
            raise httpx.ConnectError(f"{host} is not found", request=request)
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise PrivateAddress(f"{host} is not a public address", request=request)
        for address in addresses[:-1]:
            try:
                return await super().handle_async_request(_sent_to(request, address, host))
            except httpx.ConnectError:
                continue
        return await super().handle_async_request(_sent_to(request, addresses[-1], host))


def _sent_to(request: httpx.Request, address: str, host: str) -> httpx.Request:
    """The same request, to an address: its `Host` is written already, its certificate is still asked of the host."""
    url = request.url.copy_with(host=address)
    extensions = {**request.extensions, "sni_hostname": host}
    return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


def create_outside_client(
    settings: ServiceSettings, *, timeout: float = 10, redirects: int = 0, resolver: Resolver = resolve
) -> httpx.AsyncClient:
    """A client for addresses people give; `timeout` in seconds for each step, `redirects` followed at most."""
    transport = GuardedTransport(allow_private=settings.environment == "development", resolver=resolver, trust_env=False)
    return httpx.AsyncClient(
        transport=transport, timeout=timeout, follow_redirects=redirects > 0, max_redirects=redirects, trust_env=False
    )
