"""Where given people stand: their place, whatever it is, for the rooms that gave them something personal."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from . import repository

_A, _R = repository._A, repository._R
_PLACES = (
    sa.select(*_A.c, _R.c.session_id, _R.c.state.label("registration_state"))
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_A.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))))
)


async def places(session: AsyncSession, attendee_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """`attendee id → its columns, the `session_id` it registered for (None: all) and its `registration_state``."""
    return {row["id"]: row for row in await fetch_in(session, _PLACES, {"ids": list(attendee_ids)})}


def has_seat(place: Row) -> bool:
    """Whether the person takes part: seated, still in their group."""
    return place["registration_state"] == "seated" and place["pool_id"] is not None and place["left_at"] is None
