"""The matrix as CSV, XLSX, SVG and PDF: the same figures, read by people, spreadsheets and screen readers."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.programming.coverage import documents, heatmap, sheets
from services.programming.coverage.schemas import Format, Stage
from tests.programming.coverage.ville import Asked, insert, settle
from tests.programming.coverage.walls import matrix
from tests.programming.laws import law
from tests.programming.world import World

pytestmark = pytest.mark.anyio
SVG = "{http://www.w3.org/2000/svg}"


def test_a_csv_has_a_line_per_cell_in_euros_and_no_formula() -> None:
    made = matrix(12, 8)
    content = sheets.as_csv(made)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    assert len(rows) == 12 * 9
    cents = sum(round(float(row["montantVote"]) * 100) for row in rows)
    assert cents == made.total.granted.amount_cents
    assert sum(round(float(row["vote_CAF"]) * 100) for row in rows) == next(
        f.granted_cents for f in made.total.funders if f.funder_id == made.funders[1].id
    )
    cells = [cell for row in csv.reader(io.StringIO(content.decode(), newline="")) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert "'=HYPERLINK(\"http://exemple.invalid\") & <développer> l'entrepreneuriat" in cells


def test_amounts_that_may_not_be_read_are_empty_not_zero() -> None:
    rows = list(csv.DictReader(io.StringIO(sheets.as_csv(matrix(2, 2, live=False)).decode(), newline="")))
    assert {row["montantDemande"] for row in rows} == {""}
    assert all(row["montantVote"] for row in rows)
    names = CalamineWorkbook.from_filelike(io.BytesIO(sheets.as_xlsx(matrix(2, 2, live=False)))).sheet_names
    assert names[:2] == ["Voté", "Actions"], "neither asked nor proposed"


def test_a_workbook_has_a_sheet_per_layer_with_its_totals_date_and_source() -> None:
    made = matrix(12, 8, scenario="Et si…")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheets.as_xlsx(made)))

    def rows(name: str) -> list[list[Any]]:
        return book.get_sheet_by_name(name).to_python()

    assert book.sheet_names == [
        "Voté",
        "Proposé",
        "Demandé",
        "Actions",
        "Financeurs",
        "Droit commun",
        "TFPB",
        "Non couvertes",
    ]
    voted = rows("Voté")
    assert (voted[0][0], voted[1][0]) == (made.title, "Euros, voté. Scénario « Et si… ».")
    assert voted[2][0] == "Source : Canevas, programmation du contrat de ville, au 12/03/2027 à 14:42."
    assert (voted[4][2], voted[4][-2:]) == ("La Conte – Ozanam (QP011000)", ["Hors QPV", "Total"])
    assert round(voted[-1][-1] * 100) == made.total.granted.amount_cents
    assert round(sum(row[-1] for row in voted[5:-1]) * 100) == made.total.granted.amount_cents
    assert voted[10][1].startswith("=HYPERLINK"), "kept as it was written, as text"
    funders = rows("Financeurs")
    assert round(sum(row[7] for row in funders[5:]) * 100) == made.total.granted.amount_cents
    assert len(rows("Non couvertes")) == 5 + len(made.uncovered)
    droit_commun = rows("Droit commun")
    assert [row[5] for row in droit_commun[5:]] == [50.01, 50.0]


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(sheets.as_xlsx(matrix(12, 8)))) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)


@pytest.mark.parametrize(("objectives", "qpvs"), [(12, 8), (30, 20), (1, 1), (0, 0)])
def test_a_heat_map_is_read_without_colour_and_without_eyes(objectives: int, qpvs: int) -> None:
    made = matrix(objectives, qpvs)
    root = ElementTree.fromstring(heatmap.as_svg(made))  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert {root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")} == set(root.get("aria-labelledby").split())  # type: ignore[union-attr]
    cells = [node for node in root.iter(f"{SVG}g") if node.get("role") == "cell"]
    assert len(cells) == objectives * (qpvs + 2) + qpvs + 2
    assert all(node.get("aria-label") for node in cells)
    hatched = [node for node in cells if node[0].get("fill") == "url(#hachures)"]
    assert len(hatched) == len(made.uncovered)
    assert all("aucune action" in str(node.get("aria-label")) for node in hatched)
    printed = [node for node in cells if node not in hatched and len(node) > 1]
    assert all(str(node[1].text).endswith("€") and str(node[2].text).endswith("act.") for node in printed), (
        "the value, in each cell"
    )
    description = root.find(f"{SVG}desc").text  # type: ignore[union-attr]
    assert description is not None
    if made.uncovered:
        assert f"{len(made.uncovered)} cellules sans action" in description


@law
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_ink_stands_out_on_any_background(red: int, green: int, blue: int) -> None:
    background = f"#{red:02X}{green:02X}{blue:02X}"
    assert heatmap.contrast(background, heatmap.ink(background)) >= 4.5


def test_shades_only_darken_so_that_grey_says_the_same() -> None:
    lights = [heatmap.luminance(shade) for shade in heatmap.SHADES]
    assert lights == sorted(lights, reverse=True)


@law
@given(st.lists(st.integers(0, 10**12), max_size=40))
def test_more_money_is_never_paler(amounts: list[int]) -> None:
    shaded = sorted(zip(amounts, heatmap.shades(amounts), strict=True))
    ranks = [-1 if colour == "#FFFFFF" else heatmap.SHADES.index(colour) for _, colour in shaded]
    assert ranks == sorted(ranks)
    assert all((amount == 0) == (rank == -1) for (amount, _), rank in zip(shaded, ranks, strict=True))


@pytest.mark.parametrize(
    ("cents", "said"),
    [(10_001, "100,01 €"), (95_000, "950 €"), (1_250_000, "12,5 k€"), (123_456_789, "1\u202f235 k€"), (1_234_567_890, "12,3 M€")],
)
def test_what_fits_in_a_cell(cents: int, said: str) -> None:
    assert heatmap.short_euros(cents).replace("\u00a0", " ") == said


@pytest.mark.parametrize(("objectives", "qpvs"), [(12, 8), (30, 20), (0, 0)])
async def test_the_pdf_is_accessible(objectives: int, qpvs: int) -> None:
    made = await documents.write(matrix(objectives, qpvs), Format.PDF)
    assert made.content.startswith(b"%PDF-")
    assert b"pdfuaid:part" in made.content, "PDF/UA"


@pytest.mark.parametrize(
    ("asked", "accept", "kind"),
    [
        (None, "", Format.JSON),
        (None, "*/*", Format.JSON),
        (None, "text/csv", Format.CSV),
        (None, "application/json;q=0.5, image/svg+xml", Format.SVG),
        (None, "application/pdf;q=0.1, text/csv;q=0.2", Format.CSV),
        (None, "text/html, application/xhtml+xml", Format.JSON),
        (None, "text/csv;q=x", Format.JSON),
        ("xlsx", "text/csv", Format.XLSX),
    ],
)
def test_the_format_is_that_of_the_address_then_of_accept(asked: str | None, accept: str, kind: Format) -> None:
    assert documents.wanted(asked, accept) is kind


async def test_every_format_over_http(world: World) -> None:
    await settle(world)
    await insert(world, [Asked(("2",), ("QP011002",), world.association, 5, ((world.caf, 900, 700, 300),))])
    where = f"/campaigns/{world.campaign_id}/coverage"
    for kind, media in documents.MEDIA.items():
        by_address = await world.call(world.team, "GET", where, params={"format": kind.value}, expect=200)
        by_header = await world.call(world.team, "GET", where, headers={"Accept": media}, expect=200)
        for answer in (by_address, by_header):
            assert answer.headers["content-type"].startswith(media)
            assert answer.headers["cache-control"] == "no-store", "live figures stay with who may read them"
    assert (await world.call(world.team, "GET", where, params={"format": "docx"})).status_code == 422


def test_a_stage_is_named_where_it_is_shown() -> None:
    assert "Montants demandés" in heatmap.subtitle(matrix(1, 1, stage=Stage.ASKED))
