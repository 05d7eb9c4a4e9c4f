"""Laws of the merge: what the file says, what the hand wrote, what the import before left."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.documents.schemas import DocumentContent
from services.catalogue.imports import rules

EMPTY = DocumentContent(title="-").model_dump(mode="json")
WORD = st.sampled_from(["", "a", "b", "c"])
FIELDS = st.fixed_dictionaries({"abstract": WORD, "experience.context": WORD, "title": st.sampled_from(["a", "b", "c"])})


def content(said: dict[str, str]) -> dict[str, Any]:
    made = dict(EMPTY)
    for name, value in said.items():
        rules.put(made, name, value)
    return made


@given(FIELDS, FIELDS)
def test_a_document_nobody_touched_becomes_what_the_file_says(before: dict[str, str], said: dict[str, str]) -> None:
    merged = rules.merge(content(before), said, rules.marks(before), overwrite=False)
    assert not merged.disputed
    assert not merged.kept
    assert {name: rules.pick(merged.content, name) for name in said} == said
    assert set(merged.taken) == {name for name in said if said[name] != before[name]}


@given(FIELDS, FIELDS)
def test_the_same_file_again_changes_nothing_whatever_the_hand_did(said: dict[str, str], by_hand: dict[str, str]) -> None:
    merged = rules.merge(content(by_hand), said, rules.marks(said), overwrite=False)
    assert (merged.taken, merged.disputed) == ([], [])
    assert merged.content == content(by_hand)


@given(FIELDS, FIELDS, FIELDS)
def test_nothing_written_by_hand_is_lost_unless_one_says_so(
    before: dict[str, str], by_hand: dict[str, str], said: dict[str, str]
) -> None:
    merged = rules.merge(content(by_hand), said, rules.marks(before), overwrite=False)
    for name in said:
        if by_hand[name] != before[name]:
            assert rules.pick(merged.content, name) == by_hand[name]
            assert (name in merged.disputed) == (said[name] not in {by_hand[name], before[name]})


@given(FIELDS, FIELDS, FIELDS)
def test_imposed_the_file_always_wins(before: dict[str, str], by_hand: dict[str, str], said: dict[str, str]) -> None:
    merged = rules.merge(content(by_hand), said, rules.marks(before), overwrite=True)
    assert {name: rules.pick(merged.content, name) for name in said} == said
    assert (merged.kept, merged.disputed) == ([], [])


def test_a_column_that_is_new_fills_what_is_empty_and_disputes_what_is_not() -> None:
    merged = rules.merge(content({"abstract": "à la main"}), {"abstract": "fichier", "extent": "3 p."}, {}, overwrite=False)
    assert (merged.taken, merged.disputed) == (["extent"], ["abstract"])


def test_the_rest_of_an_experience_stays() -> None:
    current = {**EMPTY, "experience": {"context": "c", "contact": {"name": "Camille"}}}
    merged = rules.merge(current, {"experience.context": "d"}, rules.marks({"experience.context": "c"}), overwrite=False)
    assert merged.content["experience"] == {"context": "d", "contact": {"name": "Camille"}}
