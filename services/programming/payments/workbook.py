"""The first sheet of an XLSX that a stranger made, read without harm. Pure.

A reader of workbooks sets aside room for the whole rectangle between the first and the last cell: two cells at the corners of a
sheet, in a file of 5 kB, ask for 500 GB and kill the process. So the archive is unpacked here, within bounds, its cells are
counted by a plain XML parser, and only then handed over, packed anew.
"""

import io
import re
import zipfile
import zlib
from datetime import date, datetime
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from services.common.language import Text

from .errors import PaymentFileTooLong, PaymentFileUnreadable

Cell = str | float | date | None

_MOST_UNPACKED = 16 * 1024 * 1024
_MOST_ENTRIES = 1_000
_MOST_ROWS, _MOST_COLUMNS = 20_000, 64
_CHUNK = 64 * 1024
_ROW = re.compile(r"[0-9]{1,7}", re.ASCII)
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", re.ASCII)


def rows(content: bytes, *, most_lines: int) -> list[list[Cell]]:
    """The cells of the first visible sheet, from its first row and column on. A formula is worth what it was last worth."""
    parts = _unpacked(content)
    for name, xml in parts.items():
        if name.endswith(".xml"):
            _Measure(most_lines).take(xml)
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(_packed(parts)))
        shown = (
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        )
        first = next(shown, None)
        found = book.get_sheet_by_name(first).to_python(skip_empty_area=False) if first is not None else []
    except (CalamineError, OSError, ValueError) as error:
        raise PaymentFileUnreadable(_BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a fault of the reader raises
            raise
        raise PaymentFileUnreadable(_BROKEN) from error
    return [[_cell(value) for value in row] for row in found]


_BROKEN = Text("Le classeur est abîmé ou protégé.", "The workbook is damaged or protected.")
_SWOLLEN = Text(
    "Une fois décompressé, le classeur est démesuré : gardez la seule feuille des paiements.",
    "Once unpacked, the workbook is oversized: keep the sheet of the payments only.",
)


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The XML parts of the archive. What an entry announces is what is read of it, by chunks: a lie in the directory gains nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith((".xml", ".rels"))]
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
                raise PaymentFileUnreadable(_SWOLLEN)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise PaymentFileUnreadable(_BROKEN) from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    found = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            found += chunk
            if len(found) > _MOST_UNPACKED:
                raise PaymentFileUnreadable(_SWOLLEN)
    return bytes(found)


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
    return packed.getvalue()


class _Measure:
    """Walks an XML part and refuses a sheet too long or too wide to be laid out in memory."""

    def __init__(self, most_lines: int) -> None:
        self._row = self._column = 0
        self._most_lines = most_lines

    def take(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._element
        try:
            parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise PaymentFileUnreadable(_BROKEN) from error

    def _doctype(self, *declared: object) -> None:
        raise PaymentFileUnreadable(_BROKEN)  # no workbook has one; entities hide things

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local, place = name.rpartition(":")[2], attributes.get("r")
        if local == "row":
            if place is not None and _ROW.fullmatch(place) is None:
                raise PaymentFileUnreadable(_BROKEN)
            self._row, self._column = int(place) if place else self._row + 1, 0
        elif local == "c" and place is None:
            self._column += 1
        elif local == "c" and place is not None:
            match = _PLACE.fullmatch(place)
            if match is None:
                raise PaymentFileUnreadable(_BROKEN)
            self._column, self._row = _number(match[1]), max(self._row, int(match[2]))
        else:
            return
        if self._row > _MOST_ROWS:
            raise PaymentFileTooLong(most_lines=self._most_lines)
        if self._column > _MOST_COLUMNS:
            raise PaymentFileUnreadable(_SWOLLEN)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return str(value)
    return value or None if isinstance(value, str) else float(value)
