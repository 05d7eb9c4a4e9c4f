"""What stands between a draft and its submission, said at once, each thing with where it is."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.dossiers.rules import Asked, completeness, section_of
from services.programming.dossiers.schemas import Contact, Content
from tests.programming.dossiers.drafts import CAF, STATE, book, budget, draft, found, line
from tests.programming.laws import law


def test_a_complete_dossier_lacks_nothing() -> None:
    assert completeness(draft(), book()) == []


def test_an_empty_draft_is_told_everything_it_lacks_at_once() -> None:
    empty = draft(
        title="",
        nature=None,
        starts_on=None,
        ends_on=None,
        qpv_codes=[],
        objective_codes=[],
        transversal_codes=[],
        content=Content(),
        contact=Contact.model_validate({}),
        budget=budget(),
        requests=[],
        attachment_kinds=frozenset(),
    )
    lacking = [
        "/title",
        "/nature",
        "/contact/full_name",
        "/contact/email",
        "/starts_on",
        "/qpv_codes",
        "/objective_codes",
        "/content/need",
        "/content/description",
        "/content/means",
        "/content/indicators",
        "/content/publics",
        "/budget",
        "/requests",
        "/attachments",
    ]
    assert found(completeness(empty, book())) == dict.fromkeys(lacking, "missing")


@pytest.mark.parametrize("field", ["need", "description", "means", "indicators"])
@pytest.mark.parametrize("text", ["", " \n\t"])
def test_each_part_of_the_description_is_required_and_blanks_do_not_count(field: str, text: str) -> None:
    content = draft().content.model_copy(update={field: text})
    assert found(completeness(draft(content=content), book())) == {f"/content/{field}": "missing"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"starts_on": None}, {"/starts_on": "missing"}),
        ({"ends_on": None}, {"/ends_on": "missing"}),
        ({"starts_on": date(2027, 6, 2), "ends_on": date(2027, 6, 1)}, {"/ends_on": "ends_before_start"}),
        ({"starts_on": date(2028, 1, 1), "ends_on": date(2028, 6, 1)}, {"/starts_on": "outside_year"}),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}, {"/starts_on": "outside_year"}),
        ({"starts_on": date(2027, 6, 1), "ends_on": date(2027, 6, 1)}, {}),
        ({"starts_on": date(2026, 9, 1), "ends_on": date(2027, 1, 1)}, {}),
        ({"starts_on": date(2027, 12, 31), "ends_on": date(2028, 6, 30)}, {}),
        ({"starts_on": date(2026, 9, 1), "ends_on": date(2028, 6, 30)}, {}),
    ],
)
def test_an_action_takes_place_at_least_partly_in_the_campaigns_year(changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert found(completeness(draft(**changes), book())) == expected


@pytest.mark.parametrize("field", ["qpv_codes", "objective_codes", "transversal_codes"])
def test_a_code_the_contract_does_not_have_is_pointed_at_by_its_place(field: str) -> None:
    known = list(getattr(draft(), field))
    assert found(completeness(draft(**{field: [*known, "UNKNOWN"]}), book())) == {f"/{field}/1": "unknown_code"}


def test_an_action_outside_qpvs_is_for_campaigns_that_allow_it() -> None:
    outside = draft(qpv_codes=[])
    assert found(completeness(outside, book())) == {"/qpv_codes": "missing"}
    assert completeness(outside, book(outside_qpv_allowed=True)) == []


def test_a_transversal_concern_is_never_required() -> None:
    assert completeness(draft(transversal_codes=[]), book()) == []


def test_attachments_are_required_by_kind_of_holder_and_of_everybody() -> None:
    rules = book(
        required_attachments={
            "*": [{"code": "rib", "label": "RIB"}],
            "association": [{"code": "statuts", "label": "Statuts signés"}],
            "company": [{"code": "kbis", "label": "Extrait Kbis"}],
        }
    )
    (missing,) = completeness(draft(), rules)
    assert (missing.pointer, missing.code) == ("/attachments", "missing")
    assert missing.detail.fr == "Joignez : RIB (`rib`)."
    assert completeness(draft(attachment_kinds=frozenset({"statuts", "rib"})), rules) == []
    assert [e.detail.fr for e in completeness(draft(holder_kind="company", attachment_kinds=frozenset({"rib"})), rules)] == [
        "Joignez : Extrait Kbis (`kbis`)."
    ]


def test_a_line_the_funder_does_not_have_is_pointed_at() -> None:
    elsewhere = draft(requests=[Asked(STATE, "investissement", 800_000)])
    assert found(completeness(elsewhere, book())) == {"/requests/0/budget_line": "unknown_budget_line"}


def test_a_funder_outside_the_campaign_is_an_unknown_line_too() -> None:
    assert found(completeness(draft(), book(lines=[line(CAF)]))) == {"/requests/0/budget_line": "unknown_budget_line"}


@law
@given(blanks=st.sets(st.sampled_from(["title", "qpv_codes", "objective_codes", "requests", "attachment_kinds"])))
def test_each_thing_missing_is_reported_whatever_else_is_missing(blanks: set[str]) -> None:
    empty = {"title": " ", "qpv_codes": [], "objective_codes": [], "requests": [], "attachment_kinds": frozenset()}
    errors = completeness(draft(**{name: empty[name] for name in blanks}), book())
    pointers = {e.pointer for e in errors if e.code == "missing"}
    assert pointers == {f"/{'attachments' if name == 'attachment_kinds' else name}" for name in blanks}
    assert bool(errors) is bool(blanks)


@pytest.mark.parametrize(
    ("pointer", "section"),
    [
        ("/title", "action"),
        ("/starts_on", "calendar"),
        ("/qpv_codes/1", "territory"),
        ("/content/need", "action"),
        ("/contact/email", "holder"),
        ("/budget/charges/0/amount_cents", "budget"),
        ("/requests/0", "requests"),
        ("/attachments", "attachments"),
    ],
)
def test_each_pointer_belongs_to_a_section_of_the_form(pointer: str, section: str) -> None:
    assert section_of(pointer) == section
