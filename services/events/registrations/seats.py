"""Seats given and taken, under the lock of their desk: what `rules` decides is written here, in the caller's transaction.

Order of locks, whoever acts:

1. the event: together with other registrants (`agenda.service.steady`), or alone by an organiser (`held_by_organiser`);
2. its desk with its pools (`held` takes both, the event first); two desks of one event in the order of their ids;
3. registrations and participants, which need no lock of their own: whoever changes their state or their seats holds their desk;
4. the event's row, when the event becomes full or ceases to be (`mark_full`).

Foreign keys look at the event's row at step 3: without step 1 an organiser who holds it and waits for the desk would never get it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.db import Row, driver, fetch_in
from services.common.problems import NotFound

from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from ..agenda.schemas import Enrolment, SessionStatus
from ..tables import KERNEL
from . import repository, rules
from .models import RegistrationState
from .telling import News, tell


async def held(session: AsyncSession, desk_id: UUID, now: datetime) -> tuple[Row, list[Row]]:
    """The desk, locked after its event, and its pools."""
    found = await repository.desk(session, desk_id)
    if found is None:
        raise NotFound()
    _, desk, pools = await held_with_event(session, found["event_id"], desk_id, now)
    return desk, pools


async def held_with_event(session: AsyncSession, event_id: UUID, desk_id: UUID, now: datetime) -> tuple[Row, Row, list[Row]]:
    """The event, as it stays until the transaction ends; the desk, locked; its pools."""
    event = await agenda.steady(session, event_id)
    whole = await repository.whole_desk(session, desk_id)
    if whole is None:  # a desk that was just opened has no pool yet
        desk = await repository.lock_desk(session, desk_id)
        if desk is None:
            raise NotFound()
        whole = desk, await repository.pools(session, [desk_id])
    if event is None:
        raise NotFound()
    return event, *opened(*whole, now)


def opened(desk: Row, pools: list[Row], now: datetime) -> tuple[Row, list[Row]]:
    """The same rows, knowing which shares are released and whether the desk is full now, before anything is done."""
    released(pools, now)
    desk["was_full"] = _is_full(pools)
    return desk, pools


def released(pools: list[Row], now: datetime) -> list[Row]:
    """A share whose date has passed is open to all, until it gets another date."""
    for row in pools:
        row["is_released"] = row["is_share"] and row["released_at"] is not None and row["released_at"] <= now
    return pools


def free_of(pools: Iterable[Row]) -> list[rules.Pool]:
    """Pools as the rules count them."""
    return [
        rules.Pool(
            row["id"],
            row["mode"],
            None if row["capacity"] is None else row["capacity"] - row["taken"],
            row["is_share"] and not row.get("is_released", False),
            frozenset(row["audiences"]),
            frozenset(row["territory_codes"]),
        )
        for row in pools
    ]


def person(row: Mapping[str, Any]) -> rules.Person:
    """A row of `attendees` as the rules count it."""
    return rules.Person(row["mode"], row["audience"], frozenset(row["territory_path"]))


def parties(rows: Sequence[Row]) -> dict[UUID, list[Row]]:
    """Rows of persons, party by party, in their order."""
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row["registration_id"], []).append(row)
    return found


async def waiting(session: AsyncSession, desk_id: UUID) -> list[Row]:
    return await fetch_in(session, repository.WAITING, {"id": desk_id})


async def give_back(session: AsyncSession, pool_ids: Iterable[UUID | None]) -> None:
    """Seats that nobody holds any more."""
    counts = Counter(each for each in pool_ids if each is not None)
    await repository.take(session, {pool_id: -count for pool_id, count in counts.items()})


async def beginning_of(session: AsyncSession, event: Row, session_id: UUID | None) -> datetime | None:
    """When what one registers for begins; None when it has no date any more."""
    rows = [] if session_id is None else await agenda.session_rows(await driver(session), [event["id"]])
    return beginning(event, rows, session_id)


def beginning(event: Row, session_rows: Iterable[Row], session_id: UUID | None) -> datetime | None:
    """The same, among sessions that were read."""
    if session_id is None:
        starts_at: datetime | None = event["starts_at"]
        return starts_at
    planned = (row for row in session_rows if row["id"] == session_id and row["status"] == SessionStatus.PLANNED.value)
    return next((row["starts_at"] for row in planned), None)


async def for_newcomer(
    session: AsyncSession, event: Row, desk: Row, pools: list[Row], party: Sequence[rules.Person], *, now: datetime
) -> list[UUID] | None:
    """Seats for a party that has no rank (a pool for each, in their order), which overtakes nobody who waits; None when it must wait."""
    given = rules.seats_for(party, free_of(pools))
    if given is None or not desk["waiting_count"]:
        return given
    return rules.seats_for(party, await _serve(session, event, desk, pools, now=now))


async def promote(session: AsyncSession, event: Row, desk: Row, pools: list[Row], *, now: datetime) -> None:
    """Offer to the waiting list what is free, under the desk's lock, then say whether the event is full."""
    if desk["waiting_count"]:
        await _serve(session, event, desk, pools, now=now)
    if desk.get("was_full") is not _is_full(pools):
        await mark_full(session, event["id"])


async def mark_full(session: AsyncSession, event_id: UUID) -> None:
    """Full is when no desk where one registers has a seat left, open to all or in a share; a cancelled session's seats are no seats."""
    was_full = await agenda.hold_fullness(session, event_id)
    event = await agenda.row_in(session, event_id)
    desks = await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id})
    if event is not None and event["enrolment"] == Enrolment.PER_SESSION.value:
        rows = await agenda.session_rows(await driver(session), [event_id])
        held = {row["id"] for row in rows if row["status"] == SessionStatus.PLANNED.value}
        used = [desk["id"] for desk in desks if desk["session_id"] in held]
    else:
        used = [desk["id"] for desk in desks if desk["session_id"] is None]
    if was_full is not (is_full := _is_full(await repository.pools(session, used))):
        await agenda.set_full(session, event_id, is_full)


def takes(pools: list[Row], seats: Iterable[UUID]) -> dict[UUID, int]:
    """What the seats add to each pool; the rows know it."""
    counts = Counter(seats)
    for row in pools:
        row["taken"] += counts.get(row["id"], 0)
    return dict(counts)


def fills(desk: Row, pools: list[Row]) -> bool:
    """Whether the desk became full, or ceased to be, since it was held."""
    return bool(desk["was_full"]) is not _is_full(pools)


async def _serve(session: AsyncSession, event: Row, desk: Row, pools: list[Row], *, now: datetime) -> list[rules.Pool]:
    """Offer what can be; what is left is for newcomers. Nothing is offered once registrations are over by the clock, nor after the
    beginning; closed by an organiser, they are to newcomers alone."""
    released(pools, now)
    free = free_of(pools)
    begins = await beginning_of(session, event, desk["session_id"])
    is_served = agenda_rules.serves_those_who_wait(event, now)
    if not is_served or begins is None or now >= begins or all(pool.free is not None and pool.free <= 0 for pool in free):
        return free
    by_party = parties(await waiting(session, desk["id"]))
    served = rules.serve(
        {key: [person(row) for row in party] for key, party in by_party.items()},
        free,
        overtaking=rules.may_overtake(begins, event["overtaking_hours"], now),
        unready={key for key, party in by_party.items() if party[0]["state"] != RegistrationState.WAITING.value},
    )
    if served.offers:
        due_at = rules.offer_ends(now, event["offer_hours"], agenda_rules.registrations_end(event), begins)
        await _offer(session, by_party, served.offers, pools, due_at=due_at, now=now)
        desk["waiting_count"] -= len(served.offers)
        await repository.set_desk(session, desk["id"], waiting_count=desk["waiting_count"])
    return served.left


async def _offer(
    session: AsyncSession,
    by_party: Mapping[UUID, Sequence[Row]],
    offers: Mapping[UUID, Sequence[UUID]],
    pools: list[Row],
    *,
    due_at: datetime,
    now: datetime,
) -> None:
    await session.flush()
    await repository.take(session, takes(pools, [seat for seats in offers.values() for seat in seats]))
    sitting = [(row["id"], seat) for key, seats in offers.items() for row, seat in zip(by_party[key], seats, strict=True)]
    await repository.set_seats(session, dict(sitting))
    await repository.offer(session, list(offers), due_at=due_at, now=now)
    for registration_id in offers:
        await tell(session, registration_id, News.OFFERED)
        resource = ("registration", registration_id)
        await journal.record(
            session,
            KERNEL.journal,
            at=now,
            act="registration.offered",
            resource=resource,
            actor=None,
            changes={"due_at": due_at.isoformat()},
        )


def _is_full(pools: Sequence[Row]) -> bool:
    return bool(pools) and all(row["capacity"] is not None and row["taken"] >= row["capacity"] for row in pools)
