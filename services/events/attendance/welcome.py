"""Use cases of the welcome desk: badges are scanned, with or without a network; who comes unregistered is received."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, driver
from services.common.ids import new_id
from services.common.language import Language
from services.common.problems import NotFound, Problem
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda.errors import SessionCancelled
from ..agenda.schemas import EventStatus, SessionStatus
from ..registrations import people, walk_ins
from ..registrations import service as registrations
from ..registrations.schemas import Mode, RegistrationState
from . import badges, repository, rules, service
from .errors import (
    BadgeOfAnotherEvent,
    BadgeOfAnotherSession,
    CheckInNotOpen,
    EventPostponed,
    NoSeatYet,
    RegisteredByVisio,
    RegistrationNotStanding,
    RoomFull,
    ScannedInTheFuture,
    SeveralPeople,
    UnknownBadge,
    WalkInsNotPossible,
)
from .schemas import BatchWrite, CheckInResult, CheckInWrite, OfflineScan, WalkInWrite

S = RegistrationState
_GONE = {S.CANCELLED.value, S.REFUSED.value, S.LAPSED.value}
_RECEIVING = {EventStatus.ANNOUNCED, EventStatus.OPEN, EventStatus.CLOSED, EventStatus.HELD}


class _Scanned(NamedTuple):
    """Whose scan it is, its row, and whether it was not known."""

    person: Row
    scan: Row
    is_new: bool


async def check_in(
    session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID, wish: CheckInWrite, *, now: datetime
) -> Row:
    """Somebody is there. Scanned again, the answer says so, with the first time.

    When absent people's chairs were given, the last to come may find the room full: then `forced` says that it was counted, except
    for somebody registered by visio, who has no seat there.
    """
    event, sitting = await _sitting(session, caller, event_id, session_id)
    scanned_at = wish.scanned_at or now
    await repository.sheet(session, event_id, session_id)
    found = await _scan(session, caller, sitting, wish.device_id, wish.client_id or new_id().hex, wish, scanned_at, now)
    read = _read(found, await repository.arrivals(session, event_id, session_id))
    if not found.is_new:
        return read
    if read["times"] == 1 and (not wish.forced or found.person["mode"] == Mode.VISIO.value):
        most = await walk_ins.capacity(session, event_id, event.enrolment, session_id)
        if most is not None and read["present_count"] > most:
            raise RoomFull(capacity=most, present=read["present_count"] - 1)
    await repository.raise_version(session, session_id)
    return read


async def check_in_batch(
    session: AsyncSession,
    caller: Principal,
    event_id: UUID,
    session_id: UUID,
    wish: BatchWrite,
    *,
    language: Language,
    now: datetime,
) -> list[Row]:
    """Scans a device recorded without a network: each has its own result, a refused one stops no other.

    The instants are the device's; whatever the order they come in, the first one is the earliest.
    """
    _, sitting = await _sitting(session, caller, event_id, session_id)
    await repository.sheet(session, event_id, session_id)
    kept: dict[str, _Scanned | Problem] = {}
    is_news = False
    for scan in sorted(wish.scans, key=lambda scan: scan.scanned_at):
        try:
            found = await _scan(session, caller, sitting, wish.device_id, scan.client_id, scan, scan.scanned_at, now)
            kept[scan.client_id], is_news = found, is_news or found.is_new
        except Problem as problem:
            kept.setdefault(scan.client_id, problem)
    if is_news:
        await repository.raise_version(session, session_id)
    arrivals = await repository.arrivals(session, event_id, session_id)
    items: list[Row] = []
    for scan in wish.scans:
        became = kept[scan.client_id]
        if isinstance(became, Problem):
            named = {"type": became.slug(), "title": became.title.to(language)}
            items.append({"client_id": scan.client_id, "result": CheckInResult.REFUSED, "check_in": None, "problem": named})
            continue
        read = _read(became, arrivals)
        items.append({"client_id": scan.client_id, "result": read["result"], "check_in": read, "problem": None})
    return items


async def check_in_list(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID) -> Row:
    """Everybody expected at a session, for devices that may lose the network; nobody whose name was erased."""
    await agenda.seen_by_organiser(session, caller, event_id)
    sitting = await agenda.session_of(session, event_id, session_id)
    known = await service.known(session, event_id, session_id)
    rows = [row for row in known.people.values() if row["erased_at"] is None and _is_listed(known, sitting, row)]
    rows.sort(key=lambda row: (*rules.name_order(row["family_name"], row["given_name"]), row["id"]))
    opens_at, closes_at = _window(sitting)
    return {
        "event_id": event_id,
        "session_id": session_id,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "people": [
            {
                **row,
                "attendee_id": row["id"],
                "key_hash": rules.key_hash(row["key"]),
                "seat": row["seat"] or "",
                "first_scanned_at": known.arrivals.get((session_id, row["id"]), {}).get("first_scanned_at"),
            }
            for row in rows
        ],
    }


async def walk_in(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    event_id: UUID,
    session_id: UUID,
    wish: WalkInWrite,
    *,
    now: datetime,
) -> Row:
    """Somebody came without being registered: registered at the door, and there.

    They take a free seat. When none is, `over_capacity_reason` gives them the chair of somebody who did not come, as long as fewer
    people are in the room than it holds: its capacity, which is its safety, is never exceeded, for any reason.
    """
    event = await agenda.seen_by_organiser(session, caller, event_id)
    sitting = await agenda.session_of(session, event_id, session_id)
    if event.status not in _RECEIVING:
        raise WalkInsNotPossible(status=event.status.value)
    _require_open(sitting, now, now)
    await repository.sheet(session, event_id, session_id)
    door = await walk_ins.door(session, event_id, event.enrolment, session_id, now)
    sent = wish.model_dump(mode="json", exclude={"device_id", "over_capacity_reason"})
    seat = await walk_ins.free_seat(session, resources, door, sent, now=now)
    present = await repository.present_count(session, session_id)
    if door.capacity is not None and (present >= door.capacity or (seat is None and wish.over_capacity_reason is None)):
        raise RoomFull(capacity=door.capacity, present=present)
    person = await walk_ins.register(session, caller, event_id, door, sent, seat, now=now)
    row = _row(caller, sitting, person["id"], wish.device_id, person["id"].hex, now, now)
    await repository.add_check_in(session, row)
    await repository.raise_version(session, session_id)
    if seat is None:
        changes = {"session_id": str(session_id), "present": present + 1, "capacity": door.capacity}
        await agenda.note(session, event, "event.walk_in_over_capacity", caller, now, changes, wish.over_capacity_reason)
    read = _read(_Scanned(person, row, is_new=True), await repository.arrivals(session, event_id, session_id))
    return {**read, "registration_id": person["registration_id"], "code": person["code"], "has_seat": seat is not None}


async def replace_badge(
    session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, attendee_id: UUID, *, now: datetime
) -> Row:
    """A badge that was lost or shown around is replaced: its old code is nobody's."""
    await agenda.held_by_organiser(session, caller, event_id)
    person = (await people.by_id(await driver(session), [attendee_id])).get(attendee_id)
    if person is None or person["event_id"] != event_id:
        raise NotFound()
    key = await people.replace_key(session, attendee_id)
    changes = {"attendee_id": str(attendee_id)}
    await registrations.note(session, person["registration_id"], "registration.badge_replaced", caller, now, changes)
    return {"attendee_id": attendee_id, "badge_url": badges.address(resources.settings.public_url, key)}


async def own_badges(session: AsyncSession, resources: Resources, caller: Principal, registration_id: UUID) -> list[Row]:
    """Badges of those one registered with one's account."""
    return await _badges(session, resources, await registrations.own_or_organised(session, caller, registration_id))


async def own_badges_by_link(session: AsyncSession, resources: Resources, token: str) -> list[Row]:
    return await _badges(session, resources, await registrations.by_link(session, resources, token))


async def _badges(session: AsyncSession, resources: Resources, found: Any) -> list[Row]:
    """None while there is no seat, nor once the registration no longer stands."""
    if found.state is not S.SEATED:
        return []
    return [
        {
            "attendee_id": each.id,
            "given_name": each.given_name,
            "family_name": each.family_name,
            "badge_url": badges.address(resources.settings.public_url, each.key),
        }
        for each in await registrations.attendees_of(session, found.id)
        if each.left_at is None and each.erased_at is None
    ]


async def _sitting(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID) -> tuple[Any, Any]:
    event = await agenda.seen_by_organiser(session, caller, event_id)
    sitting = await agenda.session_of(session, event_id, session_id)
    if sitting.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    if event.status is EventStatus.POSTPONED:
        raise EventPostponed()
    return event, sitting


async def _scan(
    session: AsyncSession,
    caller: Principal,
    sitting: Any,
    device_id: str,
    client_id: str,
    scan: CheckInWrite | OfflineScan,
    scanned_at: datetime,
    now: datetime,
) -> _Scanned:
    """One scan and whose it is, under the sheet's lock: two devices that scan one person at once are answered one after the other."""
    known = await repository.known_scan(session, sitting.id, device_id, client_id)
    if known is not None:
        person = (await people.by_id(await driver(session), [known["attendee_id"]]))[known["attendee_id"]]
        return _Scanned(person, known, is_new=False)
    person = await _scanned(session, sitting.event_id, scan)
    _require_expected(sitting, person, forced=scan.forced)
    _require_open(sitting, scanned_at, now)
    row = _row(caller, sitting, person["id"], device_id, client_id, scanned_at, now, is_forced=scan.forced)
    await repository.add_check_in(session, row)
    changes = {"session_id": str(sitting.id), "device_id": device_id, "forced": scan.forced}
    await registrations.note(session, person["registration_id"], "registration.scanned", caller, now, changes)
    return _Scanned(person, row, is_new=True)


async def _scanned(session: AsyncSession, event_id: UUID, scan: CheckInWrite | OfflineScan) -> Row:
    reader = await driver(session)
    if scan.code is not None:
        code = rules.code_in(scan.code)
        found: Sequence[Row] = [row for row in await people.by_code(reader, event_id, code) if not row["left_at"]] if code else []
        if len(found) > 1:
            names = [
                {"attendee_id": row["id"], "given_name": row["given_name"], "family_name": row["family_name"]} for row in found
            ]
            raise SeveralPeople(people=names)
        person = found[0] if found else None
    elif scan.attendee_id is not None:
        person = (await people.by_id(reader, [scan.attendee_id])).get(scan.attendee_id)
        # By its id alone, nobody of another event is said to exist.
        person = person if person and person["event_id"] == event_id else None
    else:
        key = rules.key_in(scan.key or "")
        person = await people.by_key(reader, key) if key else None
    if person is None or person["erased_at"] is not None:
        raise UnknownBadge()
    return person


def _require_expected(sitting: Any, person: Row, *, forced: bool) -> None:
    if person["event_id"] != sitting.event_id:
        raise BadgeOfAnotherEvent()
    if person["state"] in _GONE or person["left_at"] is not None:
        raise RegistrationNotStanding(state=person["state"] if person["state"] in _GONE else S.CANCELLED.value)
    if person["session_id"] not in {None, sitting.id}:
        raise BadgeOfAnotherSession(session_id=str(person["session_id"]))
    has_seat = person["pool_id"] is not None or person["source"] == "walk_in"
    may_come = person["state"] == S.SEATED.value or (forced and person["state"] == S.UNCONFIRMED.value)
    if not (has_seat and may_come):
        raise NoSeatYet(state=person["state"])
    if person["mode"] == Mode.VISIO.value and not forced:
        raise RegisteredByVisio(mode=person["mode"])


def _window(sitting: Any) -> tuple[datetime, datetime]:
    return sitting.starts_at - rules.OPENS_BEFORE, sitting.ends_at


def _require_open(sitting: Any, scanned_at: datetime, now: datetime) -> None:
    if sitting.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    opens_at, closes_at = _window(sitting)
    if not opens_at <= scanned_at <= closes_at:
        raise CheckInNotOpen(opens_at=opens_at.isoformat(), closes_at=closes_at.isoformat())
    if scanned_at > now + rules.CLOCK_SLACK:
        raise ScannedInTheFuture(now=now.isoformat())


def _row(
    caller: Principal,
    sitting: Any,
    attendee_id: UUID,
    device_id: str,
    client_id: str,
    scanned_at: datetime,
    now: datetime,
    *,
    is_forced: bool = False,
) -> Row:
    return {
        "id": new_id(),
        "event_id": sitting.event_id,
        "session_id": sitting.id,
        "attendee_id": attendee_id,
        "device_id": device_id,
        "client_id": client_id,
        "scanned_at": scanned_at,
        "received_at": now,
        "scanned_by": caller.account_id,
        "is_forced": is_forced,
    }


def _read(found: _Scanned, arrivals: Mapping[UUID, Row]) -> Row:
    first = arrivals[found.person["id"]]
    return {
        **found.person,
        "attendee_id": found.person["id"],
        "result": CheckInResult.ARRIVED if first["first_id"] == found.scan["id"] else CheckInResult.ALREADY,
        "first_scanned_at": first["first_scanned_at"],
        "first_device_id": first["first_device_id"],
        "scanned_at": found.scan["scanned_at"],
        "times": first["times"],
        "present_count": len(arrivals),
    }


def _is_listed(known: service.Attendance, sitting: Any, person: Row) -> bool:
    if known.is_expected(sitting, person):
        return True
    waits_for_confirmation = person["state"] == S.UNCONFIRMED.value and person["pool_id"] is not None
    return waits_for_confirmation and person["session_id"] in {None, sitting.id}
