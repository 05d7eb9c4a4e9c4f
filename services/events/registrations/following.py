"""Participants follow the organisation of the directory they named: renamed, erased."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import following_repository


async def follow_organisation(session: AsyncSession, organisation_id: UUID, name: str, *, erased: bool = False) -> int:
    """Participants who gave its id bear its present name (and no id, once erased); how many changed. Twice is once."""
    return await following_repository.rename_organisation(session, organisation_id, name[:200], erased=erased)
