"""Personal links: one for each participant by visio, the same for all their sessions whatever the provider; others for who speaks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.etag import require_version
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda.errors import SessionCancelled
from ..agenda.schemas import SessionStatus
from ..registrations import places
from . import admission, repository, tokens
from .errors import NotByVisio, SessionNotByVisio, VisioLinkAlreadyRevoked, VisioLinkRevoked
from .models import VisioLink
from .schemas import ROLE_LABELS, LinkCreate, LinkRole


async def addresses(session: AsyncSession, resources: Resources, attendee_ids: Sequence[UUID]) -> dict[UUID, str]:
    """`attendee id → address` of the personal link, made when it is missing: what mails give, never the provider's address.

    Only for those who have a seat by visio. Whose link an organiser revoked has none until it is renewed; whoever took somebody
    else's place has a link of their own.
    """
    secret, now = resources.settings.secret_key, resources.clock.now()
    found = await places.places(session, attendee_ids)
    wanted = {attendee_id: place for attendee_id, place in found.items() if admission.takes_part(place)}
    known = await repository.links_of(session, wanted)
    for attendee_id, place in wanted.items():
        link = known.get(attendee_id)
        if link is not None and link.revoked_at is None and not admission.is_for(secret, link, place):
            link.revoked_at, link.revoked_because, link.version = now, "replaced", link.version + 1
            await session.flush()
        if link is None or link.revoked_because == "replaced":
            marks = admission.marks(secret, place)
            fresh = VisioLink(event_id=place["event_id"], attendee_id=attendee_id, marks=marks, created_at=now)
            await repository.add_link(session, fresh)
    known = await repository.links_of(session, wanted)
    settings = resources.settings
    return {attendee_id: tokens.link_address(settings, link.id) for attendee_id, link in known.items() if link.revoked_at is None}


async def make(
    session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID, wish: LinkCreate, *, now: datetime
) -> VisioLink:
    """An organiser makes a link for somebody who speaks or moderates in a session."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    found = await agenda.session_of(session, event_id, session_id)
    if found.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    if not found.is_visio:
        raise SessionNotByVisio()
    link = VisioLink(event_id=event_id, session_id=session_id, role=wish.role, label=wish.name, created_at=now)
    session.add(link)
    await session.flush()
    changes = {"link_id": str(link.id), "session_id": str(session_id), "role": wish.role.value}
    await agenda.note(session, event, "visio.link_made", caller, now, changes)
    return link


async def listing(session: AsyncSession, caller: Principal, event_id: UUID, *, after_id: UUID, limit: int) -> list[Row]:
    """Every link of an event, for its organisers."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return await repository.links_page(session, event_id, after_id, limit)


async def one(session: AsyncSession, caller: Principal, link_id: UUID) -> VisioLink:
    """For organisers of its event (404 to everybody else)."""
    link = await repository.link(session, link_id)
    if link is None or not await agenda.is_organised_by(session, caller, link.event_id):
        raise NotFound()
    return link


async def revoke(session: AsyncSession, caller: Principal, link_id: UUID, *, version: int, now: datetime) -> VisioLink:
    """The link lets nobody in any more, and no mail gives another one until it is renewed."""
    link = await _held(session, caller, link_id, version)
    if link.revoked_at is not None:
        raise VisioLinkAlreadyRevoked()
    await _end(session, link, "organiser", caller, now)
    return link


async def renew(
    session: AsyncSession, resources: Resources, caller: Principal, link_id: UUID, *, version: int, now: datetime
) -> VisioLink:
    """Another link for the same person: the former one, revoked or forwarded, lets nobody in."""
    link = await _held(session, caller, link_id, version)
    if link.revoked_because in {"renewed", "replaced"}:
        raise VisioLinkAlreadyRevoked()
    marks = link.marks
    if link.attendee_id is not None:
        place = (await places.places(session, [link.attendee_id])).get(link.attendee_id)
        if place is None or not places.has_seat(place):
            raise VisioLinkRevoked(reason="registration_cancelled")
        if not admission.takes_part(place):
            raise NotByVisio()
        marks = admission.marks(resources.settings.secret_key, place)
    await _end(session, link, "renewed", caller, now)
    fresh = VisioLink(
        event_id=link.event_id,
        attendee_id=link.attendee_id,
        session_id=link.session_id,
        role=link.role,
        label=link.label,
        marks=marks,
        created_at=now,
    )
    session.add(fresh)
    await session.flush()
    return fresh


async def forget_names(session: AsyncSession, event_ids: Sequence[UUID]) -> int:
    """For the room that erases: names of speakers in links of these events are forgotten, their links revoked. How many were."""
    return await repository.forget_labels(session, event_ids)


def shown(resources: Resources, link: Row) -> Row:
    """As `LinkRead` shows it: a participant's address is theirs alone, a speaker's is for the organiser to give."""
    given = link["session_id"] is not None and link["revoked_at"] is None
    return {
        **link,
        "name": link["label"],
        "role_label": ROLE_LABELS[LinkRole(link["role"])],
        "address": tokens.link_address(resources.settings, link["id"]) if given else None,
    }


async def _held(session: AsyncSession, caller: Principal, link_id: UUID, version: int) -> VisioLink:
    await agenda.held_by_organiser(session, caller, (await one(session, caller, link_id)).event_id)
    locked = await repository.link(session, link_id, lock=True)
    if locked is None:
        raise NotFound()
    require_version(locked.version, version)
    return locked


async def _end(session: AsyncSession, link: VisioLink, because: str, caller: Principal, now: datetime) -> None:
    link.revoked_at, link.revoked_because = link.revoked_at or now, because
    link.version += 1
    await session.flush()
    event = await agenda.get(session, link.event_id)
    act = "visio.link_renewed" if because == "renewed" else "visio.link_revoked"
    await agenda.note(session, event, act, caller, now, {"link_id": str(link.id)})
