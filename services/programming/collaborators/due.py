"""Drafts that wait for a signatory of their holder."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..dossiers import due as dossiers
from ..due_lines import NOW, SIGNED, in_paris, line
from .models import SignOff, SignOffStatus

_S: Any = SignOff.__table__  # type: ignore[attr-defined]
_D, _C = dossiers.dossiers(), campaigns.calls()

_COLUMNS = line(
    *("sign_off_to_give", _S.c.organisation_id, ("sign_off", _S.c.id)),
    dossier_id=_D.c.id,
    reference=_D.c.reference,
    label=_D.c.title,
    since=_S.c.asked_at,
    due_on=in_paris(_C.c.closes_at),
)
DUE: list[Any] = [
    sa.select(*_COLUMNS)
    .select_from(_S.join(_D, _D.c.id == _S.c.dossier_id).join(_C, _C.c.id == _D.c.campaign_id))
    .where(
        *(_S.c.organisation_id == SIGNED, _S.c.status == SignOffStatus.PENDING),
        *(_D.c.status == "draft", _C.c.is_open, _C.c.closes_at > NOW),
    )
]
