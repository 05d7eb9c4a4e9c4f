"""All the SQL about training needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import NeedStatus, TrainingNeed

_N: Any = TrainingNeed.__table__  # type: ignore[attr-defined]
_after_id = bindparam("after_id", type_=sa.Uuid)


def _if_asked(name: str, kind: Any, condition: Any) -> Any:
    return sa.or_(bindparam(name, type_=kind).is_(None), condition)


LISTING = (
    sa.select(*_N.c)
    .where(
        _N.c.network_id == bindparam("network_id", type_=sa.Uuid),
        _N.c.id > _after_id,
        _if_asked(
            "statuses", ARRAY(sa.Text), sa.cast(_N.c.status, sa.Text) == sa.func.any(bindparam("statuses", type_=ARRAY(sa.Text)))
        ),
        _if_asked("theme", sa.Text, bindparam("theme", type_=sa.Text) == sa.func.any(_N.c.theme_codes)),
        _if_asked("territory", sa.Text, _N.c.territory_code == bindparam("territory", type_=sa.Text)),
        _if_asked("audience", sa.Text, sa.cast(_N.c.audience, sa.Text) == bindparam("audience", type_=sa.Text)),
    )
    .order_by(_N.c.id)
    .limit(bindparam("limit"))
)
OF_ACCOUNT = (
    sa.select(*_N.c)
    .where(_N.c.account_id == bindparam("account_id", type_=sa.Uuid), _N.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_N.c.id.desc())
    .limit(bindparam("limit"))
)

_themes = (
    sa.func.unnest(sa.case((sa.func.cardinality(_N.c.theme_codes) > 0, _N.c.theme_codes), else_=sa.cast([""], ARRAY(sa.Text))))
    .table_valued("code", name="theme")
    .render_derived()
)
_grouped = (
    sa.select(
        _themes.c.code.label("theme_code"),
        sa.func.coalesce(_N.c.territory_code, "").label("territory_code"),
        sa.cast(_N.c.audience, sa.Text).label("audience"),
        sa.func.count().label("count"),
        sa.func.min(_N.c.created_at).label("oldest_at"),
        sa.func.array_agg(aggregate_order_by(_N.c.id, _N.c.id)).label("need_ids"),
    )
    .select_from(_N.join(_themes, sa.true()))
    .where(_N.c.network_id == bindparam("network_id", type_=sa.Uuid), _N.c.status == "open")
    .group_by(sa.literal_column("1"), sa.literal_column("2"), sa.literal_column("3"))
    .subquery("grouped")
)
#: Open needs by theme, territory and public (`''`: none is named), the most asked for first.
GROUPS = (
    sa.select(_grouped)
    .where(
        sa.tuple_(-_grouped.c.count, _grouped.c.theme_code, _grouped.c.territory_code, _grouped.c.audience)
        > sa.tuple_(
            sa.cast(bindparam("after_count"), sa.BigInteger),
            bindparam("after_theme", type_=sa.Text),
            bindparam("after_territory", type_=sa.Text),
            bindparam("after_audience", type_=sa.Text),
        )
    )
    .order_by(-_grouped.c.count, _grouped.c.theme_code, _grouped.c.territory_code, _grouped.c.audience)
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, need_id: UUID) -> TrainingNeed | None:
    return (await session.exec(select(TrainingNeed).where(TrainingNeed.id == need_id))).first()


async def held(session: AsyncSession, need_ids: Sequence[UUID]) -> Sequence[TrainingNeed]:
    """These needs and those merged into them, locked in the order of their ids: two acts never wait for each other in a circle."""
    asked = select(TrainingNeed).where(sa.or_(_N.c.id.in_(need_ids), _N.c.merged_into_id.in_(need_ids)))
    locked = asked.order_by(_N.c.id).with_for_update()
    await session.exec(locked)
    # What was merged into them while this waited is only seen by a second look; nothing more is merged now that they are held.
    return (await session.exec(locked)).all()


async def forget(session: AsyncSession, account_id: UUID | None, email: str | None) -> int:
    """No need remembers this account nor this address any more; how many did."""
    # Not to be given is not to be null: only what is asked for is compared.
    its = [] if account_id is None else [_N.c.account_id == account_id]
    its += [] if email is None else [sa.func.lower(_N.c.email) == email.lower()]
    if not its:
        return 0
    forgotten = await execute(
        session, sa.update(_N).where(sa.or_(*its)).values(account_id=None, email=None, version=_N.c.version + 1)
    )
    return int(forgotten.rowcount)


async def untold_of(session: AsyncSession, event_id: UUID) -> Sequence[TrainingNeed]:
    """Needs an event is prepared for whose askers wait to be told, locked."""
    asked = sa.and_(_N.c.event_id == event_id, _N.c.told_at.is_(None))
    return (await session.exec(select(TrainingNeed).where(asked).order_by(_N.c.id).with_for_update())).all()


async def awaited_events(session: AsyncSession) -> list[UUID]:
    """Events somebody waits to be told of."""
    asked = sa.select(_N.c.event_id).distinct().where(_N.c.event_id.is_not(None), _N.c.told_at.is_(None))
    return [row.event_id for row in await execute(session, asked)]


async def open_count(session: AsyncSession, network_id: UUID, account_id: UUID) -> int:
    """How many needs of that account wait in that network; the account's next one waits for this transaction."""
    await alone(session, f"needs:{account_id}")
    counted = sa.select(sa.func.count()).where(
        _N.c.network_id == network_id, _N.c.account_id == account_id, _N.c.status == NeedStatus.OPEN
    )
    return int((await execute(session, counted)).scalar_one())


SAID_BY = (
    sa.select(*_N.c)
    .where(
        sa.or_(
            _N.c.account_id == bindparam("account_id", type_=sa.Uuid),
            sa.func.lower(_N.c.email) == bindparam("email", type_=sa.Text),
        )
    )
    .order_by(_N.c.id)
)


async def forget_before(session: AsyncSession, before: datetime, limit: int) -> int:
    """Who said needs before that instant is forgotten; so many at once."""
    named = sa.or_(_N.c.account_id.is_not(None), _N.c.email.is_not(None))
    old = sa.select(_N.c.id).where(_N.c.created_at < before, named).order_by(_N.c.id).limit(limit)
    forgotten = sa.update(_N).where(_N.c.id.in_(old)).values(account_id=None, email=None, version=_N.c.version + 1)
    return int((await execute(session, forgotten)).rowcount)
