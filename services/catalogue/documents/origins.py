"""Documents found again by where they come from, for what brings them: imports, harvests, closed dossiers."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from . import repository
from .models import Document

#: A document in the hands of a room above: its working copy is `content`, changed by `service.rewrite` only.
Holding = Document


async def of_origins(session: AsyncSession, origins: Sequence[str]) -> dict[str, Document]:
    """`origin → document` of those already there, locked in the order of their ids."""
    return {str(document.origin): document for document in await repository.by_origins(session, origins)}
