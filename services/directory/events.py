"""Events of the directory: what it tells the other services. What it hears is `privacy.consumers`'."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.outbox import publish
from services.common.sessions import SESSION_CLOSED

from .tables import KERNEL

#: Services that are told of everything below.
SUBSCRIBERS = ("programming", "catalogue", "events")

#: An organisation was created or changed; `data` is its public face, and whom to write to.
ORGANISATION_CHANGED = "organisation.changed"
#: It was dissolved: `dissolved_on` and, when somebody takes over, `successor` (a face as above).
ORGANISATION_DISSOLVED = "organisation.dissolved"
#: The dissolution was recorded by mistake: it never took place.
ORGANISATION_REINSTATED = "organisation.reinstated"


async def session_closed(session: AsyncSession, session_id: UUID, *, until: datetime, at: datetime) -> None:
    """The session's access tokens are to be refused until the last of them expires anyway."""
    data = {"until": until.isoformat()}
    await publish(session, KERNEL.outbox, type=SESSION_CLOSED, subject=session_id, data=data, at=at, to=SUBSCRIBERS)


async def organisation_changed(
    session: AsyncSession, organisation_id: UUID, data: Mapping[str, Any], *, at: datetime, type: str = ORGANISATION_CHANGED
) -> None:
    """`data` is the organisation's whole state at its `version`, whatever happened: the latest one heard is enough."""
    await publish(session, KERNEL.outbox, type=type, subject=organisation_id, data=data, at=at, to=SUBSCRIBERS)
