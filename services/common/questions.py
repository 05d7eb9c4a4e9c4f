"""Forms that are drawn on a screen: what may be written in them beyond `forms`, which questions are asked of given answers, and labels.

`forms` keeps this service safe. A form drawn by a page in a browser is also run by an engine of regular expressions that goes back
on its steps, and read by people: patterns that can hang such an engine are refused, and so is a question without a title.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .forms import FORMATS, BadForm, followed, label_of, pointer_to, refused, require_followable, runs, validator
from .language import Text

Path = tuple[str, ...]

#: Keywords whose value is a schema, a list of schemas, or schemas by name.
_ONE = frozenset(
    {"items", "not", "if", "then", "else", "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"}
    | {"propertyNames"}
)
_MANY = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NAMED = frozenset(("properties", "$defs", "dependentSchemas"))
_PLAIN = frozenset(
    {"$schema", "$ref", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "type"}
    | {"enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum"}
    | {"exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties"}
    | {"maxProperties", "required", "dependentRequired"}
)
_KNOWN = _ONE | _MANY | _NAMED | _PLAIN
_MOST_QUESTIONS = 200
#: Branches that depend on answers: an answer taken away asks each of them again.
_MOST_CONDITIONS = 100
#: Those, and all that is said of the same answers together: a reference followed counts each time.
_MOST_PARTS = 1000
_KEY = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


def require_drawable(form: dict[str, Any], at: str = "/form") -> None:
    """Refuse (`BadForm`, pointing under `at`) what `forms.require_followable` does, and an unknown keyword or format, a pattern that
    could hang a browser, a question without a title or with a key that is no plain word, or none at all."""
    require_followable(form, at)
    for path, schema in _schemas(form):
        _require_known(schema, at, path)
    _require_few_conditions(form, at)
    asked = declared(form)
    if not asked:
        raise refused(f"{at}/properties", Text("Le questionnaire ne pose aucune question.", "The form asks no question."))
    if len(asked) > _MOST_QUESTIONS:
        raise refused(f"{at}/properties", Text("Le questionnaire pose plus de 200 questions.", "The form asks over 200 questions."))
    for key, found in asked.items():
        where = at + pointer_to(found[0][0])
        if not _KEY.match(key):
            said = "a clé d'une question est en minuscules sans accent, chiffres et `_` (40 au plus)."
            raise refused(where, Text(f"L{said}", "A question's key is of plain lower case letters, digits and `_` (at most 40)."))
        if not any(_titled(form, schema) for _, schema in found):
            said = "Donnez à la question un intitulé (`title`) : c'est ce que lit qui répond."
            raise refused(where, Text(said, "Give the question a `title`: it is what people read."))


def _require_few_conditions(form: dict[str, Any], at: str) -> None:
    parts = conditions = 0
    for _, schema in _parts(form, form):
        parts, conditions = parts + 1, conditions + _branches(schema)
        if parts > _MOST_PARTS or conditions > _MOST_CONDITIONS:
            said = Text(
                f"Le questionnaire est fait de trop de parties : {_MOST_CONDITIONS} conditions et {_MOST_PARTS} parties au plus.",
                f"The form is made of too many parts: at most {_MOST_CONDITIONS} conditions and {_MOST_PARTS} parts.",
            )
            raise refused(at, said)


def _branches(schema: dict[str, Any]) -> int:
    return sum(len(schema.get(word) or []) for word in ("anyOf", "oneOf")) + ("if" in schema)


def _titled(form: dict[str, Any], schema: dict[str, Any]) -> bool:
    return any(str(each.get("title") or "").strip() for each in (schema, followed(form, schema)))


def _require_known(schema: dict[str, Any], at: str, path: Path) -> None:
    for keyword in schema:
        if keyword not in _KNOWN:
            said = Text(f"Le mot-clé `{keyword}` n'est pas employé ici.", f"The keyword `{keyword}` is not used here.")
            raise refused(at + pointer_to((*path, keyword)), said)
    known = ", ".join(sorted(FORMATS))
    if "format" in schema and schema["format"] not in FORMATS:
        said = Text(f"Format inconnu ; formats possibles : {known}.", f"Unknown format; possible formats: {known}.")
        raise refused(at + pointer_to((*path, "format")), said)
    if "pattern" in schema and (why := hazard_in(schema["pattern"])):
        raise refused(at + pointer_to((*path, "pattern")), why)


def hazard_in(pattern: str) -> Text | None:
    """Why a pattern may not be given to browsers: too long, or a repetition that an engine going back on its steps may try in more
    ways than it can count, as `(a+)+` or `(a|a)*`. Errs on the side of caution."""
    if len(pattern) > 200:
        return Text("Le motif dépasse 200 caractères.", "The pattern is over 200 characters.")
    if not runs(pattern):
        return Text(
            "Ce motif n'est pas suivi (trop lourd ou mal formé).", "This pattern cannot be followed (too heavy, or ill-formed)."
        )
    if _multiplies(pattern):
        return Text(
            "Une répétition en contient une autre (ou un choix) : un tel motif peut bloquer la page de qui répond.",
            "A repetition holds another one (or a choice): such a pattern may hang the page of whoever answers.",
        )
    return None


_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_REPEATED = re.compile(r"(\*|\+|\{\d+,\d*\})")


def _multiplies(pattern: str) -> bool:
    """Whether a group that is repeated holds a repetition, an optional part or a choice."""
    inside: list[bool] = [False]
    position = 0
    while position < len(pattern):
        atom = _ATOM.match(pattern, position)
        if atom is None:
            break
        position, text = atom.end(), atom[0]
        if text == "(":
            inside.append(False)
            position += 2 if pattern.startswith("?:", position) else 0
        elif text == ")" and len(inside) > 1:
            held = inside.pop()
            if held and _REPEATED.match(pattern, position):
                return True
            inside[-1] = inside[-1] or held
        elif text in "|?*+" or (text == "{" and _REPEATED.match(pattern, atom.start())):
            inside[-1] = True
    return False


def _schemas(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every schema inside a schema, itself first, with where it is."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield from _schemas(value, (*path, keyword))
        elif keyword in _MANY:
            for position, each in enumerate(value):
                yield from _schemas(each, (*path, keyword, str(position)))
        elif keyword in _NAMED:
            for name, each in value.items():
                yield from _schemas(each, (*path, keyword, name))


def declared(form: dict[str, Any]) -> dict[str, list[tuple[Path, dict[str, Any]]]]:
    """Questions asked of anybody under any condition: key → where they are written, and how."""
    found: dict[str, list[tuple[Path, dict[str, Any]]]] = {}
    for path, schema in _parts(form, form):
        for key, question in (schema.get("properties") or {}).items():
            if isinstance(question, dict):
                found.setdefault(key, []).append(((*path, "properties", key), question))
    return found


def _parts(form: dict[str, Any], schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The schemas that describe the same object as `schema`, whatever their condition."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    if isinstance(schema.get("$ref"), str):
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from _parts(form, followed(form, {"$ref": schema["$ref"]}), ("$defs", name))
    for keyword in ("then", "else"):
        yield from _parts(form, schema.get(keyword), (*path, keyword))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for position, each in enumerate(schema.get(keyword) or []):
            yield from _parts(form, each, (*path, keyword, str(position)))
    for name, each in (schema.get("dependentSchemas") or {}).items():
        yield from _parts(form, each, (*path, "dependentSchemas", name))


def asked_of(form: dict[str, Any], answers: Mapping[str, Any], without: frozenset[str] = frozenset()) -> dict[str, dict[str, Any]]:
    """The questions that these answers lead to, in the order of the form: key → description, all that is said of it together.

    `without`: questions not asked for a reason outside the form. An answer to a question that is not asked leads nowhere, so
    answers are taken away until what is left only answers what is asked.
    """
    kept = {key: value for key, value in answers.items() if key not in without}
    conditions = _Conditions(form)
    while True:
        found: dict[str, dict[str, Any]] = {}
        closed: set[str] = set(without)
        for schema in _active(conditions, form, kept):
            for key, question in (schema.get("properties") or {}).items():
                if question is False:
                    closed.add(key)
                elif isinstance(question, dict):
                    found[key] = {**followed(form, question), **question, **found.get(key, {})}
        asked = {key: question for key, question in found.items() if key not in closed}
        left = {key: value for key, value in kept.items() if key in asked}
        if len(left) == len(kept):
            return asked
        kept = left


class _Conditions:
    """The conditions of one form, each made ready once however often it is asked: an answer taken away asks all of them again."""

    def __init__(self, form: dict[str, Any]) -> None:
        self.form = form
        self._ready: dict[int, Any] = {}

    def met(self, condition: Any, answers: Mapping[str, Any]) -> bool:
        if not isinstance(condition, dict):
            return bool(condition)
        ready = self._ready.get(id(condition))  # parts of the form, which lives as long as this does
        if ready is None:
            ready = self._ready[id(condition)] = validator(json.dumps(self._alone(condition), sort_keys=True))
        return bool(ready.is_valid(answers))

    def _alone(self, condition: dict[str, Any]) -> dict[str, Any]:
        """With what it refers to of the form's `$defs`, which refer to nothing: not with all the lists of choices of the others."""
        defined = self.form.get("$defs", {})
        wanted = {name: defined[name] for name in _referred(condition) if name in defined}
        return {"$defs": wanted, **condition} if wanted else condition


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        yield value["$ref"].removeprefix("#/$defs/")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _referred(each)


def _active(conditions: _Conditions, schema: Any, answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas that describe these answers: branches whose condition they do not meet are left out."""
    if not isinstance(schema, dict):
        return
    yield schema
    if isinstance(schema.get("$ref"), str):
        yield from _active(conditions, followed(conditions.form, {"$ref": schema["$ref"]}), answers)
    for each in schema.get("allOf") or []:
        yield from _active(conditions, each, answers)
    if "if" in schema:
        yield from _active(conditions, schema.get("then" if conditions.met(schema["if"], answers) else "else"), answers)
    for name, each in (schema.get("dependentSchemas") or {}).items():
        if name in answers:
            yield from _active(conditions, each, answers)
    for each in [*(schema.get("anyOf") or []), *(schema.get("oneOf") or [])]:
        if conditions.met(each, answers):
            yield from _active(conditions, each, answers)


def answer_said(form: dict[str, Any], question: dict[str, Any], answer: Any) -> str:
    """An answer as people read it: the title of the choice made, « Oui » or « Non », a list with commas."""
    described = {**followed(form, question), **question}
    for choice in [*(described.get("oneOf") or []), *(described.get("anyOf") or [])]:
        if isinstance(choice, dict) and "const" in choice and choice["const"] == answer and choice.get("title"):
            return str(choice["title"])
    if isinstance(answer, bool):
        return "Oui" if answer else "Non"
    if isinstance(answer, list):
        items = described.get("items")
        return ", ".join(answer_said(form, items if isinstance(items, dict) else {}, each) for each in answer)
    if isinstance(answer, dict):
        parts = described.get("properties") or {}
        inside = {key: parts[key] if isinstance(parts.get(key), dict) else {} for key in answer}
        return " ; ".join(f"{label_of(key, inside[key])} : {answer_said(form, inside[key], each)}" for key, each in answer.items())
    return "" if answer is None else str(answer)


__all__ = ["BadForm", "answer_said", "asked_of", "declared", "hazard_in", "require_drawable"]
