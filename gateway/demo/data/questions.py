"""What the call asks besides the Cerfa's form, the notice that adds a question to it, and what everybody answers. Made up."""

from typing import Any

_QUESTIONS: dict[str, Any] = {
    "gouvernance": {
        "title": "Des habitants participent-ils au pilotage de l’action ?",
        "oneOf": [{"const": "oui", "title": "Oui"}, {"const": "non", "title": "Non"}],
    },
    "benevoles": {"title": "Nombre de bénévoles mobilisés", "type": "integer", "minimum": 0},
}
_ADDED: dict[str, Any] = {
    "numerique": {"title": "Comment les habitants éloignés du numérique sont-ils informés ?", "type": "string"}
}


def _form(questions: dict[str, Any]) -> dict[str, Any]:
    form = {"type": "object", "properties": questions, "required": list(questions)}
    return {"form": form, "asked_when": {}}


#: Two questions, published with the call.
FORM = _form(_QUESTIONS)
#: With the one the notice adds.
AMENDED_FORM = _form(_QUESTIONS | _ADDED)

NOTICE_TITLE = "Une question s’ajoute au formulaire"
NOTICE_TEXT = (
    "Les financeurs demandent désormais comment sont informés les habitants éloignés du numérique. Vos réponses déjà saisies sont "
    "gardées ; complétez votre brouillon avant de le déposer."
)

ANSWERS = {
    "gouvernance": "oui",
    "benevoles": 6,
    "numerique": "Affichage en pied d’immeuble, bouche-à-oreille des conseils citoyens et permanences hebdomadaires.",
}
#: On a form that was not amended.
FIRST_ANSWERS = {name: ANSWERS[name] for name in _QUESTIONS}
