"""The first sheet of an XLSX that a stranger made, read without harm. Pure.

A reader of workbooks sets aside room for the whole rectangle between the first and the last cell: two cells at the corners of a
sheet, in a file of 5 kB, ask for 500 GB and kill the process. So the archive is unpacked here, within bounds, its cells are
counted by a plain XML parser, and only then handed over, packed anew.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .language import Text

Cell = str | float | date | None

_MOST_ENTRIES = 1_000
_CHUNK = 64 * 1024
_ROW = re.compile(r"[0-9]{1,7}", re.ASCII)
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", re.ASCII)


class TableFault(Exception):
    """A file that cannot be read as a table, in the two languages."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


class TableTooLong(TableFault):
    """More lines than its reader takes."""


@dataclass(frozen=True)
class Bounds:
    """How much of a stranger's file is taken: rows and columns of a sheet, characters of a cell, bytes of a workbook unpacked."""

    rows: int = 20_000
    columns: int = 64
    cell: int = 100_000
    unpacked: int = 16 * 1024 * 1024


def sheet_rows(content: BinaryIO, bounds: Bounds) -> Iterator[list[Cell]]:
    """The cells of the first visible sheet, from its first row and column on. A formula is worth what it was last worth."""
    parts = _unpacked(content, bounds)
    for name, xml in parts.items():
        if name.endswith(".xml"):
            _Measure(bounds).take(xml)
    packed = io.BytesIO(_packed(parts))
    parts.clear()
    try:
        book = CalamineWorkbook.from_object(packed)
        shown = (
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        )
        first = next(shown, None)
        if first is None:
            return
        for row in book.get_sheet_by_name(first).iter_rows():
            yield [_cell(value) for value in row]
    except (CalamineError, OSError, ValueError) as error:
        raise TableFault(_BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a fault of the reader raises
            raise
        raise TableFault(_BROKEN) from error


_BROKEN = Text("Le classeur est abîmé ou protégé.", "The workbook is damaged or protected.")
_SWOLLEN = Text(
    "Une fois décompressé, le classeur est démesuré : gardez la seule feuille utile.",
    "Once unpacked, the workbook is oversized: keep the one sheet that matters.",
)


def _unpacked(content: BinaryIO, bounds: Bounds) -> dict[str, bytes]:
    """The XML parts of the archive. What an entry announces is what is read of it, by chunks: a lie in the directory gains nothing."""
    try:
        with zipfile.ZipFile(content) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith((".xml", ".rels"))]
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > bounds.unpacked:
                raise TableFault(_SWOLLEN)
            return {entry.filename: _read(archive, entry, bounds) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise TableFault(_BROKEN) from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: Bounds) -> bytes:
    found = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            found += chunk
            if len(found) > bounds.unpacked:
                raise TableFault(_SWOLLEN)
    return bytes(found)


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
    return packed.getvalue()


class _Measure:
    """Walks an XML part and refuses a sheet too long or too wide to be laid out in memory."""

    def __init__(self, bounds: Bounds) -> None:
        self._row = self._column = 0
        self._bounds = bounds

    def take(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._element
        try:
            parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise TableFault(_BROKEN) from error

    def _doctype(self, *declared: object) -> None:
        raise TableFault(_BROKEN)  # no workbook has one; entities hide things

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local, place = name.rpartition(":")[2], attributes.get("r")
        if local == "row":
            if place is not None and _ROW.fullmatch(place) is None:
                raise TableFault(_BROKEN)
            self._row, self._column = int(place) if place else self._row + 1, 0
        elif local == "c" and place is None:
            self._column += 1
        elif local == "c" and place is not None:
            match = _PLACE.fullmatch(place)
            if match is None:
                raise TableFault(_BROKEN)
            self._column, self._row = _number(match[1]), max(self._row, int(match[2]))
        else:
            return
        if self._row > self._bounds.rows:
            raise TableTooLong(Text("La feuille a trop de lignes.", "The sheet has too many rows."))
        if self._column > self._bounds.columns:
            raise TableFault(_SWOLLEN)


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
