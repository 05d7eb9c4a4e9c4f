"""Use cases of those who take part: their details, how they take part, who comes instead, who leaves, who is added.

Each is done by whoever `Reach`es the registration: by its signed link, by its account, or as an organiser.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import forms
from services.common.db import Row
from services.common.ids import new_id
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import rules as agenda_rules
from ..agenda.schemas import ShownStatus
from ..vocabulary import service as vocabulary
from . import people_repository, reaching, repository, rules, seats, service
from .errors import AnswersMissing, GroupTooLarge, NoSeatLeft, RegistrationsNotOpen
from .models import Attendee, Registration
from .people_errors import LastOfTheGroup, OrganiserMustApprove
from .people_schemas import AttendeeUpdate, Replacement
from .reaching import Held, Reach
from .schemas import AttendeeWrite, Mode, NeedsWrite
from .telling import News

#: People a registration may have held in all, those who left included.
_MOST_IN_ALL = 500
_NULLABLE = {"email", "organisation_id", "territory_code"}


async def update_attendee(
    session: AsyncSession, resources: Resources, reach: Reach, attendee_id: UUID, wish: AttendeeUpdate, *, now: datetime
) -> Registration:
    """Somebody's details. Who ceases to belong to a share needs a seat open to all; answers are asked as the form is now."""
    held = await reaching.held(session, reach, now)
    attendee = _one_of(held, attendee_id)
    given = {name: getattr(wish, name) for name in wish.model_fields_set - {"answers"}}
    given = {name: value for name, value in given.items() if value is not None or name in _NULLABLE}
    changed = sorted(name for name, value in given.items() if getattr(attendee, name) != value)
    if "territory_code" in changed:
        given["territory_path"] = await _path(session, resources, wish.territory_code, now)
    if {"audience", "territory_code"} & set(changed):
        audience = given.get("audience", attendee.audience)
        territories = frozenset(given.get("territory_path", attendee.territory_path))
        becoming = rules.Person(attendee.mode.value, audience.value, territories)
        await reaching.exchange_seat(session, held, attendee, becoming, now)
    if wish.answers is not None:
        given["answers"] = _answered(held.event, attendee.answers, wish.answers)
        changed.append("answers")
    before = attendee.email or held.found.contact_email
    for name, value in given.items():
        setattr(attendee, name, value)
    has_moved = before.casefold() != (attendee.email or held.found.contact_email).casefold()
    told = {"attendee": str(attendee.id), "fields": changed}
    former = {attendee.id: before} if has_moved else None
    return await reaching.done(session, held, "attendee_changed", now, News.CHANGED, former=former, **told)


async def change_mode(session: AsyncSession, reach: Reach, attendee_id: UUID, mode: Mode, *, now: datetime) -> Registration:
    """On site rather than by visio, or the reverse: the other seat is theirs before this one goes on, or nothing changes."""
    held = await reaching.held(session, reach, now)
    attendee = _one_of(held, attendee_id)
    if attendee.mode is mode:
        return held.found
    becoming = rules.Person(mode.value, attendee.audience.value, frozenset(attendee.territory_path))
    await reaching.exchange_seat(session, held, attendee, becoming, now)
    attendee.mode = mode
    return await reaching.done(session, held, "mode_changed", now, News.CHANGED, attendee=str(attendee.id), mode=mode.value)


async def replace(
    session: AsyncSession, resources: Resources, reach: Reach, attendee_id: UUID, wish: Replacement, *, now: datetime
) -> Registration:
    """A colleague comes instead, on the same seat when it suits them; the former badge and links open nothing any more."""
    held = await reaching.held(session, reach, now)
    leaving = _one_of(held, attendee_id)
    _require_approved(held)
    coming = await _newcomer(session, resources, held, wish.in_mode(leaving.mode), "", now)
    await reaching.exchange_seat(session, held, leaving, seats.person(coming.model_dump(mode="json")), now)
    await session.refresh(leaving)
    coming.pool_id = leaving.pool_id
    await _gone(session, leaving, now)
    await _come(session, coming, wish.needs)
    return await reaching.done(session, held, "attendee_replaced", now, News.CHANGED, attendee=str(leaving.id), by=str(coming.id))


async def leave(session: AsyncSession, reach: Reach, attendee_id: UUID, *, now: datetime) -> Registration:
    """Somebody leaves the group: their seat goes on, the others keep theirs or their rank."""
    held = await reaching.held(session, reach, now)
    leaving = _one_of(held, attendee_id)
    if len(held.people) == 1:
        raise LastOfTheGroup()
    freed = leaving.pool_id
    await _gone(session, leaving, now)
    await seats.give_back(session, [freed])
    return await reaching.done(session, held, "attendee_left", now, News.CHANGED, attendee=str(leaving.id))


async def add(session: AsyncSession, resources: Resources, reach: Reach, wish: AttendeeWrite, *, now: datetime) -> Registration:
    """Somebody joins the group, if a seat is free for them and the group may be so large."""
    held = await reaching.held(session, reach, now)
    reaching.require_growing(held)
    if not reach.is_organiser:
        _require_open(held, now)
        _require_approved(held)
    if len(held.people) >= held.event["most_in_group"]:
        raise GroupTooLarge(most=held.event["most_in_group"])
    coming = await _newcomer(session, resources, held, wish, "", now)
    party = [seats.person(coming.model_dump(mode="json"))]
    given = await reaching.seats_for_newcomers(session, held.event, held.desk, held.pools, party, now)
    if held.has_seats:
        if given is None:
            raise NoSeatLeft(mode=wish.mode.value)
        await repository.take(session, {given[0]: 1})
        coming.pool_id = given[0]
    await _come(session, coming, wish.needs)
    return await reaching.done(session, held, "attendee_added", now, News.CHANGED, attendee=str(coming.id))


async def put_needs(session: AsyncSession, reach: Reach, attendee_id: UUID, wish: NeedsWrite, *, now: datetime) -> Registration:
    """What somebody needs, as they say it now; the organisers alone read it. Nothing said is nothing kept."""
    held = await reaching.held(session, reach, now)
    attendee = _one_of(held, attendee_id)
    if any(wish.model_dump().values()):
        await people_repository.put_needs(session, attendee.id, wish.model_dump())
    else:
        await people_repository.forget_needs(session, [attendee.id])
    return await reaching.done(session, held, "needs_said", now, None, attendee=str(attendee.id))


def _one_of(held: Held, attendee_id: UUID) -> Attendee:
    for each in held.people:
        if each.id == attendee_id:
            return each
    raise NotFound()


async def _newcomer(
    session: AsyncSession, resources: Resources, held: Held, wish: AttendeeWrite, pointer: str, now: datetime
) -> Attendee:
    """A person not yet saved, who answered what the form asks."""
    if held.event["form"] is not None and (errors := forms.errors_in(held.event["form"], wish.answers, f"{pointer}/answers")):
        raise AnswersMissing(errors=errors)
    position = await people_repository.last_position(session, held.found.id) + 1
    if position >= _MOST_IN_ALL:
        raise GroupTooLarge(most=_MOST_IN_ALL)
    return Attendee(
        **{name: getattr(wish, name) for name in type(wish).model_fields if name != "needs"},
        id=new_id(),
        registration_id=held.found.id,
        event_id=held.found.event_id,
        position=position,
        territory_path=await _path(session, resources, wish.territory_code, now),
        key=rules.new_key(),
    )


async def _come(session: AsyncSession, coming: Attendee, needs: NeedsWrite | None) -> None:
    session.add(coming)
    await session.flush()
    if needs is not None and any(needs.model_dump().values()):
        await people_repository.put_needs(session, coming.id, needs.model_dump())


async def _gone(session: AsyncSession, leaving: Attendee, now: datetime) -> None:
    """They left; their badge is worth nothing, and what they needed is forgotten."""
    leaving.left_at, leaving.pool_id, leaving.key = now, None, rules.new_key()
    await session.flush()
    await people_repository.forget_needs(session, [leaving.id])


async def _path(session: AsyncSession, resources: Resources, code: str | None, now: datetime) -> list[str]:
    return await vocabulary.territory_paths(session, resources.siblings, [code] if code else [], now=now)


def _answered(event: Row, before: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Old answers with those sent over them. What the form asks now is judged; answers to what it asked before are only kept."""
    whole = {key: value for key, value in {**before, **sent}.items() if value is not None}
    if event["form"] is not None:
        asked = forms.questions(event["form"])
        judged = {key: value for key, value in whole.items() if key in asked or key in sent}
        if errors := forms.errors_in(event["form"], judged, "/answers"):
            raise AnswersMissing(errors=errors)
    return whole


def _require_approved(held: Held) -> None:
    """Where organisers approve each participant, nobody else comes in through a registration they approved already."""
    is_settled = held.found.state not in {service.S.TO_APPROVE, service.S.UNCONFIRMED}
    if held.event["approval_required"] and is_settled and not held.reach.is_organiser:
        raise OrganiserMustApprove()


def _require_open(held: Held, now: datetime) -> None:
    status = agenda_rules.shown_status(held.event, now)
    if status not in {ShownStatus.OPEN, ShownStatus.FULL}:
        raise RegistrationsNotOpen(status=status.value)
