"""Documents follow the organisations they name: renamed, dissolved, brought back, erased."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.resources import Resources

from ..centres import service as centres
from . import erasure, organisations, organisations_repository, publication, repository, service
from .models import DocumentState
from .organisations import ERASED, Told

#: Documents followed by one job, each in a transaction of its own.
_BATCH = 100


async def told(session: AsyncSession, organisation_id: UUID, data: Mapping[str, Any]) -> list[UUID]:
    """Keep what an event tells of an organisation and of its successor; those renamed that some document names.

    An organisation nobody names costs one row: it may be named tomorrow.
    """
    faces = [Told.model_validate(data["successor"])] if data.get("successor") else []
    faces.append(Told.model_validate({**data, "id": organisation_id}))
    found = []
    for face in sorted(faces, key=lambda one: one.id):
        if not await organisations.hear(session, face):
            continue
        await centres.follow_organisation(session, face.id, face.name[:200])
        if await _is_named(session, face.id):
            found.append(face.id)
    return found


async def erased(session: AsyncSession, organisation_id: UUID) -> bool:
    """It was erased from the directory; True when some document names it."""
    if not await organisations.erase(session, organisation_id):
        return False
    await centres.follow_organisation(session, organisation_id, ERASED)
    return await _is_named(session, organisation_id)


async def follow(resources: Resources, organisation_id: UUID, *, erased: bool, after: UUID | None, now: datetime) -> UUID | None:
    """Describe documents that name the organisation again; the last of them, None when there are no more. Run twice, no harm."""
    async with resources.database.transaction() as session:
        found = await organisations_repository.naming(session, organisation_id, after=after, limit=_BATCH)
    for document_id in found:
        async with resources.database.transaction() as session:
            await _follow_one(session, document_id, organisation_id, erased=erased, now=now)
    return found[-1] if len(found) == _BATCH else None


async def _follow_one(session: AsyncSession, document_id: UUID, organisation_id: UUID, *, erased: bool, now: datetime) -> None:
    document = await repository.get(session, document_id, lock=True)
    if document is None:
        return
    if erased:
        await erasure.organisation(session, document, organisation_id, now=now)
    if document.state is DocumentState.PUBLISHED:
        service.readers_see_another(document, now)
        await session.flush()
        await publication.reindex(session, document.id)


async def _is_named(session: AsyncSession, organisation_id: UUID) -> bool:
    return bool(await organisations_repository.naming(session, organisation_id, after=None, limit=1))
