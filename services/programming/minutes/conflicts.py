"""The conflicts of interest that reviewers declared, as the minutes say them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import in_paris

from ..reviews import conflicts
from ..reviews.conflict_schemas import CONFLICT_LABELS, ConflictKind


async def declared_at_review(
    session: AsyncSession, dossier_ids: Sequence[UUID], funders: Mapping[UUID, str]
) -> Mapping[UUID, Sequence[str]]:
    """By dossier, sentences such as `État, Inès Exemple (lien familial), le 03/03/2027`; a person who was erased is not named."""
    said = defaultdict(list)
    for row in await conflicts.declared_about(session, dossier_ids):
        who = ", ".join(part for part in (funders.get(row["funder_id"], ""), row["person_name"]) if part) or "Un instructeur"
        label = CONFLICT_LABELS[ConflictKind(row["kind"])].lower()
        said[row["dossier_id"]].append(f"{who} ({label}), le {in_paris(row['declared_at']):%d/%m/%Y}")
    return said
