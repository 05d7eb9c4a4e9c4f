"""Tables as strangers send them: any spreadsheet's encoding, separators, merged headers, and files made to harm."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Collection
from datetime import date
from typing import Any, BinaryIO

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from services.common import tabular
from services.common.tabular import CSV, XLSX, Bounds, NotATable, TableFault, TableTooLong

NAMES = {"reference": "ref", "titre": "title", "resume": "abstract", "section titre": "heading", "section texte": "text"}
RECOGNISE = NAMES.get


def complete(found: Collection[str]) -> bool:
    return {"ref", "title"} <= set(found)


def read(content: bytes, bounds: Bounds | None = None) -> list[tuple[int, dict[str, str]]]:
    """Lines of a table by the columns recognised."""
    table = tabular.open_table(io.BytesIO(content), RECOGNISE, bounds or Bounds())
    header, rows = tabular.find_header(table.rows, RECOGNISE, complete)
    assert header is not None
    places = header.columns.items()
    return [
        (number, {key: tabular.as_text(row[place]) for key, place in places if place < len(row)})
        for number, row in rows
        if any(tabular.as_text(cell) for cell in row)
    ]


def xlsx(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


LINE = {"ref": "A-1", "title": "L'été à Alès, déjà", "abstract": "Où l'on agit"}
TEXT = "Référence;Titre;Résumé\r\nA-1;L'été à Alès, déjà;Où l'on agit\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_the_same_table_whatever_the_spreadsheet(encoding: str, separator: str) -> None:
    assert read(TEXT.replace(";", separator).encode(encoding)) == [(2, LINE)]


def test_commas_separate_when_they_name_more_columns() -> None:
    assert read(b'Reference,Titre\nA-1,"Un; deux; trois; quatre"\n') == [(2, {"ref": "A-1", "title": "Un; deux; trois; quatre"})]


def test_an_accent_may_come_late() -> None:
    content = "Référence;Titre\n".replace("é", "e") + "a;b\n" * 100_000 + "z;Été – œuvre\n"
    assert read(content.encode("cp1252"))[-1][1] == {"ref": "z", "title": "Été – œuvre"}


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4\n\x00\x01", b"\x89PNG\r\n\x1a\n\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Titre".encode("utf-16")]
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(NotATable):
        read(content)


def test_titles_and_empty_lines_before_the_header_are_passed_over_and_lines_keep_their_numbers() -> None:
    content = 'Fonds\n\n;;\nRéférence;"Ti\ntre"\n'.replace("Ti\ntre", "Titre\n") + 'A;"x\ny"\nB;z\n\nC;t\n'
    assert [number for number, _ in read(content.encode())] == [6, 8, 10]


def test_columns_are_named_without_accents_capitals_nor_punctuation() -> None:
    assert tabular.bare("N° de  RÉFÉRENCE (œuvre)\n") == "n de reference oeuvre"
    assert read("TITRE :;  référence\nUn;A\n".encode()) == [(2, {"ref": "A", "title": "Un"})]


def test_of_two_columns_alike_the_first_counts_and_the_unknown_are_told() -> None:
    table = tabular.open_table(io.BytesIO(b"Titre;Reference;Titre;Etagere\n1;2;3;4\n"), RECOGNISE, Bounds())
    header, _ = tabular.find_header(table.rows, RECOGNISE, complete)
    assert header is not None
    assert (header.columns, header.unknown) == ({"title": 0, "ref": 1}, ["Titre", "Etagere"])


def test_a_header_of_merged_cells_is_read_over_two_lines() -> None:
    rows = [["Référence", "Titre", "Section", ""], ["", "", "titre", "texte"], ["A", "Un", "Le cadre", "La loi"]]
    expected = {"ref": "A", "title": "Un", "heading": "Le cadre", "text": "La loi"}
    assert read(xlsx(rows)) == [(3, expected)]
    assert read("\n".join(";".join(row) for row in rows).encode()) == [(3, expected)]


def test_a_first_line_is_not_taken_for_a_second_header() -> None:
    assert read(b"Reference;Titre;Section\nresume;titre;texte\n") == [(2, {"ref": "resume", "title": "titre"})]


def test_without_a_header_the_first_line_is_given_back() -> None:
    table = tabular.open_table(io.BytesIO(b"\nbonjour;vous\n1;2\n"), RECOGNISE, Bounds())
    header, rows = tabular.find_header(table.rows, RECOGNISE, complete)
    assert header is None
    assert next(rows) == (2, ["bonjour", "vous"])


def test_an_empty_file_has_no_header() -> None:
    table = tabular.open_table(io.BytesIO(b""), RECOGNISE, Bounds())
    assert tabular.find_header(table.rows, RECOGNISE, complete)[0] is None


def test_a_workbook_s_numbers_dates_and_formulas() -> None:
    content = xlsx([[], [], [], ["Référence", "Titre", "Résumé"], [11069, date(2017, 3, 12), "=1+1"], [1.5, True, "  x "]])
    table = tabular.open_table(io.BytesIO(content), RECOGNISE, Bounds())
    assert table.media_type == XLSX
    assert read(content) == [
        (5, {"ref": "11069", "title": "2017-03-12", "abstract": "0"}),
        (6, {"ref": "1.5", "title": "True", "abstract": "x"}),
    ]


def test_a_formula_of_a_csv_is_a_text() -> None:
    assert read(b"Reference;Titre\n=1+1;@SUM(A1)\n") == [(2, {"ref": "=1+1", "title": "@SUM(A1)"})]


def test_a_quotation_mark_left_open_is_named_by_its_line() -> None:
    content = b'Reference;Titre\nA;b\nB;"' + b"x\n" * 100_000
    with pytest.raises(TableFault) as refused:
        read(content)
    assert refused.value.said.fr == "La ligne 3 est abîmée : guillemets ?"


def test_bounds_are_the_reader_s_own() -> None:
    rows = [["Référence", "Titre"], *([["A", "b"]] * 30)]
    assert len(read(xlsx(rows), Bounds(rows=31))) == 30
    with pytest.raises(TableTooLong):
        read(xlsx(rows), Bounds(rows=30))
    with pytest.raises(TableFault):
        read(xlsx([["x"] * 5]), Bounds(columns=4))
    with pytest.raises(TableFault, match="oversized"):
        read(xlsx(rows), Bounds(unpacked=1_000))


def _bomb() -> bytes:
    packed = io.BytesIO()
    good = xlsx([["Référence", "Titre"], ["A", "b"]])
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in source.namelist():
            bad.writestr(name, source.read(name) + (b" " * 60_000_000 if name == "xl/sharedStrings.xml" else b""))
    return packed.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    content = _bomb()
    assert len(content) < 200_000
    tracemalloc.start()
    with pytest.raises(TableFault):
        read(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_long_file_is_read_in_little_memory() -> None:
    def file() -> BinaryIO:
        return io.BytesIO(b"Reference;Titre\n" + b"".join(b"%d;%s\n" % (number, b"x" * 50_000) for number in range(600)))

    content = file()
    tracemalloc.start()
    table = tabular.open_table(content, RECOGNISE, Bounds())
    assert sum(1 for _ in table.rows) == 601
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000


def test_the_file_is_left_open_to_whoever_opened_it() -> None:
    content = io.BytesIO(TEXT.encode())
    assert len(list(tabular.open_table(content, RECOGNISE, Bounds()).rows)) == 2
    assert not content.closed


@given(st.binary(max_size=300))
def test_whatever_a_file_holds_there_is_an_answer(content: bytes) -> None:
    for sent in (content, TEXT.encode() + content, b"PK\x03\x04" + content):
        try:
            list(tabular.open_table(io.BytesIO(sent), RECOGNISE, Bounds()).rows)
        except TableFault as refused:
            assert refused.said.fr.endswith((".", "?"))  # noqa: PT017


_CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=5))
def test_what_is_written_is_what_is_read(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([("Référence", "Titre"), *rows])
    table = tabular.open_table(io.BytesIO(out.getvalue().encode()), RECOGNISE, Bounds())
    assert table.media_type == CSV
    assert [tuple(row) for _, row in table.rows][1:] == rows
