"""Tables people download: what people wrote stays a text, in CSV and in workbooks."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.common.cells import MARK, harmless, lines, put, workbook

TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TYPED)
def test_no_text_begins_like_a_formula_and_none_is_lost(text: str) -> None:
    assert harmless(text) in {text, f"'{text}"}
    assert harmless(text).lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}


@given(st.lists(TYPED, min_size=1, max_size=4), st.sampled_from([";", ","]), st.booleans())
def test_a_line_is_read_back_as_it_was_written(row: list[str], delimiter: str, quoted: bool) -> None:
    written = lines([row], delimiter=delimiter, quoted=quoted).decode()
    read = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)
    assert list(read) == [[harmless(cell) for cell in row]]


def test_numbers_are_numbers_whatever_their_sign() -> None:
    assert MARK + lines([["Écart", -3, 1.5, None]]) == "\ufeffÉcart;-3;1.5;\r\n".encode()
    assert lines([["a", "="]], delimiter=",", end="\n", quoted=True) == b'"a","\'="\n'


@pytest.mark.parametrize("row_by_row", [False, True])
def test_a_cell_of_a_workbook_holds_what_was_given(row_by_row: bool) -> None:
    content = io.BytesIO()
    given = ["=1+1", "@SUM(A1)", "https://exemple.fr", "007", "x" * 40_000, -3, 1.5, date(2027, 3, 1), None, "fin"]
    with workbook(content, row_by_row=row_by_row) as book:
        sheet, days = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for column, value in enumerate(given):
            put(sheet, 0, column, value, days if isinstance(value, date) else None)
    content.seek(0)
    (read,) = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert read == [*given[:4], "x" * 32_767, -3, 1.5, date(2027, 3, 1), "", "fin"]
