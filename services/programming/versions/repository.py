"""All the SQL of the nightly sweep: which stored files some row refers to."""

import re
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

#: Every column that says where bytes are is called `key`, or ends in `_key`: a law of the house, whichever room keeps it.
_COLUMNS = sa.text(
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND data_type IN ('character varying', 'text') "
    "AND (column_name = 'key' OR column_name LIKE '%\\_key') "
    "AND table_name NOT LIKE 'procrastinate%' AND table_name <> 'idempotency_keys' ORDER BY 1, 2"
)
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


async def columns(session: AsyncSession) -> list[tuple[str, str]]:
    return [(row.table_name, row.column_name) for row in await execute(session, _COLUMNS)]


async def referred(session: AsyncSession, where: list[tuple[str, str]], keys: list[str]) -> set[str]:
    """Those of these keys that a row refers to; a removed version of a permanent file does not, unless a dossier has it."""
    found: set[str] = set()
    for table_name, column_name in where:
        if not (_NAME.fullmatch(table_name) and _NAME.fullmatch(column_name)):
            continue
        table: Any = sa.table(table_name, sa.column(column_name), sa.column("removed_at"))
        column = table.c[column_name]
        wanted = sa.select(column).distinct().where(column.in_(keys))
        if table_name == "permanent_files":
            wanted = wanted.where(table.c.removed_at.is_(None))
        found |= set((await execute(session, wanted)).scalars())
    return found
