"""Partners and participants follow the organisations of the directory they name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue

from ..registrations import following as registrations
from ..vocabulary import organisations

#: `organisation_id`, `name`, and `erased`.
FOLLOW = "events:follow_organisation"


async def told(session: AsyncSession, organisation_id: UUID, data: Mapping[str, Any]) -> None:
    """The directory tells an organisation, whole, and its successor. An older word than what was heard changes nothing."""
    faces = [{**data, "id": str(organisation_id)}, *([data["successor"]] if data.get("successor") else [])]
    for face in sorted(faces, key=lambda each: str(each["id"])):
        if await organisations.hear(session, UUID(str(face["id"])), str(face["name"]), int(face.get("version") or 0)):
            await _follow(session, UUID(str(face["id"])), str(face["name"])[:200], erased=False)


async def erased(session: AsyncSession, organisation_id: UUID) -> None:
    """It was erased: nobody names it any more."""
    if await organisations.erase(session, organisation_id):
        await _follow(session, organisation_id, organisations.ERASED, erased=True)


async def _follow(session: AsyncSession, organisation_id: UUID, name: str, *, erased: bool) -> None:
    await registrations.follow_organisation(session, organisation_id, name, erased=erased)
    # Its events are many and each is held by its organisers: a job takes them a hundred at a time.
    lock = f"organisation:{organisation_id}"
    await enqueue(session, FOLLOW, lock=lock, organisation_id=str(organisation_id), name=name, erased=erased)
