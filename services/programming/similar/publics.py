"""Whom an action is for, from the words holders use for it: `Jeunes de 11 à 17 ans` and `Collégiens` are the same people. Pure."""

import re
from collections.abc import Iterable, Mapping

from services.common.texts import fold

#: Groups of people in French, and the beginnings of words that name them. Ours; the longest list a reader of dossiers needed.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "enfants": ("enfant", "ecolier", "bebe", "petite enfance", "maternelle", "elementaire"),
    "adolescents et jeunes": ("jeune", "ado", "collegien", "lyceen", "eleve", "etudiant", "mineur"),
    "familles et parents": ("famil", "parent", "mere", "pere"),
    "femmes": ("femme", "habitante", "fille"),
    "personnes âgées": ("senior", "age", "retraite", "aine"),
    "personnes en recherche d’emploi": ("emploi", "chomage", "chomeu", "insertion", "rsa"),
    "personnes en situation de handicap ou de maladie": ("handicap", "malad", "invalid"),
    "personnes exilées ou étrangères": ("exile", "migrant", "refugi", "etranger", "primo"),
    "locataires": ("locataire", "copropriet"),
    "entrepreneurs": ("entrepreneu", "createur", "creatrice", "commercant", "artisan"),
    "professionnels et bénévoles": ("professionnel", "benevole", "salarie", "acteur", "partenaire", "association"),
    "adultes": ("adulte",),
    "habitants": ("habitant", "tout public", "tous public", "riverain"),
}
_COMPILED = {group: re.compile("|".join(rf"\b{root}" for root in roots)) for group, roots in _GROUPS.items()}


def groups(labels: Iterable[str]) -> list[str]:
    """The groups these labels name, each once, in alphabetical order; a label of nobody we know is a group of its own."""
    found: set[str] = set()
    for label in labels:
        folded = fold(label)
        named = {group for group, roots in _COMPILED.items() if roots.search(folded)}
        if "femmes" in named and "habitante" in folded:
            named.discard("habitants")
        found |= named or ({folded} if folded else set())
    return sorted(found)
