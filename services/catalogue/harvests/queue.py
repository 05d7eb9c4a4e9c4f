"""How the page job of a run is called and kept one at a time per source."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue

PAGE = "catalogue:harvest_page"


def lock_of(source_id: UUID | str) -> str:
    return f"harvest:{source_id}"


async def queue_page(session: AsyncSession, run_id: UUID, source_id: UUID) -> None:
    """The first page of a run is read once this transaction is committed."""
    await enqueue(session, PAGE, lock=lock_of(source_id), run_id=str(run_id), source_id=str(source_id))
