"""Where a request comes from, as limits count it. Pure: no database, no clock, no I/O."""

import ipaddress

from fastapi import Request


def origin_of(host: str | None) -> str:
    """The network address that limits count: an IPv6 subscriber holds a whole /64."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return (host or "unknown")[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


def asked_from(request: Request) -> str:
    """`origin_of` who makes the request; the front gives the address (`X-Forwarded-For`), which the server checks."""
    return origin_of(request.client.host if request.client else None)
