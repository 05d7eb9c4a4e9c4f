"""Organisations from a file: what is created, filled in, kept, refused; and what a second run does."""

import asyncio
import gc
import json
import tracemalloc
from typing import Any

import pytest

from services.common.findings import Level, Report
from services.common.records import TableFault
from services.directory.imports import organisations as importing
from tests.directory.imports.files import codes, ends, organisations, territories, wish_of
from tests.directory.people import an_administrator, new_siret, with_luhn
from tests.support import Running

pytestmark = pytest.mark.anyio


async def stored(directory: Running, siret: str) -> dict[str, Any]:
    (row,) = await directory.rows("SELECT * FROM organisations WHERE siret = %(siret)s", siret=siret)
    return row


async def events(directory: Running) -> list[dict[str, Any]]:
    return await directory.rows("SELECT * FROM outbox_events WHERE type = 'organisation.changed' ORDER BY id")


async def notes(directory: Running, act: str) -> list[dict[str, Any]]:
    return await directory.rows("SELECT * FROM journal_lines WHERE act = %(act)s ORDER BY id", act=act)


async def test_a_file_is_imported_once_and_the_second_time_changes_nothing(directory: Running) -> None:
    one, two = new_siret(), new_siret()
    content = (
        "Numéro SIRET;Raison sociale;N° RNA;Adresse;Code postal;Ville;Site web\r\n"
        f"{one};Régie Ozanam;W119000901;12 rue Jean Bringer;1100;Carcassonne;https://ozanam.example.org\r\n"
        f"{two};Centre social du Viguier;;;;Carcassonne;\r\n"
        f"{one};Régie Ozanam;;;;;\r\n"
    ).encode("cp1252")
    told, noted = len(await events(directory)), len(await notes(directory, "organisations.imported"))
    dry, _ = await organisations(directory, content, kind="association", dry_run=True)
    assert (ends(dry), dry.repeated) == ((2, 0, 0, 0), 1)
    assert await directory.rows("SELECT 1 FROM organisations WHERE siret = %(siret)s", siret=one) == []

    report, found = await organisations(directory, content, kind="association")
    assert (ends(report), report.repeated, found) == ((2, 0, 0, 0), 1, [])
    made = await stored(directory, one)
    assert (made["kind"], made["name"], made["rna"], made["version"]) == ("association", "Régie Ozanam", "W119000901", 1)
    assert (made["street"], made["postcode"], made["city"]) == ("12 rue Jean Bringer", "01100", "Carcassonne")
    assert "regie ozanam" in made["search_text"]
    assert (await stored(directory, two))["city"] is None, "part of an address is none"
    assert len(await events(directory)) == told, "nobody refers yet to what was just opened"
    line = (await notes(directory, "organisations.imported"))[noted]
    assert line["changes"] | {"sha256": ""} == {
        **{"sha256": "", "first_line": 2, "last_line": 4, "created": 2, "changed": 0, "unchanged": 0},
        **{"repeated": 1, "ignored": 0, "refused": 0, "warnings": 0},
    }
    assert len(line["changes"]["sha256"]) == 64

    again, found = await organisations(directory, content, kind="association")
    assert (ends(again), again.repeated, found) == ((0, 0, 2, 0), 1, [])
    assert await stored(directory, one) == made
    assert len(await notes(directory, "organisations.imported")) == noted + 1


async def test_what_people_wrote_is_kept_unless_the_file_is_to_win(directory: Running) -> None:
    administrator = await an_administrator(directory)
    siret = new_siret()
    body = {"kind": "association", "name": "Les Ateliers", "siret": siret, "website": "https://ateliers.example.org/"}
    opened = (await administrator.post("organisations", body)).json()
    content = f"siret,nom,rna,site,denomination legale\n{siret},LES ATELIERS,W119000902,https://autre.example.org,Ateliers SARL\n"
    told = len(await events(directory))

    dry, found = await organisations(directory, content, kind="company", dry_run=True)
    assert ends(dry) == (0, 1, 0, 0)
    report, found = await organisations(directory, content, kind="company")
    assert ends(report) == (0, 1, 0, 0)
    (kept, _) = sorted(found, key=lambda one: one.code)
    assert (kept.line, kept.column, kept.code, kept.level) == (2, "nom, site", "difference_gardee", Level.WARNING)
    now = await stored(directory, siret)
    assert (now["kind"], now["name"], now["website"]) == ("association", "Les Ateliers", "https://ateliers.example.org/")
    assert (now["legal_name"], now["version"]) == ("Ateliers SARL", 2), "what was empty is filled in"

    report, found = await organisations(directory, content, kind="association", overwrite=True)
    assert ends(report) == (0, 1, 0, 0)
    now = await stored(directory, siret)
    assert (now["name"], now["website"], now["rna"], now["version"]) == (
        "LES ATELIERS",
        "https://autre.example.org/",
        "W119000902",
        3,
    )
    assert "les ateliers" in now["search_text"]
    siblings = (await events(directory))[told:]
    assert [(event["subject"], event["data"]["name"], event["data"]["version"]) for event in siblings] == [
        (opened["id"], "Les Ateliers", 2),
        (opened["id"], "LES ATELIERS", 3),
    ]
    jobs = [job for job in await directory.jobs("kernel:deliver_event") if job["args"]["event_id"] == str(siblings[-1]["id"])]
    assert {(job["lock"], job["args"]["subscriber"]) for job in jobs} == {
        (f"event:{name}:{opened['id']}", name) for name in ("programming", "catalogue", "events")
    }
    history = [line for line in await notes(directory, "organisation.changed") if str(line["resource_id"]) == opened["id"]]
    assert history[-1]["changes"]["name"] == ["Les Ateliers", "LES ATELIERS"]
    assert history[-1]["reason"].startswith("import ")
    again, _ = await organisations(directory, content, kind="association", overwrite=True)
    assert ends(again) == (0, 0, 1, 0)


async def test_each_line_that_cannot_be_imported_says_why_and_the_others_go_through(directory: Running) -> None:
    good, spoilt = new_siret(), with_luhn(with_luhn("03805450") + "0002")
    content = (
        "siret;nom;genre;code postal;site\n"
        f"{good};Bonne;association;11000;pas une adresse\n"
        f"{int(spoilt)}.0;Abîmée;association;;\n"
        "3,80544932E+12;Arrondie;association;;\n"
        f"{good[:9]};SIREN;association;;\n"
        ";Sans numéro;association;;\n"
        f"{new_siret()};;association;;\n"
        f"{new_siret()};Inconnue;club;;\n"
        f"{new_siret()};Sans genre;;;\n"
        f"{new_siret()};{'x' * 201};association;;\n"
        f"{new_siret()};De\u202etravers;association;;\n"
        f"{good};Autre nom;association;;\n"
    )
    report, found = await organisations(directory, content)
    assert ends(report) == (2, 0, 0, 8)
    assert report.repeated == 1
    assert codes(found) == [
        *((2, "site_faux"), (3, "siret_repare"), (4, "siret_scientifique"), (5, "siren_au_lieu_de_siret")),
        *((6, "sans_identifiant"), (7, "sans_nom"), (8, "genre_inconnu"), (9, "sans_genre")),
        *((10, "texte_illisible"), (11, "texte_illisible"), (12, "nom_different")),
    ]
    assert all(one.said and one.way_out for one in found)
    assert (await stored(directory, spoilt))["name"] == "Abîmée"
    assert (await stored(directory, good))["name"] == "Bonne", "the first line counts"


async def test_a_file_without_numbers_imports_nothing_and_says_so_of_every_line(directory: Running) -> None:
    content = "CODE;STRUCTURE;Nature ;Montant \r\n1886;CENTRE D'ACTION SOCIALE ;F;12 350 000 €\r\n;Œuvre;P;31 700 €\r\n".encode(
        "cp1252"
    )
    report, found = await organisations(directory, content, kind="association")
    assert ends(report) == (0, 0, 0, 2)
    assert codes(found) == [(2, "sans_identifiant"), (3, "sans_identifiant")]


async def test_numbers_that_are_already_somebody_elses(directory: Running) -> None:
    first, second, third = new_siret(), new_siret(), new_siret()
    await organisations(directory, "rna,nom\nW119000903,Sans SIRET\nW119000904,Autre\n")
    report, found = await organisations(
        directory,
        f"siret,rna,nom\n{first},W119000903,Sans SIRET\n{second},W119000903,Voisine\n{third},W119000904,Autre\n{first},W119000904,Sans SIRET\n",
        kind="association",
    )
    assert ends(report) == (1, 2, 0, 0)
    assert (await stored(directory, first))["rna"] == "W119000903", "known by its RNA, it gains its SIRET"
    assert (await stored(directory, second))["rna"] is None
    assert codes(found) == [(3, "rna_repete"), (5, "rna_repete")]
    fourth = new_siret()
    report, found = await organisations(directory, f"siret,rna,nom\n{fourth},W119000903,Nouvelle\n", kind="association")
    assert (ends(report), codes(found)) == ((1, 0, 0, 0), [(2, "rna_pris")])


async def test_what_a_dissolved_organisation_was_is_not_rewritten(directory: Running) -> None:
    administrator = await an_administrator(directory)
    siret = new_siret()
    opened = await administrator.post("organisations", {"kind": "association", "name": "Finie", "siret": siret})
    path = f"organisations/{opened.json()['id']}"
    ended = await administrator.call(
        "POST", f"{path}/dissolution", {"dissolved_on": "2024-01-01", "reason": "dissolution"}, **{"If-Match": '"1"'}
    )
    assert ended.status_code in (200, 201), ended.text
    report, found = await organisations(directory, f"siret,nom\n{siret},Finie bis\n", kind="association", overwrite=True)
    assert (ends(report), codes(found)) == ((0, 0, 1, 0), [(2, "dissoute")])


async def test_public_bodies_are_told_by_their_siren_and_by_the_territories(directory: Running) -> None:
    commune, siren = with_luhn(with_luhn("21110069") + "0001"), with_luhn("20003577")
    epci, other = with_luhn(siren + "0001"), with_luhn(with_luhn("20003578") + "0001")
    await territories(directory, f"kind,code,name\nepci,{siren},Communauté imaginaire\n")
    content = json.dumps([{"code_tiers": siret, "raison_sociale": "Nom"} for siret in (commune, epci, other)])
    report, _ = await organisations(directory, content, kind="association")
    assert ends(report) == (3, 0, 0, 0)
    kinds = [(await stored(directory, siret))["kind"] for siret in (commune, epci, other)]
    assert kinds == ["commune", "epci", "other_public"]
    corrected = f"siret,nom,genre\n{other},Nom,epci\n"
    kept, _ = await organisations(directory, corrected)
    assert ends(kept) == (0, 0, 1, 0)
    changed, _ = await organisations(directory, corrected, overwrite=True)
    assert ends(changed) == (0, 1, 0, 0)
    assert (await stored(directory, other))["kind"] == "epci"


async def test_a_crash_leaves_whole_batches_and_the_next_run_takes_up(directory: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    sirets = [new_siret() for _ in range(7)]
    content = "siret,nom\n" + "".join(f"{siret},Numéro {number}\n" for number, siret in enumerate(sirets))
    damaged = content.replace(f"{sirets[5]},", f'{sirets[5]},"' + "x" * 200_000)
    with pytest.raises(TableFault, match="quotation"):
        await organisations(directory, damaged, kind="association")
    there = "SELECT siret FROM organisations WHERE siret = ANY(%(sirets)s)"
    assert {row["siret"] for row in await directory.rows(there, sirets=sirets)} == set(sirets[:3])
    report, _ = await organisations(directory, content, kind="association")
    assert ends(report) == (4, 0, 3, 0)


async def test_two_imports_of_one_file_at_once_make_each_organisation_once(directory: Running) -> None:
    sirets = [new_siret() for _ in range(50)]
    content = "siret,nom\n" + "".join(f"{siret},Nom\n" for siret in sirets)
    both = await asyncio.gather(*(organisations(directory, content, kind="association") for _ in range(2)))
    assert sum(report.created for report, _ in both) == 50
    there = "SELECT siret FROM organisations WHERE siret = ANY(%(sirets)s)"
    assert len(await directory.rows(there, sirets=sirets)) == 50


def _spoilt(lines: int) -> bytes:
    """As a spreadsheet spoils them: zeros lost, decimals gained, one in ten rounded beyond repair."""
    written = ["siret;nom"]
    for number in range(lines):
        siret = with_luhn(with_luhn(f"0{1_000_000 + number}") + "0001")
        written.append("3,80544932E+12;Rond" if number % 10 == 9 else f"{int(siret)}.0;Structure {number}")
    return "\n".join(written).encode()


async def test_a_long_file_of_spoilt_sirets_is_read_in_memory_that_does_not_grow(
    directory: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The benchmark writes 200 000 of them; here what is held after each batch is looked at."""
    monkeypatch.setattr(importing, "BATCH", 100)
    held: list[int] = []
    lines = 4_000

    def look(done: int) -> None:
        gc.collect()  # what is garbage is not held
        held.append(tracemalloc.get_traced_memory()[0])

    report = Report(advance=look)
    wish = wish_of(directory, _spoilt(lines), kind="association", dry_run=True)
    tracemalloc.start()
    await importing.import_organisations(directory.resources, wish, report)
    tracemalloc.stop()
    assert ends(report) == (lines * 9 // 10, 0, 0, lines // 10)
    assert report.kinds["refusée:siret_scientifique"].count == lines // 10
    assert report.kinds["avertissement:siret_repare"].count == lines * 9 // 10
    assert max(held[20:]) - max(held[5:20]) < 10 * lines, "ten bytes a line would be too many"
