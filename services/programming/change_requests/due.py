"""Changes asked of a holder, to answer."""

from typing import Any

import sqlalchemy as sa

from ..dossiers import due as dossiers
from ..due_lines import held, line
from .models import ChangeRequest, ChangeRequestStatus

_C: Any = ChangeRequest.__table__  # type: ignore[attr-defined]
_D = dossiers.dossiers()

_COLUMNS = line(
    *("changes_to_answer", _D.c.acting_id, ("change_request", _C.c.id)),
    dossier_id=_D.c.id,
    reference=_D.c.reference,
    label=_D.c.title,
    since=_C.c.asked_at,
    due_on=_C.c.due_on,
)
DUE: list[Any] = [
    sa.select(*_COLUMNS)
    .select_from(_D.join(_C, _C.c.dossier_id == _D.c.id))
    .where(
        held(_D.c.organisation_id, _D.c.successor_id),
        _D.c.status == "changes_requested",
        _C.c.status == ChangeRequestStatus.OPEN,
    )
]
