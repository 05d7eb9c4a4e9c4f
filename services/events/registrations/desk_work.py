"""Use cases of organisers at their desk: they register somebody, and move a registration to another session."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import forms
from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.ids import new_id
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda.errors import SessionCancelled
from ..agenda.schemas import Enrolment, EventStatus, SessionStatus
from ..vocabulary import service as vocabulary
from . import approvals, people_repository, reaching, repository, rules, seats, service
from .errors import (
    AnswersMissing,
    GroupTooLarge,
    ModeNotOffered,
    NoSeatLeft,
    RegistrationActNotPossible,
    RegistrationsNotOpen,
    SessionToChoose,
    WholeEventOnly,
)
from .models import Attendee, Registration, RegistrationState, Source
from .people_errors import SameSession
from .people_schemas import RegisteredBySomebody
from .reaching import Held, Reach
from .telling import News

S = RegistrationState


async def register_somebody(
    session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, wish: RegisteredBySomebody, *, now: datetime
) -> Registration:
    """An organiser registers somebody, before registrations open or after they close, but never beyond the seats there are.

    Confirmed and approved at once: the organiser answers for the address. What the form asks may be left for later; what is
    answered is judged.
    """
    event = await _event(session, caller, event_id, now)
    desk_id = await _desk_of(session, event, wish.session_id)
    if len(wish.attendees) > event["most_in_group"]:
        raise GroupTooLarge(most=event["most_in_group"])
    _require_fitting(event, wish)
    registration_id = new_id()
    people = [
        Attendee(
            **{name: getattr(each, name) for name in type(each).model_fields if name != "needs"},
            id=new_id(),
            registration_id=registration_id,
            event_id=event_id,
            position=position,
            territory_path=await vocabulary.territory_paths(
                session, resources.siblings, [each.territory_code] if each.territory_code else [], now=now
            ),
            key=rules.new_key(),
        )
        for position, each in enumerate(wish.attendees)
    ]
    desk, pools = await seats.held(session, desk_id, now)
    found = Registration(
        id=registration_id,
        desk_id=desk_id,
        event_id=event_id,
        session_id=desk["session_id"],
        code=rules.new_code(),
        state=S.SEATED,
        source=Source.ORGANISER,
        contact_name=wish.contact_name,
        contact_email=wish.contact_email,
        contact_phone=wish.contact_phone,
        email_confirmed_at=now,
        created_at=now,
        updated_at=now,
    )
    reach = Reach(registration_id, found.version, caller, is_organiser=True)
    held = Held(event, desk, pools, found, people, reach)
    await _sit_or_wait(session, held, now)
    session.add(found)
    await session.flush()
    session.add_all(people)
    await session.flush()
    for person, each in zip(people, wish.attendees, strict=True):
        if each.needs is not None and any(each.needs.model_dump().values()):
            await people_repository.put_needs(session, person.id, each.needs.model_dump())
    found.version = 0  # `done` gives the first version
    news = News.SEATED if found.state is S.SEATED else News.WAITING
    return await reaching.done(session, held, found.state.value, now, news, rank=found.rank, people=len(people), by="organiser")


async def move(
    session: AsyncSession, caller: Principal, registration_id: UUID, session_id: UUID, *, version: int, now: datetime
) -> Registration:
    """To another session of an event that is registered for session by session: seats there are taken before those here go on.

    Refused without losing anything when they are not there. Both desks are locked, in the order of their ids.
    """
    reach = await reaching.by_organiser(session, caller, registration_id, version)
    found = await service.get(session, registration_id)
    event = await _event(session, caller, found.event_id, now)
    target_id = await _desk_of(session, event, session_id)
    if target_id == found.desk_id:
        raise SameSession()
    for desk_id in sorted((target_id, found.desk_id)):
        await seats.held(session, desk_id, now)
    held = await reaching.held(session, reach, now)
    there, pools = await seats.held(session, target_id, now)
    if held.found.desk_id == target_id:
        raise SameSession()
    if held.found.rank is not None or held.found.state is S.OFFERED:
        raise RegistrationActNotPossible(state=held.found.state.value)
    party = [_person(each) for each in held.people]
    given = await reaching.seats_for_newcomers(session, held.event, there, pools, party, now)
    freed = [each.pool_id for each in held.people]
    if held.has_seats:
        if given is None:
            raise NoSeatLeft(reaching.KEPT)
        await repository.take(session, dict(Counter(given)))
        await seats.give_back(session, freed)
        await repository.set_seats(session, {each.id: seat for each, seat in zip(held.people, given, strict=True)})
    held.found.desk_id, held.found.session_id = target_id, session_id
    changes: dict[str, Any] = {"from": str(held.desk["session_id"]), "to": str(session_id)}
    moved = await reaching.done(session, held, "moved", now, News.CHANGED, **changes)
    await seats.mark_full(session, event["id"])  # the other desk may have given its last seat
    return moved


def _person(each: Attendee) -> rules.Person:
    return rules.Person(each.mode.value, each.audience.value, frozenset(each.territory_path))


async def _sit_or_wait(session: AsyncSession, held: Held, now: datetime) -> None:
    party = [_person(each) for each in held.people]
    given = await reaching.seats_for_newcomers(session, held.event, held.desk, held.pools, party, now)
    if given is None:
        await approvals.to_wait(session, held)
        return
    await repository.take(session, dict(Counter(given)))
    for each, seat in zip(held.people, given, strict=True):
        each.pool_id = seat


async def _event(session: AsyncSession, caller: Principal, event_id: UUID, now: datetime) -> Row:
    """An event of the organiser's that people may come to: not an idea any more, not over, not postponed."""
    await agenda.seen_by_organiser(session, caller, event_id)
    event = await agenda.steady(session, event_id)
    if event is None:
        raise NotFound()
    reaching.require_ahead(event, now)
    if EventStatus(event["status"]) in {EventStatus.IDEA, EventStatus.POSTPONED}:
        raise RegistrationsNotOpen(status=event["status"])
    return event


async def _desk_of(session: AsyncSession, event: Row, session_id: UUID | None) -> UUID:
    if event["enrolment"] == Enrolment.WHOLE.value and session_id is not None:
        raise WholeEventOnly()
    if event["enrolment"] == Enrolment.PER_SESSION.value:
        if session_id is None:
            raise SessionToChoose()
        if (await agenda.session_of(session, event["id"], session_id)).status is SessionStatus.CANCELLED:
            raise SessionCancelled()
    for desk in await fetch_in(session, repository.DESKS_OF_EVENT, {"id": event["id"]}):
        if desk["session_id"] == session_id:
            desk_id: UUID = desk["id"]
            return desk_id
    raise ModeNotOffered()


def _require_fitting(event: Row, wish: RegisteredBySomebody) -> None:
    """Answers that were given are judged; those that are required may come later."""
    if event["form"] is None:
        return
    errors: list[Any] = [
        error
        for position, each in enumerate(wish.attendees)
        for error in forms.errors_in(event["form"], each.answers, f"/attendees/{position}/answers")
        if error.code != "required"
    ]
    if errors:
        raise AnswersMissing(errors=errors)
