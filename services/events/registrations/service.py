"""Use cases of registrations: somebody asks for seats, confirms, accepts an offer, cancels. Seats are given under the desk's lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_in
from services.common.etag import require_version
from services.common.problems import NotFound, StaleVersion
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda.errors import EventIsOver
from ..tables import KERNEL
from . import asking, links, repository, seats
from .errors import BadRegistrationLink, OfferExpired, RegistrationActNotPossible
from .models import ACTIVE, Registration, RegistrationState
from .schemas import STATE_LABELS, RegistrationCreate
from .telling import News, tell

S = RegistrationState
#: Times a registration that is being moved from desk to desk is looked for again.
_PATIENCE = 3


async def register(
    session: AsyncSession,
    resources: Resources,
    caller: Principal | None,
    event_id: UUID,
    wish: RegistrationCreate,
    *,
    now: datetime,
) -> UUID:
    """Ask for seats: given at once when there are, a rank in the waiting list otherwise. Returns the registration's id."""
    asked = await asking.ask(session, resources, caller, event_id, wish, origin=None, now=now)
    registration_id: UUID = asked["id"]
    return registration_id


async def confirm(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Registration:
    """Somebody without an account proves that the address is theirs; doing it twice changes nothing."""
    event, desk, pools, found = await _held_by_link(session, resources, token, now)
    if found.state is not S.UNCONFIRMED:
        if found.email_confirmed_at is not None and found.state.value in ACTIVE:
            return found
        raise RegistrationActNotPossible(state=found.state.value)
    _require_to_come(event)
    found.email_confirmed_at, found.due_at = now, None
    has_seats = any(each.pool_id is not None for each in await repository.attendees_of(session, found.id))
    # What was given before the organiser wanted to approve, or ceased to, is theirs.
    if found.rank is not None:
        found.state = S.WAITING
    elif has_seats:
        found.state = S.SEATED
    else:
        found.state = S.TO_APPROVE
    await _moved(session, found, None, now)
    if found.state is S.WAITING:
        await seats.promote(session, event, desk, pools, now=now)
        found = await _one(session, found.id)
    return found


async def accept(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Registration:
    """The offered seats are theirs; accepting twice changes nothing, an instant too late is too late."""
    event, _, _, found = await _held_by_link(session, resources, token, now)
    if found.state is S.SEATED:
        return found
    if found.state is S.LAPSED or (found.state is S.OFFERED and found.due_at is not None and now >= found.due_at):
        raise OfferExpired()
    if found.state is not S.OFFERED:
        raise RegistrationActNotPossible(state=found.state.value)
    _require_to_come(event)
    found.state, found.due_at = S.SEATED, None
    found.email_confirmed_at = found.email_confirmed_at or now
    await _moved(session, found, None, now)
    return found


async def cancel_by_link(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Registration:
    """Somebody gives their seats, their offer or their rank back; twice is once."""
    linked = links.read(resources.settings, token)
    return await _cancel(session, linked.registration_id, None, now, link_version=linked.link_version)


async def cancel(
    session: AsyncSession, caller: Principal, registration_id: UUID, *, version: int, reason: str | None, now: datetime
) -> Registration:
    """The same, by who registered with their account, or by an organiser."""
    await own_or_organised(session, caller, registration_id)
    return await _cancel(session, registration_id, caller, now, version=version, reason=reason)


async def withdraw(session: AsyncSession, registration_id: UUID, *, now: datetime) -> Registration:
    """The same, because who made it asked to be forgotten."""
    return await _cancel(session, registration_id, None, now)


async def lapse(session: AsyncSession, registration_id: UUID, *, now: datetime) -> None:
    """An offer, or a confirmation, that was not answered in time: its seats go on. Whoever let it go is not served again unasked."""
    found = await _one(session, registration_id)
    event, desk, pools = await held(session, found, now)
    found = await _one(session, registration_id)
    if found.state not in {S.OFFERED, S.UNCONFIRMED} or found.due_at is None or found.due_at > now:
        return
    await _leave(session, event, desk, pools, found, S.LAPSED, None, now)


async def end_all(
    session: AsyncSession,
    desk: Row,
    registration_ids: Sequence[UUID],
    end: RegistrationState,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Under the desk's lock: registrations that will not be served end, and are told why; their seats are offered to nobody."""
    for registration_id in registration_ids:
        found = await _one(session, registration_id)
        found.reason = reason
        await _let_go(session, desk, found, end, None, now)
    if desk["was_full"]:
        await seats.mark_full(session, desk["event_id"])


async def own_or_organised(session: AsyncSession, caller: Principal, registration_id: UUID) -> Registration:
    """The registration, for who made it with this account or an organiser of its event (404 to anybody else)."""
    found = await repository.get(session, registration_id)
    if found is None:
        raise NotFound()
    if found.account_id != caller.account_id and not await agenda.is_organised_by(session, caller, found.event_id):
        raise NotFound()
    return found


async def by_link(session: AsyncSession, resources: Resources, token: str) -> Registration:
    linked = links.read(resources.settings, token)
    found = await repository.get(session, linked.registration_id)
    if found is None or found.link_version != linked.link_version:
        raise BadRegistrationLink()
    return found


async def shown(session: AsyncSession, found: Registration) -> Row:
    """As `RegistrationRead` shows it; the rank counts who stands before right now."""
    await session.flush()
    return (await _all_shown(session, [{name: getattr(found, name) for name in Registration.model_fields}]))[0]


async def listing(session: AsyncSession, caller: Principal, event_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """Registrations of an event, for its organisers, in the order they came."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return await _all_shown(session, await fetch_in(session, repository.LISTING, {"id": event_id, **asked}))


async def mine(session: AsyncSession, caller: Principal, *, before_id: UUID, limit: int) -> list[Row]:
    asked = {"account_id": caller.account_id, "before_id": before_id, "limit": limit}
    return await _all_shown(session, await fetch_in(session, repository.OF_ACCOUNT, asked))


async def seated(reader: AsyncConnection[Any], event_id: UUID) -> list[Row]:
    """Everybody who has a seat, in the order of their names: what attendance, visio and invitations start from."""
    return await fetch(reader, repository.SEATED, {"id": event_id})


async def get(session: AsyncSession, registration_id: UUID) -> Registration:
    return await _one(session, registration_id)


async def attendees_of(session: AsyncSession, registration_id: UUID) -> Sequence[Any]:
    return await repository.attendees_of(session, registration_id)


async def due(session: AsyncSession, now: datetime) -> list[UUID]:
    """Registrations whose offer or confirmation has ended."""
    return [row["id"] for row in await fetch_in(session, repository.DUE, {"now": now})]


async def note(
    session: AsyncSession, registration_id: UUID, act: str, caller: Principal | None, now: datetime, changes: dict[str, Any]
) -> None:
    """A line of the registration's history, without names."""
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=("registration", registration_id), actor=caller, changes=changes
    )


_NEWS = {
    S.UNCONFIRMED: News.TO_CONFIRM,
    S.TO_APPROVE: News.TO_APPROVE,
    S.SEATED: News.SEATED,
    S.WAITING: News.WAITING,
    S.OFFERED: News.OFFERED,
    S.CANCELLED: News.CANCELLED,
    S.REFUSED: News.REFUSED,
    S.LAPSED: News.LAPSED,
}


def _require_to_come(event: Row) -> None:
    if event["status"] in {"held", "cancelled"}:
        raise EventIsOver()


async def _one(session: AsyncSession, registration_id: UUID) -> Registration:
    found = await repository.get(session, registration_id)
    if found is None:
        raise NotFound()
    return found


async def held(session: AsyncSession, found: Registration, now: datetime) -> tuple[Row, Row, list[Row]]:
    """The event, the desk (locked) and its pools; again where an organiser moved the registration to another desk meanwhile."""
    for _ in range(_PATIENCE):
        event, desk, pools = await seats.held_with_event(session, found.event_id, found.desk_id, now)
        found = await _one(session, found.id)
        if found.desk_id == desk["id"]:
            return event, desk, pools
    raise StaleVersion()


async def _held_by_link(
    session: AsyncSession, resources: Resources, token: str, now: datetime
) -> tuple[Row, Row, list[Row], Registration]:
    found = await by_link(session, resources, token)
    event, desk, pools = await held(session, found, now)
    return event, desk, pools, await _one(session, found.id)


async def _cancel(
    session: AsyncSession,
    registration_id: UUID,
    caller: Principal | None,
    now: datetime,
    *,
    link_version: int | None = None,
    version: int | None = None,
    reason: str | None = None,
) -> Registration:
    found = await _one(session, registration_id)
    event, desk, pools = await held(session, found, now)
    found = await _one(session, registration_id)
    if version is not None:
        require_version(found.version, version)
    if link_version is not None and found.link_version != link_version:
        raise BadRegistrationLink()
    if found.state is S.CANCELLED:
        return found
    if found.state.value not in ACTIVE:
        raise RegistrationActNotPossible(state=found.state.value)
    if event["status"] == "held":
        raise EventIsOver()
    found.reason = reason
    await _leave(session, event, desk, pools, found, S.CANCELLED, caller, now)
    return await _one(session, registration_id)


async def _leave(
    session: AsyncSession,
    event: Row,
    desk: Row,
    pools: list[Row],
    found: Registration,
    state: RegistrationState,
    caller: Principal | None,
    now: datetime,
) -> None:
    """Under the desk's lock: what the registration held goes to who waits."""
    given_back = await _let_go(session, desk, found, state, caller, now)
    for row in pools:
        row["taken"] -= sum(1 for each in given_back if each == row["id"])
    await seats.promote(session, event, desk, pools, now=now)


async def _let_go(
    session: AsyncSession, desk: Row, found: Registration, state: RegistrationState, caller: Principal | None, now: datetime
) -> list[UUID]:
    """The registration ends; returns the pools of the seats it held."""
    held = {each.id: each.pool_id for each in await repository.attendees_of(session, found.id) if each.pool_id is not None}
    await repository.set_seats(session, dict.fromkeys(held))
    if found.rank is not None:
        desk["waiting_count"] -= 1
        await repository.set_desk(session, desk["id"], waiting_count=desk["waiting_count"])
    found.rank, found.due_at, found.state = None, None, state
    await _moved(session, found, caller, now)
    await seats.give_back(session, held.values())
    return list(held.values())


async def _moved(session: AsyncSession, found: Registration, caller: Principal | None, now: datetime) -> None:
    """The registration is in its new state: its version rises, its history and its people are told."""
    found.version, found.updated_at = found.version + 1, now
    await session.flush()
    await tell(session, found.id, _NEWS[found.state])
    await note(session, found.id, f"registration.{found.state.value}", caller, now, {})


async def _all_shown(session: AsyncSession, rows: Sequence[Row]) -> list[Row]:
    ids = [row["id"] for row in rows]
    people = seats.parties(await fetch_in(session, repository.ATTENDEES, {"ids": ids}))
    ranked = [row["id"] for row in rows if row["rank"] is not None]
    standing = (
        {each["id"]: each["standing"] for each in await fetch_in(session, repository.STANDING, {"ids": ranked})} if ranked else {}
    )
    return [
        {
            **row,
            "state_label": STATE_LABELS[S(row["state"])],
            "rank": standing.get(row["id"]),
            "attendees": [{**each, "has_seat": each["pool_id"] is not None} for each in people.get(row["id"], [])],
        }
        for row in rows
    ]
