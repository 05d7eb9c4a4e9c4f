"""Differences of two states of a dossier: none of the same, mirrored both ways, true to the text."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.common.differences import patched
from services.programming.versions import documents, rules

FUNDER = "019ab000-0000-7000-8000-000000000001"
words = st.text(alphabet="abé .\n", max_size=30)
lines = st.lists(
    st.builds(
        lambda account, label, cents: {"account": account, "label": label, "amount_cents": cents},
        st.sampled_from(["60", "61", "64"]),
        st.sampled_from(["Achats", "achats", "Salaires"]),
        st.sampled_from([100, 200]),
    ),
    max_size=4,
)
files = st.lists(
    st.builds(
        lambda kind, sha: {"kind": kind, "name": f"{kind}.pdf", "size": 1, "sha256": sha},
        st.sampled_from(["statuts", "rib"]),
        st.sampled_from(["aa", "bb", "cc"]),
    ),
    max_size=3,
)
states = st.fixed_dictionaries(
    {
        "title": words,
        "starts_on": st.sampled_from(["2027-01-01", "2028-01-01", None]),
        "qpv_codes": st.lists(st.sampled_from(["QP011002", "QP011003"]), unique=True),
        "content": st.fixed_dictionaries({"need": words, "description": words}),
        "budget": st.fixed_dictionaries({"charges": lines, "produits": lines}),
        "requests": st.sampled_from([[], [{"funder_id": FUNDER, "budget_line": "p147", "amount_cents": 100}]]),
        "attachments": files,
        "answers": st.dictionaries(st.sampled_from(["a", "b/c"]), words | st.booleans(), max_size=2),
    }
)


@given(states)
def test_nothing_changed_says_nothing(state: dict[str, Any]) -> None:
    assert rules.between(state, deepcopy(state)) == []


@given(states, states)
def test_what_comes_one_way_goes_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    def told(found: list[rules.Difference]) -> dict[str, int]:
        return {change: sum(one.change == change for one in found) for change in (rules.ADDED, rules.REMOVED, rules.CHANGED)}

    there, back = told(rules.between(old, new)), told(rules.between(new, old))
    assert (there[rules.ADDED], there[rules.CHANGED]) == (back[rules.REMOVED], back[rules.CHANGED])


@given(states, states)
def test_hunks_applied_to_the_old_text_give_the_new_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    for one in rules.between(old, new):
        if one.pointer.startswith("/content/"):
            assert patched(one.before, one.hunks) == one.after


@given(states, states)
def test_the_budgets_differences_add_up(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = [one for one in rules.between(old, new) if one.pointer.startswith("/budget/charges")]
    moved = sum((one.after or {}).get("amount_cents", 0) - (one.before or {}).get("amount_cents", 0) for one in found)
    before, after = (sum(line["amount_cents"] for line in state["budget"]["charges"]) for state in (old, new))
    assert moved == after - before


def test_lines_are_matched_by_account_and_label_whatever_their_place() -> None:
    salaries = {"account": "64", "label": "Salaires", "amount_cents": 100}
    purchases = {"account": "60", "label": "Achats", "amount_cents": 50}
    more = {**salaries, "amount_cents": 300}
    (one,) = rules.between({"budget": {"charges": [salaries, purchases]}}, {"budget": {"charges": [purchases, more]}})
    assert (one.change, one.shape, one.pointer, one.label.fr) == (
        rules.CHANGED,
        rules.MONEY,
        "/budget/charges/1",
        "Charge 64 – Salaires",
    )
    assert (one.before["amount_cents"], one.after["amount_cents"]) == (100, 300)


def test_a_file_is_known_by_its_bytes_and_replaced_by_its_kind() -> None:
    def joined(kind: str, sha: str, name: str = "x.pdf") -> dict[str, Any]:
        return {"kind": kind, "name": name, "size": 1, "sha256": sha}

    old = {"attachments": [joined("statuts", "aa"), joined("rib", "bb")]}
    new = {"attachments": [joined("rib", "bb", "x.pdf"), joined("statuts", "cc")]}
    (one,) = rules.between(old, new)
    assert (one.change, one.before["sha256"], one.after["sha256"]) == (rules.CHANGED, "aa", "cc")


def test_a_renewal_tells_what_the_copy_moved_from_what_its_holder_wrote() -> None:
    former = {"title": "Ateliers", "starts_on": "2027-01-01", "content": {"need": "Apprendre."}}
    start = {"title": "Ateliers", "starts_on": "2028-01-01", "content": {"need": "Apprendre."}}
    now = {"title": "Ateliers", "starts_on": "2028-01-01", "content": {"need": "Apprendre le français."}}
    assert [(one.pointer, origin) for one, origin in rules.marked(former, start, now)] == [
        ("/starts_on", "renewal"),
        ("/content/need", "holder"),
    ]


def test_answers_are_printed_under_their_questions_in_the_order_of_the_form() -> None:
    told = [
        {"key": "places", "title": "Combien de places ?", "said": "6"},
        {"key": "garde", "title": "Garde d'enfants ?", "said": "Oui, sur place"},
        {"key": "relais", "title": "Courriel du relais", "said": ""},
    ]
    written = {"garde": "oui", "places": 6, "ancienne": [True, "b"]}
    act = {
        "reference": "2027-CARC-0042",
        "number": 1,
        "submitted_at": datetime(2027, 1, 5, tzinfo=UTC),
        "signatory": "C",
        "function": "P",
    }
    names = {
        "campaign": "A",
        "contract": "B",
        "funders": {},
        "lines": {},
        "qpvs": {},
        "objectives": {},
        "required": {},
        "answers": told,
    }
    made = documents.document({"title": "T", "answers": written}, act, names)
    assert [(one["title"], one["text"]) for one in made["answers"]] == [
        ("Combien de places ?", "6"),
        ("Garde d'enfants ?", "Oui, sur place"),
        ("ancienne", "Oui, b"),
    ]
