"""How a funder decides at the steering committee: best first, what was proposed, while its envelope lasts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_EURO = 100
#: A grant is reduced when the envelope still holds that share of what was proposed, at least; below, it would help nobody.
_LEAST_SHARE = 0.5
#: Reduced grants are round figures.
_ROUND = 100 * _EURO

_UNFAVOURABLE = "Avis défavorable de l’instruction : le projet ne répond pas, en l’état, aux critères de l’appel à projets."
_EXHAUSTED = "L’enveloppe de l’année est épuisée : les projets classés avant celui-ci l’ont mobilisée."
_REDUCED = "Montant ramené à ce qui reste de l’enveloppe de l’année."
_CONDITION = "Bilan à mi-parcours transmis à l’équipe du contrat de ville."


@dataclass(frozen=True)
class Case:
    """A request as the committee reads it; `score` is the review's, 0 to 100."""

    request_id: str
    budget_line: str
    reference: str
    proposed_cents: int
    score: float


@dataclass(frozen=True)
class Decision:
    """`outcome`: granted | refused."""

    request_id: str
    outcome: str
    amount_cents: int = 0
    motive: str = ""
    conditions: str = ""


def decide(cases: Iterable[Case], left_cents: Mapping[str, int]) -> list[Decision]:
    """One decision per case; the grants on a budget line never exceed what is left of it."""
    left = dict(left_cents)
    decided = []
    for case in sorted(cases, key=lambda case: (-case.score, case.reference, case.request_id)):
        decision = _settle(case, left.get(case.budget_line, 0))
        left[case.budget_line] = left.get(case.budget_line, 0) - decision.amount_cents
        decided.append(decision)
    return decided


def _settle(case: Case, left: int) -> Decision:
    wanted = case.proposed_cents // _EURO * _EURO
    if wanted <= 0:
        return Decision(case.request_id, "refused", motive=_UNFAVOURABLE)
    if wanted <= left:
        return Decision(case.request_id, "granted", wanted, conditions=_CONDITION)
    reduced = max(left, 0) // _ROUND * _ROUND
    if reduced >= wanted * _LEAST_SHARE:
        return Decision(case.request_id, "granted", reduced, motive=_REDUCED, conditions=_CONDITION)
    return Decision(case.request_id, "refused", motive=_EXHAUSTED)
