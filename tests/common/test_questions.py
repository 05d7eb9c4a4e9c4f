"""Forms drawn on a screen: what may be written in them, and which questions are asked of given answers."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.forms import BadForm, errors_in
from services.common.questions import answer_said, asked_of, declared, hazard_in, require_drawable


def form(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def question(**more: Any) -> dict[str, Any]:
    return {"title": "Question", "type": "string", **more}


#: Each answer opens the next question: a child's age, then whether a parent agrees, then the parent's name.
CHAIN = {
    "type": "object",
    "properties": {"minor": question(type="boolean")},
    "required": ["minor"],
    "allOf": [
        {
            "if": {"properties": {"minor": {"const": True}}, "required": ["minor"]},
            "then": {"properties": {"agreed": question(type="boolean")}, "required": ["agreed"]},
        },
        {
            "if": {"properties": {"agreed": {"const": True}}, "required": ["agreed"]},
            "then": {"properties": {"parent": question(minLength=2)}, "required": ["parent"]},
        },
    ],
    "dependentSchemas": {"parent": {"properties": {"phone": question()}}},
}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (form(), "/form/properties"),
        (form(a=question(minimun=3)), "/form/properties/a/minimun"),
        (form(a=question(format="courriel")), "/form/properties/a/format"),
        (form(a={"type": "string"}), "/form/properties/a"),
        (form(Âge=question()), "/form/properties/Âge"),
        (form(a=question(pattern="^(a+)+$")), "/form/properties/a/pattern"),
        (form(a=question(pattern="(a|a)*b")), "/form/properties/a/pattern"),
        (form(a=question(pattern="(?=x)a")), "/form/properties/a/pattern"),
        (form(a=question(type="array", items={"pattern": r"(\w+\s?)*$"})), "/form/properties/a/items/pattern"),
        (form(a=question(**{"$ref": "https://elsewhere.example/x"})), "/form/properties/a/$ref"),
        ({"$id": "https://elsewhere.example/", **form(a=question())}, "/form/$id"),
        (form(a=question()) | {"if": {"properties": {"a": {"x-hint": 1}}}}, "/form/if/properties/a/x-hint"),
        (form(a=question()) | {"patternProperties": {"^x": {}}}, "/form/patternProperties"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_that_cannot_be_drawn_is_refused_with_a_pointer(wrong: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadForm) as refused:
        require_drawable(wrong)
    assert [each.pointer for each in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    "pattern", [r"^\d{5}$", "^[A-Z]{2}[0-9]+$", r"^(?:\+33|0)[1-9]\d{8}$", "^(ab)+$", r"^[()+*]+$", r"^(\(a\))*$"]
)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    assert hazard_in(pattern) is None


@pytest.mark.parametrize("pattern", ["(a*)*", "((a)+b)+", "(?:a+){2,}", "(a|ab)*", "(a?)*", "x" * 201, "("])
def test_patterns_that_could_hang_a_browser_are_not(pattern: str) -> None:
    assert hazard_in(pattern) is not None


def test_a_question_is_asked_when_the_answers_before_it_say_so() -> None:
    require_drawable(CHAIN)
    assert list(declared(CHAIN)) == ["minor", "agreed", "parent", "phone"]
    assert list(asked_of(CHAIN, {})) == ["minor"]
    assert list(asked_of(CHAIN, {"minor": True})) == ["minor", "agreed"]
    whole = {"minor": True, "agreed": True, "parent": "Jo", "phone": "1"}
    assert list(asked_of(CHAIN, whole)) == ["minor", "agreed", "parent", "phone"]


def test_what_an_answer_no_longer_opens_is_closed_all_the_way_down() -> None:
    assert list(asked_of(CHAIN, {"minor": False, "agreed": True, "parent": "Jo", "phone": "1"})) == ["minor"]
    assert list(asked_of(CHAIN, {"minor": True, "agreed": True}, frozenset({"agreed"}))) == ["minor"]


def chained(links: int) -> dict[str, Any]:
    """Each question opens the next, written last first, beside a long list of choices: the worst order to close them in."""
    opening = [
        {
            "if": {"properties": {f"q{n}": {"const": "oui"}}, "required": [f"q{n}"]},
            "then": {"properties": {f"q{n + 1}": question()}},
        }
        for n in reversed(range(links))
    ]
    choices = {"enum": [f"choix {n:050}" for n in range(400)]}
    return form(q0=question()) | {"$defs": {"places": choices}, "allOf": opening}


def test_a_long_chain_is_closed_without_hanging_whoever_saves_a_draft() -> None:
    worst = chained(100)
    require_drawable(worst)
    began = time.perf_counter()
    assert list(asked_of(worst, {f"q{n}": "oui" for n in range(1, 101)})) == ["q0"]
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "wrong",
    [
        chained(101),
        form(a=question()) | {"anyOf": [{}] * 101},
        form(a=question()) | {"$defs": {"d": {"anyOf": [{}] * 50}}, "allOf": [{"$ref": "#/$defs/d"}] * 3},
        form(a=question()) | {"$defs": {"d": {"allOf": [{}] * 500}}, "allOf": [{"$ref": "#/$defs/d"}] * 500},
    ],
    ids=["if", "anyOf", "conditions by reference", "parts by reference"],
)
def test_a_form_of_too_many_conditions_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadForm) as refused:
        require_drawable(wrong)
    assert [each.pointer for each in refused.value.errors] == ["/form"]


def test_questions_of_two_types_are_no_conditions() -> None:
    require_drawable(form(**{f"q{n}": question(anyOf=[{"type": "string"}, {"type": "null"}]) for n in range(150)}))


def test_a_condition_reads_the_choices_it_refers_to() -> None:
    places = {"enum": ["Carcassonne", "Narbonne"]}
    known = {"if": {"properties": {"a": {"$ref": "#/$defs/places"}}, "required": ["a"]}, "then": {"properties": {"b": question()}}}
    asked = form(a=question()) | {"$defs": {"places": places, "other": {"enum": ["x"]}}, "allOf": [known]}
    assert list(asked_of(asked, {"a": "Narbonne"})) == ["a", "b"]
    assert list(asked_of(asked, {"a": "Béziers"})) == ["a"]


def test_a_question_forbidden_in_a_branch_is_not_asked() -> None:
    asked = form(kind=question(enum=["a", "b"]), why=question()) | {
        "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
        "else": {"properties": {"why": False}},
    }
    require_drawable(asked)
    assert list(asked_of(asked, {"kind": "a", "why": "x"})) == ["kind"]
    assert list(asked_of(asked, {"kind": "b", "why": "x"})) == ["kind", "why"]


_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "minor": st.sampled_from([True, False, "?", None]),
        "agreed": st.sampled_from([True, False, 3]),
        "parent": st.text(max_size=3),
        "phone": st.text(max_size=2),
    },
)


@given(_ANSWERS)
def test_answers_kept_are_the_ones_asked_of_themselves(answers: dict[str, Any]) -> None:
    asked = asked_of(CHAIN, answers)
    kept = {key: value for key, value in answers.items() if key in asked}
    assert asked_of(CHAIN, kept) == asked
    # Nothing is required that is not asked.
    missing = {each.pointer[1:] for each in errors_in(CHAIN, kept, "") if each.code == "required"}
    assert missing <= asked.keys()


def test_answers_are_read_with_the_words_of_the_form() -> None:
    choices = {"title": "Public", "oneOf": [{"const": "j", "title": "Jeunes"}, {"const": "s", "title": "Séniors"}]}
    asked = form(one=choices, some=question(type="array", items=choices), sure=question(type="boolean"))
    require_drawable(asked)
    said = {
        key: answer_said(asked, asked["properties"][key], value)
        for key, value in {"one": "j", "some": ["s", "j"], "sure": False}.items()
    }
    assert said == {"one": "Jeunes", "some": "Séniors, Jeunes", "sure": "Non"}
