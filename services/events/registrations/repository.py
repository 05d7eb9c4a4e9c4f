"""All the SQL about desks, seats, registrations and participants."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in, write_in

from .models import ACTIVE, Attendee, AttendeeNeeds, Desk, Registration, SeatPool

_D: Any = Desk.__table__  # type: ignore[attr-defined]
_P: Any = SeatPool.__table__  # type: ignore[attr-defined]
_R: Any = Registration.__table__  # type: ignore[attr-defined]
_A: Any = Attendee.__table__  # type: ignore[attr-defined]
_N: Any = AttendeeNeeds.__table__  # type: ignore[attr-defined]

_ids = bindparam("ids", type_=ARRAY(sa.Uuid))
_one = bindparam("id", type_=sa.Uuid)

DESKS_OF_EVENT = sa.select(*_D.c).where(_D.c.event_id == _one).order_by(_D.c.session_id.nulls_first())
POOLS = sa.select(*_P.c).where(_P.c.desk_id == sa.func.any(_ids)).order_by(_P.c.mode, _P.c.position)
LOCK_DESK = sa.select(*_D.c).where(_D.c.id == _one).with_for_update()
ONE = sa.select(*_R.c).where(_R.c.id == _one)
ATTENDEES = sa.select(*_A.c).where(_A.c.registration_id == sa.func.any(_ids)).order_by(_A.c.registration_id, _A.c.position)
#: Persons waiting, party by party in the order of ranks.
WAITING = (
    sa.select(_A.c.id, _A.c.registration_id, _A.c.mode, _A.c.audience, _A.c.territory_path, _R.c.rank, _R.c.state)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_R.c.desk_id == _one, _R.c.rank.is_not(None), _A.c.left_at.is_(None))
    .order_by(_R.c.rank, _A.c.position)
)
STANDING_BEFORE = sa.select(sa.func.count().label("count")).where(
    _R.c.desk_id == bindparam("desk_id", type_=sa.Uuid), _R.c.rank < bindparam("rank", type_=sa.Integer)
)
_words = bindparam("patterns", type_=ARRAY(sa.Text))
_states = bindparam("states", type_=ARRAY(sa.Text))
LISTING = (
    sa.select(*_R.c)
    .where(
        _R.c.event_id == _one,
        _R.c.id > bindparam("after_id", type_=sa.Uuid),
        sa.or_(_states.is_(None), sa.cast(_R.c.state, sa.Text) == sa.func.any(_states)),
        sa.or_(
            _words.is_(None), sa.func.lower(sa.func.concat(_R.c.contact_name, " ", _R.c.contact_email)).like(sa.func.all(_words))
        ),
    )
    .order_by(_R.c.id)
    .limit(bindparam("limit"))
)
OF_ACCOUNT = (
    sa.select(*_R.c)
    .where(_R.c.account_id == bindparam("account_id", type_=sa.Uuid), _R.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_R.c.id.desc())
    .limit(bindparam("limit"))
)
#: Everybody who has a seat at an event, or at one of its sessions' desks.
SEATED = (
    sa.select(*_A.c, _R.c.code, _R.c.session_id, _R.c.contact_email, _R.c.contact_name)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_A.c.event_id == _one, _R.c.state == "seated", _A.c.pool_id.is_not(None), _A.c.left_at.is_(None))
    .order_by(_A.c.family_name, _A.c.given_name, _A.c.id)
)
DUE = sa.select(_R.c.id).where(_R.c.due_at <= bindparam("now", type_=sa.DateTime(timezone=True))).order_by(_R.c.due_at)
_INSERT_REGISTRATION = sa.insert(_R)
_INSERT_ATTENDEE = sa.insert(_A)
_INSERT_NEEDS = sa.insert(_N)


async def lock_desk(session: AsyncSession, desk_id: UUID) -> Row | None:
    """The desk; whoever gives or takes its seats waits for this transaction."""
    rows = await fetch_in(session, LOCK_DESK, {"id": desk_id})
    return rows[0] if rows else None


async def pools(session: AsyncSession, desk_ids: Sequence[UUID]) -> list[Row]:
    return await fetch_in(session, POOLS, {"ids": list(desk_ids)})


async def take(session: AsyncSession, counts: dict[UUID, int]) -> None:
    """Add to what is taken of each pool (a negative number gives back); the table refuses one seat too many."""
    for pool_id, count in sorted(counts.items()):
        await execute(session, sa.update(_P).where(_P.c.id == pool_id).values(taken=_P.c.taken + count))


async def set_desk(session: AsyncSession, desk_id: UUID, **values: Any) -> None:
    await execute(session, sa.update(_D).where(_D.c.id == desk_id).values(**values))


async def add_desk(session: AsyncSession, row: Row) -> None:
    await execute(session, sa.insert(_D).values(**row))


async def put_pool(session: AsyncSession, row: Row, *, is_new: bool) -> None:
    if is_new:
        await execute(session, sa.insert(_P).values(**row))
    else:
        await execute(session, sa.update(_P).where(_P.c.id == row["id"]).values(**row))


async def delete_pools(session: AsyncSession, pool_ids: Sequence[UUID]) -> None:
    await execute(session, sa.update(_A).where(_A.c.pool_id.in_(pool_ids)).values(pool_id=None))
    await execute(session, sa.delete(_P).where(_P.c.id.in_(pool_ids)))


async def add(session: AsyncSession, registration: Row, attendees: Sequence[Row], needs: Sequence[Row]) -> None:
    await write_in(session, _INSERT_REGISTRATION, registration)
    await write_in(session, _INSERT_ATTENDEE, *attendees)
    if needs:
        await write_in(session, _INSERT_NEEDS, *needs)


async def get(session: AsyncSession, registration_id: UUID) -> Registration | None:
    asked = select(Registration).where(Registration.id == registration_id).execution_options(populate_existing=True)
    return (await session.exec(asked)).first()


async def attendees_of(session: AsyncSession, registration_id: UUID) -> Sequence[Attendee]:
    asked = select(Attendee).where(Attendee.registration_id == registration_id).order_by(_A.c.position)
    return (await session.exec(asked.execution_options(populate_existing=True))).all()


async def set_seats(session: AsyncSession, seats: dict[UUID, UUID | None]) -> None:
    for attendee_id, pool_id in seats.items():
        await execute(session, sa.update(_A).where(_A.c.id == attendee_id).values(pool_id=pool_id))


async def active_count(session: AsyncSession, event_id: UUID) -> int:
    counted = await execute(session, sa.select(sa.func.count()).where(_R.c.event_id == event_id, _R.c.state.in_(ACTIVE)))
    return int(counted.scalar_one())


#: Registrations that still ask for something and whose e-mail is confirmed, with the ways their people take part.
ACTIVE_OF_EVENT = (
    sa.select(
        _R.c.id,
        _R.c.session_id,
        _R.c.state,
        sa.func.array_agg(sa.distinct(sa.cast(_A.c.mode, sa.Text))).filter(_A.c.left_at.is_(None)).label("modes"),
    )
    .join(_A, _A.c.registration_id == _R.c.id)
    .where(_R.c.event_id == _one, sa.or_(*(_R.c.state == state for state in ACTIVE if state != "unconfirmed")))
    .group_by(_R.c.id)
    .order_by(_R.c.id)
)
_account = bindparam("account_id", type_=sa.Uuid)
_of_account = sa.and_(_R.c.account_id == _account, _R.c.state == "seated")
_SEATED = [*_A.c, _R.c.session_id, _R.c.contact_email, _R.c.contact_name, _R.c.version.label("registration_version")]
#: Everybody who has a seat through an account's registrations, or through one registration.
SEATED_OF_ACCOUNT = (
    sa.select(*_SEATED)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_of_account, _A.c.pool_id.is_not(None), _A.c.left_at.is_(None))
    .order_by(_A.c.registration_id, _A.c.position)
)
SEATED_OF_REGISTRATION = (
    sa.select(*_SEATED)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_R.c.id == _one, _R.c.state == "seated", _A.c.pool_id.is_not(None), _A.c.left_at.is_(None))
    .order_by(_A.c.position)
)
