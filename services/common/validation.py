"""What pydantic refuses, said to people: a JSON pointer and one sentence in French and English."""

from collections.abc import Iterable, Mapping
from typing import Any

from .language import Text

_SENTENCES: dict[str, str] = {
    "missing": "Ce champ est obligatoire.",
    "extra_forbidden": "Ce champ n'existe pas ici.",
    "json_invalid": "Le JSON envoyé est invalide.",
    "string_type": "Un texte est attendu.",
    "string_too_short": "Le texte doit compter au moins {min_length} caractère(s).",
    "string_too_long": "Le texte doit compter au plus {max_length} caractères.",
    "string_pattern_mismatch": "Le texte n'a pas la forme attendue ({pattern}).",
    "int_type": "Un nombre entier est attendu.",
    "int_parsing": "Un nombre entier est attendu.",
    "int_from_float": "Un nombre entier est attendu, sans décimale.",
    "float_parsing": "Un nombre est attendu.",
    "bool_type": "Vrai ou faux est attendu.",
    "bool_parsing": "Vrai ou faux est attendu.",
    "greater_than": "La valeur doit être supérieure à {gt}.",
    "greater_than_equal": "La valeur doit être au moins {ge}.",
    "less_than": "La valeur doit être inférieure à {lt}.",
    "less_than_equal": "La valeur doit être au plus {le}.",
    "enum": "Valeur inconnue. Valeurs possibles : {expected}.",
    "literal_error": "Valeur inconnue. Valeurs possibles : {expected}.",
    "list_type": "Une liste est attendue.",
    "dict_type": "Un objet est attendu.",
    "model_type": "Un objet est attendu.",
    "model_attributes_type": "Un objet JSON est attendu.",
    "too_short": "Il faut au moins {min_length} élément(s).",
    "too_long": "Il faut au plus {max_length} éléments.",
    "uuid_parsing": "Un identifiant (UUID) est attendu.",
    "uuid_type": "Un identifiant (UUID) est attendu.",
    "date_type": "Une date AAAA-MM-JJ est attendue.",
    "date_parsing": "Une date AAAA-MM-JJ est attendue.",
    "date_from_datetime_parsing": "Une date AAAA-MM-JJ est attendue.",
    "datetime_type": "Un instant (RFC 3339) est attendu.",
    "datetime_parsing": "Un instant (RFC 3339) est attendu.",
    "datetime_from_date_parsing": "Un instant (RFC 3339) est attendu.",
    "timezone_aware": "L'instant doit porter un décalage horaire, par exemple +01:00.",
    "union_tag_invalid": "Valeur inconnue. Valeurs possibles : {expected_tags}.",
}


def field_errors(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, Text, str]]:
    """(JSON pointer, sentence, code) for each error; parameters of the query or the path are pointed as `/query/limit`."""
    return [(_pointer(e), _sentence(e), str(e["type"])) for e in errors]


def _pointer(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return ""  # the location is then a position in the text, which no pointer can say
    parts = list(error["loc"])
    if parts and parts[0] == "body":
        parts = parts[1:]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _sentence(error: Mapping[str, Any]) -> Text:
    context = error.get("ctx") or {}
    english = str(error["msg"]).removeprefix("Value error, ")
    raised = context.get("error")
    if error["type"] == "value_error" and isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], Text):
        return raised.args[0]
    pattern = _SENTENCES.get(str(error["type"]))
    if pattern is None:
        return Text(f"Valeur refusée : {english}", english)
    try:
        return Text(pattern.format(**{**context, **_in_french(context)}), english)
    except KeyError:
        return Text(f"Valeur refusée : {english}", english)


def _in_french(context: Mapping[str, Any]) -> dict[str, str]:
    """The values a choice accepts, as pydantic lists them: `'a', 'b' or 'c'`."""
    return {"expected": context["expected"].replace("' or '", "' ou '")} if isinstance(context.get("expected"), str) else {}
