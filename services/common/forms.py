"""Questions of a form: a JSON Schema given by those who ask, answers given by anybody.

Patterns run on an engine whose time is linear in the text: no pattern can hang a request. References lead to the form's own `$defs`
only, one step deep: neither a loop nor a bomb of references that double at each step can be written.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson

from .language import Text
from .problems import FieldError, Problem

_MOST_BYTES = 50_000
#: Objects and lists inside one another.
_DEEPEST_FORM, DEEPEST_ANSWERS = 24, 8
_MOST_ERRORS = 50
_PATTERNS = jsonschema_rs.RegexOptions(size_limit=200_000)
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor", "$vocabulary")


class BadForm(Problem):
    title = Text("Le questionnaire n'est pas un schéma JSON que l'on puisse suivre", "The form is no JSON Schema one can follow")
    advice = Text("Corrigez ce que désigne `errors`.", "Correct what `errors` points at.")


def require_followable(form: dict[str, Any], at: str = "/form") -> None:
    """Refuse (`BadForm`, pointing under `at`) what is no JSON Schema 2020-12 of an object, is too large or too deep, looks outside
    itself, or holds a pattern out of reach."""
    if depth_of(form, most=_DEEPEST_FORM) > _DEEPEST_FORM:
        said = Text(
            f"Le questionnaire s'emboîte sur plus de {_DEEPEST_FORM} niveaux.", f"The form is over {_DEEPEST_FORM} levels deep."
        )
        raise refused(at, said)
    if not is_written(form):
        said = Text("Un caractère ou un nombre ne peut être enregistré.", "A character or a number cannot be recorded.")
        raise refused(at, said)
    written = json.dumps(form, sort_keys=True)
    if len(written) > _MOST_BYTES:
        raise refused(at, Text("Le questionnaire dépasse 50 000 caractères.", "The form is over 50,000 characters."))
    if form.get("type") != "object":
        said = Text("Le questionnaire décrit un objet (`type: object`).", "The form describes an object (`type: object`).")
        raise refused(f"{at}/type", said)
    for path, keyword in _astray(form):
        said = Text(
            f"`{keyword}` : seul un renvoi à `#/$defs/nom` du questionnaire est suivi, et un `$defs` ne renvoie nulle part.",
            f"`{keyword}`: only a reference to the form's own `#/$defs/name` is followed, and a `$defs` refers to nothing.",
        )
        raise refused(at + path, said)
    try:
        jsonschema_rs.meta.validate(form)
    except jsonschema_rs.ValidationError as error:
        said = Text(f"Ce n'est pas un schéma JSON : {error.message}", f"No JSON Schema: {error.message}")
        raise refused(at + pointer_to(error.instance_path), said) from error
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        said = Text("Ce dialecte de schéma n'est pas connu.", "This dialect of schema is not known.")
        raise refused(f"{at}/$schema", said) from error
    try:
        validator(written)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        said = Text(
            "Ce schéma ne peut être suivi : motif trop lourd, ou renvoi hors du questionnaire.",
            "This schema cannot be followed: too heavy a pattern, or a reference outside the form.",
        )
        raise refused(at + pointer_to(getattr(error, "instance_path", ())), said) from error


def errors_in(form: dict[str, Any], answers: dict[str, Any], pointer: str) -> list[FieldError]:
    """What the answers lack, each pointed at under `pointer` (the first fifty)."""
    if depth_of(answers, most=DEEPEST_ANSWERS) > DEEPEST_ANSWERS:
        return [FieldError(pointer, Text("Les réponses s'emboîtent trop.", "The answers are nested too deep."), "too_deep")]
    found = validator(json.dumps(form, sort_keys=True)).iter_errors(answers)
    return [_said(error, pointer) for error in islice(found, _MOST_ERRORS)]


def questions(form: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """The questions, by key, as the form describes them."""
    asked = (form or {}).get("properties")
    return {key: each if isinstance(each, dict) else {} for key, each in asked.items()} if isinstance(asked, dict) else {}


def label_of(key: str, question: dict[str, Any]) -> str:
    """What a question is called where people read it."""
    title = question.get("title")
    return title if isinstance(title, str) and title.strip() else key


def choices_of(form: dict[str, Any], question: dict[str, Any]) -> list[Any] | None:
    """Answers that can be counted: those of an `enum`, of a yes or no, or of a list of an `enum`; None for free text."""
    described = followed(form, question)
    if described.get("type") == "array":
        items = described.get("items")
        described = followed(form, items) if isinstance(items, dict) else {}
    if isinstance(described.get("enum"), list):
        return list(described["enum"])
    return [True, False] if described.get("type") == "boolean" else None


def depth_of(value: Any, *, most: int) -> int:
    """How many objects and lists are inside one another; one more than `most` is all that is counted."""
    depth, level = 0, [value]
    while level and depth <= most:
        inside = [each for each in level if isinstance(each, dict | list)]
        depth += 1 if inside else 0
        level = [below for each in inside for below in (each.values() if isinstance(each, dict) else each)]
    return depth


def is_written(value: Any) -> bool:
    """Whether the database can hold it: no half of a character, no null one, no number beyond sixty-four bits, none that is none
    (`NaN`, `1e999`: Python reads them, and would keep them as nothing at all)."""
    try:
        json.dumps(value, allow_nan=False)
        return b"\\u0000" not in orjson.dumps(value)
    except (TypeError, ValueError):
        return False


def followed(form: dict[str, Any], question: dict[str, Any]) -> dict[str, Any]:
    reference = question.get("$ref")
    if not isinstance(reference, str):
        return question
    defined = form.get("$defs", {}).get(reference.removeprefix("#/$defs/"))
    return defined if isinstance(defined, dict) else {}


def _astray(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Where the form looks elsewhere than one step into its own `$defs`."""
    if isinstance(value, list):
        for position, each in enumerate(value):
            yield from _astray(each, (*path, str(position)))
    if not isinstance(value, dict):
        return
    for key, each in value.items():
        if key in _REFERENCES and isinstance(each, str):
            name = each.removeprefix("#/$defs/")
            inside = key == "$ref" and each.startswith("#/$defs/") and "/" not in name and "%" not in name and "~" not in name
            if not inside or "$defs" in path:
                yield pointer_to((*path, key)), key
        elif key == "$defs" and path:
            yield pointer_to((*path, key)), key
        yield from _astray(each, (*path, key))


@lru_cache(maxsize=256)
def validator(form: str) -> Any:
    return jsonschema_rs.Draft202012Validator(
        json.loads(form), pattern_options=_PATTERNS, retriever=_nowhere, validate_formats=True
    )


def runs(pattern: str) -> bool:
    """Whether the linear engine takes the pattern."""
    try:
        validator(json.dumps({"pattern": pattern}))
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def _nowhere(uri: str) -> Any:
    raise ValueError(uri)


def pointer_to(parts: Any) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def refused(pointer: str, said: Text) -> BadForm:
    return BadForm(errors=[FieldError(pointer, said, "bad_form")])


_TYPES = {
    "string": Text("un texte", "a text"),
    "integer": Text("un nombre entier", "a whole number"),
    "number": Text("un nombre", "a number"),
    "boolean": Text("oui ou non", "yes or no"),
    "array": Text("une liste", "a list"),
    "object": Text("un objet", "an object"),
    "null": Text("rien", "nothing"),
}
FORMATS = {
    "email": Text("une adresse électronique", "an e-mail address"),
    "date": Text("une date (2027-04-01)", "a date (2027-04-01)"),
    "date-time": Text("une date et une heure", "a date and time"),
    "time": Text("une heure", "a time"),
    "uri": Text("une adresse web", "a web address"),
    "uuid": Text("un identifiant", "an identifier"),
}
_LIMITS = {
    "maxLength": Text("Réponse trop longue : {0} caractères au plus.", "Too long: at most {0} characters."),
    "minLength": Text("Réponse trop courte : {0} caractères au moins.", "Too short: at least {0} characters."),
    "maximum": Text("Le nombre est au plus {0}.", "The number is at most {0}."),
    "minimum": Text("Le nombre est au moins {0}.", "The number is at least {0}."),
    "exclusiveMaximum": Text("Le nombre est inférieur à {0}.", "The number is below {0}."),
    "exclusiveMinimum": Text("Le nombre est supérieur à {0}.", "The number is above {0}."),
    "maxItems": Text("Choisissez au plus {0} réponses.", "Choose at most {0} answers."),
    "minItems": Text("Choisissez au moins {0} réponses.", "Choose at least {0} answers."),
}


def _said(error: Any, pointer: str) -> FieldError:
    kind, where = error.kind, pointer_to(error.instance_path)
    name = str(kind.name)
    if name == "required":
        return FieldError(f"{pointer}{where}{pointer_to([kind.property])}", _REQUIRED, "required")
    if name in {"additionalProperties", "unevaluatedProperties"}:
        first = str(kind.unexpected[0])
        said = Text("Cette question n'est pas posée.", "This question is not asked.")
        return FieldError(f"{pointer}{where}{pointer_to([first])}", said, name)
    return FieldError(pointer + where, _sentence(name, kind, str(error.message)), name)


_REQUIRED = Text("Une réponse est attendue.", "An answer is expected.")


def _sentence(name: str, kind: Any, message: str) -> Text:
    if name in _LIMITS:
        return Text(*(said.format(kind.limit) for said in _LIMITS[name]))
    if name == "enum":
        listed = ", ".join(str(each) for each in kind.options[:20])
        return Text(f"Choisissez l'une des réponses proposées : {listed}.", f"Choose one of the answers offered: {listed}.")
    if name == "const":
        fr, en = (str(kind.expected_value),) * 2
        if isinstance(kind.expected_value, bool):
            fr, en = ("oui", "yes") if kind.expected_value else ("non", "no")
        return Text(f"La réponse attendue est : {fr}.", f"The expected answer is: {en}.")
    if name == "type":
        known = [said for each, said in _TYPES.items() if each in kind.types]
        fr, en = " ou ".join(each.fr for each in known), " or ".join(each.en for each in known)
        return Text(f"La réponse est {fr}.", f"The answer is {en}.")
    if name == "format":
        expected = FORMATS.get(str(kind.format), Text(f"au format {kind.format}", f"in the format {kind.format}"))
        return Text(f"La réponse est {expected.fr}.", f"The answer is {expected.en}.")
    if name == "pattern":
        return Text("La réponse n'a pas la forme attendue.", "The answer does not have the expected shape.")
    if name == "uniqueItems":
        return Text("Une réponse est donnée deux fois.", "An answer is given twice.")
    if name in {"anyOf", "oneOf", "oneOfMultipleValid", "oneOfNotValid"}:
        return Text("La réponse ne convient à aucune des formes possibles.", "The answer fits none of the possible shapes.")
    return Text(f"La réponse ne convient pas : {message}", f"The answer does not fit: {message}")
