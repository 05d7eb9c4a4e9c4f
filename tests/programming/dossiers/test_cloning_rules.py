"""Last year's dossier as this year's draft: nothing follows that the new campaign does not take, and all that is dropped is said."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.dossiers.cloning_rules import Target, clone

STATE, CAF = (f"019ab000-0000-7000-8000-00000000000{i}" for i in (1, 2))
TARGET = Target(
    year=2028,
    qpv_codes=frozenset({"QN01101M", "QN01102M", "QP011003"}),
    successors={"QP011002": ["QN01101M", "QN01102M"], "QP011004": ["QN01109N"]},
    objective_codes=frozenset({"2"}),
    transversal_codes=frozenset(),
    lines=frozenset({(UUID(STATE), "p147")}),
)


def sent(**more: Any) -> dict[str, Any]:
    return {"title": "Ateliers", "nature": "action", "content": {"need": "x"}, "contact": {}, **more}


def test_dates_move_by_the_years_between_the_campaigns() -> None:
    made = clone(sent(starts_on="2024-02-29", ends_on="2024-12-15"), 2024, TARGET)
    assert (made.fields["starts_on"], made.fields["ends_on"]) == ("2028-02-29", "2028-12-15")
    made = clone(sent(starts_on="2024-02-29", ends_on=None), 2027, TARGET)
    assert made.fields["starts_on"] == "2025-02-28"
    assert "ends_on" not in made.fields
    assert [note.code for note in made.notes] == ["date_moved"]


def test_neighbourhoods_follow_their_successors() -> None:
    made = clone(sent(qpv_codes=["QP011002", "QP011003", "QP011004", "QP011099"]), 2027, TARGET)
    assert made.fields["qpv_codes"] == ["QN01101M", "QN01102M", "QP011003"]
    assert [(note.pointer, note.code) for note in made.notes] == [
        ("/qpv_codes/0", "qpv_succeeded"),
        ("/qpv_codes/2", "qpv_gone"),
        ("/qpv_codes/3", "qpv_gone"),
    ]


codes = st.lists(st.sampled_from(["2", "8", "9"]), unique=True)
asked = st.lists(
    st.builds(
        lambda funder, line: {"funder_id": funder, "budget_line": line, "amount_cents": 100},
        st.sampled_from([STATE, CAF]),
        st.sampled_from(["p147", "caf"]),
    ),
    max_size=2,
    unique_by=lambda one: one["funder_id"],
)


@given(codes, asked)
def test_nothing_follows_that_the_campaign_does_not_take_and_nothing_goes_unsaid(
    objectives: list[str], requests: list[dict[str, Any]]
) -> None:
    produits = [{"account": "74", "label": "x", "amount_cents": 100, "funder_id": one["funder_id"]} for one in requests]
    own = {"account": "70", "label": "y", "amount_cents": 100, "funder_id": None}
    made = clone(sent(objective_codes=objectives, requests=requests, budget={"produits": [*produits, own]}), 2028, TARGET)
    assert set(made.fields["objective_codes"]) <= TARGET.objective_codes
    kept = made.fields["requests"]
    assert all((UUID(one["funder_id"]), one["budget_line"]) in TARGET.lines for one in kept)
    assert own in made.fields["budget"]["produits"]
    assert {one["funder_id"] for one in made.fields["budget"]["produits"]} - {None} == {one["funder_id"] for one in kept}
    said = [note.code for note in made.notes]
    assert said.count("objective_gone") == len(objectives) - len(made.fields["objective_codes"])
    assert said.count("request_gone") == said.count("budget_line_gone") == len(requests) - len(kept)
