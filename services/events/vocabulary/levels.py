"""Territories by their level, as statistics count them."""

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection

from services.common.db import Row, fetch

from . import repository


async def territories(reader: AsyncConnection[Any], codes: Iterable[str]) -> dict[str, Row]:
    """`code → {code, kind, label, path}` of those known."""
    return {row["code"]: row for row in await fetch(reader, repository.TERRITORIES, {"codes": list(codes)})}
