"""What a session may decide. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from services.common.language import Text
from services.common.problems import FieldError

from .models import CommitteeKind, CommitteeStatus, Outcome
from .schemas import Presence

_OUTCOMES = {
    CommitteeKind.TECHNICAL: {Outcome.PROPOSED},
    CommitteeKind.STEERING: {Outcome.GRANTED, Outcome.ADJOURNED, Outcome.REFUSED},
}

#: A session that may still be prepared and may still decide.
OPEN = {CommitteeStatus.PLANNED, CommitteeStatus.AGENDA_SENT}


def decision_errors(kind: CommitteeKind, outcome: Outcome, amount_cents: int, motive: str) -> list[FieldError]:
    """The outcome belongs to this kind of committee, the amount follows it, and a refusal is reasoned."""
    errors = []
    if outcome not in _OUTCOMES[kind]:
        allowed = ", ".join(sorted(o.value for o in _OUTCOMES[kind]))
        said = Text(f"Ce comité ne peut dire que : {allowed}.", f"This committee may only say: {allowed}.")
        errors.append(FieldError("/outcome", said, "outcome"))
    if outcome is Outcome.GRANTED and amount_cents == 0:
        errors.append(FieldError("/amount_cents", Text("Donnez un montant.", "Give an amount."), "amount"))
    if outcome in {Outcome.ADJOURNED, Outcome.REFUSED} and amount_cents:
        errors.append(FieldError("/amount_cents", Text("Aucun montant ici.", "No amount here."), "amount"))
    if amount_cents % 100:
        errors.append(
            FieldError("/amount_cents", Text("Le montant est en euros entiers.", "The amount is in whole euros."), "whole_euros")
        )
    if outcome is Outcome.REFUSED and not motive.strip():
        errors.append(FieldError("/motive", Text("Motivez le refus.", "Give the refusal's grounds."), "missing"))
    return errors


def is_at_the_table(attendance: Iterable[Mapping[str, Any]], organisation_id: UUID) -> bool:
    """Present or represented: an absent funder does not decide."""
    here = {Presence.PRESENT.value, Presence.REPRESENTED.value}
    return any(m["organisation_id"] == str(organisation_id) and m["presence"] in here for m in attendance)
