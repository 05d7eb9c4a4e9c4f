"""Events consumed from sibling services: organisations of the directory, documents the catalogue published."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.outbox import Consumer, Event
from services.common.resources import Resources

from .outcomes import organisations, service
from .outcomes.schemas import ToldDocument
from .privacy import consumers as privacy

ORGANISATION_CHANGED = "organisation.changed"
ORGANISATION_DISSOLVED = "organisation.dissolved"
ORGANISATION_REINSTATED = "organisation.reinstated"
ORGANISATION_ERASED = "organisation.erased"
DOCUMENT_PUBLISHED = "document.published"
DOCUMENT_WITHDRAWN = "document.withdrawn"


async def _organisation_told(session: AsyncSession, resources: Resources, event: Event) -> None:
    """Whatever the event's name, it tells the whole state of an organisation, and of its successor, at a version."""
    await organisations.told(session, UUID(event.subject), event.data)


async def _organisation_erased(session: AsyncSession, resources: Resources, event: Event) -> None:
    await organisations.erased(session, UUID(event.subject))


async def _document_published(session: AsyncSession, resources: Resources, event: Event) -> None:
    await service.document_published(session, ToldDocument.model_validate(event.data), now=resources.clock.now())


async def _document_withdrawn(session: AsyncSession, resources: Resources, event: Event) -> None:
    await service.document_withdrawn(session, ToldDocument.model_validate(event.data), now=resources.clock.now())


CONSUMERS: dict[str, Consumer] = {
    **dict.fromkeys((ORGANISATION_CHANGED, ORGANISATION_DISSOLVED, ORGANISATION_REINSTATED), _organisation_told),
    ORGANISATION_ERASED: _organisation_erased,
    DOCUMENT_PUBLISHED: _document_published,
    DOCUMENT_WITHDRAWN: _document_withdrawn,
    **privacy.CONSUMERS,
}
