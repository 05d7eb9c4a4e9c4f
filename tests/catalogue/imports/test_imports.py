"""A documentalist sends a file of documents: what is made of each line, and what a second sending changes."""

import errno
import tempfile
from datetime import date
from typing import Any

import pytest

from services.catalogue.imports import reading
from tests.catalogue.imports.files import HEADER, counts, csv, draft, drawn, many, report, send, xlsx
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_every_column_finds_its_place(world: World) -> None:
    cote = drawn()
    header = (
        "Cote;Nature;Titre;Sous-titre;Résumé;Texte;Langue;Date;Auteurs;Organismes;Thèmes;Territoires;Publics;Mots-clés;Licence;Accès;"
        "Embargo jusqu'au;Étendue;ISBN;Liens;Source;Section 1 titre;Section 1 texte;Section 1 mise à jour;Étagère"
    )
    line = [
        cote, "Étude", "Habiter", "Enquête", "Ce qu'on en dit.", "Six mois.\nPuis un an.", "fr", "mars 2017",
        "Camille Exemple (sociologue); Dominique Modèle", "Centre Exemple ; Ville (partenaire)", "Habitat et cadre de vie;non-recours",
        "11069.0; qp011002", "Professionnels;Élus", "enquête; quartier ;enquête", "Licence ouverte", "Membres", "12/03/2030", "112 p.",
        "978-2-0000-0000-2", "https://a.example/x;y|Le rapport; https://b.example", "https://c.example/", "Le cadre", "La loi.", "20 mars 2017",
        "B4",
    ]  # fmt: skip
    sent = await send(world, csv(header, line))
    assert (sent["state"], counts(sent), sent["unknown_columns"]) == ("done", {"created": 1}, ["Étagère"])
    (told,) = await report(world, sent)
    assert (told["number"], told["identifier"], told["title"], told["problems"]) == (2, cote, "Habiter", [])
    made = await draft(world, told["document_id"])
    assert (made["kind"], made["state"], made["origin"]) == ("study", "draft", f"import:{world.centre_id}:{cote}")
    content = made["content"]
    assert content["title"] == "Habiter"
    assert (content["dated"], content["embargo_until"], content["licence"], content["access"]) == (
        "2017-03",
        "2030-03-12",
        "etalab-2.0",
        "members",
    )
    assert content["authors"] == [{"name": "Camille Exemple", "role": "sociologue"}, {"name": "Dominique Modèle", "role": None}]
    assert [(each["name"], each["role"]) for each in content["organisations"]] == [
        ("Centre Exemple", "publisher"),
        ("Ville", "partner"),
    ]
    assert (content["theme_codes"], content["territory_codes"]) == (["habitat", "acces-aux-droits"], ["11069", "QP011002"])
    assert (content["publics"], content["keywords"]) == (["professionals", "elected_officials"], ["enquête", "quartier"])
    assert [(each["title"], each["body"], each["updated_on"]) for each in content["sections"]] == [
        ("Texte", "Six mois.\nPuis un an.", None),
        ("Le cadre", "La loi.", "2017-03-20"),
    ]
    assert [(each["url"], each["label"]) for each in content["links"]] == [
        ("https://a.example/x;y", "Le rapport"),
        ("https://b.example", "https://b.example"),
        ("https://c.example/", "Source"),
    ]


async def test_a_dry_run_keeps_nothing_but_its_report(world: World) -> None:
    known, new, bad = drawn(), drawn(), drawn()
    await send(world, csv(HEADER, [known, "Un", "Texte."]))
    before = await world.pages(world.documentalist, "/drafts")
    content = csv(HEADER, [known, "Un, revu", "Texte."], [new, "Deux", ""], [bad, "", ""])
    tried = await send(world, content, dry_run=True)
    assert (tried["dry_run"], counts(tried)) == (True, {"created": 1, "updated": 1, "refused": 1})
    assert await world.pages(world.documentalist, "/drafts") == before
    told = await report(world, tried)
    assert [line["outcome"] for line in told] == ["updated", "created", "refused"]
    assert [line["document_id"] is None for line in told] == [False, True, True]
    # What it foretold is what happens.
    done = await send(world, content)
    assert counts(done) == counts(tried)
    assert [(line["outcome"], line["problems"]) for line in await report(world, done)] == [
        (line["outcome"], line["problems"]) for line in told
    ]


async def test_the_same_file_again_changes_nothing_and_a_changed_line_makes_a_version(world: World) -> None:
    one, two = drawn(), drawn()
    first = csv(HEADER, [one, "Un", "Texte un."], [two, "Deux", "Texte deux."])
    sent = await send(world, first, who=world.manager, publish=True)
    assert counts(sent) == {"created": 2}
    ids = [line["document_id"] for line in await report(world, sent)]
    again = await send(world, first, who=world.manager, publish=True)
    assert counts(again) == {"unchanged": 2}
    assert [line["document_id"] for line in await report(world, again)] == ids
    changed = await send(
        world, csv(HEADER, [one, "Un", "Texte un."], [two, "Deux bis", "Texte deux."]), who=world.manager, publish=True
    )
    assert counts(changed) == {"updated": 1, "unchanged": 1}
    seen = (await world.call(None, "GET", f"/documents/{ids[1]}", expect=200)).json()
    assert (seen["title"], seen["published_version"]) == ("Deux bis", 2)
    seen = (await world.call(None, "GET", f"/documents/{ids[0]}", expect=200)).json()
    assert seen["published_version"] == 1


async def test_what_was_edited_by_hand_is_not_overwritten_unless_one_says_so(world: World) -> None:
    cote = drawn()
    sent = await send(world, csv(HEADER, [cote, "Titre", "Résumé."]))
    (line,) = await report(world, sent)
    made = {"id": line["document_id"]}
    await world.write(made, title="Titre revu à la main")
    same = await send(world, csv(HEADER, [cote, "Titre", "Résumé."]))
    assert counts(same) == {"unchanged": 1}
    assert [each["code"] for each in (await report(world, same))[0]["problems"]] == ["kept_by_hand"]
    # The file changes another field: both changes stand.
    merged = await send(world, csv(HEADER, [cote, "Titre", "Résumé plus long."]))
    assert counts(merged) == {"updated": 1}
    content = (await draft(world, made["id"]))["content"]
    assert (content["title"], content["abstract"]) == ("Titre revu à la main", "Résumé plus long.")
    # The file changes the same field: somebody has to choose.
    disputed = await send(world, csv(HEADER, [cote, "Autre titre", "Résumé plus long."]))
    assert counts(disputed) == {"refused": 1}
    (problem,) = (await report(world, disputed))[0]["problems"]
    assert (problem["column"], problem["code"]) == ("Titre", "edited_by_hand")
    assert (await draft(world, made["id"]))["content"]["title"] == "Titre revu à la main"
    forced = await send(world, csv(HEADER, [cote, "Autre titre", "Résumé plus long."]), overwrite=True)
    assert counts(forced) == {"updated": 1}
    assert (await draft(world, made["id"]))["content"]["title"] == "Autre titre"


async def test_a_column_the_file_does_not_have_is_left_as_it_is(world: World) -> None:
    cote = drawn()
    sent = await send(world, csv(f"{HEADER};Mots-clés", [cote, "Titre", "Résumé.", "un;deux"]))
    (line,) = await report(world, sent)
    await send(world, csv("Identifiant;Titre", [cote, "Titre bis"]))
    content = (await draft(world, line["document_id"]))["content"]
    assert (content["title"], content["abstract"], content["keywords"]) == ("Titre bis", "Résumé.", ["un", "deux"])


async def test_publishing_is_for_managers(world: World) -> None:
    path = f"/centres/{world.centre_id}/imports"
    content = csv(HEADER, [drawn(), "Titre", "Résumé."])
    await world.refused(world.documentalist, "POST", path, 403, "not-a-centre-manager", params={"publish": "true"}, content=content)
    await world.refused(world.neighbour, "POST", path, 403, "not-a-documentalist", content=content)


async def test_drafts_imported_before_are_published_by_the_same_file_but_not_what_somebody_writes(world: World) -> None:
    left, written = drawn(), drawn()
    content = csv(HEADER, [left, "Laissé", "Résumé."], [written, "Écrit", "Résumé."])
    ids = [line["document_id"] for line in await report(world, await send(world, content))]
    await world.write({"id": ids[1]}, abstract="À moitié réécr")
    sent = await send(world, content, who=world.manager, publish=True)
    assert counts(sent) == {"updated": 1, "unchanged": 1}
    assert [(await draft(world, each))["state"] for each in ids] == ["published", "draft"]


async def test_what_publication_lacks_is_said_of_a_dry_run_too(world: World) -> None:
    content = csv(
        "Identifiant;Nature;Titre;Résumé", [drawn(), "Fiche expérience", "Un café", "Résumé."], [drawn(), "", "Sans résumé", ""]
    )
    tried = await send(world, content, who=world.manager, publish=True, dry_run=True)
    assert counts(tried) == {"refused": 2}
    first, second = await report(world, tried)
    assert {each["column"] for each in first["problems"]} == {"Contexte", "Actions", "Résultats", "Conditions de reproductibilité"}
    assert [(each["column"], each["code"]) for each in second["problems"]] == [("Résumé", "not_publishable")]


async def test_a_document_in_review_or_withdrawn_is_left_alone(world: World) -> None:
    reviewed, gone = drawn(), drawn()
    content = csv(HEADER, [reviewed, "Relu", "Résumé."], [gone, "Retiré", "Résumé."])
    ids = [line["document_id"] for line in await report(world, await send(world, content))]
    path = f"/drafts/{ids[0]}"
    await world.change(world.documentalist, "POST", f"{path}/review-request", of=path, expect=201)
    await world.publish({"id": ids[1]})
    await world.withdraw({"id": ids[1]})
    sent = await send(world, csv(HEADER, [reviewed, "Relu 2", "Résumé."], [gone, "Retiré 2", "Résumé."]))
    assert [line["problems"][0]["code"] for line in await report(world, sent)] == ["in_review", "withdrawn"]


async def test_a_bad_line_never_stops_the_rest(world: World) -> None:
    twice = drawn()
    header = f"{HEADER};Date;Thèmes;Territoires;Nature;Langue"
    sent = await send(
        world,
        csv(
            header,
            [drawn(), "Bon", "", "12/03/2017", "", "", "", ""],
            [drawn(), "x" * 401, "", "", "", "", "", ""],
            [drawn(), "Date", "", "31/02/2017", "", "", "", ""],
            [drawn(), "Date", "", "hier", "", "", "", ""],
            [drawn(), "Thème", "", "", "Magie", "", "", ""],
            [drawn(), "Territoire", "", "", "", "99999", "", ""],
            [drawn(), "Nature", "", "", "", "", "Poème", ""],
            [drawn(), "Langue", "", "", "", "", "", "français"],
            ["", "Sans identifiant", "", "", "", "", "", ""],
            [twice, "Une fois", "", "", "", "", "", ""],
            [twice, "Deux fois", "", "", "", "", "", ""],
            [drawn(), "Long", "y" * 20_001, "", "", "", "", ""],
            [drawn()],
            [drawn(), "Bon aussi", "", "1er mars 2017", "emploi", "11", "", "en"],
        ),
    )
    told = await report(world, sent)
    assert [(line["number"], line["outcome"]) for line in told if line["outcome"] != "refused"] == [
        (2, "created"),
        (11, "created"),
        (15, "created"),
    ]
    refused = await report(world, sent, outcome="refused")
    assert [(line["number"], line["problems"][0]["column"], line["problems"][0]["code"]) for line in refused] == [
        (3, "Titre", "string_too_long"),
        (4, "Date", "date_impossible"),
        (5, "Date", "date_unreadable"),
        (6, "Thèmes", "theme_unknown"),
        (7, "Territoires", "territory_unknown"),
        (8, "Nature", "nature_unknown"),
        (9, "Langue", "string_pattern_mismatch"),
        (10, "Identifiant", "identifier_missing"),
        (12, "Identifiant", "identifier_repeated"),
        (13, "Résumé", "string_too_long"),
        (14, "Titre", "string_too_short"),
    ]
    assert all(problem["detail"].endswith(".") for line in refused for problem in line["problems"])
    assert refused[8]["problems"][0]["detail"] == "La ligne 11 porte le même identifiant."


async def test_all_that_is_wrong_in_a_line_is_said_at_once(world: World) -> None:
    sent = await send(world, csv(f"{HEADER};Date;Licence", [drawn(), "", "", "hier", "la mienne"]))
    (line,) = await report(world, sent)
    assert {problem["column"] for problem in line["problems"]} == {"Titre", "Date", "Licence"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "mac_roman"])
async def test_accents_survive_whatever_the_spreadsheet(world: World, encoding: str) -> None:
    sent = await send(world, csv(HEADER, [drawn(), "Été à Béziers", "Où l'on agit, dès juin."], encoding=encoding))
    (line,) = await report(world, sent)
    assert line["title"] == "Été à Béziers"
    assert (await draft(world, line["document_id"]))["content"]["abstract"] == "Où l'on agit, dès juin."


async def test_a_workbook_with_a_merged_header_numbers_dates_and_formulas(world: World) -> None:
    cote = drawn()
    rows: list[list[Any]] = [
        ["Fonds documentaire 2017"],
        [],
        ["Identifiant", "Titre", "Section 1", "", "Territoires", "Date", "Mots-clés", "Étendue"],
        ["", "", "titre", "texte", "", "", "", ""],
        [cote, "Rapport", "Le cadre", "La loi.", 11069, date(2017, 3, 12), "=1+1", 112],
    ]
    sent = await send(world, xlsx(rows))
    assert sent["media_type"].endswith("spreadsheetml.sheet")
    (line,) = await report(world, sent)
    assert (line["number"], line["outcome"], line["problems"]) == (5, "created", [])
    content = (await draft(world, line["document_id"]))["content"]
    assert [(each["title"], each["body"]) for each in content["sections"]] == [("Le cadre", "La loi.")]
    assert (content["territory_codes"], content["dated"], content["extent"]) == (["11069"], "2017-03-12", "112")
    assert content["keywords"] == ["0"]  # what the formula was last worth: this workbook was never computed


async def test_a_formula_in_a_csv_is_a_text(world: World) -> None:
    sent = await send(world, csv(HEADER, [drawn(), '=HYPERLINK("http://x.example")', ""]))
    (line,) = await report(world, sent)
    assert line["title"] == '=HYPERLINK("http://x.example")'


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"", 422, "empty-file"),
        (b" \n\n", 422, "empty-file"),
        (b"%PDF-1.7\n\x00\x01", 415, "unsupported-file-type"),
        (b"PK\x03\x04 nothing more", 422, "import-file-unreadable"),
        (b"Titre;Date\nUn;2017\n", 422, "import-file-columns-missing"),
        (b"bonjour", 422, "import-file-columns-missing"),
        (csv(HEADER), 422, "import-file-without-lines"),
        (csv(HEADER, ["", "", ""]), 422, "import-file-without-lines"),
        (csv(HEADER) + b'1;"' + b"x\n" * 600_000, 422, "import-file-unreadable"),
    ],
)
async def test_what_is_no_file_of_documents_is_refused_by_name(world: World, content: bytes, status: int, slug: str) -> None:
    await world.refused(world.documentalist, "POST", f"/centres/{world.centre_id}/imports", status, slug, content=content)
    assert await world.pages(world.documentalist, f"/centres/{world.centre_id}/imports") == []


async def test_missing_columns_are_named_with_what_was_found(world: World) -> None:
    path = f"/centres/{world.centre_id}/imports"
    refused = await world.refused(
        world.documentalist, "POST", path, 422, "import-file-columns-missing", content=b"Titre;Date\nUn;2017\n"
    )
    assert (refused["detail"], refused["found"]) == ("Colonnes manquantes : Identifiant.", ["Titre", "Date"])


async def test_an_import_is_its_centre_s_business(world: World) -> None:
    sent = await send(world, csv(HEADER, [drawn(), "Titre", ""]))
    for stranger in (world.neighbour, world.member, world.stranger):
        await world.refused(stranger, "GET", f"/imports/{sent['id']}", 404, "not-found")
        await world.refused(stranger, "GET", f"/imports/{sent['id']}/lines", 404, "not-found")
        await world.refused(stranger, "GET", f"/centres/{world.centre_id}/imports", 403, "not-a-documentalist")
    listed = await world.pages(world.documentalist, f"/centres/{world.centre_id}/imports")
    assert [each["id"] for each in listed] == [sent["id"]]


async def test_two_centres_may_use_the_same_identifier(world: World) -> None:
    cote = drawn()
    await send(world, csv(HEADER, [cote, "Titre", ""]))
    answer = await world.call(
        world.neighbour,
        "POST",
        f"/centres/{world.other_centre_id}/imports",
        content=csv(HEADER, [cote, "Le nôtre", ""]),
        expect=201,
    )
    assert answer.json()["created"] == 1


async def test_the_templates_are_files_that_can_be_imported(world: World) -> None:
    for name in ("import-template.csv", "import-template.xlsx"):
        answer = await world.call(None, "GET", f"/{name}", expect=200)
        tried = await send(world, answer.content, dry_run=True)
        assert (tried["unknown_columns"], tried["lines"]) == ([], 1)
        (line,) = await report(world, tried)
        # The directory of these tests has no theme of that name and knows the rest.
        assert {problem["code"] for problem in line["problems"]} <= {"theme_unknown"}


async def test_a_file_of_too_many_lines_is_refused_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 700)
    path, mark = f"/centres/{world.centre_id}/imports", drawn()
    refused = await world.refused(world.documentalist, "POST", path, 413, "import-file-too-long", content=many(701, mark))
    assert refused["most_lines"] == 700
    assert await world.pages(world.documentalist, path) == []
    assert (await send(world, many(700, mark), dry_run=True))["lines"] == 700


async def test_a_document_forgotten_since_is_made_again(world: World) -> None:
    content = csv(HEADER, [drawn(), "Titre", ""])
    (line,) = await report(world, await send(world, content))
    await world.change(world.documentalist, "DELETE", f"/drafts/{line['document_id']}", expect=204)
    again = await send(world, content)
    assert counts(again) == {"created": 1}
    assert (await report(world, again))[0]["document_id"] != line["document_id"]


async def test_once_published_its_words_set_right_what_is_mistyped(world: World) -> None:
    word = "".join(chr(ord("a") + int(figure, 16)) for figure in drawn().encode().hex()[-12:]) + "ment"
    mistyped = word[:4] + word[5:]
    line = csv(HEADER, [drawn(), f"Le {word} des ateliers", "Texte."])
    for asked, learnt in (({}, []), ({"publish": True, "dry_run": True}, []), ({"publish": True}, [word])):
        await send(world, line, who=world.manager, **asked)
        await world.running.run_jobs()
        found = (await world.call(None, "GET", "/search", params={"q": mistyped}, expect=200)).json()
        assert found["did_you_mean"] == learnt


async def test_a_full_disk_is_said_and_no_import_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(tempfile.SpooledTemporaryFile):  # type: ignore[type-arg]
        def write(self, content: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Full)
    where, content = f"/centres/{world.centre_id}/imports", csv(HEADER, [drawn(), "Titre", ""])
    await world.refused(world.documentalist, "POST", where, 507, "storage-full", content=content)
    monkeypatch.undo()
    assert await world.pages(world.documentalist, where) == []
