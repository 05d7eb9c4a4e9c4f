"""Decisions filled in a spreadsheet: what goes out comes back, each line judged as it would be alone, faults named by line and column."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.ids import new_id
from services.common.problems import Problem
from services.programming.committees import sheet_reading
from services.programming.committees.sheet_reading import cents, harmless
from tests.programming.committees.filled import as_csv, as_xlsx, faults, fill, send, sheet
from tests.programming.world import World
from tests.support import Person


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("1 250,50", 125_050),
        ("1\u202f250,50 €", 125_050),
        ("1\u00a0250", 125_000),
        ("1.250,00", 125_000),
        ("1,250.00", 125_000),
        ("4000.0", 400_000),
        (4000.0, 400_000),
        (0.1 + 0.2, 30),
        ("", 0),
        (None, 0),
    ],
)
def test_amounts_as_people_write_them(cell: Any, found: int) -> None:
    assert cents(cell) == found


@pytest.mark.parametrize(
    "cell", ["=B2*0,8", "1.250", "1,250", "-5", "5 000 0", "mille", "1e3", "12,345", float("nan"), -1.0, 0.001, 1e300]
)
def test_amounts_that_could_be_anything_are_refused(cell: Any) -> None:
    with pytest.raises(sheet_reading.Misread):
        cents(cell)


@given(st.integers(0, 10**12))
def test_an_amount_written_in_euros_is_read_back(amount: int) -> None:
    euros, rest = divmod(amount, 100)
    spaced = f"{euros:,}".replace(",", "\u202f")
    assert cents(f"{spaced},{rest:02}") == cents(f"{euros}.{rest:02}") == amount


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    for head in (b"", b"Dossier;D\xe9cision;Montant\r\n", b"PK\x03\x04"):
        with suppress(Problem):  # named; anything else is a fault of ours
            sheet_reading.read(head + content)


@given(st.text("=+-@'a\t", max_size=6))
def test_what_was_disarmed_is_read_as_it_was(text: str) -> None:
    said = text.strip()
    (line,) = sheet_reading.read(as_csv([["Dossier", "Décision", "Motif"], ["x", "refusé", harmless(said)]])).lines
    if not said.startswith("'"):
        assert line.motive == said


@pytest.mark.anyio
@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_a_sheet_filled_in_decides_and_the_next_one_says_so(fresh_world: World, format: str) -> None:
    world = fresh_world
    write = as_csv if format == "csv" else as_xlsx
    dossiers = [await world.reviewed(state=8_000, caf=4_000) for _ in range(3)]
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    mine = [world.request_of(dossier, world.caf)["id"] for dossier in dossiers]
    table = await sheet(world, world.caf_officer, session, format)
    assert [row[table[0].index("Identifiant")] for row in table[1:]] == mine, "a funder is given its own requests"
    assert len(await sheet(world, world.team, session, format)) == 7
    nothing = (await send(world, world.caf_officer, session, write(table))).json()
    assert (nothing["blank"], nothing["lines"]) == (3, [])

    amount: Any = "4\u00a0000,00" if format == "csv" else ("=F2", 4000)
    filled = fill(
        table,
        {
            mine[0]: {"Décision": "Accordé", "Accordé (€)": amount, "Conditions": "Sous réserve ; d'une « convention »"},
            mine[1]: {"Décision": "REFUSÉ", "Motif": "Hors délais.\nDéposé après la clôture."},
        },
    )
    # What people do to a sheet: a title above, an empty line, a column of their own, one more after.
    width = len(table[0])
    theirs = [
        ["Comité du 12 mars"],
        [],
        *([*row, "note"] if n else [*row, "Ma colonne"] for n, row in enumerate(filled)),
        [""] * width,
    ]
    tried = (await send(world, world.caf_officer, session, write(theirs), dry_run=True)).json()
    assert faults(tried) == []
    assert (tried["decided"], tried["blank"], tried["problems"], tried["granted_cents"]) == (2, 1, 0, 400_000)
    assert await world.pages(world.team, f"/committees/{session}/decisions") == []
    kept = (await send(world, world.caf_officer, session, write(theirs))).json()
    assert [(line["line"], line["state"], line["request_id"]) for line in kept["lines"]] == [
        (4, "decided", mine[0]),
        (5, "decided", mine[1]),
    ]
    assert kept["ignored_columns"] == ["Ma colonne"]
    standing = {one["request_id"]: one for one in await world.pages(world.team, f"/committees/{session}/decisions")}
    assert standing[mine[0]]["conditions"] == "Sous réserve ; d'une « convention »"
    assert standing[mine[1]]["motive"] == "Hors délais.\nDéposé après la clôture."

    # Out and in again, by somebody else of the funder: nothing changes, nobody's name is written over another's.
    again = await sheet(world, world.caf_signatory, session, format)
    assert (await send(world, world.caf_signatory, session, write(again))).json()["unchanged"] == 2
    after = {one["request_id"]: one for one in await world.pages(world.team, f"/committees/{session}/decisions")}
    assert after == standing

    # The first sheet, changed: its versions are those of nothing.
    stale = fill(table, {mine[0]: {"Décision": "accordé", "Accordé (€)": 3000}})
    report = (await send(world, world.caf_officer, session, write(stale))).json()
    assert faults(report) == [(2, "decision-version-required", [("Version", "decision-version-required")])]
    fresh = fill(again, {mine[0]: {"Décision": "accordé", "Accordé (€)": 3000}})
    assert (await send(world, world.caf_officer, session, write(fresh))).json()["decided"] == 1
    report = (await send(world, world.caf_officer, session, write(fill(fresh, {mine[0]: {"Accordé (€)": 2000}})))).json()
    assert faults(report) == [(2, "decided-meanwhile", [("Version", "decided-meanwhile")])]


@pytest.mark.anyio
async def test_each_fault_is_told_by_its_line_and_its_column_and_the_good_lines_are_kept(fresh_world: World) -> None:
    world = fresh_world
    dossiers = [await world.reviewed(state=8_000, caf=4_000) for _ in range(6)]
    envelope = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    await world.call(world.caf_officer, "PUT", envelope, json={"amount_cents": 500_000}, expect=200)
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    out = f"/committees/{session}/dossiers/{dossiers[4]['id']}/deports"
    await world.call(world.caf_officer, "POST", out, json={"organisation_id": str(world.caf)}, expect=201)
    names = [dossier["reference"] for dossier in dossiers]
    head = ["Référence dossier", "Financeur", "Décision", "Montant accordé", "Motif", "Intitulé"]
    lines = [
        [names[0], "", "Accordé", "4 000,00", "", "é"],
        [names[1], "", "accordé", "4000", "", ""],  # the envelope holds 5 000
        [names[2], "", "refusé", "", "", ""],
        [names[2], "", "peut-être", "=1+1", "", ""],
        [names[3], "", "accordé", "1 250,50", "", ""],
        [names[4], "", "ajourné", "", "", ""],
        [names[5], "État", "ajourné", "", "", ""],
        ["2027-ZZZZ-0001", "", "ajourné", "", "", ""],
        ["", "", "ajourné", "", "", ""],
        [names[5], "", "", "300", "", ""],
        ["", "", "", "", "", ""],
        [names[0], "", "ajourné", "", "", ""],
    ]
    content = as_csv([head, *lines])
    refused = await send(world, world.caf_officer, session, content, expect=409, all_or_nothing=True)
    assert refused.json()["lines"][0] == {
        "line": 5,
        "columns": ["Décision", "Accordé (€)"],
        "problem": "decision-sheet-line-unclear",
    }
    report = (await send(world, world.caf_officer, session, content)).json()
    assert (report["decided"], report["problems"], report["granted_cents"]) == (1, 10, 400_000)
    assert faults(report) == [
        (3, "envelope-exceeded", [("Accordé (€)", "envelope-exceeded")]),
        (4, "decision-refused", [("Motif", "missing")]),
        (5, "decision-sheet-line-unclear", [("Décision", "outcome_unreadable"), ("Accordé (€)", "amount_unreadable")]),
        (6, "decision-refused", [("Accordé (€)", "whole_euros")]),
        (7, "stepped-out", [("Dossier", "stepped-out")]),
        (8, "not-for-you-to-decide", [("Financeur", "not-for-you-to-decide")]),
        (9, "not-on-agenda", [("Dossier", "not-on-agenda")]),
        (10, "decision-sheet-line-unclear", [("Dossier", "missing")]),
        (11, "decision-sheet-line-unclear", [("Décision", "missing")]),
        (13, "bulk-decisions-refused", [("Dossier", "repeated")]),
    ]
    assert report["lines"][3]["problem"]["faults"][1]["value"] == "=1+1"

    # Who decides for two funders says which; all or nothing keeps nothing of the good lines either.
    two = Person(memberships={world.caf: ["signatory"], world.state: ["signatory"]})
    unsure = as_csv([["Dossier", "Décision"], [names[5], "ajourné"]])
    (line,) = (await send(world, two, session, unsure)).json()["lines"]
    assert line["problem"]["type"] == "decision-sheet-line-unclear"
    sure = [
        ["Dossier", "Ligne budgétaire", "Décision", "Montant"],
        [names[5], "p147", "ajourné", ""],
        [names[5], "caf", "accordé", "9999"],
    ]
    refused = await send(world, two, session, as_csv(sure), expect=409, all_or_nothing=True)
    assert [one["line"] for one in refused.json()["lines"]] == [3]
    assert "Ligne 3" in refused.json()["errors"][0]["detail"]
    assert len(await world.pages(world.team, f"/committees/{session}/decisions")) == 1


@pytest.mark.anyio
async def test_what_is_no_sheet_is_refused_by_name(shared_world: World) -> None:
    world = shared_world
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}/decision-sheet"
    for content, status, slug in (
        (b"", 422, "empty-file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 415, "unsupported-file-type"),
        (b"PK\x03\x04 broken", 422, "decision-sheet-unreadable"),
        (b"Nom;Montant\r\nx;3\r\n", 422, "decision-sheet-columns-missing"),
        (as_csv([["Dossier", "Décision"], *([f"r{n}", "ajourné"] for n in range(1001))]), 422, "decision-sheet-too-long"),
        (b"x" * (6 * 1024 * 1024), 413, "body-too-large"),
    ):
        await world.refused(world.caf_officer, "POST", where, status, slug, content=content)
    good = as_csv([["Identifiant", "Décision"], [str(new_id()), "ajourné"]])
    assert faults((await send(world, world.caf_officer, session, good)).json()) == [(2, "not-found", [("Dossier", "not-found")])]
    for who in (world.holder, world.stranger):
        await world.refused(who, "POST", where, 404, "not-found", content=good)
        await world.refused(who, "GET", where, 404, "not-found")


@pytest.mark.anyio
async def test_the_export_of_reviews_with_a_decision_added_is_a_sheet(shared_world: World) -> None:
    world = shared_world
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    path = f"/campaigns/{world.campaign_id}/funders/{world.caf}/reviews/export"
    got = await world.call(world.caf_officer, "GET", path, params={"format": "csv"}, expect=200)
    head, *lines = got.content.decode("utf-8-sig").splitlines()
    (line,) = [one for one in lines if one.startswith(dossier["reference"])]
    content = f"{head};Décision;Montant accordé\r\n{line};accordé;4 000,00\r\n".encode("utf-8-sig")
    report = (await send(world, world.caf_officer, session, content)).json()
    assert [(one["state"], one["reference"]) for one in report["lines"]] == [("decided", dossier["reference"])]


@pytest.mark.anyio
async def test_one_sheet_sent_twice_at_once_decides_once(fresh_world: World) -> None:
    """Two tabs, and an envelope that holds half of what both would take."""
    world = fresh_world
    dossiers = [await world.reviewed(caf=4_000) for _ in range(2)]
    envelope = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    await world.call(world.caf_officer, "PUT", envelope, json={"amount_cents": 800_000}, expect=200)
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    content = as_csv([["Dossier", "Décision", "Montant"], *([one["reference"], "accordé", "4000"] for one in dossiers)])
    click = (world.caf_officer, "POST", f"/committees/{session}/decision-sheet", {"content": content})
    other = (world.caf_signatory, *click[1:])
    reports = [answer.json() for answer in await world.at_once([click, other])]
    assert sorted(report["decided"] for report in reports) == [0, 2]
    assert {fault[1] for report in reports for fault in faults(report)} <= {"decision-version-required"}
