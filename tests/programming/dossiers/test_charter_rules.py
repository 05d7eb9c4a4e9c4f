"""An ask the charter excludes is answered with the clause, the funder's reason, and whom to ask instead."""

from services.programming.campaigns.schemas import Nature
from services.programming.dossiers.rules import Asked, charter_errors
from tests.programming.dossiers.drafts import CAF, REGION, STATE, balanced, draft, found, line


def test_an_ask_the_charter_accepts_raises_nothing() -> None:
    assert charter_errors(draft(), [line()]) == []


def test_the_refusal_names_the_rule_the_reason_and_whom_to_ask_instead() -> None:
    lines = [line(STATE, natures=("fonctionnement",), reason="Les actions relèvent de la CAF."), line(CAF)]
    (error,) = charter_errors(draft(), lines)
    assert (error.pointer, error.code) == ("/requests/0", "charter_nature")
    assert error.detail.fr == (
        "État (Actions) ne finance que : fonctionnement. Les actions relèvent de la CAF. À qui demander : CAF (Actions)."
    )
    assert error.detail.en.endswith("Whom to ask instead: CAF (Actions).")


def test_nobody_is_proposed_who_would_refuse_too() -> None:
    lines = [
        line(STATE, excluded_objective_codes=frozenset({"2"})),
        line(CAF, natures=("investissement",)),
        line(REGION, excluded_holder_kinds=frozenset({"association"})),
    ]
    (error,) = charter_errors(draft(), lines)
    assert error.detail.fr.endswith("Aucun autre financeur de la campagne ne le prend en charge.")
    assert error.detail.en.endswith("No other funder of the campaign covers it.")


def test_an_amount_over_the_cap_is_to_be_lowered_rather_than_asked_elsewhere() -> None:
    (error,) = charter_errors(draft(), [line(cap_cents=799_900), line(CAF)])
    assert error.code == "charter_cap"
    assert error.detail.fr.endswith("Réduisez ce montant ou répartissez-le.")
    assert "CAF" not in error.detail.fr


def test_every_clause_broken_is_said() -> None:
    strict = line(natures=("investissement",), excluded_objective_codes=frozenset({"2"}), qpv_required=True, cap_cents=1)
    outside = draft(qpv_codes=[])
    clauses = [error.code for error in charter_errors(outside, [strict])]
    assert clauses == ["charter_nature", "charter_objective", "charter_qpv", "charter_cap"]


def test_each_ask_is_judged_by_its_own_line() -> None:
    requests = [Asked(STATE, "actions", 400_000), Asked(CAF, "actions", 400_000)]
    errors = charter_errors(draft(requests=requests), [line(STATE), line(CAF, cap_cents=399_900)])
    assert found(errors) == {"/requests/1": "charter_cap"}


def test_the_share_is_of_the_dossiers_own_charges() -> None:
    half = balanced(800_000)  # charges 16 000 €
    assert charter_errors(draft(budget=half), [line(max_share_bp=5_000)]) == []
    assert found(charter_errors(draft(budget=half), [line(max_share_bp=4_999)])) == {"/requests/0": "charter_share"}


def test_what_is_not_said_yet_breaks_no_clause() -> None:
    unsaid = draft(nature=None, objective_codes=[])
    assert charter_errors(unsaid, [line(natures=("investissement",), excluded_objective_codes=frozenset({"2"}))]) == []


def test_running_costs_asked_of_a_line_for_actions_are_refused_by_nature() -> None:
    assert found(charter_errors(draft(nature=Nature.FONCTIONNEMENT), [line()])) == {"/requests/0": "charter_nature"}
