"""Reports: to submit by their holder, to review by each funder."""

from typing import Any

import sqlalchemy as sa

from ..due_lines import LED, ORGANISATIONS, among, line
from .models import Bilan, BilanReview, BilanReviewStatus, BilanStatus

_B: Any = Bilan.__table__  # type: ignore[attr-defined]
_R: Any = BilanReview.__table__  # type: ignore[attr-defined]

_TO_SUBMIT = line(
    *("bilan_to_submit", _B.c.holder_id, ("bilan", _B.c.id)),
    dossier_id=_B.c.dossier_id,
    reference=_B.c.reference,
    label=_B.c.title,
    since=_B.c.created_at,
    due_on=_B.c.due_on,
)
_TO_REVIEW = line(
    *("bilan_to_review", _R.c.funder_id, ("bilan", _B.c.id)),
    dossier_id=_B.c.dossier_id,
    reference=_B.c.reference,
    label=_B.c.title,
    since=_B.c.submitted_at,
)

DUE: list[Any] = [
    sa.select(*_TO_SUBMIT).where(
        _B.c.holder_id == ORGANISATIONS, among(_B.c.status, (BilanStatus.DRAFT, BilanStatus.COMPLETION_REQUESTED))
    ),
    sa.select(*_TO_REVIEW)
    .select_from(_R.join(_B, _B.c.id == _R.c.bilan_id))
    .where(_R.c.funder_id == LED, _R.c.status == BilanReviewStatus.TO_REVIEW),
]
