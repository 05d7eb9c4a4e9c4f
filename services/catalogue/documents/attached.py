"""Use cases of the files a document joins: listed and given to who may read the document; forgotten when no document joins them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

from ..centres.service import Audience
from ..files import service as files
from ..files.errors import FileInUse
from . import repository, views
from .models import Access


async def listing(
    reader: AsyncConnection[Any], audience: Audience, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> list[Row]:
    """`DocumentFile` of each file of the published version that may be served, in the document's order."""
    face = await views.face(reader, audience, document_id, settings, now=now)
    return (await of_faces(reader, [face], settings))[document_id]


async def of_faces(reader: AsyncConnection[Any], faces: Sequence[Row], settings: ServiceSettings) -> dict[UUID, list[Row]]:
    """`DocumentFile` of each file that may be served, by document: the caller knows who may read these documents."""
    joined = {face["id"]: {UUID(each["file_id"]): each for each in face["content"]["files"]} for face in faces}
    found = await files.served(reader, list({file_id for each in joined.values() for file_id in each}))
    base = f"{settings.public_url}/catalogue/v1/documents"
    return {
        document_id: [
            _described(each, found[file_id], f"{base}/{document_id}/files/{file_id}")
            for file_id, each in references.items()
            if file_id in found
        ]
        for document_id, references in joined.items()
    }


def _described(reference: Row, file: Row, address: str) -> Row:
    return {
        **{name: file[name] for name in ("name", "size", "media_type", "sha256", "pages")},
        "file_id": file["id"],
        "label": reference["label"],
        "role": reference["role"],
        "download_url": address,
        "thumbnail_url": f"{address}/thumbnail" if file["thumbnail_key"] else None,
    }


async def one(
    reader: AsyncConnection[Any],
    audience: Audience,
    document_id: UUID,
    file_id: UUID,
    settings: ServiceSettings,
    *,
    now: datetime,
) -> tuple[Row, bool]:
    """A file of the published version, and whether anybody at all may be given it (404 when it is not part of it, or not served)."""
    face = await views.face(reader, audience, document_id, settings, now=now)
    if str(file_id) not in {each["file_id"] for each in face["content"]["files"]}:
        raise NotFound()
    found = await files.served(reader, [file_id])
    if file_id not in found:
        raise NotFound()
    return found[file_id], face["access"] == Access.PUBLIC.value and face["available_at"] <= now


async def forget(session: AsyncSession, caller: Principal, file_id: UUID, *, now: datetime) -> None:
    """A documentalist deletes a file that neither a draft nor any version joins."""
    # Its lock keeps documents from joining it meanwhile (`files.service.require`).
    file = await files.held_by_documentalist(session, caller, file_id)
    references = await repository.references_with(session, file_id)
    if references:
        raise FileInUse(documents=list(references))
    await files.forget(session, file, caller, now=now)
