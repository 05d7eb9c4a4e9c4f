"""Cells of the tables people download as CSV: a spreadsheet takes a text that begins like a formula for one."""

import csv
import io
from collections.abc import Iterable
from typing import Any

#: Full-width forms too, which some spreadsheets read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text, which no spreadsheet computes: an apostrophe stands before what it would take for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def lines(rows: Iterable[Iterable[Any]], *, delimiter: str = ";") -> bytes:
    """Rows of texts, numbers and nothing (None), as CSV in UTF-8."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=delimiter)
    table.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return written.getvalue().encode()
