"""The accounting rules of the Cerfa: charges = produits, 86 = 87, whole euros, each request equal to its lines 74."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.programming.dossiers.rules import Asked, budget_errors
from tests.programming.dossiers.drafts import CAF, STATE, balanced, budget, charge, found, produit, voluntary
from tests.programming.laws import law

euros = st.integers(1, 10**9).map(lambda whole: whole * 100)
ASKED = [Asked(STATE, "actions", 800_000)]


def test_a_balanced_budget_in_whole_euros_whose_request_is_in_74_is_accepted() -> None:
    assert budget_errors(balanced(), ASKED) == []


def test_an_empty_budget_is_to_be_filled_in_and_nothing_else_is_said_of_it() -> None:
    assert found(budget_errors(budget(), ASKED)) == {"/budget": "missing"}


@law
@given(charges=st.lists(euros, min_size=1, max_size=5), produits=st.lists(euros, min_size=1, max_size=5))
def test_a_budget_balances_if_and_only_if_charges_equal_produits(charges: list[int], produits: list[int]) -> None:
    written = budget(charges=[charge(c) for c in charges], produits=[produit(p, account="70") for p in produits])
    assert (budget_errors(written, []) == []) is (sum(charges) == sum(produits))


@pytest.mark.parametrize(
    ("charges", "produits", "side"),
    [(1_000_000, 1_000_100, "les produits dépassent les charges"), (1_000_100, 1_000_000, "les charges dépassent les produits")],
)
def test_an_unbalanced_budget_says_which_side_is_over_and_by_how_much(charges: int, produits: int, side: str) -> None:
    (error,) = budget_errors(budget(charges=[charge(charges)], produits=[produit(produits, account="70")]), [])
    assert (error.pointer, error.code) == ("/budget", "unbalanced")
    assert error.detail.fr == f"Le budget n'est pas équilibré : {side} de 1\N{NO-BREAK SPACE}€."
    assert error.detail.en.endswith("by 1\N{NO-BREAK SPACE}€.")


def test_charges_without_produits_are_unbalanced_and_so_are_produits_without_charges() -> None:
    assert found(budget_errors(budget(charges=[charge(100)]), [])) == {"/budget": "unbalanced"}
    assert found(budget_errors(budget(produits=[produit(100, account="70")]), [])) == {"/budget": "unbalanced"}


@law
@given(uses=st.lists(euros, max_size=4), resources=st.lists(euros, max_size=4))
def test_voluntary_contributions_balance_if_and_only_if_86_equals_87(uses: list[int], resources: list[int]) -> None:
    written = budget(
        charges=[charge(100)],
        produits=[produit(100, account="70")],
        voluntary_uses=[voluntary(u, "864") for u in uses],
        voluntary_resources=[voluntary(r, "875") for r in resources],
    )
    expected = {} if sum(uses) == sum(resources) else {"/budget/voluntary_uses": "voluntary_unbalanced"}
    assert found(budget_errors(written, [])) == expected


def test_voluntary_contributions_do_not_count_in_the_total() -> None:
    written = budget(
        charges=[charge(100)],
        produits=[produit(200, account="70")],
        voluntary_uses=[voluntary(100, "86")],
        voluntary_resources=[voluntary(100, "87")],
    )
    assert found(budget_errors(written, [])) == {"/budget": "unbalanced"}


def test_a_voluntary_use_belongs_in_86_and_a_voluntary_resource_in_87() -> None:
    written = budget(
        charges=[charge(100)],
        produits=[produit(100, account="70")],
        voluntary_uses=[voluntary(100, "87")],
        voluntary_resources=[voluntary(100, "864")],
    )
    expected = {"/budget/voluntary_uses/0/account": "account", "/budget/voluntary_resources/0/account": "account"}
    assert found(budget_errors(written, [])) == expected


@law
@given(cents=st.integers(1, 10**9))
def test_cents_are_refused_line_by_line_in_all_four_groups(cents: int) -> None:
    assume(cents % 100)
    written = budget(
        charges=[charge(100), charge(cents)],
        produits=[produit(cents, account="70"), produit(100, account="70")],
        voluntary_uses=[voluntary(cents, "86")],
        voluntary_resources=[voluntary(cents, "87")],
    )
    assert found(budget_errors(written, [])) == {
        "/budget/charges/1/amount_cents": "whole_euros",
        "/budget/produits/0/amount_cents": "whole_euros",
        "/budget/voluntary_uses/0/amount_cents": "whole_euros",
        "/budget/voluntary_resources/0/amount_cents": "whole_euros",
    }


@law
@given(asked=euros, parts=st.lists(euros, min_size=1, max_size=4))
def test_a_request_is_accepted_if_and_only_if_it_equals_the_sum_of_its_lines_74(asked: int, parts: list[int]) -> None:
    written = budget(charges=[charge(sum(parts))], produits=[produit(part, STATE) for part in parts])
    expected = {} if asked == sum(parts) else {"/requests/0/amount_cents": "differs_from_line_74"}
    assert found(budget_errors(written, [Asked(STATE, "actions", asked)])) == expected


@law
@given(parts=st.lists(euros, min_size=1, max_size=4))
def test_lines_74_that_add_up_to_the_request_are_accepted(parts: list[int]) -> None:
    written = budget(charges=[charge(sum(parts))], produits=[produit(part, STATE) for part in parts])
    assert budget_errors(written, [Asked(STATE, "actions", sum(parts))]) == []


def test_a_request_absent_from_the_budget_says_both_amounts() -> None:
    written = budget(charges=[charge(100)], produits=[produit(100, account="70")])
    (error,) = budget_errors(written, ASKED)
    assert (error.pointer, error.code) == ("/requests/0/amount_cents", "differs_from_line_74")
    assert "8\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€" in error.detail.fr
    assert "0\N{NO-BREAK SPACE}€ en 74" in error.detail.fr


def test_a_funder_in_the_budget_that_is_asked_nothing_is_pointed_at() -> None:
    written = budget(charges=[charge(1_600_000)], produits=[produit(800_000, STATE), produit(800_000, CAF)])
    assert found(budget_errors(written, ASKED)) == {"/budget/produits/1/funder_id": "not_asked"}


def test_a_public_funder_off_the_platform_is_written_without_an_id_and_asked_nothing_here() -> None:
    written = budget(charges=[charge(1_600_000)], produits=[produit(800_000, STATE), produit(800_000)])
    assert budget_errors(written, ASKED) == []


@pytest.mark.parametrize("account", ["70", "75", "79"])
def test_what_a_funder_is_asked_goes_on_account_74_only(account: str) -> None:
    written = budget(charges=[charge(800_000)], produits=[produit(800_000, STATE, account)])
    assert found(budget_errors(written, ASKED)) == {"/budget/produits/0/account": "account"}


@pytest.mark.parametrize(
    ("group", "account"),
    [("charges", "59"), ("charges", "69"), ("charges", "74"), ("produits", "60"), ("produits", "7"), ("voluntary_uses", "85")],
)
def test_an_account_outside_its_class_is_malformed(group: str, account: str) -> None:
    with pytest.raises(ValidationError):
        budget(**{group: [charge(100, account)]})


@pytest.mark.parametrize("amount", [0, -100])
def test_a_line_is_of_more_than_nothing(amount: int) -> None:
    with pytest.raises(ValidationError):
        budget(charges=[charge(amount)])


def test_everything_wrong_with_a_budget_is_said_at_once() -> None:
    written = budget(
        charges=[charge(150)],
        produits=[produit(100, STATE), produit(100, CAF)],
        voluntary_uses=[voluntary(100, "86")],
    )
    assert found(budget_errors(written, ASKED)) == {
        "/budget/charges/0/amount_cents": "whole_euros",
        "/budget": "unbalanced",
        "/budget/voluntary_uses": "voluntary_unbalanced",
        "/budget/produits/1/funder_id": "not_asked",
        "/requests/0/amount_cents": "differs_from_line_74",
    }
