"""Sessions around an instant, whichever their event: what the rooms above do by the clock starts from it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from . import repository

_instant = sa.DateTime(timezone=True)
_E, _S = repository._E, repository._S
_FACE = (_E.c.network_id, _E.c.reference, _E.c.title.label("event_title"), _E.c.status.label("event_status"))
#: Columns of the session, with its event's `network_id`, `reference`, `event_title` and `event_status`.
_AROUND = (
    sa.select(*_S.c, *_FACE)
    .join(_E, _E.c.id == _S.c.event_id)
    .where(
        _S.c.is_visio,
        _S.c.starts_at < bindparam("until", type_=_instant),
        _S.c.ends_at > bindparam("since", type_=_instant),
    )
    .order_by(_S.c.starts_at, _S.c.id)
)
_OF_IDS = (
    sa.select(*_S.c, *_FACE)
    .join(_E, _E.c.id == _S.c.event_id)
    .where(_S.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))))
    .order_by(_S.c.starts_at, _S.c.id)
)


async def visio_sessions(session: AsyncSession, *, since: datetime, until: datetime) -> list[Row]:
    """Sessions by visio that have something between these instants, cancelled ones too."""
    return await fetch_in(session, _AROUND, {"since": since, "until": until})


async def sessions(session: AsyncSession, session_ids: Sequence[UUID]) -> list[Row]:
    """These sessions, with the same columns."""
    return await fetch_in(session, _OF_IDS, {"ids": list(session_ids)})
