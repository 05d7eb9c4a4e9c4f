"""What registrations hold of people: exported for them, forgotten when its time is over or when they ask.

Who took part stays counted: audience, territory, organisation, mode. Names and addresses do not.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch, fetch_in
from services.common.texts import fold

from ..agenda import following
from ..agenda import service as agenda
from ..personal import Erased, Who, reason
from . import people_repository, personal_repository, repository, seats, service
from .models import ACTIVE, Registration

_OWN = ("code", "state", "source", "contact_name", "contact_email", "contact_phone", "created_at", "email_confirmed_at", "reason")
_PERSON = ("given_name", "family_name", "email", "function", "organisation_name", "audience", "territory_code", "mode", "answers")
_NEEDS = ("dietary", "dietary_kinds", "accessibility", "accessibility_kinds")
_COLLEAGUES = (
    "Vos collègues inscrits avec vous gardent leurs places, et votre adresse sert à les prévenir : refaites la demande après"
    " l'évènement."
)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{event, title, registration, people}`: what somebody registered, then what others registered under their address."""
    made = await fetch(reader, personal_repository.MADE, {"email": who.email, "account_id": who.account_id})
    found = []
    people = await fetch(reader, repository.ATTENDEES, {"ids": [row["id"] for row in made]})
    named = [row for row in await fetch(reader, personal_repository.NAMED, {"email": who.email}) if row not in people]
    needs = await _needs(reader, [row["id"] for row in [*people, *named]])
    asked = await fetch(reader, personal_repository.CHANGES, {"ids": [row["id"] for row in made]})
    changes = {row["registration_id"]: row["email"] for row in asked}
    for registration in made:
        theirs = [_person(row, needs) for row in people if row["registration_id"] == registration["id"]]
        own = {name: registration[name] for name in _OWN} | {"email_to_confirm": changes.get(registration["id"])}
        found.append({**await _event(reader, registration["event_id"]), "registration": own, "people": theirs})
    others = [{**await _event(reader, row["event_id"]), "registration": None, "people": [_person(row, needs)]} for row in named]
    return [*found, *others]


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """Forget somebody. What is to come is cancelled first, so that seats go to who waits; colleagues keep theirs."""
    erased = Erased(await personal_repository.forget_changes_to(session, who.email))
    asked = {"email": who.email, "account_id": who.account_id}
    for row in await fetch_in(session, personal_repository.MADE, asked):
        erased.add(await _erase_made(session, row["id"], now))
    for row in await fetch_in(session, personal_repository.NAMED, {"email": who.email}):
        registration = await repository.get(session, row["registration_id"])
        if registration is not None and await _is_coming(session, registration, now):
            await _leave(session, registration, [row["id"]], now)
        erased.count += await personal_repository.forget_attendees(session, [row["id"]], now)
    return erased


async def own(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{id, event_id, registration_id}` of who somebody is among participants: what rooms above hold of them is found by it.

    Nobody else's: neither the colleagues they registered, nor who shares their name.
    """
    made = await fetch(reader, personal_repository.MADE, {"email": who.email, "account_id": who.account_id})
    people = await fetch(reader, repository.ATTENDEES, {"ids": [row["id"] for row in made]})
    found = {row["id"]: row for row in await fetch(reader, personal_repository.NAMED, {"email": who.email})}
    for registration in made:
        group = [row for row in people if row["registration_id"] == registration["id"]]
        found |= {row["id"]: row for row in _theirs(registration["contact_email"], registration["contact_name"], group)}
    return [{name: row[name] for name in ("id", "event_id", "registration_id")} for row in found.values()]


async def forget_needs(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    return await personal_repository.forget_needs(session, event_ids)


async def forget_useless_needs(session: AsyncSession, before: datetime, limit: int) -> int:
    """Needs for nothing: of who does not come any more, of events that were cancelled. They are not kept until their time is over."""
    count = await people_repository.forget_useless_needs(session)
    needed = [row["event_id"] for row in await fetch_in(session, people_repository.EVENTS_WITH_NEEDS, {})]
    useless = await following.over_among(await driver(session), needed, before)
    return count + await personal_repository.forget_needs(session, useless)


async def forget_phones(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    return await personal_repository.forget_phones(session, event_ids)


async def forget_answers(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    return await personal_repository.forget_answers(session, event_ids)


async def forget_people(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    return await personal_repository.forget_people(session, event_ids, now)


async def _erase_made(session: AsyncSession, registration_id: UUID, now: datetime) -> Erased:
    registration = await repository.get(session, registration_id)
    if registration is None:
        return Erased()
    people = await repository.attendees_of(session, registration_id)
    await people_repository.forget_email_change(session, registration_id)
    hers = {
        row["id"] for row in _theirs(registration.contact_email, registration.contact_name, [each.model_dump() for each in people])
    }
    own = [each for each in people if each.id in hers]
    colleagues = [each for each in people if each not in own and each.left_at is None]
    coming = await _is_coming(session, registration, now)
    if coming and colleagues:
        await _leave(session, registration, [each.id for each in own if each.left_at is None], now)
        count = await personal_repository.forget_attendees(session, [each.id for each in own], now)
        event = await agenda.get(session, registration.event_id)
        return Erased(count, [reason(event.reference, _COLLEAGUES)])
    if coming:
        await service.withdraw(session, registration_id, now=now)
    count = await personal_repository.forget_attendees(session, [each.id for each in own], now)
    return Erased(count + await personal_repository.forget_contact(session, registration_id))


def _theirs(contact_email: str, contact_name: str, people: Sequence[Row]) -> list[Row]:
    """Who of a registration is the person who made it: by their address or, without one, by their name or being alone."""
    found = []
    for each in people:
        alone = len(people) == 1 and each["email"] is None
        named = each["email"] is None and fold(f"{each['given_name']} {each['family_name']}") == fold(contact_name)
        if alone or named or (each["email"] is not None and each["email"].lower() == contact_email.lower()):
            found.append(each)
    return found


async def _is_coming(session: AsyncSession, registration: Registration, now: datetime) -> bool:
    event = await agenda.get(session, registration.event_id)
    return registration.state.value in ACTIVE and (event.ends_at is None or event.ends_at > now)


async def _leave(session: AsyncSession, registration: Registration, attendee_ids: Sequence[UUID], now: datetime) -> None:
    """Some of a registration give their seats back, under the desk's lock; the last one to go takes the registration along."""
    if not attendee_ids:
        return
    event, desk, _ = await service.held(session, registration, now)
    people = await repository.attendees_of(session, registration.id)
    going = [each for each in people if each.id in attendee_ids and each.left_at is None]
    if all(each in going or each.left_at is not None for each in people):
        await service.withdraw(session, registration.id, now=now)
        return
    held = [each.pool_id for each in going]
    for each in going:
        await personal_repository.leave(session, each.id, now)
    await seats.give_back(session, held)
    await service.note(session, registration.id, "registration.left", None, now, {"people": len(going)})
    await seats.promote(session, event, desk, await repository.pools(session, [desk["id"]]), now=now)


async def _needs(reader: AsyncConnection[Any], attendee_ids: Sequence[UUID]) -> dict[UUID, Row]:
    rows = await fetch(reader, personal_repository.NEEDS, {"ids": list(attendee_ids)})
    return {row["attendee_id"]: {name: row[name] for name in _NEEDS} for row in rows}


def _person(row: Row, needs: Mapping[UUID, Row]) -> Row:
    return {**{name: row[name] for name in _PERSON}, "has_seat": row["pool_id"] is not None, "needs": needs.get(row["id"])}


async def _event(reader: AsyncConnection[Any], event_id: UUID) -> Row:
    event = await agenda.row(reader, event_id)
    return {"event": event["reference"], "title": event["title"], "starts_at": event["starts_at"]} if event else {}
