"""What the directory tells of organisations: the latest version heard counts, and an erased one stays erased."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import organisations_repository

#: Written in the place of an organisation that was erased from the directory.
ERASED = "organisation effacée"


async def hear(session: AsyncSession, organisation_id: UUID, name: str, version: int) -> bool:
    """Whether this is news: an older word, or one about an erased organisation, is none."""
    row = {"id": organisation_id, "name": name[:200], "version": version, "erased": False}
    return await organisations_repository.keep(session, row)


async def erase(session: AsyncSession, organisation_id: UUID) -> bool:
    """Nothing told from now on brings its name back; False when it was erased already."""
    return await organisations_repository.keep(session, {"id": organisation_id, "name": ERASED, "version": 0, "erased": True})
