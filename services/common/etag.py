"""Optimistic concurrency over HTTP (RFC 9110 §8.8.3, §13.1): strong ETags, `If-Match` required to change."""

import hashlib
import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from .problems import PreconditionRequired, StaleVersion

# A front that compresses weakens the tag on its way out, so `W/` is accepted on the way back.
_TAG = re.compile(r'^(?:W/)?"([0-9]{1,18})(?:-[a-z0-9]+)?"$')


def etag(version: int, view: str = "") -> str:
    """`"7"`, or `"7-short"` when callers see different representations of the same version."""
    return f'"{version}-{view}"' if view else f'"{version}"'


def tag_of(content: bytes) -> str:
    """The ETag of what has no version: a digest of the bytes answered."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def tag_of_parts(*parts: Any) -> str:
    """`tag_of` for an answer made of these parts, before it is made; their `repr` says all of them."""
    return tag_of(repr(parts).encode())


async def expected_version(
    if_match: Annotated[str | None, Header(description="ETag of the version that was read.", examples=['"3"'])] = None,
) -> int:
    """The version the caller read, from `If-Match` (428 without, 412 when it is no version of ours)."""
    if if_match is None:
        raise PreconditionRequired()
    tag = _TAG.match(if_match.strip())
    if tag is None:
        raise StaleVersion()
    return int(tag[1])


#: `expected_version` as routes take it.
Version = Annotated[int, Depends(expected_version)]


async def _version_if_any(
    if_match: Annotated[
        str | None, Header(description="ETag of the version that was read; left out to create.", examples=['"3"'])
    ] = None,
) -> int | None:
    return None if if_match is None else await expected_version(if_match)


#: The version the caller read, or None when they mean to create.
VersionIfAny = Annotated[int | None, Depends(_version_if_any)]


def require_version(current: int, expected: int) -> None:
    """Refuse (412) to change a version that the caller has not read."""
    if current != expected:
        raise StaleVersion(current_etag=etag(current))


def not_modified(request: Request, tag: str) -> Response | None:
    """304 when the caller already holds this representation."""
    held = request.headers.get("if-none-match")
    if held and tag in {candidate.strip().removeprefix("W/") for candidate in held.split(",")}:
        return Response(status_code=304, headers={"ETag": tag})
    return None
