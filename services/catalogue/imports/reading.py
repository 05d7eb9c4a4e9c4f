"""A file of documents as lines of cells, one at a time. Pure but for the file it is given; called in a thread.

What is wrong with the whole file is refused here by name; what is wrong with one line is found when it is worked through.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from services.common.files import EmptyFile, UnsupportedFileType
from services.common.language import Text
from services.common.tabular import (
    CSV,
    XLSX,
    Bounds,
    Header,
    NotATable,
    Numbered,
    TableFault,
    TableTooLong,
    as_text,
    find_header,
    open_table,
)

from .columns import REQUIRED, heading, recognise
from .errors import ImportFileColumnsMissing, ImportFileTooLong, ImportFileUnreadable, ImportFileWithoutLines
from .values import Fault, clean

MOST_BYTES = 256 * 1024 * 1024
MOST_LINES = 200_000
_BOUNDS = Bounds(rows=50_001, columns=160, cell=1_000_000, unpacked=96 * 1024 * 1024)
_LONGEST_IDENTIFIER = 200


@dataclass(frozen=True)
class Line:
    """A line that holds something; with faults, nothing will be made of it."""

    number: int
    identifier: str
    cells: dict[str, str]
    faults: list[Fault] = field(default_factory=list)


class File:
    """The lines of a file, read as they are asked for."""

    def __init__(self, file: BinaryIO) -> None:
        """Find the header. Refusals: empty, of another type, damaged, without its columns."""
        file.seek(0)
        if not file.read(1024).strip():
            raise EmptyFile()
        self._first_line_of: dict[str, int] = {}
        self._count = 0
        try:
            table = open_table(file, recognise, _BOUNDS)
            self.media_type = table.media_type
            header, self._rows = find_header(table.rows, recognise, lambda found: set(REQUIRED) <= set(found))
        except TableFault as fault:
            raise _named(fault) from fault
        if header is None:
            raise _columns_missing(self._rows)
        self._header: Header[str] = header

    @property
    def columns(self) -> dict[str, str]:
        """The columns understood, with how people call them."""
        return {key: heading(key) for key in self._header.columns}

    @property
    def unknown_columns(self) -> list[str]:
        return self._header.unknown[:100]

    def next(self, most: int) -> list[Line]:
        """The next lines, none at the end. Refusals: damaged further on, too long, a header and nothing else."""
        try:
            found = list(islice(self._lines(), most))
        except TableFault as fault:
            raise _named(fault) from fault
        if not found and not self._count:
            raise ImportFileWithoutLines()
        return found

    def _lines(self) -> Iterator[Line]:
        for number, row in self._rows:
            cells = {key: as_text(row[place]) for key, place in self._header.columns.items() if place < len(row)}
            if not any(cells.values()):
                continue
            self._count += 1
            if self._count > MOST_LINES:
                raise ImportFileTooLong(most_lines=MOST_LINES)
            cells = {key: clean(text) for key, text in cells.items()}
            # A short line says nothing of its last columns: they are empty, as a spreadsheet shows them.
            yield self._checked(number, {**dict.fromkeys(self._header.columns, ""), **cells})

    def _checked(self, number: int, cells: dict[str, str]) -> Line:
        identifier = " ".join(cells["identifier"].split())
        faults = []
        if not identifier:
            faults.append(Fault("identifier", "identifier_missing", "L'identifiant manque."))
        elif len(identifier) > _LONGEST_IDENTIFIER:
            said = f"L'identifiant dépasse {_LONGEST_IDENTIFIER} caractères."
            faults.append(Fault("identifier", "identifier_too_long", said))
        elif (first := self._first_line_of.setdefault(identifier, number)) != number:
            faults.append(Fault("identifier", "identifier_repeated", f"La ligne {first} porte le même identifiant."))
        return Line(number, identifier[:_LONGEST_IDENTIFIER], cells, faults)


def _named(fault: TableFault) -> Exception:
    if isinstance(fault, NotATable):
        return UnsupportedFileType(accepted=[CSV, XLSX])
    if isinstance(fault, TableTooLong):
        return ImportFileTooLong(most_lines=MOST_LINES)
    return ImportFileUnreadable(fault.said)


def _columns_missing(rows: Iterator[Numbered]) -> ImportFileColumnsMissing:
    _, first = next(rows, (0, ()))
    found = [as_text(cell)[:60] for cell in first][:30]
    lacking = [heading(key) for key in REQUIRED if key not in {recognise(name.lower()) for name in found}]
    names = ", ".join(lacking)
    return ImportFileColumnsMissing(Text(f"Colonnes manquantes : {names}.", f"Missing columns: {names}."), found=found)
