"""The seam to the conflicts of interest that reviewers declare: the only place where the minutes ask for them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession


async def declared_at_review(session: AsyncSession, dossier_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    """By dossier, sentences of the minutes such as `État : un instructeur s'est récusé le 3 mars 2027`.

    None while the reviews keep no such declaration.
    """
    _: Any = (session, dossier_ids)
    return {}
