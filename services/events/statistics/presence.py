"""Where statistics ask who was there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection


async def minutes(connection: AsyncConnection[Any], event_ids: Sequence[UUID]) -> Mapping[UUID, int] | None:
    """Minutes of presence by participant; None: presence is not known, and no figure of it is shown."""
    return None
