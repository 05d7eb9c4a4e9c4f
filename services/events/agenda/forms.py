"""Questions asked of participants: a JSON Schema given by organisers, answers given by anybody.

Patterns run on an engine whose time is linear in the text: no pattern can hang a request. References outside the schema are refused.
"""

import json
from functools import lru_cache
from typing import Any

import jsonschema_rs

from services.common.language import Text
from services.common.problems import FieldError

from .errors import BadForm

_MOST_BYTES = 50_000
_PATTERNS = jsonschema_rs.RegexOptions(size_limit=200_000)


def require_followable(form: dict[str, Any]) -> None:
    """Refuse (`BadForm`) what is no JSON Schema 2020-12 of an object, is too large, looks outside itself, or holds a pattern out of reach."""
    written = json.dumps(form, sort_keys=True)
    if len(written) > _MOST_BYTES:
        raise _refused("", Text("Le questionnaire dépasse 50 000 caractères.", "The form is over 50,000 characters."))
    if form.get("type") != "object":
        raise _refused(
            "/type", Text("Le questionnaire décrit un objet (`type: object`).", "The form describes an object (`type: object`).")
        )
    try:
        jsonschema_rs.meta.validate(form)
    except jsonschema_rs.ValidationError as error:
        path = "".join(f"/{part}" for part in error.instance_path)
        raise _refused(path, Text(f"Ce n'est pas un schéma JSON : {error.message}", f"No JSON Schema: {error.message}")) from error
    try:
        _validator(written)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        said = Text(
            "Ce schéma ne peut être suivi : motif trop lourd, ou renvoi hors du questionnaire.",
            "This schema cannot be followed: too heavy a pattern, or a reference outside the form.",
        )
        raise _refused("", said) from error


def errors_in(form: dict[str, Any], answers: dict[str, Any], pointer: str) -> list[FieldError]:
    """What the answers lack, each pointed at under `pointer`."""
    found = _validator(json.dumps(form, sort_keys=True)).iter_errors(answers)
    return [
        FieldError(
            pointer + "".join(f"/{part}" for part in error.instance_path),
            Text(f"La réponse ne convient pas : {error.message}", f"The answer does not fit: {error.message}"),
            "bad_answer",
        )
        for error in found
    ]


@lru_cache(maxsize=256)
def _validator(form: str) -> Any:
    return jsonschema_rs.Draft202012Validator(
        json.loads(form), pattern_options=_PATTERNS, retriever=_nowhere, validate_formats=True
    )


def _nowhere(uri: str) -> Any:
    raise ValueError(uri)


def _refused(path: str, said: Text) -> BadForm:
    return BadForm(errors=[FieldError(f"/form{path}", said, "bad_form")])
