"""Sessions to prepare and to close, for the team; decisions of closed sessions that holders were not told."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..dossiers import due as dossiers
from ..due_lines import LED, ORGANISATIONS, among, in_paris, line
from .models import Committee, CommitteeStatus, Decision

_C: Any = Committee.__table__  # type: ignore[attr-defined]
_V: Any = Decision.__table__  # type: ignore[attr-defined]
_CALL = campaigns.calls()
#: Uses of the trade, in days: the agenda leaves before the session, the minutes are signed after it.
AGENDA_BEFORE, MINUTES_WITHIN = 7, 15


def _session(kind: str, status: CommitteeStatus, days: int) -> Any:
    columns = line(
        *(kind, _C.c.lead_organisation_id, ("committee", _C.c.id)),
        label=_C.c.title,
        since=_C.c.created_at,
        due_on=in_paris(_C.c.starts_at) + sa.literal(days, sa.Integer),
    )
    mine = (_CALL.c.lead_organisation_id == ORGANISATIONS) & (_C.c.status == status)
    return sa.select(*columns).select_from(_C.join(_CALL, _CALL.c.id == _C.c.campaign_id)).where(mine)


def _decisions() -> Any:
    requests, held, calls = dossiers.decided_requests(), dossiers.dossiers(), _CALL
    funders = campaigns.funders()
    closed = sa.exists().where(
        _V.c.request_id == requests.c.id,
        _C.c.id == _V.c.committee_id,
        among(_C.c.status, (CommitteeStatus.HELD, CommitteeStatus.MINUTES_SIGNED)),
    )
    columns = line(
        *("decisions_to_notify", funders.c.organisation_id, ("campaign", calls.c.id)),
        reference=calls.c.code,
        label=calls.c.title,
        count=sa.func.count(),
        due_on=sa.func.min(held.c.answer_promised_on),
    )
    of_funder = (requests.c.campaign_id == calls.c.id) & (requests.c.funder_id == funders.c.organisation_id)
    source = calls.join(funders, funders.c.campaign_id == calls.c.id).join(requests, of_funder)
    return (
        sa.select(*columns)
        .select_from(source.join(held, held.c.id == requests.c.dossier_id))
        .where(funders.c.organisation_id == LED, closed)
        .group_by(funders.c.organisation_id, calls.c.id, calls.c.code, calls.c.title)
    )


DUE: list[Any] = [
    _session("agenda_to_send", CommitteeStatus.PLANNED, -AGENDA_BEFORE),
    _session("session_to_hold", CommitteeStatus.AGENDA_SENT, 0),
    _session("minutes_to_sign", CommitteeStatus.HELD, MINUTES_WITHIN),
    _decisions(),
]
