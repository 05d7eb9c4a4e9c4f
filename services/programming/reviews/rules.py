"""What a review must hold before it is given. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.common.language import Text
from services.common.problems import FieldError

from ..dossiers.schemas import Opinion

BEST = 5


def weighted_score(scores: Mapping[str, int], criteria: Sequence[Mapping[str, Any]]) -> float | None:
    """Σ score × weight, brought to 0–100; None while a criterion is not scored. Weights add up to 100."""
    if not criteria or any(criterion["code"] not in scores for criterion in criteria):
        return None
    total: int = sum(scores[c["code"]] * c["weight"] for c in criteria)
    return round(total / BEST, 1)


def unknown_criteria(
    scores: Mapping[str, object], criteria: Sequence[Mapping[str, Any]], where: str = "scores"
) -> list[FieldError]:
    known = {criterion["code"] for criterion in criteria}
    said = Text("Ce critère n'est pas dans la grille de la campagne.", "This criterion is not in the campaign's grid.")
    return [FieldError(f"/{where}/{code}", said, "unknown_criterion") for code in scores if code not in known]


def completion_errors(
    scores: Mapping[str, int],
    criteria: Sequence[Mapping[str, Any]],
    opinion: Opinion | None,
    proposed_cents: int | None,
    asked_cents: int,
) -> list[FieldError]:
    """Every criterion scored, an avis, and an amount that agrees with it."""
    errors = [
        FieldError(f"/scores/{c['code']}", Text(f"Notez « {c['label']} ».", f"Score “{c['label']}”."), "missing")
        for c in criteria
        if c["code"] not in scores
    ]
    if opinion is None:
        errors.append(FieldError("/opinion", Text("Donnez un avis.", "Give an opinion."), "missing"))
    if proposed_cents is None:
        errors.append(FieldError("/proposed_cents", Text("Proposez un montant.", "Propose an amount."), "missing"))
    elif proposed_cents > asked_cents:
        said = Text("Le montant proposé dépasse ce qui est demandé.", "The amount proposed is above what is asked.")
        errors.append(FieldError("/proposed_cents", said, "above_ask"))
    elif opinion is Opinion.UNFAVOURABLE and proposed_cents:
        said = Text("Un avis défavorable propose 0 €.", "An unfavourable opinion proposes €0.")
        errors.append(FieldError("/proposed_cents", said, "unfavourable"))
    elif opinion in {Opinion.FAVOURABLE, Opinion.RESERVED} and not proposed_cents:
        said = Text("Un avis favorable ou réservé propose un montant.", "A favourable or reserved opinion proposes an amount.")
        errors.append(FieldError("/proposed_cents", said, "nothing_proposed"))
    return errors
