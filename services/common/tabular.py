"""Tables that strangers send: CSV (`;`, `,` or tab; UTF-8, Windows-1252, and what old spreadsheets write) or XLSX, told by their content.

Rows come one at a time, so that a long file is read in little memory. Nothing here knows what the columns mean: a reader gives the
names it recognises, and is given back where they are. A cell is data, whatever it looks like: a formula is a text.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import BinaryIO, Generic, TypeVar

from .language import Text
from .workbook import Bounds, Cell, TableFault, TableTooLong, sheet_rows

__all__ = ["CSV", "XLSX", "Bounds", "Cell", "Header", "NotATable", "Numbered", "Table", "TableFault", "TableTooLong"]

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Column = TypeVar("Column", bound=Hashable)
#: A row with the number of the line it begins on, as a spreadsheet or an editor shows it.
Numbered = tuple[int, Sequence[Cell]]

#: What French spreadsheets have written before UTF-8: Windows, MS-DOS, Macintosh.
_OLD = ("cp1252", "cp850", "mac_roman")
#: What French is written with beyond ASCII: under a wrong encoding, little of it is left.
_FRENCH = frozenset("àâäçéèêëîïôöùûüœæÀÂÇÉÈÊËÎÏÔÙÛŒÆ«»’“”–—…°€\u00a0")
_CHUNK = 1024 * 1024
_HEAD, _TELLING = 64 * 1024, 32 * 1024
#: Bytes no text holds near its beginning.
_BINARY = bytes(sign for sign in range(32) if sign not in b"\t\n\v\f\r")
_LONGEST_CELL = 1_000_000

# The csv module has one limit for the whole process; `Bounds.cell` is each reader's own.
csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))


class NotATable(TableFault):
    """Neither CSV nor XLSX."""

    def __init__(self) -> None:
        super().__init__(Text("Le fichier n'est ni un CSV ni un XLSX.", "The file is neither CSV nor XLSX."))


@dataclass(frozen=True)
class Table:
    """What the file is, and its rows; reading them may raise `TableFault`."""

    media_type: str
    rows: Iterator[Numbered]


@dataclass(frozen=True)
class Header(Generic[Column]):
    """Where each recognised column is, and the names nobody recognised."""

    columns: dict[Column, int]
    unknown: list[str]


def open_table(file: BinaryIO, recognise: Callable[[str], Column | None], bounds: Bounds) -> Table:
    """The table of a file that can be read again from its beginning. `recognise` is given bare names (`bare`).

    Raises `NotATable`, or another `TableFault` when it is damaged or beyond the bounds.
    """
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return Table(XLSX, enumerate(sheet_rows(file, bounds), 1))
    if head[:8192].translate(None, _BINARY) != head[:8192]:
        raise NotATable()
    encoding = encoding_of(file)
    return Table(CSV, _csv_rows(file, encoding, _delimiter(head.decode(encoding, "ignore"), recognise), bounds))


def encoding_of(file: BinaryIO) -> str:
    """UTF-8 when all of it is (with or without a BOM), otherwise the old French encoding its accents speak for."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        file.seek(0)
        telling = _telling(file)
        encoding = max(_OLD, key=lambda each: _frenchness(telling, each))
    else:
        encoding = "utf-8-sig"
    file.seek(0)
    return encoding


def _frenchness(content: bytes, encoding: str) -> int:
    """The more French letters and the fewer others, the better: telling a few short cells apart asks for no statistics."""
    strange = [sign for sign in content.decode(encoding, "replace") if not sign.isascii()]
    return sum(1 if sign in _FRENCH else -1 for sign in strange)


def _telling(file: BinaryIO) -> bytes:
    """The first lines that hold something else than ASCII: an accent may come late."""
    told = bytearray()
    while len(told) < _TELLING and (line := file.readline(_HEAD)):
        if not line.isascii():
            told += line
    return bytes(told[:_TELLING])


def _delimiter(head: str, recognise: Callable[[str], Column | None]) -> str:
    """The one under which the first lines name the most columns."""

    def known(delimiter: str) -> int:
        most = 0
        try:
            for _, row in zip(range(_WITHIN), csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), strict=False):
                most = max(most, len(locate(row, recognise)))
        except csv.Error:
            pass
        return most

    return max(";,\t", key=lambda sign: (known(sign), head.count(sign)))


def _csv_rows(file: BinaryIO, encoding: str, delimiter: str, bounds: Bounds) -> Iterator[Numbered]:
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    rows = csv.reader(text, delimiter=delimiter)
    start = 1
    try:
        for row in rows:
            if any(len(cell) > bounds.cell for cell in row):
                raise csv.Error("a cell swallows the lines that follow")
            yield start, row
            start = rows.line_num + 1
    except csv.Error as error:
        said = Text(f"La ligne {start} est abîmée : guillemets ?", f"Line {start} is damaged: quotation marks?")
        raise TableFault(said) from error
    finally:
        if not file.closed:
            text.detach()  # the file is whose it was


#: Lines among which the header is looked for.
_WITHIN = 20


def find_header(
    rows: Iterable[Numbered], recognise: Callable[[str], Column | None], is_complete: Callable[[Collection[Column]], bool]
) -> tuple[Header[Column] | None, Iterator[Numbered]]:
    """The first line, or two lines of merged cells, that names enough; then the rows that follow it.

    What precedes (a title, empty lines) is passed over. Without a header, the rows are the first that hold something.
    """
    left = iter(rows)
    first: Numbered | None = None
    above: Sequence[Cell] = ()
    for number, row in left:
        if not any(as_text(cell) for cell in row):
            if number >= _WITHIN:
                break
            continue
        first = first or (number, row)
        for names in (list(row), _merged(above, row)):
            found = locate(names, recognise)
            if is_complete(found):
                return _refined(names, found, left, recognise)
        above = row
        if number >= _WITHIN:
            break
    return None, iter([first] if first else [])


def _refined(
    names: Sequence[Cell], found: dict[Column, int], left: Iterator[Numbered], recognise: Callable[[str], Column | None]
) -> tuple[Header[Column], Iterator[Numbered]]:
    """The line below may say what merged cells are about: all it holds then are names."""
    following = next(left, None)
    if following is not None:
        _, below = following
        merged = _merged(names, below)
        better = locate(merged, recognise)
        places = set(better.values())
        all_names = all(place in places for place, cell in enumerate(below) if as_text(cell))
        if all_names and len(better) > len(found):
            return _header(merged, better), left
        left = chain([following], left)
    return _header(names, found), left


def _merged(above: Sequence[Cell], below: Sequence[Cell]) -> list[Cell]:
    """Names over two lines: a cell merged downwards keeps its name, one merged sideways comes before each name under it."""
    found: list[Cell] = []
    over = ""
    for place in range(max(len(above), len(below))):
        upper = as_text(above[place]) if place < len(above) else ""
        lower = as_text(below[place]) if place < len(below) else ""
        over = upper or over
        found.append(f"{over} {lower}" if lower else upper)
    return found


def _header(names: Sequence[Cell], found: dict[Column, int]) -> Header[Column]:
    known = set(found.values())
    unknown = [as_text(name) for place, name in enumerate(names) if place not in known]
    return Header(found, [" ".join(name.split())[:60] for name in unknown if name])


def locate(names: Sequence[Cell], recognise: Callable[[str], Column | None]) -> dict[Column, int]:
    """The place of each column recognised; the first of two alike."""
    found: dict[Column, int] = {}
    for place, name in enumerate(names):
        column = recognise(bare(as_text(name).strip('"')))
        if column is not None:
            found.setdefault(column, place)
    return found


def bare(name: str) -> str:
    """A column's name without accents, capitals nor punctuation: `N° mandat` and `n mandat` are one."""
    lowered = name.lower().replace("n°", "n ").replace("nº", "n ").replace("œ", "oe")
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def as_text(cell: Cell) -> str:
    """What a person reads in the cell: a code that a spreadsheet took for a number has no decimals."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else cell.strip()
