"""SQL of what happens to events from outside: their time is over, an organisation is renamed, a document is published."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import Event

_E: Any = Event.__table__  # type: ignore[attr-defined]

#: Events said to be held whose end is between two instants, by batches in the order of their ids.
HELD = (
    sa.select(_E.c.id)
    .where(
        _E.c.status == "held",
        _E.c.ends_at > bindparam("since", type_=sa.DateTime(timezone=True)),
        _E.c.ends_at <= bindparam("until", type_=sa.DateTime(timezone=True)),
        _E.c.id > bindparam("after_id", type_=sa.Uuid),
    )
    .order_by(_E.c.id)
    .limit(bindparam("limit"))
)


async def naming(session: AsyncSession, organisation_id: UUID, *, after_id: UUID, limit: int) -> Sequence[Event]:
    """Events some partner of which is this organisation, locked."""
    named = _E.c.partners.contains([{"organisation_id": str(organisation_id)}])
    asked = select(Event).where(named, _E.c.id > after_id).order_by(_E.c.id).limit(limit)
    return (await session.exec(asked.with_for_update())).all()


#: Events that were over before an instant: those that lost all their dates count from the day they stood in the agenda.
OVER = (
    sa.select(_E.c.id)
    .where(
        sa.func.coalesce(_E.c.ends_at, sa.func.timezone("Europe/Paris", sa.cast(_E.c.sort_on + 1, sa.DateTime)))
        < bindparam("before", type_=sa.DateTime(timezone=True)),
        _E.c.id > bindparam("after_id", type_=sa.Uuid),
    )
    .order_by(_E.c.id)
    .limit(bindparam("limit"))
)
