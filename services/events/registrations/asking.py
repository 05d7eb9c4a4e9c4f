"""Somebody asks for seats: the path of the opening rush, where everybody waits for the same desk.

All that can be is done before the desk is held; under its lock there is one statement that reads and one that writes everything.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import forms
from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.limits import retry_after
from services.common.problems import NotFound
from services.common.resources import Resources
from services.common.sealing import fingerprint

from ..agenda import rules as agenda_rules
from ..agenda import service as agenda
from ..agenda.schemas import Enrolment, ShownStatus
from ..vocabulary import service as vocabulary
from . import repository, rules, seats
from .errors import (
    AnswersMissing,
    GroupTooLarge,
    ModeNotOffered,
    NoSeatLeft,
    RegistrationsNotOpen,
    SessionNotOpen,
    SessionToChoose,
    TooManyRegistrations,
    WholeEventOnly,
)
from .models import RegistrationState, Source
from .schemas import STATE_LABELS, RegistrationCreate
from .telling import SEND_LINKS, TELL_REGISTRANT, News, told, turn

S = RegistrationState
_HOUR = timedelta(hours=1)
_NEWS = {S.UNCONFIRMED: News.TO_CONFIRM, S.TO_APPROVE: News.TO_APPROVE, S.SEATED: News.SEATED, S.WAITING: News.WAITING}


async def ask(
    session: AsyncSession,
    resources: Resources,
    caller: Principal | None,
    event_id: UUID,
    wish: RegistrationCreate,
    *,
    origin: str | None,
    now: datetime,
) -> Row:
    """The registration as `RegistrationRead` shows it, with its seats or its rank.

    Somebody without an account has `confirmation_hours` to confirm their e-mail; what they were given is held meanwhile. `origin` is
    the network address they are limited by, None where nobody is. An address that is registered already keeps what it has, and is
    told so by mail: the answer does not say it.
    """
    if caller is None and origin is not None:
        await _require_patience(session, resources, wish.contact_email, origin, now)
    event = await _open_event(session, event_id, wish, now)
    registration_id = new_id()
    paths = await _territories(session, resources, wish, now=now)
    attendees = [
        _attendee(registration_id, event_id, position, each.model_dump(mode="json", exclude={"needs"}), paths[position])
        for position, each in enumerate(wish.attendees)
    ]
    needs = [
        {"attendee_id": attendees[position]["id"], **each.needs.model_dump()}
        for position, each in enumerate(wish.attendees)
        if each.needs is not None
    ]
    row = _registration(registration_id, event_id, wish, caller, now)
    if caller is None:
        row["due_at"] = now + timedelta(hours=resources.settings.confirmation_hours)
    party = [seats.person(each) for each in attendees]

    found = await repository.whole_desk_at(session, event_id, wish.session_id)
    if found is None:
        raise ModeNotOffered()
    desk, pools = seats.opened(*found, now)
    row["desk_id"] = desk["id"]
    asked = {"id": desk["id"], "email": wish.contact_email}
    is_known = caller is None and bool(await fetch_in(session, repository.OF_ADDRESS, asked))
    standing = await _decide(session, event, desk, pools, party, row, attendees, now)
    if is_known:
        # The same answer as to anybody, kept nowhere: whether an address is registered is said to that address alone.
        await enqueue(session, SEND_LINKS, event=str(event_id), email=wish.contact_email.lower(), again=True)
    else:
        await _write(session, row, attendees, needs, caller, now)
    if seats.fills(desk, pools):
        await seats.mark_full(session, event_id)
    return {
        **row,
        "rank": standing,
        "state_label": STATE_LABELS[row["state"]],
        "attendees": [{**each, "has_seat": each["pool_id"] is not None} for each in attendees],
    }


async def forget_attempts(session: AsyncSession, *, now: datetime) -> None:
    """What limits no longer count."""
    await repository.forget_attempts(session, now - _HOUR)


async def _require_patience(session: AsyncSession, resources: Resources, email: str, origin: str, now: datetime) -> None:
    email_hash = fingerprint(resources.settings.secret_key, "registration attempt", email.lower())
    of_origin, of_address = await repository.note_attempt(session, origin, email_hash, since=now - _HOUR, now=now)
    most = resources.settings
    if of_origin >= most.registrations_per_network_per_hour or of_address >= most.registrations_per_address_per_hour:
        raise TooManyRegistrations(headers=retry_after(_HOUR))


async def _open_event(session: AsyncSession, event_id: UUID, wish: RegistrationCreate, now: datetime) -> Row:
    """The event, once all it asks of a request is there; it stays so until the transaction ends."""
    event = await agenda.steady(session, event_id)
    if event is None or event["status"] == "idea":
        raise NotFound()
    status = agenda_rules.shown_status(event, now)
    if status not in {ShownStatus.OPEN, ShownStatus.FULL}:
        raise RegistrationsNotOpen(
            status=status.value,
            opens_at=_written(event["registration_opens_at"]),
            closes_at=_written(agenda_rules.registrations_end(event)),
        )
    if event["enrolment"] == Enrolment.WHOLE.value and wish.session_id is not None:
        raise WholeEventOnly()
    if event["enrolment"] == Enrolment.PER_SESSION.value and wish.session_id is None:
        raise SessionToChoose()
    if len(wish.attendees) > event["most_in_group"]:
        raise GroupTooLarge(most=event["most_in_group"])
    if wish.session_id is not None:
        begins = await seats.beginning_of(session, event, wish.session_id)
        if begins is None or now >= begins:
            raise SessionNotOpen()
    if event["form"] is not None:
        errors = [
            error
            for position, each in enumerate(wish.attendees)
            for error in forms.errors_in(event["form"], each.answers, f"/attendees/{position}/answers")
        ]
        if errors:
            raise AnswersMissing(errors=errors)
    return event


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


async def _territories(session: AsyncSession, resources: Resources, wish: RegistrationCreate, *, now: datetime) -> list[list[str]]:
    return [
        await vocabulary.territory_paths(session, resources.siblings, [each.territory_code], now=now) if each.territory_code else []
        for each in wish.attendees
    ]


async def _decide(
    session: AsyncSession,
    event: Row,
    desk: Row,
    pools: list[Row],
    party: Sequence[rules.Person],
    row: Row,
    attendees: Sequence[Row],
    now: datetime,
) -> int | None:
    """Under the desk's lock: seats, else a rank, else the organiser's yes is waited for. Returns how many will stand up to them."""
    if any(not any(pool["mode"] == person.mode for pool in pools) for person in party):
        raise ModeNotOffered()
    confirmed = row["due_at"] is None
    if event["approval_required"]:
        row["state"] = S.TO_APPROVE if confirmed else S.UNCONFIRMED
        return None
    given = await seats.for_newcomer(session, event, desk, pools, party, now=now)
    if given is not None:
        seats.takes(pools, given)
        for each, seat in zip(attendees, given, strict=True):
            each["pool_id"] = seat
        row["state"] = S.SEATED if confirmed else S.UNCONFIRMED
        return None
    if not event["has_waiting_list"]:
        raise NoSeatLeft()
    row["rank"] = row["first_rank"] = desk["last_rank"] + 1
    row["state"] = S.WAITING if confirmed else S.UNCONFIRMED
    return int(desk["waiting_count"]) + 1


async def _write(
    session: AsyncSession, row: Row, attendees: Sequence[Row], needs: Sequence[Row], caller: Principal | None, now: datetime
) -> None:
    taken: dict[UUID, int] = {}
    for each in attendees:
        if each["pool_id"] is not None:
            taken[each["pool_id"]] = taken.get(each["pool_id"], 0) + 1
    line = {
        "id": new_id(),
        "at": now,
        "resource_type": "registration",
        "resource_id": row["id"],
        "act": f"registration.{row['state'].value}",
        "actor_id": caller.account_id if caller else None,
        "organisation_id": None,
        "reason": None,
        "changes": {"rank": row["rank"], "people": len(attendees)},
        "confidential": False,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    await repository.ask(
        session,
        row,
        attendees,
        needs,
        taken=taken,
        line=line,
        task=TELL_REGISTRANT,
        lock=turn(row["id"]),
        arguments=told(row["id"], _NEWS[row["state"]]),
    )


def _registration(registration_id: UUID, event_id: UUID, wish: RegistrationCreate, caller: Principal | None, now: datetime) -> Row:
    return {
        "id": registration_id,
        "desk_id": None,
        "event_id": event_id,
        "session_id": wish.session_id,
        "code": rules.new_code(),
        "state": None,
        "source": Source.ONLINE,
        "account_id": caller.account_id if caller else None,
        "contact_name": wish.contact_name,
        "contact_email": wish.contact_email,
        "contact_phone": wish.contact_phone,
        "rank": None,
        "first_rank": None,
        "email_confirmed_at": None if caller is None else now,
        "due_at": None,
        "link_version": 1,
        "reason": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


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
