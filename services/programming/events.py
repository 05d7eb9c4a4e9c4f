"""Events consumed from sibling services (published ones come with the rooms that publish them)."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.outbox import Consumer, Event
from services.common.resources import Resources
from services.common.sessions import SESSION_CLOSED, on_session_closed

from .agreements import service as agreements
from .awards import service as awards
from .clients import Organisation
from .cpos import succession as cpos
from .dossiers import service as dossiers
from .dossiers import succession
from .due_lists import service as due_lists
from .organisations import service as organisations
from .privacy import consumers as privacy
from .retroplanning import service as retroplanning

ORGANISATION_CHANGED = "organisation.changed"
ORGANISATION_DISSOLVED = "organisation.dissolved"
ORGANISATION_REINSTATED = "organisation.reinstated"


async def _organisation_told(session: AsyncSession, resources: Resources, event: Event) -> None:
    """Drafts carry their holder's latest name, address and representative; what is submitted stays as it was. What a dissolved
    organisation held passes to its successor, and comes back if the dissolution was a mistake.

    Whatever the event's name, it tells the whole state of an organisation, and of its successor, at a version: events may
    come twice, and those of two organisations in any order.
    """
    told = Organisation.model_validate({**event.data, "id": UUID(event.subject)})
    told_of = [one for one in (told.successor, told) if one is not None]
    await organisations.hold(session, [one.id for one in told_of])
    heard = [(one, await organisations.hear(session, one)) for one in told_of]
    # Every act on a multi-year agreement takes its row before its dossiers: so does this one.
    for _, standings in heard:
        for standing in standings or ():
            await cpos.follow(session, standing, now=resources.clock.now())
    for one, standings in heard:
        if standings is None:
            continue
        for standing in standings:
            await succession.follow(session, standing, now=resources.clock.now())
            await awards.follow_holder(session, standing.organisation_id, standing.successor_id)
            await agreements.follow_successor(session, standing.organisation_id, standing.successor_id, now=resources.clock.now())
        await dossiers.follow_holder(session, one)


async def _closed(session: AsyncSession, resources: Resources, event: Event) -> None:
    """A session, or a right that was taken back: tokens are refused, who stood on it is written to no more, addresses of
    calendars that stood on it open nothing."""
    await on_session_closed(session, resources, event)
    await retroplanning.right_taken_back(session, UUID(event.subject))
    await due_lists.right_taken_back(session, UUID(event.subject), now=resources.clock.now())


CONSUMERS: dict[str, Consumer] = {
    **dict.fromkeys((ORGANISATION_CHANGED, ORGANISATION_DISSOLVED, ORGANISATION_REINSTATED), _organisation_told),
    SESSION_CLOSED: _closed,
    **privacy.CONSUMERS,
}
