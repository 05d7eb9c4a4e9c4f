"""Where statistics ask who was there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from ..attendance import counting


async def minutes(connection: AsyncConnection[Any], event_ids: Sequence[UUID]) -> Mapping[UUID, int] | None:
    """Minutes by participant who was there, as organisers validated it; None: presence is not known, and no figure of it is shown."""
    return await counting.minutes(connection, event_ids)
