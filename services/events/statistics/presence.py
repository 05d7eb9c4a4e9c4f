"""Where statistics ask who was there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from ..attendance import followed


async def minutes(connection: AsyncConnection[Any], event_ids: Sequence[UUID]) -> Mapping[UUID, int] | None:
    """Validated minutes by participant; None: nothing was validated yet, and no figure of presence is shown."""
    return (await followed.minutes(connection, event_ids)) or None
