"""Events as statistics count them."""

from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row, fetch

from . import counting_repository


async def events_between(reader: AsyncConnection[Any], network_id: UUID, since: date, until: date) -> list[Row]:
    """`{id, format, theme_path, sort_on}` of a network's events that take or took place from a day to another, both included."""
    return await fetch(reader, counting_repository.BETWEEN, {"network_id": network_id, "since": since, "until": until})
