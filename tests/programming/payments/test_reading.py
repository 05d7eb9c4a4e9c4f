"""What a payment file says, whoever wrote it and with whatever."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from services.common.files import EmptyFile, UnsupportedFileType
from services.common.problems import Problem
from services.programming.payments import reading
from services.programming.payments.errors import PaymentFileColumnsMissing, PaymentFileTooLong, PaymentFileUnreadable
from services.programming.payments.reading import CSV, MOST_LINES, XLSX, Line, Unreadable
from tests.programming.laws import law
from tests.programming.payments.acts import xlsx

HEADER = "Référence dossier;SIRET;Date;Montant;Référence paiement;N° mandat"
LINE = "2027-CARC-0001;82161143100015;31/12/2027;1 234,56;VIR 1;M-7"
EXPECTED = Line(2, "2027-CARC-0001", "VIR 1", "M-7", "82161143100015", date(2027, 12, 31), 123_456)


def lines(content: bytes) -> list[Line]:
    return reading.read(content)[1]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{LINE}\n".encode(),
        f"{HEADER}\r\n{LINE}\r\n".encode(),
        f"\ufeff{HEADER}\n{LINE}".encode(),
        f"{HEADER}\n{LINE}".encode("cp1252"),
        f"{HEADER}\n{LINE}".replace(";", "\t").encode(),
        f"{HEADER}\n{LINE}".replace("1 234,56", '"1 234,56"').replace(";", ",").encode(),
        f"{HEADER}\n{LINE}".replace("1 234,56", "1\u202f234,56 €").encode(),
        f"{HEADER}\n{LINE}".replace("1 234,56", "1\u00a0234,56").encode("cp1252"),
        f"{HEADER}\n{LINE}".replace("31/12/2027", "2027-12-31").encode(),
        f"{HEADER}\n{LINE}".replace("VIR 1", " vir   1 ").encode(),
    ],
)
def test_the_same_line_however_it_is_written(content: bytes) -> None:
    assert reading.read(content) == (CSV, [EXPECTED])


def test_a_workbook_with_date_and_number_cells() -> None:
    header = HEADER.split(";")
    rows: list[list[Any]] = [
        ["Paiements de l'année"],
        [],
        header,
        ["2027-CARC-0001", 82161143100015, date(2027, 12, 31), 1234.56, "VIR 1", "M-7"],
    ]
    media_type, (line,) = reading.read(xlsx(rows))
    assert media_type == XLSX
    assert line == Line(4, "2027-CARC-0001", "VIR 1", "M-7", "82161143100015", date(2027, 12, 31), 123_456)


def test_a_workbook_of_texts_and_of_sums() -> None:
    rows: list[list[Any]] = [
        HEADER.split(";"),
        ["a", "", "31/12/2027", "1 234,56", 42, ""],
        ["a", "", datetime(2027, 12, 31), 0.1 + 0.2, 43.0, ""],  # noqa: DTZ001
    ]
    first, second = lines(xlsx(rows))
    assert (first.reference, first.paid_on, first.amount_cents) == ("42", date(2027, 12, 31), 123_456)
    assert (second.reference, second.paid_on, second.amount_cents) == ("43", date(2027, 12, 31), 30)


def test_columns_are_found_by_name_wherever_they_are() -> None:
    content = "Export du 3 mai\n;;\nmontant payé ;N° de Mandat; Date de paiement;BENEFICIAIRE;dossier\n10;m 1;2027-05-03;Zoé;d-1\n"
    (line,) = lines(content.encode())
    assert line == Line(4, "D-1", "M 1", "M 1", "", date(2027, 5, 3), 1_000)


def test_missing_columns_are_named_with_what_was_found() -> None:
    with pytest.raises(PaymentFileColumnsMissing) as refused:
        reading.read(b"Dossier;Somme;Date\n1;2;3\n")
    assert refused.value.detail is not None
    assert refused.value.detail.fr == "Colonnes manquantes : Montant, Référence paiement ou N° mandat."
    assert refused.value.extensions["found"] == ["Dossier", "Somme", "Date"]


@pytest.mark.parametrize(
    ("cell", "column", "code"),
    [
        ("", 0, "dossier_missing"),
        ("", 2, "day_missing"),
        ("31/02/2027", 2, "day_unreadable"),
        ("31/12/27", 2, "day_unreadable"),
        ("12/31/2027", 2, "day_unreadable"),
        ("0001-01-01", 2, "day_unreadable"),
        ("hier", 2, "day_unreadable"),
        ("", 3, "amount_missing"),
        ("=100+23", 3, "amount_unreadable"),
        ("1.234", 3, "amount_unreadable"),
        ("1,234", 3, "amount_unreadable"),
        ("12,345", 3, "amount_unreadable"),
        ("1 23,45", 3, "amount_unreadable"),
        ("١٢٣", 3, "amount_unreadable"),
        ("99999999999999999", 3, "amount_unreadable"),
        ("0", 3, "amount_not_positive"),
        ("-12,00", 3, "amount_not_positive"),
        ("1e3", 3, "amount_unreadable"),
        ("x" * 101, 4, "text_too_long"),
    ],
)
def test_a_cell_that_is_not_understood_is_named(cell: str, column: int, code: str) -> None:
    cells = LINE.split(";")
    cells[column] = cell
    (line,) = lines(f"{HEADER}\n{';'.join(cells)}".encode())
    assert line.code == code
    assert line.message.endswith(".")


def test_without_a_payment_reference_the_order_s_number_is_one() -> None:
    cells = LINE.split(";")
    cells[4] = ""
    (line,) = lines(f"{HEADER}\n{';'.join(cells)}".encode())
    assert (line.reference, line.order_number, line.code) == ("M-7", "M-7", None)
    cells[5] = ""
    (line,) = lines(f"{HEADER}\n{';'.join(cells)}".encode())
    assert line.code == "reference_missing"


def test_a_formula_in_a_csv_is_a_text() -> None:
    cells = LINE.split(";")
    cells[4] = '"=HYPERLINK(""http://example.org"")"'
    (line,) = lines(f"{HEADER}\n{';'.join(cells)}".encode())
    assert line.reference == '=HYPERLINK("HTTP://EXAMPLE.ORG")'
    assert line.code is None


def test_lines_are_numbered_as_the_file_shows_them() -> None:
    content = f"{HEADER}\n\n{LINE.replace('VIR 1', chr(34) + 'VIR' + chr(10) + '1' + chr(34))}\n{LINE}\n;;;;;\n{LINE}"
    assert [line.number for line in lines(content.encode())] == [3, 5, 7]
    assert lines(content.encode())[0].reference == "VIR 1"


@law
@given(st.integers(1, 10**12), st.sampled_from(["{:,.2f}", "{:.2f}"]), st.sampled_from(["fr", "en", "nbsp"]))
def test_an_amount_is_read_to_the_cent(cents: int, form: str, way: str) -> None:
    written = form.format(Decimal(cents) / 100)
    if way != "en":
        written = written.replace(",", "\u202f" if way == "nbsp" else " ").replace(".", ",")
    assert reading.cents(written) == cents
    assert reading.cents(cents / 100) == cents or cents > 10**10


@law
@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y"]))
def test_a_day_is_read_as_it_was_written(day: date, form: str) -> None:
    assert reading.day(day.strftime(form)) == day
    assert reading.day(day) == day


@law
@given(st.text(max_size=40))
def test_whatever_a_cell_holds_there_is_an_answer(text: str) -> None:
    for read in (reading.cents, reading.day):
        try:
            read(text)
        except Unreadable as refused:
            assert refused.message.endswith(".")  # noqa: PT017


@law
@given(st.binary(max_size=300))
def test_whatever_a_file_holds_there_is_an_answer(content: bytes) -> None:
    for sent in (content, HEADER.encode() + b"\n" + content, b"PK\x03\x04" + content):
        try:
            reading.read(sent)
        except Problem as refused:
            assert refused.status in {413, 415, 422}  # noqa: PT017


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b"  \n ", EmptyFile),
        (b"%PDF-1.4\n\x00\x01\x02", UnsupportedFileType),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), UnsupportedFileType),
        (b"\x89PNG\r\n\x1a\n\x00\x00", UnsupportedFileType),
        (HEADER.encode("utf-16"), UnsupportedFileType),
        (b"PK\x03\x04 nothing more", PaymentFileUnreadable),
        (b'Dossier;Date;Montant;Mandat\n"' + b"x" * 200_000, PaymentFileUnreadable),
    ],
)
def test_what_is_no_payment_file_is_refused_by_name(content: bytes, refusal: type[Problem]) -> None:
    with pytest.raises(refusal):
        reading.read(content)


def test_a_file_of_five_thousand_lines_is_read_and_one_more_is_refused() -> None:
    content = f"{HEADER}\n" + f"{LINE}\n" * MOST_LINES
    assert len(lines(content.encode())) == MOST_LINES
    with pytest.raises(PaymentFileTooLong) as refused:
        reading.read(f"{content}{LINE}\n".encode())
    assert refused.value.extensions == {"most_lines": MOST_LINES}


def test_a_workbook_of_twenty_thousand_lines_is_refused() -> None:
    with pytest.raises(PaymentFileTooLong):
        reading.read(xlsx([HEADER.split(";"), *([LINE.split(";")] * 20_000)]))


def _rewritten(change: Callable[[str, bytes], bytes]) -> bytes:
    """A good workbook whose parts were changed."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx([HEADER.split(";"), LINE.split(";")]))) as good,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, change(name, good.read(name)))
    return packed.getvalue()


def _with_cell(cell: bytes) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</row>", cell + b"</row>", 1) if name.startswith("xl/worksheets/") else part

    return _rewritten(change)


def test_a_workbook_rewritten_as_it_was_is_still_read() -> None:
    assert lines(_rewritten(lambda _, part: part)) == [EXPECTED]


def test_two_cells_at_the_corners_of_a_sheet_do_not_kill_the_server() -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "z")
    book.close()
    assert len(content.getvalue()) < 10_000
    with pytest.raises(PaymentFileTooLong):
        reading.read(content.getvalue())


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1"><v>1</v></c>',
        b"<c r='XFD1'><v>1</v></c>",
        b'<c r = "XFD1"><v>1</v></c>',
        b'<c r="&#88;FD1"><v>1</v></c>',
        b"<c><v>1</v></c>" * 70,
        b'<x:c xmlns:x="urn:x" r="XFD1"/>',
    ],
)
def test_a_sheet_too_wide_is_refused_however_it_says_so(cell: bytes) -> None:
    with pytest.raises(PaymentFileUnreadable):
        reading.read(_with_cell(cell))


@pytest.mark.parametrize(
    "cell",
    [b'<c r="A1048576"><v>1</v></c>', b'</row><row r="1048576"><c r="A1048576"/>', b"</row>" + b"<row/>" * 20_001 + b"<row>"],
)
def test_a_sheet_too_long_is_refused_however_it_says_so(cell: bytes) -> None:
    with pytest.raises(PaymentFileTooLong):
        reading.read(_with_cell(cell))


@pytest.mark.parametrize("cell", [b'<c r="&#196;1"/>', b'<c r=""/>', b'</row><row r="99999999999999999999"><c/>', b"<c"])
def test_a_sheet_that_makes_no_sense_is_refused(cell: bytes) -> None:
    with pytest.raises(PaymentFileUnreadable):
        reading.read(_with_cell(cell))


def test_entities_are_refused() -> None:
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'

    def change(name: str, part: bytes) -> bytes:
        return doctype + part.split(b"?>", 1)[1] if name == "xl/sharedStrings.xml" else part

    with pytest.raises(PaymentFileUnreadable):
        reading.read(_rewritten(change))


def test_a_zip_bomb_is_refused() -> None:
    content = _rewritten(lambda name, part: part + b" " * 40_000_000 if name == "xl/sharedStrings.xml" else part)
    assert len(content) < 200_000
    with pytest.raises(PaymentFileUnreadable) as refused:
        reading.read(content)
    assert refused.value.detail is not None
    assert "démesuré" in refused.value.detail.fr


def test_a_zip_bomb_that_lies_about_its_size_gains_nothing() -> None:
    content = bytearray(_rewritten(lambda name, part: part + b" " * 40_000_000 if name == "xl/sharedStrings.xml" else part))
    real = next(
        info.file_size for info in zipfile.ZipFile(io.BytesIO(content)).infolist() if info.filename == "xl/sharedStrings.xml"
    )
    assert real > 40_000_000
    lie = bytes(content).replace(real.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lie != bytes(content)
    with pytest.raises(PaymentFileUnreadable):
        reading.read(lie)
