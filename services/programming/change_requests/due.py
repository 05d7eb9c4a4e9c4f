"""Changes asked of a holder, to answer; answers to read by who asked."""

from typing import Any

import sqlalchemy as sa

from ..dossiers import due as dossiers
from ..due_lines import ACCOUNT, ORGANISATIONS, among, held, line
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
    ),
    sa.select(
        *line(
            *("changes_answer_to_read", _C.c.organisation_id, ("change_request", _C.c.id)),
            dossier_id=_D.c.id,
            reference=_D.c.reference,
            label=_D.c.title,
            since=_C.c.ended_at,
        )
    )
    .select_from(_C.join(_D, _D.c.id == _C.c.dossier_id))
    .where(
        *(_C.c.asked_by == ACCOUNT, _C.c.organisation_id == ORGANISATIONS),
        *(among(_C.c.status, (ChangeRequestStatus.ANSWERED,)), _C.c.answer_read_at.is_(None)),
        # Once the dossier is decided or withdrawn, nobody waits for that reading.
        among(_D.c.status, dossiers.JUDGED),
    ),
]
