"""The demonstration itself, small, through the real command on a real platform."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from gateway.demo.catalogue import Found, Holdings
from gateway.demo.catalogue_report import show_catalogue
from gateway.demo.data import library
from gateway.demo.figures import Answers
from gateway.demo.play import main
from gateway.demo.report import show
from gateway.demo.scratch import environment_without_settings

COMMAND = [sys.executable, "-m", "gateway.cli", "demo", "--dossiers"]


def test_a_small_year_is_played_to_its_last_letter(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DIRECTORY_DATABASE_URL": "postgresql://somebodys/real-one"}
    played = subprocess.run([*COMMAND, "4"], env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert played.returncode == 0, played.stdout + played.stderr
    lines = played.stdout.splitlines()
    said = json.loads(lines[-1])
    granted = said.pop("granted_cents")
    uncovered = said.pop("uncovered_cells")
    paid, justified, rows, share = (
        said.pop(name) for name in ("paid_cents", "justified_cents", "scdl_rows", "multi_year_share_euros")
    )
    cpos = said.pop("cpos")
    reminders = said.pop("reminders")
    documents = said.pop("documents")
    registrations, certificates = said.pop("registrations"), said.pop("certificates")
    assert said == {
        "dossiers": 4,
        "submitted": 4,
        "notified": 4,
        "envelope_overruns": 0,
        "http_errors": 0,
        "scdl_errors": 0,
        "searches_ok": 3,
        "oversold": 0,
        "changes_requested": 2,
        "renewals": 1,
        "minutes": 3,
        "deports": 1,
        "collaborators": 1,
        "scenarios": 2,
    }
    assert reminders >= 2
    for told in (
        "rejoint la rédaction d’un dossier",
        "visé par le représentant légal",
        "pièces reprises du dossier permanent",
        "Une décision rouverte avec son motif",
        "1 dossier ajourné repris à la séance suivante",
        "retiré par son porteur",
    ):
        assert told in played.stdout
    assert registrations > 20
    assert certificates > 20
    assert "Réseau Ressources Urbaines d’Oc" in played.stdout
    assert documents == len(library.documents())
    assert "4 dossiers clos sont des brouillons de fiches expériences" in played.stdout
    for search in library.SEARCHES:
        assert f"« {search.query} »" in played.stdout
    assert granted > 0
    assert granted >= paid >= justified > 0.7 * granted
    assert cpos > 0
    assert 0 < share < 1
    assert rows > 4
    assert 40 <= uncovered < 60
    assert "\x1b" not in played.stdout
    total = next(line for line in lines if line.startswith("| Total"))
    assert re.sub(r"\D", "", total.split("|")[4]) == str(granted // 100)
    assert list(tmp_path.iterdir()) == [], "the scratch folder is gone"


@pytest.mark.parametrize(("number", "when"), [(signal.SIGINT, "postgresql*"), (signal.SIGTERM, "mail")])
def test_an_interruption_leaves_nothing_behind(number: signal.Signals, when: str, tmp_path: Path) -> None:
    """While the database is being made, and while people register and the administrator is being made."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([*COMMAND, "4"], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        until = time.monotonic() + 90
        while not list(tmp_path.glob(f"canevas-demo-*/data/{when}")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrompu" in said
    assert list(tmp_path.iterdir()) == []


def test_settings_of_a_real_platform_do_not_reach_the_scratch_one() -> None:
    environment = {
        "PATH": "/bin",
        "CANEVAS_SMTP_URL": "smtp://x",
        "DIRECTORY_DATABASE_URL": "postgresql://x",
        "PROGRAMMING_X": "1",
        "CATALOGUE_X": "1",
    }
    assert environment_without_settings(environment) == {"PATH": "/bin"}


@pytest.mark.parametrize("count", ["0", "-1", "beaucoup"])
def test_a_wrong_count_is_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--dossiers", count])
    assert refused.value.code == 2
    assert "--dossiers" in capsys.readouterr().err


def test_uncovered_cells_stand_out_in_the_table() -> None:
    line = {"amount_cents": 1_000_000, "granted_cents": 500_000}
    funder = {"organisation_id": "f", "short_name": "État", "budget_lines": [line]}
    request = {"funder_id": "f", "amount_cents": 800_000, "proposed_cents": 600_000, "granted_cents": 500_000}
    dossier = {"objective_codes": ["1"], "qpv_codes": ["Q"], "requests": [request], "submitted_at": "x", "status": "notified"}
    campaign = {"objective_codes": ["1", "2"], "qpv_codes": ["Q"]}
    console = Console(file=StringIO(), width=160)
    show(console, Answers(campaign, [dossier], [funder], []), {"1": "Grandir", "Q": "Grazailles"})
    text = console.file.getvalue().replace("\u202f", " ").replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert "1 · 5 000 €" in text
    assert "(1 couple non couvert)" in text
    assert re.search(r"2\. +\| non couvert \|", text)


def test_searches_are_shown_with_what_they_found() -> None:
    first, second, third = library.SEARCHES
    searches = (
        Found(first, ("A", "B", "C", "D"), 12, (("Étude", 7), ("Référence", 3), ("Vidéo", 1), ("Compte rendu", 1))),
        Found(second, ("Seul",), 1, (("Étude", 1),)),
        Found(third, ()),
    )
    drafts = [{"reference": f"RUO-2028-000{number}", "title": f"Action {number}"} for number in range(4)]
    console = Console(file=StringIO(), width=160)
    show_catalogue(console, Holdings(62, searches), drafts)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert f"« {first.query} » : 12 documents (Étude 7, Référence 3, Vidéo 1, Compte rendu 1)" in text
    assert "3. C" in text
    assert "4. D" not in text
    assert f"« {second.query} » : 1 document (Étude 1)" in text
    assert f"« {third.query} » : 0 document\n" in text
    assert "RUO-2028-0001  Action 1" in text
    assert "… et 2 de plus" in text
