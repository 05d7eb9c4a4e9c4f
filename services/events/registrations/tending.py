"""What nobody comes by to do: shares that are released and groups that may be passed are served, waiting lists end with their event."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch_in

from ..agenda import published
from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from . import repository, seats, service
from .models import ACTIVE, RegistrationState

S = RegistrationState
#: What an event that is cancelled has no answer for any more.
_UNSETTLED = ("waiting", "offered", "unconfirmed", "to_approve")


async def tend(session: AsyncSession, desk_id: UUID, *, now: datetime) -> None:
    """A desk as it should be now: its waiting list is offered what is free or, once that can no more be, ends; twice is once.

    An event that is cancelled ends what was not settled, a cancelled session all that its own desk had (its seats too); those whose
    seats are settled at a cancelled event are told by `agenda.telling`. Registrations closed by an organiser are closed to new
    requests: the list is served from what is given back until they are over by the clock.
    """
    found = await repository.desk(session, desk_id)
    if found is None:
        return
    event, desk, pools = await seats.held_with_event(session, found["event_id"], desk_id, now)
    begins = await seats.beginning_of(session, event, desk["session_id"])
    ids: Sequence[UUID] = ()
    end, reason = S.CANCELLED, event["status_reason"] or ""
    if event["status"] == "cancelled":
        ids = await repository.in_states(session, desk_id, _UNSETTLED)
    elif desk["session_id"] is not None and begins is None:
        ids, reason = await repository.in_states(session, desk_id, ACTIVE), await _why(session, event, desk["session_id"])
    elif _is_over(event, begins, now):
        ids = list(seats.parties(await seats.waiting(session, desk_id)))
        end, reason = S.LAPSED, "Les inscriptions sont closes sans qu'une place se soit libérée."
    else:
        await seats.promote(session, event, desk, pools, now=now)
    if ids:
        await service.end_all(session, desk, ids, end, reason=reason, now=now)
    if desk["session_id"] is not None and begins is None:
        await seats.mark_full(session, event["id"])  # what the other desks have left is all there is


async def to_tend(session: AsyncSession, now: datetime) -> list[UUID]:
    """Desks where somebody waits and something can be done: seats are free, or all is over."""
    desks = await fetch_in(session, repository.WAITED_AT, {})
    event_ids = list({desk["event_id"] for desk in desks})
    reader = await driver(session)
    events = await published.rows(reader, event_ids)
    sittings = await agenda.session_rows(reader, event_ids)
    free = {
        pool["desk_id"]
        for pool in await repository.pools(session, [desk["id"] for desk in desks])
        if pool["capacity"] is None or pool["taken"] < pool["capacity"]
    }
    return [
        desk["id"]
        for desk in desks
        if desk["id"] in free
        or _is_over(events[desk["event_id"]], seats.beginning(events[desk["event_id"]], sittings, desk["session_id"]), now)
    ]


async def desks_of(session: AsyncSession, event_id: UUID) -> list[UUID]:
    return [desk["id"] for desk in await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id})]


def _is_over(event: Row, begins: datetime | None, now: datetime) -> bool:
    """Whether nobody can be served any more. What was postponed, or has lost its date, may come again."""
    if event["status"] in {"held", "cancelled"}:
        return True
    ends = [each for each in (agenda_rules.registrations_end(event), begins) if each is not None]
    return event["status"] in {"open", "closed"} and any(now >= each for each in ends)


async def _why(session: AsyncSession, event: Row, session_id: UUID) -> str:
    rows = await agenda.session_rows(await driver(session), [event["id"]])
    return next((row["cancelled_reason"] or "" for row in rows if row["id"] == session_id), "")
