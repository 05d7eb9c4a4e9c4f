"""What makes a framework sound: dossiers refer to its codes, so each is unique."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.programming.contracts.rules import framework_errors, objectives
from services.programming.contracts.schemas import Framework
from tests.programming.laws import law

names = st.sampled_from(["1", "2", "3", "4"])
objective = names.map(lambda code: {"code": code, "title": "Objectif"})
orientation = st.lists(objective, min_size=1, max_size=3).map(
    lambda found: {"code": "O", "title": "Orientation", "objectives": found}
)
enjeu = st.builds(
    lambda direct, under: {"code": "E", "title": "Enjeu", "objectives": direct, "orientations": under},
    st.lists(objective, max_size=2),
    st.lists(orientation, max_size=2),
)
concern = names.map(lambda code: {"code": code, "title": "Préoccupation"})


def framework(enjeux: list[dict[str, Any]], concerns: list[dict[str, Any]] | None = None) -> Framework:
    return Framework.model_validate({"enjeux": enjeux, "transversal_concerns": concerns or []})


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer points at."""
    for part in pointer.split("/")[1:]:
        document = document[int(part) if isinstance(document, list) else part]
    return document


@law
@given(enjeux=st.lists(enjeu, min_size=1, max_size=3))
def test_every_objective_is_found_wherever_it_hangs_and_its_pointer_leads_to_it(enjeux: list[dict[str, Any]]) -> None:
    tree = framework(enjeux)
    document = tree.model_dump()
    found = list(objectives(tree))
    assert all(at(document, pointer) == one.model_dump() for pointer, one in found)
    assert len({pointer for pointer, _ in found}) == str(enjeux).count("Objectif'")


@law
@given(enjeux=st.lists(enjeu, min_size=1, max_size=3), concerns=st.lists(concern, max_size=3))
def test_a_framework_is_sound_if_and_only_if_it_has_objectives_and_no_code_comes_twice(
    enjeux: list[dict[str, Any]], concerns: list[dict[str, Any]]
) -> None:
    tree = framework(enjeux, concerns)
    codes = [one.code for _, one in objectives(tree)]
    crossing = [one["code"] for one in concerns]
    sound = bool(codes) and len(codes) == len(set(codes)) and len(crossing) == len(set(crossing))
    assert (framework_errors(tree) == []) is sound


def test_each_of_the_two_places_that_share_a_code_is_pointed_at() -> None:
    repeated = {"code": "2", "title": "Objectif"}
    tree = framework(
        [
            {"code": "GRANDIR", "title": "G", "objectives": [repeated]},
            {"code": "HABITER", "title": "H", "orientations": [{"code": "O", "title": "O", "objectives": [repeated]}]},
        ]
    )
    assert [(e.pointer, e.code) for e in framework_errors(tree)] == [
        ("/enjeux/0/objectives/0/code", "repeated_code"),
        ("/enjeux/1/orientations/0/objectives/0/code", "repeated_code"),
    ]


def test_an_objective_and_a_transversal_concern_may_share_a_code() -> None:
    tree = framework([{"code": "E", "title": "E", "objectives": [{"code": "1", "title": "O"}]}], [{"code": "1", "title": "C"}])
    assert framework_errors(tree) == []


def test_a_framework_without_objective_has_nothing_to_offer() -> None:
    (error,) = framework_errors(framework([{"code": "E", "title": "E"}]))
    assert (error.pointer, error.code) == ("/enjeux", "no_objective")
