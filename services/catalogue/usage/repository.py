"""All the SQL about views and downloads."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import write_in

from ..documents import views
from .models import MonthlyUsage

_U: Any = MonthlyUsage.__table__  # type: ignore[attr-defined]

_insert = upsert(_U)
#: Adds to what other processes have written.
_ADD = _insert.on_conflict_do_update(
    index_elements=[_U.c.document_id, _U.c.month],
    set_={"views": _U.c.views + _insert.excluded.views, "downloads": _U.c.downloads + _insert.excluded.downloads},
)
OF_DOCUMENT = (
    sa.select(_U.c.month, _U.c.views, _U.c.downloads)
    .where(_U.c.document_id == bindparam("document_id"))
    .order_by(_U.c.month.desc())
)
#: Months from `since` to `until` (excluded) of a centre, in the order they are read in a table.
OF_CENTRE = (
    sa.select(_U.c.month, _U.c.document_id, _U.c.views, _U.c.downloads)
    .where(
        _U.c.centre_id == bindparam("centre_id", type_=sa.Uuid),
        _U.c.month >= bindparam("since", type_=sa.Date),
        _U.c.month < bindparam("until", type_=sa.Date),
    )
    .order_by(_U.c.month, _U.c.document_id)
)
_SCORES = (
    sa.select(_U.c.document_id, sa.func.sum(_U.c.views).label("views"), sa.func.sum(_U.c.downloads).label("downloads"))
    .where(_U.c.month >= bindparam("since", type_=sa.Date))
    .group_by(_U.c.document_id)
    # Summed once, whatever the plan makes of the rest.
    .cte("scores")
    .prefix_with("MATERIALIZED")
)
#: Faces with `views` and `downloads`, the most read first.
MOST_READ = views.scored(_SCORES, order=("views", "downloads"))


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Rows `{document_id, month, centre_id, views, downloads}`; always in the same order, so that two processes never wait in circle."""
    if rows:
        await write_in(session, _ADD, *sorted(rows, key=lambda row: (row["document_id"], row["month"])))


def period(centre_id: UUID, since: date, until: date) -> dict[str, Any]:
    return {"centre_id": centre_id, "since": since, "until": until}
