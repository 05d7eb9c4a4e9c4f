"""Territories from files: nested whatever their order, told twice for nothing, kept as people wrote them."""

import json
from typing import Any

import pytest

from services.directory.imports.places import neighbourhoods_within
from tests.directory.imports.files import codes, ends, territories
from tests.directory.people import an_administrator
from tests.support import Running

pytestmark = pytest.mark.anyio

#: Shapes of `@etalab/decoupage-administratif`; the places are imaginary, in codes nobody bears.
COMMUNES = json.dumps(
    [
        {"code": "11901", "nom": "Villeneuve-l'Essai", "typeLiaison": 0, "zone": "metro", "departement": "11", "region": "76"}
        | {"type": "commune-actuelle", "siren": "211190013", "population": 4200},
        {"code": "11902", "nom": "Vieux-Bourg", "departement": "11", "region": "76", "type": "commune-actuelle", "population": 900},
        {"code": "11903", "nom": "Absorbée", "departement": "11", "type": "commune-deleguee", "chefLieu": "11902"},
        {"code": "98901", "nom": "Au loin", "departement": "989", "region": "989", "zone": "com", "type": "commune-actuelle"},
    ]
)
EPCI = json.dumps(
    [
        {"code": "200035707", "nom": "CA de l'Essai", "type": "CA", "populationMunicipale": 5100}
        | {"membres": [{"code": "11901", "nom": "Villeneuve-l'Essai"}, {"code": "11902"}]}
    ]
)
QPV = (
    "\ufeffcode_qp;lib_qp;insee_reg;lib_reg;insee_dep;lib_dep;insee_com;lib_com;siren_epci\r\n"
    "QN01190N;Les Tilleuls;76;Occitanie;11;Aude;11901;Villeneuve-l'Essai;200035707\r\n"
    "QN01191M;Entre deux;76;Occitanie;11;Aude;11901; 11902;;\r\n".replace("11901; 11902", '"11901; 11902"')
    + "QP011902;Ancien;76;Occitanie;11;Aude;11902;Vieux-Bourg;200035707\r\n"
)


async def tree(directory: Running) -> dict[str, Any]:
    asked = "SELECT code, kind, name, parent_code, generation, population, version FROM territories"
    asked += " WHERE code LIKE '119%%' OR code LIKE 'Q_0119%%' OR code IN ('200035707', 'QP011902')"
    return {row["code"]: row for row in await directory.rows(asked)}


async def test_children_before_their_parents_find_their_place_and_a_second_run_changes_nothing(directory: Running) -> None:
    dry, found = await territories(directory, QPV, COMMUNES, EPCI, dry_run=True)
    assert (ends(dry), dry.ignored, codes(found)) == ((6, 0, 0, 0), 2, []), found
    assert await tree(directory) == {}

    report, found = await territories(directory, QPV, COMMUNES, EPCI)
    assert (ends(report), report.ignored, found) == ((6, 0, 0, 0), 2, [])
    made = await tree(directory)
    assert {code: (row["kind"], row["parent_code"], row["generation"]) for code, row in made.items()} == {
        "200035707": ("epci", None, None),
        "11901": ("commune", "200035707", None),
        "11902": ("commune", "200035707", None),
        "QN01190N": ("qpv", "11901", 2024),
        "QN01191M": ("qpv", "200035707", 2024),
        "QP011902": ("qpv", "11902", 2015),
    }
    assert (made["11901"]["name"], made["11901"]["population"]) == ("Villeneuve-l'Essai", 4200)
    again, found = await territories(directory, QPV, COMMUNES, EPCI)
    assert (ends(again), found) == ((0, 0, 6, 0), [])
    assert await tree(directory) == made
    found_there = await directory.client.get("/directory/v1/territories", params={"q": "tilleuls", "parent": "11901"})
    assert [one["code"] for one in found_there.json()["items"]] == ["QN01190N"]

    async with directory.resources.database.transaction() as session:
        within = await neighbourhoods_within(session, {"200035707", "11902", "11999"})
    assert {code: [one["code"] for one in those] for code, those in within.items()} == {
        "200035707": ["QN01190N", "QN01191M", "QP011902"],
        "11902": ["QP011902"],
        "11999": [],
    }


async def test_what_people_changed_is_kept_unless_the_file_is_to_win(directory: Running) -> None:
    await territories(directory, QPV, COMMUNES, EPCI)
    administrator = await an_administrator(directory)
    path = "/directory/v1/territories/QN01190N"
    tag = (await administrator.get(path)).headers["etag"]
    body = {"kind": "qpv", "name": "Les Grands Tilleuls", "parent_code": "200035707", "generation": 2024, "population": 1200}
    put = await administrator.call("PUT", path, body, **{"If-Match": tag})
    assert put.status_code == 200, put.text
    report, found = await territories(directory, QPV)
    assert (ends(report), codes(found)) == ((0, 1, 2, 0), [(2, "difference_gardee")])
    kept = (await tree(directory))["QN01190N"]
    assert (kept["name"], kept["population"]) == ("Les Grands Tilleuls", 1200)
    assert kept["parent_code"] == "11901", "the commune says more than the EPCI around it"
    assert found[0].column == "name"
    report, found = await territories(directory, QPV, overwrite=True)
    assert (ends(report), found) == ((0, 1, 2, 0), [])
    assert (await tree(directory))["QN01190N"]["name"] == "Les Tilleuls"
    lines = await directory.rows("SELECT changes FROM journal_lines WHERE act = 'territory.changed' ORDER BY id DESC LIMIT 1")
    assert lines[0]["changes"]["name"] == ["Les Grands Tilleuls", "Les Tilleuls"]


async def test_the_groupings_alone_place_the_communes_already_known(directory: Running) -> None:
    await territories(directory, "kind,code,nom,parent code\ncommune,11904,Isolée,11\n")
    epci = [{"code": "200035699", "nom": "CC voisine", "membres": [{"code": "11904"}, {"code": "11999"}]}]
    report, found = await territories(directory, json.dumps(epci))
    assert (ends(report), found) == ((1, 1, 0, 0), [])
    assert (await tree(directory))["11904"]["parent_code"] == "200035699"


async def test_a_part_of_the_metropolis_comes_before_it(directory: Running) -> None:
    metropolis = {"code": "200035681", "nom": "Métropole", "type": "METRO", "membres": [{"code": "11905"}]}
    part = {"code": "200035673", "nom": "Grand Essai", "type": "EPT", "membres": [{"code": "11905"}]}
    commune = {"code": "11905", "nom": "Dedans", "type": "commune-actuelle", "departement": "11"}
    for order in ([part, metropolis], [metropolis, part]):
        await territories(directory, json.dumps([commune]), json.dumps(order))
        assert (await tree(directory))["11905"]["parent_code"] == "200035673"


async def test_lines_that_cannot_be_placed_are_refused_and_the_others_go_through(directory: Running) -> None:
    content = (
        "kind;code;nom;parent_code;generation\n"
        "commune;11906;Bonne;11;\n"
        "commune;11907;Orpheline;99;\n"
        "commune;1190X;Mal codée;11;\n"
        "hameau;11908;Inconnue;11;\n"
        "commune;11909;;11;\n"
        "commune;11906;Autre nom;11;\n"
        "epci;11906;Pas un SIREN;;\n"
        "qpv;QN01195N;Sous un quartier;QN01196N;2024\n"
        "region;REG-76;Occitanie;;\n"
    )
    report, found = await territories(directory, content)
    assert ends(report) == (1, 0, 1, 6), found
    assert sorted(codes(found)) == [
        *((3, "parent_inconnu"), (4, "code_faux"), (5, "genre_inconnu"), (6, "nom_illisible")),
        *((7, "code_repete"), (8, "code_faux"), (9, "parent_inconnu")),
    ]
    assert all(one.said and one.way_out for one in found)
