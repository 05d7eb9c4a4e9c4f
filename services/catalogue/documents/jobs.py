"""Jobs of documents."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from ..files.service import INDEX
from . import publication, repository, upkeep
from .holdings import BEFORE_ALL

_GO_ON = "catalogue:go_on_indexing"


@job("catalogue:index_document")
async def _index(session: AsyncSession, resources: Resources, document_id: str) -> None:
    """Something a document is described with has changed outside of it."""
    await publication.reindex(session, UUID(document_id))


@job(INDEX)
async def _index_documents_of_file(session: AsyncSession, resources: Resources, file_id: str) -> None:
    """The text of a file is read: documents that join it are found by its words."""
    for document_id in await repository.published_with(session, UUID(file_id)):
        await enqueue(session, _index, lock=f"index:{document_id}", document_id=str(document_id))


@job("catalogue:index_missing", cron="*/10 * * * *")
async def index_missing(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every ten minutes, published documents the search engine does not hold as they are: those it came after, those it lost."""
    await _index_missing(session, resources, BEFORE_ALL)


@job(_GO_ON)
async def go_on_indexing(session: AsyncSession, resources: Resources, after: str) -> None:
    """The next ones."""
    await _index_missing(session, resources, UUID(after))


async def _index_missing(session: AsyncSession, resources: Resources, after: UUID) -> None:
    last: UUID | None = after
    while last is not None:
        last, described = await publication.index_missing(resources, after=last)
        if last is not None and described:
            await enqueue(session, _GO_ON, lock=_GO_ON, after=str(last))
            return


JOBS: list[Job] = [_index, _index_documents_of_file, index_missing, go_on_indexing, *upkeep.JOBS]
