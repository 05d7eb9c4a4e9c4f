"""Cells of the tables people download, as CSV and as workbooks (XLSX): what people wrote is a text, never a formula nor a link."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import IO, Any

import xlsxwriter

#: Before a CSV in UTF-8, so that French spreadsheets read its accents.
MARK = b"\xef\xbb\xbf"
#: How the first line of a sheet looks.
HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E6E6E6"}
#: Nothing is guessed from what a text looks like.
_AS_GIVEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MOST_IN_CELL = 32_767

#: Full-width forms too, which some spreadsheets read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text, which no spreadsheet computes: an apostrophe stands before what it would take for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def lines(rows: Iterable[Iterable[Any]], *, delimiter: str = ";", end: str = "\r\n", quoted: bool = False) -> bytes:
    """Rows of texts, numbers and nothing (None), as CSV in UTF-8. `quoted`: every cell is, whatever it holds."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    table.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return written.getvalue().encode()


def workbook(content: IO[bytes], *, row_by_row: bool = False) -> Any:
    """A workbook to be written to `content`. `row_by_row`: in that order only, through a temporary file, whatever its length."""
    return xlsxwriter.Workbook(content, {"constant_memory" if row_by_row else "in_memory": True, **_AS_GIVEN})


def put(sheet: Any, row: int, column: int, value: Any, looks: Any = None) -> None:
    """A text, a number, a day or nothing (None) in a cell of a sheet."""
    if value is None:
        sheet.write_blank(row, column, None, looks)
    elif isinstance(value, str):
        sheet.write_string(row, column, value[:_MOST_IN_CELL], looks)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks)
    else:
        sheet.write_number(row, column, value, looks)
