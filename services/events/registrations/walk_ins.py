"""Somebody who comes without being registered is registered at the door, under the lock of the desk's seats."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.ids import new_id
from services.common.resources import Resources

from ..agenda.schemas import Enrolment
from ..vocabulary import service as vocabulary
from . import repository, rules, seats, service
from .errors import ModeNotOffered
from .models import Attendee, Mode, Registration, RegistrationState, Source
from .people import NOWHERE


class Door(NamedTuple):
    """The desk (locked) a walk-in is registered at, its seats on site, and how many of them there are (None: as many as come)."""

    desk: Row
    pools: list[Row]
    capacity: int | None


async def door(session: AsyncSession, event_id: UUID, enrolment: Enrolment, session_id: UUID, now: datetime) -> Door:
    """Where one registers for this session; ModeNotOffered when nobody ever said how many seats there are on site."""
    wanted = None if enrolment is Enrolment.WHOLE else session_id
    found = [desk for desk in await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id}) if desk["session_id"] == wanted]
    if not found:
        raise ModeNotOffered()
    desk, pools = await seats.held(session, found[0]["id"], now)
    on_site = [pool for pool in pools if pool["mode"] == Mode.ON_SITE.value]
    if not on_site:
        raise ModeNotOffered()
    counted = [pool["capacity"] for pool in on_site]
    return Door(desk, on_site, None if None in counted else sum(counted))


async def capacity(session: AsyncSession, event_id: UUID, enrolment: Enrolment, session_id: UUID) -> int | None:
    """How many people the room of a session holds, as its desk says; None: as many as come, or nobody said. Nothing is locked."""
    wanted = None if enrolment is Enrolment.WHOLE else session_id
    desks = await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id})
    pools = await repository.pools(session, [desk["id"] for desk in desks if desk["session_id"] == wanted])
    counted = [pool["capacity"] for pool in pools if pool["mode"] == Mode.ON_SITE.value]
    return None if not counted or None in counted else sum(counted)


async def free_seat(session: AsyncSession, resources: Resources, at: Door, wish: dict[str, Any], *, now: datetime) -> UUID | None:
    """A seat for this person, from a share they belong to or open to all; None when none is free.

    Somebody at the door overtakes the waiting list, whose people are not there.
    """
    wish["territory_path"] = await vocabulary.territory_paths(
        session, resources.siblings, [wish["territory_code"]] if wish["territory_code"] else [], now=now
    )
    given = rules.seats_for([seats.person({**wish, "mode": Mode.ON_SITE.value})], seats.free_of(at.pools))
    return given[0] if given else None


async def register(
    session: AsyncSession,
    caller: Principal,
    event_id: UUID,
    at: Door,
    wish: dict[str, Any],
    pool_id: UUID | None,
    *,
    now: datetime,
) -> Row:
    """A registration of one person, source `walk_in`, seated; without `pool_id` it holds no seat. Returns `people.by_id`'s row.

    `wish` holds the person's columns, with `territory_path`. AlreadyRegistered when the address has a registration at this desk.
    """
    if pool_id is not None:
        await repository.take(session, {pool_id: 1})
    registration_id = new_id()
    registration = Registration(
        id=registration_id,
        desk_id=at.desk["id"],
        event_id=event_id,
        session_id=at.desk["session_id"],
        code=rules.new_code(),
        state=RegistrationState.SEATED,
        source=Source.WALK_IN,
        contact_name=f"{wish['given_name']} {wish['family_name']}"[:200],
        contact_email=wish["email"] or f"{registration_id.hex}@{NOWHERE}",
        created_at=now,
        updated_at=now,
    )
    seated: Row = {"position": 0, "mode": Mode.ON_SITE, "pool_id": pool_id, "key": rules.new_key()}
    attendee = Attendee(**wish, **seated, id=new_id(), registration_id=registration_id, event_id=event_id)
    for row in (registration, attendee):
        session.add(row)
        await session.flush()
    if pool_id is not None:
        await seats.mark_full(session, event_id)
    await service.note(session, registration_id, "registration.walk_in", caller, now, {"has_seat": pool_id is not None})
    return (await fetch_in(session, repository.PEOPLE_BY_ID, {"ids": [attendee.id]}))[0]
