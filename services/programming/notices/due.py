"""Notices that amend a campaign, not read yet by the holders of its drafts."""

from typing import Any

import sqlalchemy as sa

from ..dossiers import due as dossiers
from ..due_lines import held, line
from .models import CampaignNotice, NoticeDelivery

_N: Any = CampaignNotice.__table__  # type: ignore[attr-defined]
_T: Any = NoticeDelivery.__table__  # type: ignore[attr-defined]
_D = dossiers.dossiers()

# A notice told for several dossiers is read for each: the dossier is what the line is about.
_COLUMNS = line(
    *("notice_to_read", _D.c.acting_id, ("notice", _N.c.id)),
    dossier_id=_D.c.id,
    reference=_D.c.reference,
    label=_N.c.title,
    since=_T.c.told_at,
    due_on=_N.c.effective_on,
)
DUE: list[Any] = [
    sa.select(*_COLUMNS)
    .select_from(_D.join(_T, _T.c.dossier_id == _D.c.id).join(_N, _N.c.id == _T.c.notice_id))
    .where(held(_D.c.organisation_id, _D.c.successor_id), _T.c.acknowledged_at.is_(None), _D.c.status == "draft")
]
