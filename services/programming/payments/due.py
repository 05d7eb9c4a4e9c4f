"""Money after the first payment: what a holder may claim, what was claimed and awaits an answer, what falls due again."""

from typing import Any

import sqlalchemy as sa

from ..awards import due as awards
from ..dossiers import due as dossiers
from ..due_lines import HORIZON, LED, MANAGED, PAID, TODAY, among, held, line
from .models import (
    Condition,
    Instalment,
    OrderStatus,
    Payment,
    PaymentOrder,
    PaymentRequest,
    PaymentRequestStatus,
    PaymentSchedule,
)

_S: Any = PaymentSchedule.__table__  # type: ignore[attr-defined]
_I: Any = Instalment.__table__  # type: ignore[attr-defined]
_Q: Any = PaymentRequest.__table__  # type: ignore[attr-defined]
_O: Any = PaymentOrder.__table__  # type: ignore[attr-defined]
_P: Any = Payment.__table__  # type: ignore[attr-defined]

_PENDING = among(_Q.c.status, (PaymentRequestStatus.PENDING,))


def _requests() -> Any:
    grants = awards.grants()
    columns = line(
        *("payment_request_to_answer", _Q.c.funder_id, ("payment_request", _Q.c.id)),
        dossier_id=grants.c.dossier_id,
        reference=grants.c.reference,
        label=grants.c.title,
        since=_Q.c.requested_at,
    )
    mine = sa.or_(_Q.c.funder_id == PAID, _Q.c.funder_id == MANAGED)
    return sa.select(*columns).select_from(_Q.join(grants, grants.c.id == _Q.c.award_id)).where(mine, _PENDING)


def _due_again() -> Any:
    grants = awards.grants()
    columns = line(
        *("instalment_to_pay", _S.c.funder_id, ("award", _S.c.award_id)),
        dossier_id=grants.c.dossier_id,
        reference=grants.c.reference,
        label=grants.c.title,
        since=grants.c.committed_at,
        due_on=_S.c.next_due_on,
    )
    source = _S.join(grants, grants.c.id == _S.c.award_id)
    return sa.select(*columns).select_from(source).where(_S.c.funder_id == PAID, _S.c.next_due_on <= HORIZON)


def _to_claim() -> Any:
    """The first instalment neither paid nor ordered, of a schedule that was set, once its condition is met and nothing is asked.

    `since` tells one instalment from the next, and a claim that was refused from the one to make again.
    """
    grants, files = awards.grants(), dossiers.dossiers()
    left = _O.c.amount_cents - _O.c.paid_cents
    ordered = sa.select(sa.func.coalesce(sa.func.sum(left), 0)).where(_O.c.award_id == grants.c.id, _O.c.status == OrderStatus.OPEN)
    on_its_way = grants.c.held_cents + ordered.scalar_subquery()
    before = _I.alias("before")
    reached = sa.select(sa.func.sum(before.c.amount_cents)).where(
        before.c.award_id == _I.c.award_id, before.c.number <= _I.c.number
    )
    upcoming = (
        sa.select(_I.c.number, _I.c.condition.cast(sa.String).label("condition"), _I.c.due_on)
        .where(_I.c.award_id == grants.c.id, reached.scalar_subquery() > on_its_way)
        .order_by(_I.c.number)
        .limit(1)
        .lateral("upcoming")
    )
    met = sa.or_(
        upcoming.c.condition == Condition.NONE.value,
        (upcoming.c.condition == Condition.AGREEMENT_SIGNED.value) & grants.c.agreed_at.is_not(None),
        (upcoming.c.condition == Condition.BILAN_SUBMITTED.value)
        & (files.c.report_submitted_at.is_not(None) | grants.c.justified_at.is_not(None)),
        (upcoming.c.condition == Condition.BILAN_ACCEPTED.value) & grants.c.justified_at.is_not(None),
        (upcoming.c.condition == Condition.DATE.value) & (upcoming.c.due_on <= TODAY),
    )
    columns = line(
        *("instalment_to_claim", grants.c.acting_id, ("award", grants.c.id)),
        dossier_id=grants.c.dossier_id,
        reference=grants.c.reference,
        label=grants.c.title,
        since=_claimable_since(grants, files, upcoming),
    )
    asked = sa.exists().where(_Q.c.award_id == grants.c.id, _PENDING)
    source = grants.join(_S, _S.c.award_id == grants.c.id).join(files, files.c.id == grants.c.dossier_id).join(upcoming, sa.true())
    return (
        sa.select(*columns)
        .select_from(source)
        .where(
            *(held(grants.c.holder_id, grants.c.successor_id, LED), grants.c.committed_at.is_not(None)),
            *(_S.c.set_at.is_not(None), on_its_way < grants.c.payable_cents, met, ~asked),
        )
    )


def _claimable_since(grants: Any, files: Any, upcoming: Any) -> Any:
    """When the last of what had to be there came."""
    paid = sa.select(sa.func.max(_P.c.recorded_at)).where(_P.c.award_id == grants.c.id).scalar_subquery()
    refused = sa.select(sa.func.max(_Q.c.answered_at)).where(_Q.c.award_id == grants.c.id).scalar_subquery()
    came = sa.case(
        (upcoming.c.condition == Condition.AGREEMENT_SIGNED.value, grants.c.agreed_at),
        (upcoming.c.condition == Condition.BILAN_SUBMITTED.value, files.c.report_submitted_at),
        (upcoming.c.condition == Condition.BILAN_ACCEPTED.value, grants.c.justified_at),
        (
            upcoming.c.condition == Condition.DATE.value,
            sa.func.timezone("Europe/Paris", sa.cast(upcoming.c.due_on, sa.DateTime)),
        ),
    )
    return sa.func.greatest(grants.c.committed_at, came, paid, refused)


DUE: list[Any] = [_requests(), _due_again(), _to_claim()]
