"""Use cases of the desks: organisers say how many seats there are, and for whom some are kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, PreconditionRequired, StaleVersion
from services.common.resources import Resources

from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from ..agenda.errors import EventIsOver
from ..agenda.schemas import Enrolment
from ..vocabulary import service as vocabulary
from . import repository, seats
from .errors import BelowTaken, SessionToChoose, SharesDoNotFit, WholeEventOnly
from .schemas import CapacitiesWrite


async def put(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    event_id: UUID,
    session_id: UUID | None,
    wish: CapacitiesWrite,
    *,
    version: int | None,
    now: datetime,
) -> Row:
    """An organiser says all the seats of a desk, or replaces the version that was read; freed seats go to the waiting list."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    if event.status in agenda_rules.OVER:
        raise EventIsOver()
    if event.enrolment is Enrolment.WHOLE and session_id is not None:
        raise WholeEventOnly()
    if event.enrolment is Enrolment.PER_SESSION:
        if session_id is None:
            raise SessionToChoose()
        await agenda.session_of(session, event_id, session_id)
    _require_fitting(wish)
    for each in wish.capacities:
        for share in each.shares:
            await vocabulary.territory_paths(session, resources.siblings, share.territory_codes, now=now)
    found = await _desk(session, event_id, session_id, version)
    desk, pools = await seats.held(session, found["id"], now)
    if version is not None:
        require_version(desk["version"], version)
    await _write(session, desk, pools, wish)
    desk["version"] += 1
    await repository.set_desk(session, desk["id"], version=desk["version"])
    row = {name: getattr(event, name) for name in type(event).model_fields}
    await session.flush()
    await seats.promote(session, row, desk, await repository.pools(session, [desk["id"]]), now=now)
    # A desk that has just been opened has seats that the event had not.
    await seats.mark_full(session, event.id)
    await agenda.note(session, event, "event.capacity", caller, now, wish.model_dump(mode="json"))
    return await shown(session, desk)


async def of_event(session: AsyncSession, caller: Principal, event_id: UUID) -> list[Row]:
    """Desks of an event, for its organisers."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return [await shown(session, desk) for desk in await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id})]


async def shown(session: AsyncSession, desk: Row) -> Row:
    pools = await repository.pools(session, [desk["id"]])
    return {**desk, "pools": [{**pool, "seats": pool["capacity"]} for pool in pools]}


async def _desk(session: AsyncSession, event_id: UUID, session_id: UUID | None, version: int | None) -> Row:
    # The event is locked: nobody else opens the same desk meanwhile.
    for desk in await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event_id}):
        if desk["session_id"] == session_id:
            if version is None:
                raise PreconditionRequired()
            return desk
    if version is not None:
        raise StaleVersion()
    desk = {"id": new_id(), "event_id": event_id, "session_id": session_id, "last_rank": 0, "waiting_count": 0, "version": 0}
    await repository.add_desk(session, desk)
    return desk


def _require_fitting(wish: CapacitiesWrite) -> None:
    errors: list[FieldError] = []
    modes = [each.mode for each in wish.capacities]
    for position, each in enumerate(wish.capacities):
        pointer = f"/capacities/{position}"
        if each.mode in modes[:position]:
            said = Text("Ce mode est donné deux fois.", "This mode is given twice.")
            errors.append(FieldError(f"{pointer}/mode", said, "given_twice"))
        if each.seats is not None and sum(share.seats for share in each.shares) > each.seats:
            said = Text("Les parts dépassent les places de ce mode.", "The shares exceed the seats of this mode.")
            errors.append(FieldError(f"{pointer}/seats", said, "below_shares"))
        labels = [share.label for share in each.shares]
        for number, share in enumerate(each.shares):
            if share.label in labels[:number]:
                said = Text("Deux parts ont ce nom.", "Two shares have this label.")
                errors.append(FieldError(f"{pointer}/shares/{number}/label", said, "given_twice"))
            if not share.audiences and not share.territory_codes:
                said = Text("Dites pour qui est cette part.", "Say whom this share is for.")
                errors.append(FieldError(f"{pointer}/shares/{number}", said, "for_nobody"))
    if errors:
        raise SharesDoNotFit(errors=errors)


async def _write(session: AsyncSession, desk: Row, pools: list[Row], wish: CapacitiesWrite) -> None:
    """Shares are known by their label: one that is left out is taken away, if nobody sits there."""
    known = {(row["mode"], row["is_share"], row["label"]): row for row in pools}
    wished: list[tuple[tuple[str, bool, str], Row]] = []
    for each in wish.capacities:
        mode = each.mode.value
        reserved = sum(share.seats for share in each.shares)
        general = None if each.seats is None else max(each.seats - reserved, 0)
        wished.append(((mode, False, ""), _pool(desk, mode, 0, capacity=general)))
        for position, share in enumerate(each.shares, 1):
            values: dict[str, Any] = {
                "capacity": share.seats,
                "is_share": True,
                "label": share.label,
                "audiences": [audience.value for audience in share.audiences],
                "territory_codes": share.territory_codes,
                "released_at": share.released_at,
            }
            wished.append(((mode, True, share.label), _pool(desk, mode, position, **values)))
    kept = dict(wished)
    for key, row in known.items():
        capacity = kept[key]["capacity"] if key in kept else 0
        if capacity is not None and row["taken"] > capacity:
            raise BelowTaken(taken=row["taken"], label=row["label"] or row["mode"])
    await repository.delete_pools(session, [row["id"] for key, row in known.items() if key not in kept])
    for key, values in kept.items():
        if key in known:
            await repository.put_pool(session, {**values, "id": known[key]["id"]}, is_new=False)
        else:
            await repository.put_pool(session, {**values, "id": new_id(), "taken": 0}, is_new=True)


def _pool(desk: Row, mode: str, position: int, **values: Any) -> Row:
    nothing: Row = {"is_share": False, "label": "", "audiences": [], "territory_codes": [], "released_at": None}
    return {"desk_id": desk["id"], "mode": mode, "position": position, **nothing, **values}
