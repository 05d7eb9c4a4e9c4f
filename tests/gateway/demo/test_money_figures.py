"""The figures of the money say what the API answered, and what went wrong is said by name."""

import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gateway.demo.money_figures import MoneyAnswers, median_days, money_faults, money_rows, money_summary
from gateway.demo.money_report import show_money
from gateway.demo.publications import Published


def award(funder: str = "a", dossier: str = "d1", **more: Any) -> dict[str, Any]:
    return {
        "funder_id": funder,
        "dossier_id": dossier,
        "granted_cents": 1_000_000,
        "committed_cents": 1_000_000,
        "paid_cents": 1_000_000,
        "repaid_cents": 40_000,
        "justified_cents": 960_000,
        "to_repay_cents": 0,
        "notified_at": "2027-03-02T13:00:00Z",
        "first_paid_on": "2027-04-22",
        "pay_before_on": "2027-05-01",
        **more,
    }


def cpo(status: str = "in_force") -> tuple[dict[str, Any], dict[str, Any]]:
    years = [
        {"year": 2028, "forecast_cents": 500_000, "confirmed_cents": 500_000},
        {"year": 2029, "forecast_cents": 500_000, "confirmed_cents": 0},
    ]
    said = {"status": status, "reference": "CPO-CN01102I-2028-01", "holder_name": "Le Tilleul qui écoute"}
    return said, {"by_year": years, "total": {"paid_cents": 350_000}}


GOOD = MoneyAnswers(
    funders=[{"organisation_id": "a", "short_name": "État (P147)"}, {"organisation_id": "b", "short_name": "CAF"}],
    awards=[award(), award(dossier="d2", first_paid_on="2027-05-13", paid_cents=700_000, repaid_cents=0, justified_cents=700_000)],
    bilans=[{"status": "instructed"}],
    dossiers=[{"id": "d1", "status": "closed"}, {"id": "d2", "status": "closed"}, {"id": "d3", "status": "notified"}],
    cpos=[cpo()],
    multi_year={"share_euros_bp": 1_234, "target_bp": 5_000},
    published=[Published("etat", 2027, 2, (), 2), Published("caf", 2027, 0, (), 0)],
    imports=[({"errors": 0, "imported": 3}, {"errors": 0, "imported": 0})],
    envelopes=[{"granted_cents": 10, "amount_cents": 10}],
)


def test_a_funders_row_adds_its_own_awards() -> None:
    row, silent = money_rows(GOOD)
    assert (row.name, row.granted_cents, row.paid_cents, row.repaid_cents) == ("État (P147)", 2_000_000, 1_700_000, 40_000)
    assert (row.justified_cents, row.median_days, row.within_clock, row.awards) == (1_660_000, 61.5, 1, 2)
    assert (silent.granted_cents, silent.median_days, silent.awards) == (0, None, 0)
    assert median_days(GOOD) == 61.5
    assert median_days(replace(GOOD, awards=[award(first_paid_on=None)])) is None


def test_the_summary_counts_what_was_read_back() -> None:
    assert money_summary(GOOD) == {
        "paid_cents": 1_700_000,
        "justified_cents": 1_660_000,
        "cpos": 1,
        "multi_year_share_euros": 0.1234,
        "scdl_rows": 2,
        "scdl_errors": 0,
    }
    assert money_faults(GOOD) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"awards": [award(committed_cents=1_000_001)]}, "engagées au-delà"),
        ({"awards": [award(committed_cents=959_999)]}, "payées au-delà de ce qui est engagé"),
        ({"awards": [award(granted_cents=959_999, committed_cents=959_999)]}, "payées au-delà de ce qui est accordé"),
        ({"awards": [award(committed_cents=0, paid_cents=0, repaid_cents=0)]}, "pas engagées et payées"),
        ({"awards": [award(justified_cents=None)]}, "sans bilan accepté"),
        ({"bilans": [{"status": "submitted"}]}, "bilans non instruits"),
        ({"dossiers": [{"id": "d1", "status": "report_submitted"}]}, "pas clos"),
        ({"imports": [({"errors": 1, "imported": 2}, {"errors": 0, "imported": 0})]}, "en erreur"),
        ({"imports": [({"errors": 0, "imported": 3}, {"errors": 0, "imported": 3})]}, "doublés"),
        ({"envelopes": [{"granted_cents": 11, "amount_cents": 10}]}, "enveloppes dépassées"),
        ({"cpos": [cpo("approved")]}, "signatures"),
        ({"published": [Published("etat", 2027, 2, ("2, objet : vide",), 2)]}, "2, objet : vide"),
        ({"published": [Published("etat", 2027, 1, (), 2)]}, "manquent aux données publiées"),
    ],
)
def test_every_fault_is_said(wrong: dict[str, Any], said: str) -> None:
    assert any(said in line for line in money_faults(replace(GOOD, **wrong)))


@pytest.mark.parametrize("width", [80, 160])
def test_the_tables_fit_the_screen(width: int) -> None:
    console = Console(file=StringIO(), width=width)
    seven = [{"organisation_id": "a", "short_name": name} for name in ("Logis de la Tramontane", "Carcassonne Agglo")]
    show_money(console, replace(GOOD, funders=seven, cpos=[cpo()] * 6, awards=[award(granted_cents=30_000_000)] * 6))
    text = console.file.getvalue().replace("\u202f", " ").replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert "60 000 €" in text
    assert re.search(r"5 000 € ?\| *\(5 000 €\)", text)
    assert "12,3 % des euros accordés (objectif 50 %)" in text
    assert "2 subventions publiées en 1 fichier SCDL" in text
    assert ("Dans les délais" in text) == (width == 160)
