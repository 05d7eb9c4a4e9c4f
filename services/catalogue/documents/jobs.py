"""Jobs of documents."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from ..files.service import INDEX
from . import publication, repository, upkeep


@job("catalogue:index_document")
async def _index(session: AsyncSession, resources: Resources, document_id: str) -> None:
    """Something a document is described with has changed outside of it."""
    await publication.reindex(session, UUID(document_id))


@job(INDEX)
async def _index_documents_of_file(session: AsyncSession, resources: Resources, file_id: str) -> None:
    """The text of a file is read: documents that join it are found by its words."""
    for document_id in await repository.published_with(session, UUID(file_id)):
        await enqueue(session, _index, lock=f"index:{document_id}", document_id=str(document_id))


JOBS: list[Job] = [_index, _index_documents_of_file, *upkeep.JOBS]
