"""The laws of the bilan: gaps, pro rata, what must be explained, when to remind."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.bilans import rules
from services.programming.bilans.models import BilanReviewStatus, BilanStatus
from services.programming.bilans.schemas import BilanContent, Statement
from services.programming.dossiers.rules import exercise, months_after
from tests.programming.laws import law

CENTS = st.integers(0, 10**11)
FUNDER = UUID(int=1)


@law
@given(CENTS, CENTS, CENTS)
def test_what_is_justified_is_within_the_grant_and_is_all_of_it_once_everything_is_spent(
    granted: int, planned: int, actual: int
) -> None:
    justified = rules.pro_rata(granted, planned, actual)
    assert 0 <= justified <= granted
    if actual >= planned:
        assert justified == granted
    else:
        # Rounded down to the cent, by less than one.
        assert justified * planned <= granted * actual < (justified + 1) * planned


@law
@given(CENTS, CENTS, CENTS, CENTS)
def test_who_spends_more_never_justifies_less(granted: int, planned: int, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert rules.pro_rata(granted, planned, less) <= rules.pro_rata(granted, planned, more)


@law
@given(st.lists(CENTS, min_size=1, max_size=8), CENTS, CENTS)
def test_together_funders_justify_no_more_than_their_share_of_what_was_spent(grants: list[int], planned: int, actual: int) -> None:
    justified = sum(rules.pro_rata(granted, planned, actual) for granted in grants)
    together = rules.pro_rata(sum(grants), planned, actual)
    assert together - len(grants) < justified <= together
    if actual < planned and sum(grants) <= planned:
        assert justified <= actual, "no euro is justified twice"


@law
@given(st.integers(1, 10**11), CENTS)
def test_a_gap_in_percent_says_what_the_gap_in_cents_says(planned: int, actual: int) -> None:
    share = rules.gap_bp(planned, actual)
    assert share is not None
    assert share * (actual - planned) >= 0
    assert abs(2 * (abs(share) * planned - abs(actual - planned) * 10_000)) <= planned, "to the nearest basis point"


@pytest.mark.parametrize(
    ("planned", "actual", "share"),
    [(0, 5, None), (0, 0, None), (100, 100, 0), (200_000, 100_000, -5_000), (300, 301, 33), (300, 299, -33), (20_000, 20_001, 1)],
)
def test_a_gap_is_counted_from_what_was_planned(planned: int, actual: int, share: int | None) -> None:
    assert rules.gap_bp(planned, actual) == share


@pytest.mark.parametrize(
    ("planned", "actual", "expected"),
    [
        (1_000_000, 900_000, False),  # 1 000 € exactly
        (1_000_000, 899_999, True),
        (1_000_000, 1_100_001, True),
        (10_000_000, 9_000_000, False),  # 10 % exactly
        (10_000_000, 8_999_999, True),
        (10_000, 0, False),  # all of it, but small money
        (0, 100_000, False),
        (0, 100_001, True),
    ],
)
def test_a_gap_is_explained_when_it_is_neither_small_money_nor_a_small_share(planned: int, actual: int, expected: bool) -> None:
    assert rules.to_explain(planned, actual) is expected


def planned(**groups: list[tuple[str, str, int]]) -> dict[str, Any]:
    return {
        group: [{"account": account, "label": label, "amount_cents": cents} for account, label, cents in lines]
        for group, lines in groups.items()
    }


def test_lines_of_one_account_and_label_are_one_line() -> None:
    budget = planned(charges=[("60", "Achats", 100), ("61", "Loyer", 50), ("60", "Achats", 25)])
    found = rules.lines(budget, Statement())["charges"]
    assert [(line.account, line.planned) for line in found] == [("60", 125), ("61", 50)]


def test_subsidies_of_two_funders_under_one_label_are_two_lines() -> None:
    line = {"account": "74", "label": "Subvention", "amount_cents": 100}
    budget = {"produits": [{**line, "funder_id": str(FUNDER)}, {**line, "funder_id": None}]}
    told = Statement.model_validate(
        {"produits": [{"account": "74", "label": "Subvention", "actual_cents": 70, "funder_id": FUNDER}]}
    )
    assert [(line.funder_id, line.actual) for line in rules.lines(budget, told)["produits"]] == [(FUNDER, 70), (None, None)]


TEXT = st.text("abé €", max_size=4)
STATEMENTS = st.builds(
    lambda lines: Statement.model_validate({"charges": lines}),
    st.lists(
        st.fixed_dictionaries({"account": st.sampled_from(["60", "61"]), "label": TEXT, "actual_cents": st.none() | CENTS}),
        max_size=6,
        unique_by=lambda line: (line["account"], line["label"]),
    ),
)


@law
@given(st.lists(st.tuples(st.sampled_from(["60", "61"]), TEXT, st.integers(1, 10**6)), max_size=6), STATEMENTS)
def test_whatever_is_sent_no_planned_line_and_no_amount_is_lost(lines: list[tuple[str, str, int]], sent: Statement) -> None:
    budget = planned(charges=lines)
    kept = rules.reconciled(budget, sent)
    assert rules.reconciled(budget, kept) == kept, "saving what was read changes nothing"
    found = rules.lines(budget, kept)["charges"]
    assert rules.total_planned(found) == sum(cents for _, _, cents in lines)
    assert rules.total_actual(found) == sum(line.actual_cents or 0 for line in sent.charges)
    assert {(line.account, line.label) for line in found} >= {(account, label) for account, label, _ in lines}


@law
@given(CENTS, CENTS)
def test_charges_equal_produits_in_what_was_really_done(charges: int, produits: int) -> None:
    told = Statement.model_validate(
        {
            "charges": [{"account": "60", "label": "Achats", "actual_cents": charges, "explanation": "x"}],
            "produits": [{"account": "70", "label": "Ventes", "actual_cents": produits, "explanation": "x"}],
        }
    )
    codes = [error.code for error in rules.statement_errors(rules.lines({}, told))]
    assert codes == ([] if charges == produits else ["unbalanced"])


def test_voluntary_contributions_balance_too() -> None:
    told = Statement.model_validate({"voluntary_uses": [{"account": "864", "label": "Bénévolat", "actual_cents": 1}]})
    assert [error.code for error in rules.statement_errors(rules.lines({}, told))] == ["voluntary_unbalanced"]


def test_parts_of_a_public_are_no_more_than_the_whole() -> None:
    public = {"label": "Adultes", "actual_count": 10, "women": 6, "men": 5, "qpv_residents": 11}
    content = BilanContent.model_validate({"publics": [public], "indicators": [{"label": "Assiduité"}], "qpv_codes": ["QP099001"]})
    errors = rules.completeness(content, {}, known_qpvs=frozenset(), today=date(2028, 1, 1))
    found = {error.pointer: error.code for error in errors}
    assert found["/publics/0/women"] == found["/publics/0/qpv_residents"] == "above_actual"
    assert found["/indicators/0/actual"] == "missing"
    assert found["/qpv_codes/0"] == "unknown_code"


@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        (date(2027, 1, 1), date(2027, 12, 31), date(2028, 6, 30)),
        (date(2027, 9, 1), date(2028, 8, 31), date(2029, 2, 28)),
        (date(2026, 9, 1), date(2027, 8, 31), date(2028, 2, 29)),  # the February of a leap year
        (date(2027, 3, 1), date(2028, 2, 29), date(2028, 8, 29)),
        (date(2028, 2, 29), date(2029, 2, 27), date(2029, 8, 27)),
    ],
)
def test_a_bilan_is_due_six_months_after_the_exercise_day_for_day(first: date, last: date, due: date) -> None:
    assert exercise(first.year, first) == (first, last)
    assert months_after(last, 6) == due


@pytest.mark.parametrize(
    ("today", "step"),
    [
        (date(2028, 3, 29), None),
        (date(2028, 3, 30), -3),
        (date(2028, 5, 29), -3),
        (date(2028, 5, 30), -1),
        (date(2028, 6, 29), -1),
        (date(2028, 6, 30), 0),
        (date(2028, 7, 29), 0),
        (date(2028, 7, 30), 1),
        (date(2028, 12, 30), 6),
        (date(2029, 2, 27), 7),
        (date(2029, 2, 28), 8),
    ],
)
def test_reminders_come_three_months_and_one_month_before_the_day_itself_then_every_month(today: date, step: int | None) -> None:
    assert rules.step_reached(date(2028, 6, 30), today) == step


@law
@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 800), st.integers(0, 60))
def test_a_reminder_that_was_reached_stays_reached(due_on: date, days: int, more: int) -> None:
    early = due_on - timedelta(days=120) + timedelta(days=days)
    before, after = rules.step_reached(due_on, early), rules.step_reached(due_on, early + timedelta(days=more))
    assert before is None or (after is not None and after >= before)
    if before is not None:
        assert months_after(due_on, before) <= early


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([BilanReviewStatus.TO_REVIEW, BilanReviewStatus.ACCEPTED], BilanStatus.SUBMITTED),
        ([BilanReviewStatus.COMPLETION_REQUESTED, BilanReviewStatus.ACCEPTED], BilanStatus.COMPLETION_REQUESTED),
        ([BilanReviewStatus.COMPLETION_REQUESTED, BilanReviewStatus.TO_REVIEW], BilanStatus.COMPLETION_REQUESTED),
        ([BilanReviewStatus.REJECTED, BilanReviewStatus.ACCEPTED], BilanStatus.INSTRUCTED),
    ],
)
def test_a_bilan_is_where_its_funders_are(reviews: list[BilanReviewStatus], expected: BilanStatus) -> None:
    assert rules.status_of(reviews) is expected
