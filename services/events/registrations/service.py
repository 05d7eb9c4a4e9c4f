"""Use cases of registrations: somebody asks for seats, confirms, accepts an offer, cancels. Seats are given under the desk's lock."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_in
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import forms
from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from ..agenda.schemas import Enrolment, ShownStatus
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import links, repository, rules, seats
from .errors import (
    AnswersMissing,
    BadRegistrationLink,
    GroupTooLarge,
    ModeNotOffered,
    NoSeatLeft,
    OfferExpired,
    RegistrationActNotPossible,
    RegistrationsNotOpen,
    SessionToChoose,
    WholeEventOnly,
)
from .models import ACTIVE, Registration, RegistrationState, Source
from .schemas import STATE_LABELS, RegistrationCreate
from .telling import News, tell

S = RegistrationState


async def register(
    session: AsyncSession,
    resources: Resources,
    caller: Principal | None,
    event_id: UUID,
    wish: RegistrationCreate,
    *,
    now: datetime,
) -> UUID:
    """Ask for seats: given at once when there are, a rank in the waiting list otherwise. Returns the registration's id.

    Somebody without an account has `confirmation_hours` to confirm their e-mail; what they were given is held meanwhile.
    """
    event = await _open_event(session, event_id, now)
    desk_id = await _desk_of(session, event, wish)
    paths = await _territories(session, resources, wish, now=now)
    _require_answers(event, wish)
    registration_id = new_id()
    attendees = [
        _attendee(registration_id, event_id, position, each.model_dump(mode="json", exclude={"needs"}), paths[position])
        for position, each in enumerate(wish.attendees)
    ]
    desk, pools = await seats.held(session, desk_id, now)
    party = [seats.person(row) for row in attendees]
    if any(not any(pool["mode"] == person.mode for pool in pools) for person in party):
        raise ModeNotOffered()
    state, due_at = S.SEATED, None
    if caller is None:
        state, due_at = S.UNCONFIRMED, now + timedelta(hours=resources.settings.confirmation_hours)
    elif event["approval_required"]:
        state = S.TO_APPROVE
    given = None if event["approval_required"] else await _seats_now(session, event, desk, pools, party, now)
    rank = None
    if given is not None:
        for row, seat in zip(attendees, given, strict=True):
            row["pool_id"] = seat
        await repository.take(session, dict(Counter(given)))
    elif not event["approval_required"]:
        if not event["has_waiting_list"]:
            raise NoSeatLeft()
        rank = desk["last_rank"] + 1
        state = S.WAITING if state is S.SEATED else state
        await repository.set_desk(session, desk_id, last_rank=rank, waiting_count=desk["waiting_count"] + 1)
    row = {
        "id": registration_id,
        "desk_id": desk_id,
        "event_id": event_id,
        "session_id": desk["session_id"],
        "code": rules.new_code(),
        "state": state,
        "source": Source.ONLINE,
        "account_id": caller.account_id if caller else None,
        "contact_name": wish.contact_name,
        "contact_email": wish.contact_email,
        "contact_phone": wish.contact_phone,
        "rank": rank,
        "first_rank": rank,
        "email_confirmed_at": None if caller is None else now,
        "due_at": due_at,
        "link_version": 1,
        "reason": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    needs = [
        {"attendee_id": attendees[position]["id"], **each.needs.model_dump()}
        for position, each in enumerate(wish.attendees)
        if each.needs is not None
    ]
    await repository.add(session, row, attendees, needs)
    if given is not None and all(pool["capacity"] is not None for pool in pools):
        await seats.mark_full(session, event_id)
    await tell(session, registration_id, _NEWS[state])
    await note(session, registration_id, f"registration.{state.value}", caller, now, {"rank": rank, "people": len(attendees)})
    return registration_id


async def confirm(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Registration:
    """Somebody without an account proves that the address is theirs; doing it twice changes nothing."""
    event, desk, _, found = await _held_by_link(session, resources, token, now)
    if found.state is not S.UNCONFIRMED:
        if found.email_confirmed_at is not None and found.state.value in ACTIVE:
            return found
        raise RegistrationActNotPossible(state=found.state.value)
    found.email_confirmed_at, found.due_at = now, None
    if event["approval_required"]:
        found.state = S.TO_APPROVE
    else:
        found.state = S.SEATED if found.rank is None else S.WAITING
    await _moved(session, found, None, now)
    if found.state is S.WAITING:
        pools = await repository.pools(session, [desk["id"]])
        await seats.promote(session, event, desk, pools, now=now)
        found = await _one(session, found.id)
    return found


async def accept(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Registration:
    """The offered seats are theirs; accepting twice changes nothing, an instant too late is too late."""
    _, _, _, found = await _held_by_link(session, resources, token, now)
    if found.state is S.SEATED:
        return found
    if found.state is S.LAPSED or (found.state is S.OFFERED and found.due_at is not None and now >= found.due_at):
        raise OfferExpired()
    if found.state is not S.OFFERED:
        raise RegistrationActNotPossible(state=found.state.value)
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
    found = await own_or_organised(session, caller, registration_id)
    require_version(found.version, version)
    return await _cancel(session, registration_id, caller, now, reason=reason)


async def withdraw(session: AsyncSession, registration_id: UUID, *, now: datetime) -> Registration:
    """The same, because who made it asked to be forgotten."""
    return await _cancel(session, registration_id, None, now)


async def lapse(session: AsyncSession, registration_id: UUID, *, now: datetime) -> None:
    """An offer, or a confirmation, that was not answered in time: its seats go on. Whoever let it go is not served again unasked."""
    found = await _one(session, registration_id)
    event, desk, pools = await _held(session, found, now)
    found = await _one(session, registration_id)
    if found.state not in {S.OFFERED, S.UNCONFIRMED} or found.due_at is None or found.due_at > now:
        return
    await _leave(session, event, desk, pools, found, S.LAPSED, None, now)


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
    rows = await fetch_in(session, repository.ATTENDEES, {"ids": [found.id]})
    rank = None
    if found.rank is not None:
        before = await fetch_in(session, repository.STANDING_BEFORE, {"desk_id": found.desk_id, "rank": found.rank})
        rank = int(before[0]["count"]) + 1
    return {
        **found.model_dump(),
        "state_label": STATE_LABELS[found.state],
        "rank": rank,
        "attendees": [{**row, "has_seat": row["pool_id"] is not None} for row in rows],
    }


async def listing(session: AsyncSession, caller: Principal, event_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """Registrations of an event, for its organisers, in the order they came."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return [await _summary(session, row) for row in await fetch_in(session, repository.LISTING, {"id": event_id, **asked})]


async def mine(session: AsyncSession, caller: Principal, *, before_id: UUID, limit: int) -> list[Row]:
    asked = {"account_id": caller.account_id, "before_id": before_id, "limit": limit}
    return [await _summary(session, row) for row in await fetch_in(session, repository.OF_ACCOUNT, asked)]


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


async def _open_event(session: AsyncSession, event_id: UUID, now: datetime) -> Row:
    event = await agenda.row_in(session, event_id)
    if event is None or event["status"] == "idea":
        raise NotFound()
    status = agenda_rules.shown_status(event, now)
    if status not in {ShownStatus.OPEN, ShownStatus.FULL}:
        raise RegistrationsNotOpen(
            status=status.value,
            opens_at=_written(event["registration_opens_at"]),
            closes_at=_written(agenda_rules.registrations_end(event)),
        )
    return event


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


async def _desk_of(session: AsyncSession, event: Row, wish: RegistrationCreate) -> UUID:
    if event["enrolment"] == Enrolment.WHOLE.value and wish.session_id is not None:
        raise WholeEventOnly()
    if event["enrolment"] == Enrolment.PER_SESSION.value and wish.session_id is None:
        raise SessionToChoose()
    if len(wish.attendees) > event["most_in_group"]:
        raise GroupTooLarge(most=event["most_in_group"])
    for desk in await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event["id"]}):
        if desk["session_id"] == wish.session_id:
            desk_id: UUID = desk["id"]
            return desk_id
    raise ModeNotOffered()


async def _territories(session: AsyncSession, resources: Resources, wish: RegistrationCreate, *, now: datetime) -> list[list[str]]:
    return [
        await vocabulary.territory_paths(session, resources.siblings, [each.territory_code] if each.territory_code else [], now=now)
        for each in wish.attendees
    ]


def _require_answers(event: Row, wish: RegistrationCreate) -> None:
    if event["form"] is None:
        return
    errors = [
        error
        for position, each in enumerate(wish.attendees)
        for error in forms.errors_in(event["form"], each.answers, f"/attendees/{position}/answers")
    ]
    if errors:
        raise AnswersMissing(errors=errors)


def _attendee(registration_id: UUID, event_id: UUID, position: int, sent: dict[str, Any], path: list[str]) -> Row:
    return {
        **sent,
        "id": new_id(),
        "registration_id": registration_id,
        "event_id": event_id,
        "position": position,
        "territory_path": path,
        "pool_id": None,
        "key": rules.new_key(),
        "left_at": None,
        "erased_at": None,
    }


async def _seats_now(
    session: AsyncSession, event: Row, desk: Row, pools: list[Row], party: Sequence[rules.Person], now: datetime
) -> list[UUID] | None:
    """Seats for a newcomer, who overtakes nobody of the waiting list who could use them."""
    free = seats.free_of(pools)
    given = rules.seats_for(party, free)
    if given is None or not desk["waiting_count"]:
        return given
    if rules.may_overtake(event["starts_at"], event["overtaking_hours"], now):
        return given
    before = seats.parties(await seats.waiting(session, desk["id"])).values()
    return rules.without_overtaking(party, free, [[seats.person(row) for row in each] for each in before])


async def _one(session: AsyncSession, registration_id: UUID) -> Registration:
    found = await repository.get(session, registration_id)
    if found is None:
        raise NotFound()
    return found


async def _held(session: AsyncSession, found: Registration, now: datetime) -> tuple[Row, Row, list[Row]]:
    """The event, the desk (locked) and its pools."""
    event = await agenda.row_in(session, found.event_id)
    if event is None:
        raise NotFound()
    desk, pools = await seats.held(session, found.desk_id, now)
    return event, desk, pools


async def _held_by_link(
    session: AsyncSession, resources: Resources, token: str, now: datetime
) -> tuple[Row, Row, list[Row], Registration]:
    found = await by_link(session, resources, token)
    event, desk, pools = await _held(session, found, now)
    return event, desk, pools, await _one(session, found.id)


async def _cancel(
    session: AsyncSession,
    registration_id: UUID,
    caller: Principal | None,
    now: datetime,
    *,
    link_version: int | None = None,
    reason: str | None = None,
) -> Registration:
    found = await _one(session, registration_id)
    event, desk, pools = await _held(session, found, now)
    found = await _one(session, registration_id)
    if link_version is not None and found.link_version != link_version:
        raise BadRegistrationLink()
    if found.state is S.CANCELLED:
        return found
    if found.state.value not in ACTIVE:
        raise RegistrationActNotPossible(state=found.state.value)
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
    attendees = await repository.attendees_of(session, found.id)
    held = [each.pool_id for each in attendees]
    await repository.set_seats(session, {each.id: None for each in attendees if each.pool_id is not None})
    if found.rank is not None:
        desk["waiting_count"] -= 1
        await repository.set_desk(session, desk["id"], waiting_count=desk["waiting_count"])
    found.rank, found.due_at, found.state = None, None, state
    await _moved(session, found, caller, now)
    await seats.give_back(session, held)
    await seats.promote(session, event, desk, await repository.pools(session, [desk["id"]]), now=now)


async def _moved(session: AsyncSession, found: Registration, caller: Principal | None, now: datetime) -> None:
    """The registration is in its new state: its version rises, its history and its people are told."""
    found.version, found.updated_at = found.version + 1, now
    await session.flush()
    await tell(session, found.id, _NEWS[found.state])
    await note(session, found.id, f"registration.{found.state.value}", caller, now, {})


async def _summary(session: AsyncSession, row: Row) -> Row:
    return await shown(session, Registration(**row))
