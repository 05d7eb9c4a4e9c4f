"""`canevas import …`: what is said on the terminal, the report in a file, and the exit code, on real databases."""

import csv
import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from gateway.cli import main
from gateway.routes import SERVICES, load
from tests.conftest import Databases
from tests.directory.people import new_siret, with_luhn

run = CliRunner().invoke
EPCI = with_luhn("20003598")
COMMUNE = with_luhn("21110069")


@pytest.fixture(scope="module")
def urls(databases: Databases) -> dict[str, str]:
    return {route.service: databases(load(route).service) for route in SERVICES}


@pytest.fixture(autouse=True)
def _platform(urls: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell from which the platform's commands are given."""
    monkeypatch.setenv("CANEVAS_DATA_DIR", str(tmp_path / "platform"))
    for name in ("CANEVAS_SECRET_KEY", "CANEVAS_EVENTS_SECRET"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, url in urls.items():
        monkeypatch.setenv(f"{name.upper()}_DATABASE_URL", url)


def written(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_dry_run_then_an_import_then_the_same_again(tmp_path: Path, urls: dict[str, str]) -> None:
    siret, report = new_siret(), tmp_path / "erreurs.csv"
    file = written(tmp_path / "structures.csv", f"siret;nom\n{siret};Régie\n3,8E+12;Arrondie\n=1+1;Formule\n")
    dry = run(main, ["import", "organisations", file, "--kind", "association", "--dry-run"])
    assert dry.exit_code == 1, dry.output
    assert "À blanc : rien n'est écrit." in dry.stdout
    assert "3 lignes lues : 1 à créer, 0 à compléter ou changer, 0 inchangées, 0 répétées, 0 hors sujet, 2 refusées." in dry.stdout

    done = run(main, ["import", "organisations", file, "--kind", "association", "--report", str(report)])
    assert done.exit_code == 1
    assert "1 créées" in done.stdout
    assert "1 × refusée (ligne 3) : Le tableur a remplacé le SIRET par une notation scientifique" in done.stdout
    assert "      → Reprenez le numéro à sa source." in done.stdout
    with report.open(encoding="utf-8-sig", newline="") as read:
        header, *rows = csv.reader(read, delimiter=";")
    assert header == ["fichier", "ligne", "niveau", "colonne", "valeur", "constat", "que faire"]
    assert [row[:5] for row in rows] == [
        ["structures.csv", "3", "refusée", "siret", "3,8E+12"],
        ["structures.csv", "4", "refusée", "siret", "'=1+1"],
    ], "a cell that a spreadsheet would compute is a text"

    good = written(tmp_path / "bonnes.csv", f"siret;nom\n{siret};Régie\n")
    again = run(main, ["import", "organisations", good, "--kind", "association"])
    assert again.exit_code == 0
    assert "0 créées, 0 changées, 1 inchangées" in again.stdout
    assert "Rien ne change." in again.stdout
    with psycopg.connect(urls["directory"]) as connection:
        assert connection.execute("SELECT count(*) FROM organisations WHERE siret = %s", [siret]).fetchone() == (1,)


def test_what_is_no_file_of_organisations_is_one_message(tmp_path: Path) -> None:
    for content, said in (("titre;auteur\n1;2\n", "Aucune colonne reconnue. Lues : titre, auteur"), ('[{"siret": "1"', "coupé")):
        done = run(main, ["import", "organisations", written(tmp_path / "x", content)])
        assert done.exit_code == 1
        assert said in done.stderr
        assert "Traceback" not in done.output
    assert run(main, ["import", "organisations", str(tmp_path / "absent.csv")]).exit_code == 2
    odd = run(main, ["import", "organisations", written(tmp_path / "x", "siret\n"), "--kind", "club"])
    assert odd.exit_code == 2
    empty = tmp_path / "vide"
    empty.mkdir()
    assert run(main, ["import", "territories", str(empty)]).exit_code == 2
    itself = run(main, ["import", "organisations", str(tmp_path / "x"), "--report", str(tmp_path / "x")])
    assert itself.exit_code == 2
    assert (tmp_path / "x").read_text() == "siret\n", "a report never takes the place of what is read"
    nowhere = run(main, ["import", "organisations", str(tmp_path / "x"), "--report", str(tmp_path / "absent" / "erreurs.csv")])
    assert nowhere.exit_code == 1
    assert "absent" in nowhere.stderr
    assert "Traceback" not in nowhere.output


def test_from_territories_and_organisations_to_contracts(tmp_path: Path, urls: dict[str, str]) -> None:
    """The whole way: the folder of territories, the list of QPV, contracts refused for want of leads, leads, contracts."""
    folder = tmp_path / "data"
    folder.mkdir()
    commune = {"code": "11901", "nom": "Essai", "departement": "11", "type": "commune-actuelle", "siren": COMMUNE}
    written(folder / "communes.json", json.dumps([commune]))
    members = [{"code": "11901"}]
    written(folder / "epci.json", json.dumps([{"code": EPCI, "nom": "CA de l'Essai", "type": "CA", "membres": members}]))
    written(folder / "quartiers.csv", f"code_qp;lib_qp;insee_com;siren_epci\nQN01190N;Les Tilleuls;11901;{EPCI}\n")
    written(folder / "README.txt", "rien à lire")
    placed = run(main, ["import", "territories", str(folder)])
    assert placed.exit_code == 0, placed.output
    assert "3 lignes lues : 3 créées" in placed.stdout

    features = [
        {"type": "Feature", "properties": {"codgeo": place, "code_cv": code, "lib_cv": name, "pop": 1104.0}}
        for place, code, name in ((EPCI, "CN97190I", "11 - CA de l'Essai"), ("11901", "CN97191I", "11 - Essai"))
    ]
    contracts = written(tmp_path / "contrats.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    missing = tmp_path / "pilotes.csv"
    options = ["--communes", str(folder / "communes.json"), "--missing-leads", str(missing)]
    refused = run(main, ["import", "contracts", contracts, *options])
    assert refused.exit_code == 1
    assert "2 refusées" in refused.stdout
    asked = missing.read_text(encoding="utf-8-sig").splitlines()
    assert asked == ["siren;siret;nom;genre", f"{EPCI};;CA de l'Essai;epci", f"{COMMUNE};;Essai;commune"]

    sirets = {siren: with_luhn(f"{siren}0001") for siren in (EPCI, COMMUNE)}
    completed = "\n".join([asked[0], *(line.replace(";;", f";{sirets[line[:9]]};") for line in asked[1:])])
    leads = run(main, ["import", "organisations", written(tmp_path / "pilotes-completes.csv", completed)])
    assert leads.exit_code == 0, leads.output
    done = run(main, ["import", "contracts", contracts, *options[:2]])
    assert done.exit_code == 0, done.output
    assert "2 créées" in done.stdout
    again = run(main, ["import", "contracts", contracts, *options[:2]])
    assert (again.exit_code, "Rien ne change." in again.stdout) == (0, True)
    with psycopg.connect(urls["programming"]) as connection:
        found = connection.execute(
            "SELECT code, qpvs->0->>'code' FROM contracts WHERE code LIKE 'CN9719_I' ORDER BY code"
        ).fetchall()
    assert found == [("CN97190I", "QN01190N"), ("CN97191I", "QN01190N")]


def test_a_way_out_that_differs_by_line_says_of_which_it_is(tmp_path: Path, urls: dict[str, str]) -> None:
    """SIRETs as a spreadsheet writes them once it took them for numbers: none is lost, and each line says its own."""
    first, second, third = new_siret(), new_siret(), new_siret()
    spoilt = (f"{first}.0", f"{second[0]}.{second[1:]}E13", f"{third[0]},{third[1:]}E+13")
    file = written(tmp_path / "flottants.csv", "siret;nom\n" + "".join(f"{each};Régie\n" for each in spoilt))
    done = run(main, ["import", "organisations", file, "--kind", "association"])
    assert done.exit_code == 0, done.output
    assert "3 créées" in done.stdout
    assert f"      → Pour la ligne 2 : Lu {first}." in done.stdout
    assert "Pour les autres, ligne par ligne : --report." in done.stdout
    again = run(main, ["import", "organisations", file, "--kind", "association"])
    assert "3 inchangées" in again.stdout
