"""Contracts from a file: who leads them and their neighbourhoods are the directory's; a second run changes nothing."""

import io
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.common.findings import Finding, Report
from services.common.ids import new_id
from services.common.records import digest, open_records
from services.programming.contracts import importing_rules as rules
from services.programming.contracts.importing_rules import Period
from services.programming.contracts.imports import BOUNDS, Found, Wish, import_contracts
from services.programming.contracts.schemas import CONTRACT_PATTERN
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio

PERIOD = Period(date(2024, 1, 1), date(2030, 12, 31), 2027)
EPCI, COMMUNE, COMMUNE_SIREN = "200040350", "01262", "210102620"


def qpv(code: str, generation: int = 2024, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Quartier {code}", "population": 1200, "generation": generation, "former_codes": [], **more}


def organisation(kind: str = "epci", siret: str = "20004035000018", **more: Any) -> dict[str, Any]:
    return {"id": new_id(), "kind": kind, "name": "Pilote", "siret": siret, "dissolved_on": None, **more}


@dataclass
class Directory:
    """What the directory answers, and how often it is asked."""

    leads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    neighbourhoods: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: int = 0

    async def find(self, sirens: Collection[str], codes: Collection[str]) -> Found:
        self.asked += 1
        return Found({one: self.leads.get(one, []) for one in sirens}, {one: self.neighbourhoods.get(one, []) for one in codes})


async def imported(world: World, directory: Directory, content: str, **options: Any) -> tuple[Report, list[Finding], set[str]]:
    found: list[Finding] = []
    file = io.BytesIO(content.encode())
    wish = Wish(file, "essai", digest(file), world.running.resources.clock.now(), PERIOD, {COMMUNE: COMMUNE_SIREN}, **options)
    missing = await import_contracts(world.running.resources, wish, report := Report(tell=found.append), directory.find)
    return report, found, set(missing)


def ends(report: Report) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, refused."""
    return report.created, report.changed, report.unchanged, report.refused


def geojson(*contracts: tuple[str, str, str]) -> str:
    features = [
        {"type": "Feature", "properties": {"codgeo": place, "code_cv": code, "lib_cv": name, "insee_dep": "01", "pop": 1104.0}}
        for code, name, place in contracts
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


async def contract(world: World, code: str) -> dict[str, Any]:
    (row,) = await world.running.rows("SELECT * FROM contracts WHERE code = %(code)s", code=code)
    return row


async def test_contracts_find_their_lead_and_their_neighbourhoods_once_and_for_all(world: World) -> None:
    agglomeration, town = organisation(), organisation("commune", "21010262000013")
    directory = Directory(
        {EPCI: [agglomeration], COMMUNE_SIREN: [town]},
        {EPCI: [qpv("QP971001", 2015), qpv("QN97190N", former_codes=["QP971001"])], COMMUNE: [qpv("QP971002", 2015)]},
    )
    content = geojson(("CN97190I", "01 - CC Bugey Sud", EPCI), ("CN97191M", "01 - Montluel", COMMUNE))
    dry, _, _ = await imported(world, directory, content, dry_run=True)
    assert ends(dry) == (2, 0, 0, 0)
    assert await world.running.rows("SELECT 1 FROM contracts WHERE code LIKE 'CN9719%%'") == []
    report, found, missing = await imported(world, directory, content)
    assert (ends(report), found, missing) == ((2, 0, 0, 0), [], set())
    made = await contract(world, "CN97190I")
    assert (made["name"], made["lead_organisation_id"]) == ("CC Bugey Sud", agglomeration["id"])
    assert (made["starts_on"], made["ends_on"], made["mid_term_review_year"]) == (date(2024, 1, 1), date(2030, 12, 31), 2027)
    assert made["qpvs"] == [{"code": "QN97190N", "name": "Quartier QN97190N", "population": 1200, "former_codes": ["QP971001"]}]
    other = await contract(world, "CN97191M")
    assert (other["lead_organisation_id"], [one["code"] for one in other["qpvs"]]) == (town["id"], ["QP971002"])
    read = (await world.call(None, "GET", f"/contracts/{made['id']}", expect=200)).json()
    assert (read["code"], read["framework"], read["signatories"]) == ("CN97190I", None, [])

    asked = directory.asked
    again, found, _ = await imported(world, directory, content)
    assert (ends(again), found, directory.asked) == ((0, 0, 2, 0), [], asked + 1)
    assert await contract(world, "CN97190I") == made
    noted = await world.running.rows("SELECT * FROM journal_lines WHERE act = 'contracts.imported'")
    assert [(line["changes"]["created"], len(line["changes"]["sha256"])) for line in noted] == [(2, 64)]


async def test_what_the_team_changed_is_kept_unless_the_file_is_to_win(world: World) -> None:
    lead = organisation()
    directory = Directory({EPCI: [lead]}, {EPCI: [qpv("QN97290N")]})
    content = geojson(("CN97290I", "01 - Le contrat", EPCI))
    await imported(world, directory, content)
    path = f"/contracts/{(await contract(world, 'CN97290I'))['id']}"
    await world.change(Person(administrator=True), "PATCH", path, json={"name": "Notre contrat"}, expect=200)
    directory.neighbourhoods[EPCI].append(qpv("QN97291N"))
    report, (kept,), _ = await imported(world, directory, content)
    assert (ends(report), kept.code, kept.column) == ((0, 0, 1, 0), "difference_gardee", "name, qpvs")
    directory.leads[EPCI] = [organisation()]
    report, (kept,), _ = await imported(world, directory, content, overwrite=True)
    assert (ends(report), kept.code, kept.column) == ((0, 1, 0, 0), "identite_gardee", "lead_organisation_id")
    now = await contract(world, "CN97290I")
    assert (now["name"], len(now["qpvs"]), now["lead_organisation_id"], now["version"]) == ("Le contrat", 2, lead["id"], 3)


async def test_a_line_that_cannot_be_a_contract_says_why_and_the_others_go_through(world: World) -> None:
    gone, twins = organisation(dissolved_on=date(2025, 1, 1)), [organisation(), organisation(siret="20004293500026")]
    directory = Directory(
        {EPCI: [organisation()], "200042935": twins, "200042943": [gone], COMMUNE_SIREN: [organisation("commune")]},
        {EPCI: [qpv("QN97390N")], "200042935": [qpv("QN97391N")]},
    )
    lines = [
        ("CN97390I", "Bonne", EPCI, ""),
        ("CX428", "Inconnue", EPCI, ""),
        ("CN97391I", "Sans pilote", "200040001", ""),
        ("CN97392I", "Pilote dissous", "200042943", ""),
        ("CN97393I", "Deux pilotes", "200042935", ""),
        ("CN97394I", "Le second", "200042935", "20004293500026"),
        ("CN97395I", "Sans quartier", COMMUNE, ""),
        ("CN97396I", "Commune sans SIREN", "97801", ""),
        ("CN97397I", "", EPCI, ""),
        ("CN97398I", "Nulle part", "", ""),
        ("CN97390I", "Bonne encore", EPCI, ""),
    ]
    content = "code_cv;lib_cv;codgeo;siret_pilote\n" + "".join(";".join(line) + "\n" for line in lines)
    report, found, missing = await imported(world, directory, content)
    assert (ends(report), report.repeated) == ((2, 0, 0, 8), 1)
    assert sorted((one.line, one.code) for one in found) == [
        *((3, "code_contrat"), (4, "pilote_inconnu"), (5, "pilote_dissous"), (6, "pilote_ambigu"), (8, "sans_quartier")),
        *((9, "siren_de_commune"), (10, "nom_illisible"), (11, "sans_territoire"), (12, "code_repete")),
    ]
    assert missing == {"200040001"}
    assert (await contract(world, "CN97394I"))["lead_organisation_id"] == twins[1]["id"]
    assert all(one.said and one.way_out for one in found)


async def test_dates_of_the_file_count_before_those_given_for_all(world: World) -> None:
    directory = Directory({EPCI: [organisation()]}, {EPCI: [qpv("QN97490N")]})
    head = "code;nom;codgeo;début;fin\n"
    content = f"{head}CN97490I;Courte;{EPCI};01/07/2024;2027-06-30\nCN97491I;À l'envers;{EPCI};2027-01-01;2024-01-01\nCN97492I;Rien;{EPCI};bientôt;\n"
    report, found, _ = await imported(world, directory, content)
    assert (ends(report), [one.code for one in found]) == ((1, 0, 0, 2), ["periode", "date_fausse"])
    made = await contract(world, "CN97490I")
    assert (made["starts_on"], made["ends_on"]) == (date(2024, 7, 1), date(2027, 6, 30))


@pytest.mark.parametrize(("place", "read"), [("1262", "01262"), ("2a004", "2A004"), (" 200 040 350 ", EPCI)])
def test_codes_of_places_that_lost_a_zero_or_gained_spaces(place: str, read: str) -> None:
    records = open_records(io.BytesIO(f"code;nom;codgeo\nCN97490I;Nom;{place}\n".encode()), rules.is_known, BOUNDS)
    line, findings = rules.read(records, next(records.rows), PERIOD)
    assert findings == []
    assert line is not None
    assert line.place == read


def test_the_epci_or_the_commune_leads_before_others_of_its_siren() -> None:
    line = rules.Line(2, "CN97490I", "Nom", EPCI, None, PERIOD.starts_on, PERIOD.ends_on)
    office, epci = organisation("other_public"), organisation()
    assert rules.lead_of(line, EPCI, [office, epci]) == UUID(str(epci["id"]))
    assert rules.lead_of(line, EPCI, [office]) == UUID(str(office["id"]))


@pytest.mark.parametrize("code", ["CV425", "CV373", "CN98701M", "CN02A01N", "CN97290I", " cv428 "])
def test_codes_of_both_generations_are_taken_overseas_included(code: str) -> None:
    records = open_records(io.BytesIO(f"code;nom;codgeo\n{code};Nom;{EPCI}\n".encode()), rules.is_known, BOUNDS)
    line, findings = rules.read(records, next(records.rows), PERIOD)
    assert findings == []
    assert line is not None
    assert line.code == code.strip().upper()
    assert re.fullmatch(CONTRACT_PATTERN, line.code)
