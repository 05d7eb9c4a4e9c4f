"""Writing to whoever manages an organisation, from a service that knows organisations and not people's addresses.

The mail leaves the directory, which knows them, at least once per event and so once per manager (an event is consumed once).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlmodel.ext.asyncio.session import AsyncSession

from .outbox import publish

#: Heard by the directory; the subject is the organisation.
MANAGERS_WRITTEN_TO = "organisation.managers_written_to"


async def write_to_managers(
    session: AsyncSession, outbox: Table, organisation_id: UUID, *, subject: str, text: str, now: datetime
) -> None:
    """In the transaction of the act, as any mail. Whom it reaches is decided when it leaves."""
    data: Mapping[str, Any] = {"subject": subject, "text": text}
    await publish(session, outbox, type=MANAGERS_WRITTEN_TO, subject=organisation_id, data=data, at=now, to=("directory",))
