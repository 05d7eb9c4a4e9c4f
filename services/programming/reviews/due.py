"""Reviews and readings somebody has to give; reviews nobody has."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..dossiers import due as dossiers
from ..dossiers import history
from ..dossiers.schemas import DossierStatus
from ..due_lines import ACCOUNT, MANAGED, ORGANISATIONS, among, line
from .models import Review, ReviewReading, ReviewReadingStatus, ReviewSettings, ReviewStatus

_R: Any = Review.__table__  # type: ignore[attr-defined]
_G: Any = ReviewReading.__table__  # type: ignore[attr-defined]
_S: Any = ReviewSettings.__table__  # type: ignore[attr-defined]
_C = campaigns.calls()

_OPEN = among(_R.c.status, (ReviewStatus.TO_REVIEW, ReviewStatus.IN_PROGRESS))
_DUE = (_S.c.campaign_id == _R.c.campaign_id) & (_S.c.funder_id == _R.c.funder_id)
_HIDDEN = sa.func.coalesce(_S.c.hides_holder, sa.false())

_REVIEWS = line(
    *("review_to_give", _R.c.funder_id, ("review", _R.c.id)),
    dossier_id=_R.c.dossier_id,
    reference=_R.c.reference,
    label=_R.c.title,
    since=_R.c.opened_at,
    due_on=_S.c.review_due_on,
)
_D = dossiers.dossiers()
_LAST = history.last_number(_R.c.dossier_id)
#: Written on a submission that is not the last one any more, given or not, while nothing is decided.
_BEHIND = line(
    *("review_to_confirm", _R.c.funder_id, ("review", _R.c.id)),
    dossier_id=_R.c.dossier_id,
    reference=_R.c.reference,
    label=_R.c.title,
    due_on=_S.c.review_due_on,
)
_WRITTEN = among(_R.c.status, (ReviewStatus.IN_PROGRESS, ReviewStatus.COMPLETED))
_UNDECIDED = (DossierStatus.CHANGES_REQUESTED, DossierStatus.UNDER_REVIEW, DossierStatus.READY_FOR_COMMITTEE)
_NOT_DECIDED = among(_D.c.status, _UNDECIDED)
# Where the funder hides holders from its readers, a title may name one.
_READINGS = line(
    *("reading_to_give", _G.c.funder_id, ("reading", _G.c.id)),
    dossier_id=sa.case((_HIDDEN, sa.null()), else_=_R.c.dossier_id),
    reference=sa.case((_HIDDEN, sa.null()), else_=_R.c.reference),
    label=sa.case((_HIDDEN, sa.func.replace(_R.c.title, _R.c.holder_name, "[porteur]")), else_=_R.c.title),
    since=_G.c.assigned_at,
    due_on=_S.c.review_due_on,
)
_UNASSIGNED = (
    sa.select(_R.c.funder_id, _R.c.campaign_id, sa.func.count().label("count"))
    .where(_R.c.funder_id == MANAGED, _R.c.assignee_id.is_(None), _OPEN)
    .group_by(_R.c.funder_id, _R.c.campaign_id)
    .subquery("unassigned")
)
_TO_ASSIGN = line(
    *("reviews_to_assign", _UNASSIGNED.c.funder_id, ("campaign", _C.c.id)),
    reference=_C.c.code,
    label=_C.c.title,
    count=_UNASSIGNED.c.count,
    due_on=_S.c.review_due_on,
)
_OF_CAMPAIGN = (_S.c.campaign_id == _UNASSIGNED.c.campaign_id) & (_S.c.funder_id == _UNASSIGNED.c.funder_id)

DUE: list[Any] = [
    sa.select(*_REVIEWS)
    .select_from(_R.outerjoin(_S, _DUE))
    .where(_R.c.assignee_id == ACCOUNT, _OPEN, _R.c.funder_id == ORGANISATIONS),
    sa.select(*_BEHIND)
    .select_from(_R.outerjoin(_S, _DUE).join(_D, _D.c.id == _R.c.dossier_id))
    .where(_R.c.assignee_id == ACCOUNT, _WRITTEN, _R.c.funder_id == ORGANISATIONS, _NOT_DECIDED, _R.c.submission_number < _LAST),
    sa.select(*_READINGS)
    .select_from(_G.join(_R, _R.c.id == _G.c.review_id).outerjoin(_S, _DUE))
    .where(
        _G.c.reader_id == ACCOUNT,
        among(_G.c.status, (ReviewReadingStatus.TO_READ, ReviewReadingStatus.IN_PROGRESS)),
        _OPEN,
        _G.c.funder_id == ORGANISATIONS,
    ),
    sa.select(*_TO_ASSIGN).select_from(_UNASSIGNED.join(_C, _C.c.id == _UNASSIGNED.c.campaign_id).outerjoin(_S, _OF_CAMPAIGN)),
]
