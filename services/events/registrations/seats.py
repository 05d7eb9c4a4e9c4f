"""Seats given and taken, under the lock of their desk: what `rules` decides is written here, in the caller's transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in
from services.common.problems import NotFound

from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from ..agenda.schemas import ShownStatus
from . import repository, rules
from .models import RegistrationState
from .telling import News, tell


async def held(session: AsyncSession, desk_id: UUID, now: datetime) -> tuple[Row, list[Row]]:
    """The desk, locked, and its pools; shares whose date has passed have given what they had left."""
    desk = await repository.lock_desk(session, desk_id)
    if desk is None:
        raise NotFound()
    pools = await repository.pools(session, [desk_id])
    return desk, await _released(session, pools, now)


def free_of(pools: Iterable[Row]) -> list[rules.Pool]:
    """Pools as the rules count them."""
    return [
        rules.Pool(
            row["id"],
            row["mode"],
            None if row["capacity"] is None else row["capacity"] - row["taken"],
            row["is_share"],
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


async def promote(session: AsyncSession, event: Row, desk: Row, pools: list[Row], *, now: datetime) -> None:
    """Offer to the waiting list what is free, under the desk's lock, then say whether the event is full."""
    if desk["waiting_count"] and agenda_rules.shown_status({**event, "is_full": False}, now) is ShownStatus.OPEN:
        rows = [row for row in await waiting(session, desk["id"]) if row["state"] == RegistrationState.WAITING.value]
        by_party = parties(rows)
        overtaking = rules.may_overtake(event["starts_at"], event["overtaking_hours"], now)
        served = rules.serve(
            {key: [person(row) for row in party] for key, party in by_party.items()}, free_of(pools), overtaking=overtaking
        )
        for registration_id, seats in served.offers.items():
            await _offer(session, event, registration_id, by_party[registration_id], seats, now=now)
        if served.offers:
            desk["waiting_count"] -= len(served.offers)
            await repository.set_desk(session, desk["id"], waiting_count=desk["waiting_count"])
    await mark_full(session, event["id"])


async def mark_full(session: AsyncSession, event_id: UUID) -> None:
    """Full is when no desk has a seat open to all nor a share left."""
    desks = await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id})
    pools = await repository.pools(session, [desk["id"] for desk in desks])
    is_full = bool(pools) and all(row["capacity"] is not None and row["taken"] >= row["capacity"] for row in pools)
    await agenda.set_full(session, event_id, is_full)


async def _offer(
    session: AsyncSession, event: Row, registration_id: UUID, party: Sequence[Row], seats: Sequence[UUID], *, now: datetime
) -> None:
    await repository.take(session, dict(Counter(seats)))
    await repository.set_seats(session, {row["id"]: seat for row, seat in zip(party, seats, strict=True)})
    registration = await repository.get(session, registration_id)
    if registration is None:
        raise NotFound()
    registration.state, registration.rank = RegistrationState.OFFERED, None
    registration.due_at = rules.offer_ends(now, event["offer_hours"], agenda_rules.registrations_end(event))
    registration.version, registration.updated_at = registration.version + 1, now
    await session.flush()
    await tell(session, registration_id, News.OFFERED)


async def _released(session: AsyncSession, pools: list[Row], now: datetime) -> list[Row]:
    for share in [row for row in pools if row["is_share"] and row["released_at"] is not None and row["released_at"] <= now]:
        left = share["capacity"] - share["taken"]
        for row in pools:
            if left and not row["is_share"] and row["mode"] == share["mode"] and row["capacity"] is not None:
                row["capacity"] += left
                share["capacity"] -= left
                # The share gives before the others receive: the seats of a mode never count twice.
                await repository.put_pool(session, {"id": share["id"], "capacity": share["capacity"]}, is_new=False)
                await repository.put_pool(session, {"id": row["id"], "capacity": row["capacity"]}, is_new=False)
    return pools
