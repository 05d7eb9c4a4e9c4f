"""Events consumed from sibling services (published ones come with the rooms that publish them)."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.outbox import Consumer, Event
from services.common.resources import Resources

from .clients import Organisation
from .dossiers import service as dossiers

ORGANISATION_CHANGED = "organisation.changed"


async def _organisation_changed(session: AsyncSession, resources: Resources, event: Event) -> None:
    """Drafts carry their holder's latest name, address and representative; what is submitted stays as it was."""
    holder = Organisation.model_validate({**event.data, "id": UUID(event.subject)})
    await dossiers.follow_holder(session, holder)


CONSUMERS: dict[str, Consumer] = {ORGANISATION_CHANGED: _organisation_changed}
