"""What makes a framework sound. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.common.language import Text
from services.common.problems import FieldError

from .schemas import Framework, Objective


def objectives(framework: Framework) -> Iterator[tuple[str, Objective]]:
    """Every objectif opérationnel with the JSON pointer to it, in the order of the tree."""
    for e, enjeu in enumerate(framework.enjeux):
        for o, objective in enumerate(enjeu.objectives):
            yield f"/enjeux/{e}/objectives/{o}", objective
        for r, orientation in enumerate(enjeu.orientations):
            for o, objective in enumerate(orientation.objectives):
                yield f"/enjeux/{e}/orientations/{r}/objectives/{o}", objective


def framework_errors(framework: Framework) -> list[FieldError]:
    """Codes are what dossiers refer to: each objective's and each concern's is unique, and there is at least one objective."""
    found = list(objectives(framework))
    errors = _repeated((pointer, objective.code) for pointer, objective in found)
    concerns = ((f"/transversal_concerns/{i}", c.code) for i, c in enumerate(framework.transversal_concerns))
    errors += _repeated(concerns)
    if not found:
        errors.append(
            FieldError("/enjeux", Text("Le cadre ne compte aucun objectif.", "The framework has no objective."), "no_objective")
        )
    return errors


def _repeated(codes: Iterable[tuple[str, str]]) -> list[FieldError]:
    pairs = list(codes)
    counts = Counter(code for _, code in pairs)
    sentence = Text("Ce code est employé deux fois.", "This code is used twice.")
    return [FieldError(f"{pointer}/code", sentence, "repeated_code") for pointer, code in pairs if counts[code] > 1]
