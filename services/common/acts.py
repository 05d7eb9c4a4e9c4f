"""What an account did in a service: how many of each act, and the lines of its journal."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam

from .db import Row, fetch

_ACCOUNT = bindparam("account_id", type_=sa.Uuid)


class Acts:
    """Every column `…_by` of the service's tables, whatever table comes to have one, then its journal."""

    def __init__(self, metadata: sa.MetaData, journal: sa.Table) -> None:
        self._metadata = metadata
        self._lines = (
            sa.select(journal.c.at, journal.c.act, journal.c.resource_type, journal.c.resource_id)
            .where(journal.c.actor_id == _ACCOUNT)
            .order_by(journal.c.id)
        )
        self._counts: list[tuple[str, Any]] = []

    async def of(self, reader: AsyncConnection[Any], account_id: UUID) -> list[Row]:
        """`{where, count}` for each column that holds the account, then each line of the journal, the oldest first."""
        found: list[Row] = []
        for where, counted in self._counted():
            (row,) = await fetch(reader, counted, {"account_id": account_id})
            if row["count"]:
                found.append({"where": where, "count": row["count"]})
        return [*found, *await fetch(reader, self._lines, {"account_id": account_id})]

    def _counted(self) -> list[tuple[str, Any]]:
        """Once every table is declared."""
        if not self._counts:
            for table in self._metadata.sorted_tables:
                for column in table.columns:
                    if column.name.endswith("_by") and isinstance(column.type, sa.Uuid):
                        counted = sa.select(sa.func.count().label("count")).where(column == _ACCOUNT)
                        self._counts.append((f"{table.name}.{column.name}", counted))
        return self._counts
