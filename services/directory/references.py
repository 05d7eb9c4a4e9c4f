"""What reference data have in common: a code for a name, and writes that may create."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Depends, Header

from services.common.etag import expected_version

_REFERENCES = UUID("4b9f2a52-6d0e-5c39-9f0b-3d8f6b1f5c11")


def journal_id(kind: str, code: str) -> UUID:
    """The id the journal knows a coded resource by: always the same."""
    return uuid5(_REFERENCES, f"{kind}:{code}")


async def _version(
    if_match: Annotated[
        str | None, Header(description="ETag of the version that was read; left out to create.", examples=['"3"'])
    ] = None,
) -> int | None:
    return None if if_match is None else await expected_version(if_match)


#: The version the caller read, or None when they mean to create.
VersionIfAny = Annotated[int | None, Depends(_version)]
