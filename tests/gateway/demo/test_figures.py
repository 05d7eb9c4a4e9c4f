"""The figures shown at the end say what the API answered, to the cent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.figures import Answers, coverage, faults, funder_rows, spread, summary


@given(amount=st.integers(0, 10**12), parts=st.integers(1, 500))
def test_spreading_loses_nothing_and_parts_are_equal_to_one_unit(amount: int, parts: int) -> None:
    shares = spread(amount, parts)
    assert len(shares) == parts
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(("amount", "parts"), [(10, 0), (-1, 3)])
def test_what_cannot_be_spread_is_refused(amount: int, parts: int) -> None:
    with pytest.raises(ValueError):
        spread(amount, parts)


def request(funder: str, granted: int | None, *, asked: int = 500_000, proposed: int | None = 400_000) -> dict[str, Any]:
    return {"funder_id": funder, "amount_cents": asked, "proposed_cents": proposed, "granted_cents": granted}


def dossier(objectives: list[str], qpvs: list[str], *requests: dict[str, Any], status: str = "notified") -> dict[str, Any]:
    return {
        "objective_codes": objectives,
        "qpv_codes": qpvs,
        "requests": list(requests),
        "submitted_at": "2026-11-20T10:00:00Z",
        "status": status,
    }


def funder(funder_id: str, *lines: tuple[int, int]) -> dict[str, Any]:
    budget_lines = [{"amount_cents": amount, "granted_cents": granted} for amount, granted in lines]
    return {"organisation_id": funder_id, "short_name": funder_id.upper(), "budget_lines": budget_lines}


def answers(*dossiers: dict[str, Any], funders: list[dict[str, Any]] | None = None) -> Answers:
    delay = {"funder_id": "a", "median_days_to_notification": 61.5, "notified_within_promise": 1, "notified": 2}
    campaign = {"objective_codes": ["1", "2"], "qpv_codes": ["Q", "R"]}
    return Answers(campaign, dossiers, funders or [funder("a", (1_000_000, 700_000))], [delay])


def test_a_granted_dossier_counts_in_every_cell_it_names_and_its_euros_once() -> None:
    read = answers(
        dossier(["1", "2"], ["Q"], request("a", 300_100), request("b", 0)),
        dossier(["1"], ["Q", "R"], request("a", 100_000)),
        dossier(["2"], ["R"], request("a", 0)),
    )
    found = coverage(read)
    assert found.actions == {("1", "Q"): 2, ("2", "Q"): 1, ("1", "R"): 1}
    assert found.cents == {("1", "Q"): 150_100 + 50_000, ("2", "Q"): 150_000, ("1", "R"): 50_000}
    assert found.uncovered == [("2", "R")]
    assert summary(read, 0)["uncovered_cells"] == 1


def test_a_funders_row_adds_its_own_requests_and_lines() -> None:
    read = answers(
        dossier(["1"], ["Q"], request("a", 300_000), request("b", 100_000)),
        dossier(["1"], ["Q"], request("a", None, proposed=None)),
        funders=[funder("a", (400_000, 300_000), (50_000, 0)), funder("c", (10, 0))],
    )
    row, silent = funder_rows(read)
    assert (row.name, row.asked_cents, row.proposed_cents, row.granted_cents) == ("A", 1_000_000, 400_000, 300_000)
    assert (row.envelope_cents, row.left_cents, row.median_days, row.within_promise) == (450_000, 150_000, 61.5, 1)
    assert (silent.asked_cents, silent.median_days, silent.notified) == (0, None, 0)


def test_the_summary_counts_what_was_read_back() -> None:
    draft = dossier([], [], status="draft") | {"submitted_at": None}
    read = answers(dossier(["1"], ["Q"], request("a", 700_000)), draft)
    assert summary(read, 0) == {
        "dossiers": 2,
        "submitted": 1,
        "notified": 1,
        "granted_cents": 700_000,
        "envelope_overruns": 0,
        "uncovered_cells": 3,
        "http_errors": 0,
    }
    assert faults(read, summary(read, 0), 1) == []


@pytest.mark.parametrize("status", ["notified", "running", "report_due", "report_submitted", "closed"])
def test_a_dossier_that_went_on_was_notified(status: str) -> None:
    assert summary(answers(dossier(["1"], ["Q"], request("a", 1), status=status)), 0)["notified"] == 1


def test_every_fault_is_said() -> None:
    read = answers(dossier(["1"], ["Q"], request("a", 1), status="decided"), funders=[funder("a", (10, 11))])
    said = faults(read, summary(read, 3), 2)
    assert [line.split(" ")[0] for line in said] == ["3", "1", "1", "0", "les"]
