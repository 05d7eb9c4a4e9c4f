"""Grants whose money waits: to commit, then to pay for the first time."""

from typing import Any

import sqlalchemy as sa

from ..dossiers.schemas import RequestStatus
from ..due_lines import HORIZON, LED, PAID, line
from .models import Award

_A: Any = Award.__table__  # type: ignore[attr-defined]


def _money(kind: str, by: Any, *conditions: Any) -> Any:
    columns = line(
        *(kind, _A.c.funder_id, ("award", _A.c.id)),
        dossier_id=_A.c.dossier_id,
        reference=_A.c.reference,
        label=_A.c.title,
        since=_A.c.notified_at,
        due_on=_A.c.pay_before_on,
    )
    return sa.select(*columns).where(_A.c.funder_id == by, _A.c.pay_before_on <= HORIZON, _A.c.first_paid_on.is_(None), *conditions)


def grants() -> Any:
    """For the rooms above: ids, acting_id (of the holder), reference, title, held_cents, payable_cents, and when each step came."""
    return sa.select(
        *(_A.c.id, _A.c.dossier_id, _A.c.funder_id, _A.c.holder_id, _A.c.successor_id, _A.c.reference, _A.c.title),
        *(_A.c.agreed_at, _A.c.committed_at, _A.c.justified_at),
        sa.func.coalesce(_A.c.successor_id, _A.c.holder_id).label("acting_id"),
        (_A.c.paid_cents - _A.c.repaid_cents).label("held_cents"),
        sa.func.least(_A.c.granted_cents, _A.c.justified_cents).label("payable_cents"),
    ).subquery("grants")


_NOTIFIED, _AGREED = _A.c.status == RequestStatus.NOTIFIED, _A.c.status == RequestStatus.AGREED

DUE: list[Any] = [
    _money("award_to_commit", LED, sa.or_(_AGREED, sa.and_(_NOTIFIED, ~_A.c.agreement_required))),
    _money("award_to_pay", PAID, _A.c.status == RequestStatus.COMMITTED),
]
