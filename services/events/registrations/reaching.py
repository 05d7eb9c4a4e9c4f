"""Who acts on a registration, and by what right; the registration held for an act, under its desk's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import NotFound, StaleVersion
from services.common.resources import Resources

from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from ..agenda.errors import EventIsOver
from ..agenda.schemas import EventStatus
from ..networks.errors import NotAnOrganiser
from . import repository, rules, seats, service
from .errors import BadRegistrationLink, ModeNotOffered, NoSeatLeft, RegistrationActNotPossible
from .models import ACTIVE, Attendee, Registration, RegistrationState
from .telling import News, tell

KEPT = Text(
    "Aucune place ne vous est libre ainsi : la place actuelle est gardée, rien n'a changé.",
    "No seat is free for you that way: the present seat is kept, nothing has changed.",
)
#: Times a registration that is being moved from desk to desk is looked for again.
_PATIENCE = 3


@dataclass(frozen=True)
class Reach:
    """An act on a registration: by whom, on the version they read. By a link there is no account: the link's own version counts."""

    registration_id: UUID
    version: int
    caller: Principal | None = None
    link_version: int | None = None
    is_organiser: bool = False


@dataclass
class Held:
    """A registration under its desk's lock, as it is now: its event, the desk with its pools, who takes part."""

    event: Row
    desk: Row
    pools: list[Row]
    found: Registration
    people: list[Attendee]
    reach: Reach

    @property
    def has_seats(self) -> bool:
        return any(each.pool_id is not None for each in self.people)


async def by_link(session: AsyncSession, resources: Resources, token: str, version: int) -> Reach:
    """Whoever holds the link (404 when it was tampered with, or is an older one)."""
    found = await service.by_link(session, resources, token)
    return Reach(found.id, version, link_version=found.link_version)


async def by_account(session: AsyncSession, caller: Principal, registration_id: UUID, version: int) -> Reach:
    """Who registered with this account, or an organiser (404 to anybody else)."""
    found = await service.own_or_organised(session, caller, registration_id)
    return Reach(found.id, version, caller, is_organiser=await agenda.is_organised_by(session, caller, found.event_id))


async def by_organiser(session: AsyncSession, caller: Principal, registration_id: UUID, version: int) -> Reach:
    """An organiser (403 to who registered, 404 to anybody else)."""
    reach = await by_account(session, caller, registration_id, version)
    if not reach.is_organiser:
        raise NotAnOrganiser()
    return reach


async def held(session: AsyncSession, reach: Reach, now: datetime) -> Held:
    """Locked by its desk and read anew: still reached by that link, of that version, active, of an event that is not over."""
    found = await service.get(session, reach.registration_id)
    event = await agenda.steady(session, found.event_id)
    if event is None:
        raise NotFound()
    for _ in range(_PATIENCE):
        desk, pools = await seats.held(session, found.desk_id, now)
        found = await service.get(session, reach.registration_id)
        if found.desk_id == desk["id"]:
            break
    else:
        raise StaleVersion()
    if reach.link_version is not None and found.link_version != reach.link_version:
        raise BadRegistrationLink()
    require_version(found.version, reach.version)
    require_ahead(event, now)
    if found.state.value not in ACTIVE:
        raise RegistrationActNotPossible(state=found.state.value)
    people = [each for each in await repository.attendees_of(session, found.id) if each.left_at is None]
    return Held(event, desk, pools, found, people, reach)


def require_ahead(event: Mapping[str, Any], now: datetime) -> None:
    """Nothing changes any more for an event that was held, cancelled, or has ended."""
    if EventStatus(event["status"]) in agenda_rules.OVER or (event["ends_at"] is not None and event["ends_at"] <= now):
        raise EventIsOver()


async def seats_for_newcomers(
    session: AsyncSession, event: Row, desk: Row, pools: list[Row], party: list[rules.Person], now: datetime
) -> list[UUID] | None:
    """Seats for people who had none there: they overtake nobody of the waiting list who could use them. Modes not offered are refused."""
    offered = {pool["mode"] for pool in pools}
    if any(person.mode not in offered for person in party):
        raise ModeNotOffered()
    return await seats.for_newcomer(session, event, desk, pools, party, now=now)


async def exchange_seat(session: AsyncSession, held: Held, attendee: Attendee, becoming: rules.Person, now: datetime) -> None:
    """The seat that suits what somebody becomes: taken first, then the one they had is given back. Refused, they keep theirs."""
    if becoming.mode not in {pool["mode"] for pool in held.pools}:
        raise ModeNotOffered()
    if attendee.pool_id is None:
        return
    own = next((pool for pool in seats.free_of(held.pools) if pool.id == attendee.pool_id), None)
    if own is not None and own.is_for(becoming):
        return
    given = await seats_for_newcomers(session, held.event, held.desk, held.pools, [becoming], now)
    if given is None:
        raise NoSeatLeft(KEPT, mode=becoming.mode)
    await repository.take(session, {given[0]: 1})
    await seats.give_back(session, [attendee.pool_id])
    await repository.set_seats(session, {attendee.id: given[0]})


async def done(
    session: AsyncSession,
    held: Held,
    act: str,
    now: datetime,
    news: News | None,
    *,
    former: Mapping[UUID, str] | None = None,
    **changes: Any,
) -> Registration:
    """The registration is at its next version, its history and its people are told, and what it freed goes to who waits.

    `former`: `attendee id → address` of those whose address the act changed.
    """
    found = held.found
    found.version, found.updated_at = found.version + 1, now
    await session.flush()
    if news is not None:
        await tell(session, found.id, news, former=former)
    await service.note(session, found.id, f"registration.{act}", held.reach.caller, now, changes)
    await seats.promote(session, held.event, held.desk, await repository.pools(session, [held.desk["id"]]), now=now)
    return await service.get(session, found.id)


#: States in which somebody more may be given a seat, or a place among those to approve.
_GROWING = frozenset({RegistrationState.SEATED, RegistrationState.TO_APPROVE, RegistrationState.UNCONFIRMED})


def require_growing(held: Held) -> None:
    """Who waits, or is offered seats, does not grow: their group would hold back those behind it."""
    if held.found.state not in _GROWING or held.found.rank is not None:
        raise RegistrationActNotPossible(state=held.found.state.value)
