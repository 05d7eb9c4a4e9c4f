"""Questions of a form: what may be written, and how long answers may make the service think."""

import time
from typing import Any

import pytest

from services.common import forms
from services.common.forms import BadForm


def form(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    inner = schema
    for _ in range(levels):
        inner["not"] = {}
        inner = inner["not"]
    return schema


BOMB = {
    "type": "object",
    "$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)} | {"a40": {"type": "string"}},
    "properties": {"x": {"$ref": "#/$defs/a0"}},
}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"type": "array"}, "/form/type"),
        (form(a={"type": "texte"}), "/form/properties/a/type"),
        (form(a={"$ref": "https://elsewhere.example/schema"}), "/form/properties/a/$ref"),
        (form(a={"$ref": "file:///etc/passwd"}), "/form/properties/a/$ref"),
        (form(a={"$ref": "#"}), "/form/properties/a/$ref"),
        ({"type": "object", "$id": "https://elsewhere.example/", "properties": {}}, "/form/$id"),
        ({"type": "object", "$schema": "https://elsewhere.example/draft"}, "/form/$schema"),
        (BOMB, "/form/$defs/a0/allOf/0/$ref"),
        (form(a={"pattern": "(a"}), "/form/properties/a/pattern"),
        (form(a={"pattern": "(?=x)a"}), "/form/properties/a/pattern"),
        (form(a={"pattern": "((a{100}){100}){100}"}), "/form/properties/a/pattern"),
        (form(a={"enum": ["x" * 60_000]}), "/form"),
        (nested(25), "/form"),
        (nested(100_000), "/form"),
        (form(a={"const": "\ud800"}), "/form"),
        (form(a={"const": float("nan")}), "/form"),
        (form(a={"maximum": float("inf")}), "/form"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_one_cannot_follow_is_refused_with_a_pointer(wrong: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadForm) as refused:
        forms.require_followable(wrong)
    assert [each.pointer for each in refused.value.errors] == [pointer]


def test_shared_choices_are_followed_one_step() -> None:
    shared = {
        "type": "object",
        "$defs": {"jour": {"enum": ["lundi", "mardi"]}},
        "properties": {"arrivee": {"$ref": "#/$defs/jour"}, "jours": {"type": "array", "items": {"$ref": "#/$defs/jour"}}},
    }
    forms.require_followable(shared)
    assert forms.errors_in(shared, {"arrivee": "mardi", "jours": ["lundi"]}, "") == []
    assert [each.pointer for each in forms.errors_in(shared, {"arrivee": "jeudi"}, "/answers")] == ["/answers/arrivee"]
    asked = forms.questions(shared)
    assert [forms.choices_of(shared, each) for each in asked.values()] == [["lundi", "mardi"]] * 2


def test_a_catastrophic_pattern_answers_as_fast_as_another() -> None:
    catastrophic = form(a={"type": "string", "pattern": "^(a+)+$"})
    forms.require_followable(catastrophic)
    began = time.perf_counter()
    found = forms.errors_in(catastrophic, {"a": "a" * 15_000 + "!"}, "/answers")
    assert time.perf_counter() - began < 1  # a backtracking engine would need centuries
    assert [(each.pointer, each.code) for each in found] == [("/answers/a", "pattern")]


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ({"format": "email"}, "pas un courriel", "La réponse est une adresse électronique."),
        ({"format": "date"}, "hier", "La réponse est une date (2027-04-01)."),
        ({"type": ["integer", "null"]}, "x", "La réponse est un nombre entier ou rien."),
        ({"minimum": 2}, 1, "Le nombre est au moins 2."),
        ({"exclusiveMaximum": 5}, 5, "Le nombre est inférieur à 5."),
        ({"minLength": 3}, "a", "Réponse trop courte : 3 caractères au moins."),
        ({"minItems": 1}, [], "Choisissez au moins 1 réponses."),
        ({"uniqueItems": True}, [1, 1], "Une réponse est donnée deux fois."),
        ({"const": True}, False, "La réponse attendue est : oui."),
        ({"pattern": "^[0-9]{5}$"}, "x", "La réponse n'a pas la forme attendue."),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, 3, "La réponse ne convient à aucune des formes possibles."),
    ],
)
def test_answers_that_do_not_fit_are_said_in_french(question: dict[str, Any], answer: Any, said: str) -> None:
    asked = form(a=question)
    forms.require_followable(asked)
    assert [each.detail.fr for each in forms.errors_in(asked, {"a": answer}, "")] == [said]


def test_answers_nested_too_deep_are_not_walked() -> None:
    deep: Any = "x"
    for _ in range(10_000):
        deep = [deep]
    assert [each.code for each in forms.errors_in(form(), {"a": deep}, "")] == ["too_deep"]


def test_no_more_than_fifty_faults_are_listed() -> None:
    asked = form() | {"additionalProperties": {"type": "string"}}
    assert len(forms.errors_in(asked, {str(n): n for n in range(500)}, "")) == 50
