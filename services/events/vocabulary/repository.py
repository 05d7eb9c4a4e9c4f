"""All the SQL about themes and territories."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import KnownTerritory, KnownTheme

_THEMES: Any = KnownTheme.__table__  # type: ignore[attr-defined]
_TERRITORIES: Any = KnownTerritory.__table__  # type: ignore[attr-defined]
_codes = bindparam("codes", type_=ARRAY(sa.Text))

THEMES = sa.select(*_THEMES.c).where(_THEMES.c.code == sa.func.any(_codes))
TERRITORIES = sa.select(*_TERRITORIES.c).where(_TERRITORIES.c.code == sa.func.any(_codes))


async def keep_themes(session: AsyncSession, rows: Sequence[Row]) -> None:
    await _keep(session, _THEMES, rows)


async def keep_territories(session: AsyncSession, rows: Sequence[Row]) -> None:
    await _keep(session, _TERRITORIES, rows)


async def _keep(session: AsyncSession, table: Any, rows: Sequence[Row]) -> None:
    if not rows:
        return
    # In the order of their codes: two transactions that learn the same ones never wait for each other in a circle.
    insert = upsert(table).values(sorted(rows, key=lambda row: str(row["code"])))
    told = {column.name: insert.excluded[column.name] for column in table.c if column.name != "code"}
    await execute(session, insert.on_conflict_do_update(index_elements=[table.c.code], set_=told))
