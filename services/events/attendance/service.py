"""Use cases of presence: what scans and stays propose, what organisers validate, what each person reads of theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, driver, fetch_in
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda.errors import SessionCancelled
from ..agenda.schemas import SessionStatus
from ..registrations import people
from ..registrations import service as registrations
from . import repository, rules
from .errors import LeftBeforeArriving, MinutesBeyondSession, NotExpectedHere, NothingToCorrect, SessionNotOver
from .schemas import PRESENCE_LABELS, PresenceSource, PresenceState, ValidationItem, ValidationWrite
from .telling import tell

Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Attendance:
    """All that is known of an event's presence (or of one session's). Keys of the mappings: (session, person)."""

    sessions: Sequence[Any]
    people: Mapping[UUID, Row]
    arrivals: Mapping[Pair, Row]
    stays: Mapping[Pair, Sequence[Row]]
    presences: Mapping[Pair, Row]

    def proposal(self, sitting: Any, attendee_id: UUID, now: datetime) -> rules.Proposal | None:
        key = (sitting.id, attendee_id)
        traces = [rules.Trace(row["joined_at"], row["left_at"]) for row in self.stays.get(key, ())]
        if key in self.arrivals:
            traces.append(rules.Trace(self.arrivals[key]["first_scanned_at"], None, is_scan=True))
        return rules.propose(traces, sitting.starts_at, sitting.ends_at, now)

    def expected(self, sitting: Any) -> list[Row]:
        """Everybody on a session's sheet, in the order of their names: who holds a seat there, and who left a trace."""
        found = [row for row in self.people.values() if self.is_expected(sitting, row)]
        return sorted(found, key=lambda row: (*rules.name_order(row["family_name"], row["given_name"]), row["id"]))

    def is_expected(self, sitting: Any, person: Row) -> bool:
        key = (sitting.id, person["id"])
        if key in self.arrivals or key in self.stays or key in self.presences:
            return True
        has_seat = person["pool_id"] is not None and person["left_at"] is None and person["state"] == "seated"
        is_received = person["source"] == "walk_in" and person["state"] == "seated"
        return (has_seat or is_received) and person["session_id"] in {None, sitting.id}


async def known(session: AsyncSession, event_id: UUID, session_id: UUID | None = None) -> Attendance:
    """Read at once what every view of presence needs."""
    asked = {"event_id": event_id, "session_id": session_id}
    arrivals = {_pair(row): row for row in await fetch_in(session, repository.ARRIVALS, asked)}
    presences = {_pair(row): row for row in await fetch_in(session, repository.PRESENCES, asked)}
    stays: defaultdict[Pair, list[Row]] = defaultdict(list)
    for row in await fetch_in(session, repository.STAYS, asked):
        stays[_pair(row)].append(row)
    reader = await driver(session)
    found = {row["id"]: row for row in (*await people.seated(reader, event_id), *await people.received(reader, event_id))}
    traced = {attendee_id for _, attendee_id in (*arrivals, *presences, *stays)}
    found |= await people.by_id(reader, traced - found.keys())
    sessions = [each for each in await agenda.sessions_of(session, event_id) if session_id in {None, each.id}]
    return Attendance(sessions, found, arrivals, dict(stays), presences)


async def sheet(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID, *, now: datetime) -> Row:
    """A session's sheet, for organisers."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return await _sheet(session, event_id, session_id, now)


async def validate(
    session: AsyncSession,
    caller: Principal,
    event_id: UUID,
    session_id: UUID,
    wish: ValidationWrite,
    *,
    version: int,
    now: datetime,
) -> Row:
    """An organiser validates the sheet they read, or corrects it: what was scanned or told meanwhile is read first (412)."""
    event = await agenda.seen_by_organiser(session, caller, event_id)
    sitting = await agenda.session_of(session, event_id, session_id)
    if sitting.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    if now < sitting.ends_at:
        raise SessionNotOver(ends_at=sitting.ends_at.isoformat())
    held = await repository.sheet(session, event_id, session_id)
    require_version(held["version"], version)
    all_known = await known(session, event_id, session_id)
    rows = [_said(all_known, sitting, position, item, caller, now) for position, item in enumerate(wish.items)]
    if wish.everybody:
        done = {row["attendee_id"] for row in rows} | {attendee_id for _, attendee_id in all_known.presences}
        rows += [
            _proposed(all_known, sitting, row["id"], caller, now) for row in all_known.expected(sitting) if row["id"] not in done
        ]
    changed = [row for row in rows if _differs(row, all_known.presences.get((session_id, row["attendee_id"])))]
    await repository.put_presences(session, changed)
    if changed:
        await repository.raise_version(session, session_id)
        await tell(session, event_id, {row["attendee_id"] for row in changed})
        counts = {"session_id": str(session_id), "people": len(changed)}
        await agenda.note(session, event, "presence.validated", caller, now, counts)
    return await _sheet(session, event_id, session_id, now)


async def matrix(session: AsyncSession, caller: Principal, event_id: UUID, *, now: datetime) -> list[Row]:
    """People × sessions, for organisers, in the order of names."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return await rows_of(session, event_id, now=now)


async def rows_of(session: AsyncSession, event_id: UUID, *, now: datetime, attendee_ids: Iterable[UUID] | None = None) -> list[Row]:
    """`PresenceRow` of everybody of the event (or of these), whoever asks: what certificates count from. `person` is their row."""
    all_known = await known(session, event_id)
    wanted = None if attendee_ids is None else set(attendee_ids)
    found = [row for row in all_known.people.values() if wanted is None or row["id"] in wanted]
    found.sort(key=lambda row: (*rules.name_order(row["family_name"], row["given_name"]), row["id"]))
    rows = [_row(all_known, person, now) for person in found]
    return [row for row in rows if row["sessions"]]


async def own(session: AsyncSession, caller: Principal, registration_id: UUID, *, now: datetime) -> list[Row]:
    """What was validated of those one registered with one's account."""
    found = await registrations.own_or_organised(session, caller, registration_id)
    return await _of_registration(session, found.id, found.event_id, now)


async def own_by_link(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> list[Row]:
    found = await registrations.by_link(session, resources, token)
    return await _of_registration(session, found.id, found.event_id, now)


async def _of_registration(session: AsyncSession, registration_id: UUID, event_id: UUID, now: datetime) -> list[Row]:
    attendees = await registrations.attendees_of(session, registration_id)
    return await rows_of(session, event_id, now=now, attendee_ids=[each.id for each in attendees])


async def _sheet(session: AsyncSession, event_id: UUID, session_id: UUID, now: datetime) -> Row:
    sitting = await agenda.session_of(session, event_id, session_id)
    found = await fetch_in(session, repository.SHEET, {"session_id": session_id})
    all_known = await known(session, event_id, session_id)
    lines = [_line(all_known, sitting, row, now) for row in all_known.expected(sitting)]
    return {
        "event_id": event_id,
        "session_id": session_id,
        "status": sitting.status,
        "starts_at": sitting.starts_at,
        "ends_at": sitting.ends_at,
        "minutes": rules.whole_minutes(sitting.starts_at, sitting.ends_at),
        "to_validate": sum(line["presence"] is None for line in lines),
        "people": lines,
        "version": found[0]["version"] if found else 1,
    }


def _line(all_known: Attendance, sitting: Any, person: Row, now: datetime) -> Row:
    key = (sitting.id, person["id"])
    proposal, presence = all_known.proposal(sitting, person["id"], now), all_known.presences.get(key)
    has_news = False
    if presence is not None and proposal is not None and presence["source"] != PresenceSource.ORGANISER.value:
        has_news = presence["minutes"] != proposal.minutes
    return {
        **_face(person),
        "first_scanned_at": all_known.arrivals[key]["first_scanned_at"] if key in all_known.arrivals else None,
        "proposal": None if proposal is None else vars(proposal),
        "presence": presence and {**presence, "state_label": PRESENCE_LABELS[PresenceState(presence["state"])]},
        "has_news": has_news,
    }


def _row(all_known: Attendance, person: Row, now: datetime) -> Row:
    cells = []
    for sitting in all_known.sessions:
        if not all_known.is_expected(sitting, person):
            continue
        presence = all_known.presences.get((sitting.id, person["id"]))
        proposal = all_known.proposal(sitting, person["id"], now)
        lasts = rules.whole_minutes(sitting.starts_at, sitting.ends_at)
        state = None if presence is None else PresenceState(presence["state"])
        cells.append(
            {
                "session_id": sitting.id,
                "number": sitting.number,
                "title": sitting.title,
                "starts_at": sitting.starts_at,
                "minutes_of_session": lasts,
                "is_cancelled": sitting.status is SessionStatus.CANCELLED,
                "state": state,
                "state_label": state and PRESENCE_LABELS[state],
                # A session that was shortened since counts for what it lasts.
                "minutes": 0 if presence is None else min(presence["minutes"], lasts),
                "proposed_minutes": None if presence is not None or proposal is None else proposal.minutes,
            }
        )
    kept = [cell for cell in cells if not cell["is_cancelled"]]
    return {
        **_face(person),
        "sessions": cells,
        "minutes": sum(cell["minutes"] for cell in kept),
        "total_minutes": _whole_minutes(all_known, person),
        "is_validated": all(cell["state"] is not None for cell in kept),
        "person": person,
    }


def _whole_minutes(all_known: Attendance, person: Row) -> int:
    """What they registered for lasts, also for who left before its end, with what else they came to."""
    return sum(
        rules.whole_minutes(sitting.starts_at, sitting.ends_at)
        for sitting in all_known.sessions
        if sitting.status is not SessionStatus.CANCELLED
        and (person["session_id"] in {None, sitting.id} or all_known.is_expected(sitting, person))
    )


def _face(person: Row) -> Row:
    names = ("given_name", "family_name", "organisation_name", "mode")
    face = {"attendee_id": person["id"], **{name: person[name] for name in names}}
    return {**face, "given_name": "", "family_name": "Personne effacée", "organisation_name": ""} if person["erased_at"] else face


def _said(all_known: Attendance, sitting: Any, position: int, item: ValidationItem, caller: Principal, now: datetime) -> Row:
    """What the organiser says of one person; without a state, what is proposed."""
    person = all_known.people.get(item.attendee_id)
    if person is None or not all_known.is_expected(sitting, person):
        raise NotExpectedHere(errors=[_at(position, "attendee_id", "La personne n'est pas sur la feuille.", "Not on the sheet.")])
    given = item.minutes is not None or item.arrived_at is not None or item.left_at is not None
    if item.state is None and not given:
        return {**_proposed(all_known, sitting, item.attendee_id, caller, now), "note": item.note}
    state = item.state or PresenceState.PRESENT
    base = _validated(sitting, item.attendee_id, caller, now) | {"state": state, "note": item.note}
    base["source"] = PresenceSource.ORGANISER
    if state is not PresenceState.PRESENT:
        if item.minutes or item.arrived_at or item.left_at:
            raise NothingToCorrect(errors=[_at(position, "minutes", "Elle n'a rien suivi.", "They followed nothing.")])
        return base
    lasts = rules.whole_minutes(sitting.starts_at, sitting.ends_at)
    if item.minutes is not None and item.minutes > lasts:
        error = _at(position, "minutes", f"La séance a duré {lasts} minutes.", f"The session lasted {lasts} minutes.")
        raise MinutesBeyondSession(errors=[error], most=lasts)
    if item.arrived_at and item.left_at and item.left_at < item.arrived_at:
        error = _at(position, "left_at", "Le départ précède l'arrivée.", "They left before they arrived.")
        raise LeftBeforeArriving(errors=[error])
    base["arrived_at"], base["left_at"] = item.arrived_at, item.left_at
    proposal = all_known.proposal(sitting, item.attendee_id, now)
    if item.minutes is not None:
        base["minutes"] = item.minutes
    elif item.arrived_at is None and item.left_at is None and proposal is not None and proposal.minutes:
        return _proposed(all_known, sitting, item.attendee_id, caller, now) | {"note": item.note}
    else:
        base["minutes"] = rules.between(item.arrived_at, item.left_at, sitting.starts_at, sitting.ends_at)
    return base


def _proposed(all_known: Attendance, sitting: Any, attendee_id: UUID, caller: Principal, now: datetime) -> Row:
    """What traces say; who left none is absent, in the organiser's name."""
    base = _validated(sitting, attendee_id, caller, now)
    proposal = all_known.proposal(sitting, attendee_id, now)
    if proposal is None:
        return base
    return {
        **base,
        "state": PresenceState.PRESENT,
        "minutes": proposal.minutes,
        "arrived_at": proposal.arrived_at,
        "left_at": proposal.left_at,
        "source": PresenceSource(proposal.source),
    }


def _validated(sitting: Any, attendee_id: UUID, caller: Principal, now: datetime) -> Row:
    return {
        "id": new_id(),
        "event_id": sitting.event_id,
        "session_id": sitting.id,
        "attendee_id": attendee_id,
        "state": PresenceState.ABSENT,
        "minutes": 0,
        "arrived_at": None,
        "left_at": None,
        "source": PresenceSource.ORGANISER,
        "note": "",
        "validated_at": now,
        "validated_by": caller.account_id,
    }


def _differs(row: Row, before: Row | None) -> bool:
    if before is None:
        return True
    plain = {**row, "state": row["state"].value, "source": row["source"].value}
    return any(plain[name] != before[name] for name in ("state", "minutes", "arrived_at", "left_at", "source", "note"))


def _at(position: int, name: str, fr: str, en: str) -> FieldError:
    return FieldError(f"/items/{position}/{name}", Text(fr, en))


def _pair(row: Row) -> Pair:
    return row["session_id"], row["attendee_id"]
