"""Events consumed from sibling services: organisations of the directory, dossiers programming closed, what events leave."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue
from services.common.outbox import Consumer, Event
from services.common.resources import Resources

from .documents import following, upkeep
from .experiences import service as experiences
from .outcomes import service as outcomes
from .privacy import consumers as privacy

ORGANISATION_CHANGED = "organisation.changed"
ORGANISATION_DISSOLVED = "organisation.dissolved"
ORGANISATION_REINSTATED = "organisation.reinstated"
ORGANISATION_ERASED = "organisation.erased"
DOSSIER_CLOSED = "dossier.closed"
OUTCOME_PROPOSED = "event.outcome_proposed"


async def _organisation_told(session: AsyncSession, resources: Resources, event: Event) -> None:
    """Whatever the event's name, it tells the whole state of an organisation, and of its successor, at a version."""
    for organisation_id in await following.told(session, UUID(event.subject), event.data):
        await enqueue(session, upkeep.follow_organisation, organisation_id=str(organisation_id))


async def _organisation_erased(session: AsyncSession, resources: Resources, event: Event) -> None:
    organisation_id = UUID(event.subject)
    if await following.erased(session, organisation_id):
        await enqueue(session, upkeep.follow_organisation, organisation_id=str(organisation_id), erased=True)
    await experiences.forget_holder(session, organisation_id)
    await outcomes.forget_organisation(session, organisation_id)


async def _dossier_closed(session: AsyncSession, resources: Resources, event: Event) -> None:
    await experiences.propose(session, UUID(event.subject), event.data, closed_at=event.at)


async def _outcome_proposed(session: AsyncSession, resources: Resources, event: Event) -> None:
    await outcomes.propose(session, UUID(event.subject), event.data, proposed_at=event.at)


CONSUMERS: dict[str, Consumer] = {
    **dict.fromkeys((ORGANISATION_CHANGED, ORGANISATION_DISSOLVED, ORGANISATION_REINSTATED), _organisation_told),
    ORGANISATION_ERASED: _organisation_erased,
    DOSSIER_CLOSED: _dossier_closed,
    OUTCOME_PROPOSED: _outcome_proposed,
    **privacy.CONSUMERS,
}
