"""Events of the directory: what it tells the other services. What it hears is `privacy.consumers`'."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute
from services.common.outbox import DELIVER, publish
from services.common.sessions import SESSION_CLOSED
from services.common.texts import fold

from .tables import KERNEL

# There is no `organisation.erased`: nothing here erases an organisation. It is a legal person, public by law, whose acts and money stay;
# it is renamed, or dissolved with who takes over, which is told. What is personal in it is its representative: `forget_representative`.

#: Services that are told of everything below.
SUBSCRIBERS = ("programming", "catalogue", "events")

#: An organisation was created or changed; `data` is its public face, and whom to write to.
ORGANISATION_CHANGED = "organisation.changed"
#: It was dissolved: `dissolved_on` and, when somebody takes over, `successor` (a face as above).
ORGANISATION_DISSOLVED = "organisation.dissolved"
#: The dissolution was recorded by mistake: it never took place.
ORGANISATION_REINSTATED = "organisation.reinstated"


#: The queue's own table: what is still to be delivered.
_JOBS = sa.table("procrastinate_jobs", sa.column("task_name"), sa.column("status"), sa.column("args", JSONB))
_OF_ORGANISATIONS = (ORGANISATION_CHANGED, ORGANISATION_DISSOLVED, ORGANISATION_REINSTATED)


async def session_closed(session: AsyncSession, session_id: UUID, *, until: datetime, at: datetime) -> None:
    """The session's access tokens are to be refused until the last of them expires anyway."""
    data = {"until": until.isoformat()}
    await publish(session, KERNEL.outbox, type=SESSION_CLOSED, subject=session_id, data=data, at=at, to=SUBSCRIBERS)


async def organisation_changed(
    session: AsyncSession, organisation_id: UUID, data: Mapping[str, Any], *, at: datetime, type: str = ORGANISATION_CHANGED
) -> None:
    """`data` is the organisation's whole state at its `version`, whatever happened: the latest one heard is enough."""
    await publish(session, KERNEL.outbox, type=type, subject=organisation_id, data=data, at=at, to=SUBSCRIBERS)


async def forget_representative(session: AsyncSession, organisation_id: UUID, full_name: str) -> None:
    """What was told of an organisation, and may still be on its way, names that person as its representative no more."""
    outbox = KERNEL.outbox
    told = sa.select(outbox.c.id, outbox.c.data).where(
        sa.or_(outbox.c.subject == str(organisation_id), outbox.c.data["successor"]["id"].astext == str(organisation_id)),
        outbox.c.type.in_(_OF_ORGANISATIONS),
    )
    for event in (await execute(session, told.with_for_update())).all():
        data = {**_unrepresented(event.data, full_name), "successor": _unrepresented(event.data.get("successor"), full_name)}
        if data != event.data:
            await execute(session, sa.update(outbox).where(outbox.c.id == event.id).values(data=data))


async def forget_old(session: AsyncSession, before: datetime) -> int:
    """What was told of organisations before then, and is told again whenever they change; how many events."""
    outbox = KERNEL.outbox
    awaited = sa.exists().where(
        _JOBS.c.task_name == DELIVER.name,
        _JOBS.c.status.cast(sa.Text).in_(["todo", "doing"]),
        _JOBS.c.args["event_id"].astext == outbox.c.id.cast(sa.Text),
    )
    old = sa.delete(outbox).where(outbox.c.type.in_(_OF_ORGANISATIONS), outbox.c.at < before, ~awaited)
    return (await execute(session, old)).rowcount


def _unrepresented(face: Any, full_name: str) -> Any:
    named = (face or {}).get("legal_representative")
    return {**face, "legal_representative": None} if named and fold(named["full_name"]) == fold(full_name) else face
