"""Records that strangers send: the lines of a table (`tabular`), or the objects of a JSON or GeoJSON array, told by their content.

They come one at a time, so that a long file is read in little memory. Names are bare (`tabular.bare`): `code_cv` and `Code CV` are
one. A line that no name describes, or that holds nothing, is passed over.
"""

import codecs
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from . import tabular
from .language import Text
from .tabular import Bounds, TableFault, TableTooLong

__all__ = ["Bounds", "NoHeader", "Record", "Records", "TableFault", "digest", "open_records", "text_of"]

_CHUNK = 256 * 1024
#: Characters of one object of a JSON array: one that lists its members takes tens of thousands.
_LONGEST_OBJECT = 8 * 1024 * 1024
_BLANK = re.compile(r"[\s,]*")
_FEATURES = re.compile(r'"features"\s*:\s*\[')
#: Characters before the features of a GeoJSON: its name and its system of coordinates.
_PREAMBLE = 64 * 1024
# Numbers with a point stay as they are written: `3.8E+12` has to be seen for what it is.
_JSON = json.JSONDecoder(parse_float=str)


class NoHeader(TableFault):
    """None of the names looked for is in the file."""

    def __init__(self, found: Collection[str]) -> None:
        names = ", ".join(name for name in found if name) or "—"
        said = Text(f"Aucune colonne reconnue. Lues : {names[:300]}.", f"No known column. Read: {names[:300]}.")
        super().__init__(said)


@dataclass(frozen=True)
class Record:
    """`line`: the line it begins on in a table, its rank (from 1) in a JSON array. `values`: what was said, by bare name."""

    line: int
    values: Mapping[str, Any]


@dataclass
class Records:
    """The records of a file; reading them may raise `TableFault`. `names`: how a JSON itself writes each bare name."""

    rows: Iterator[Record]
    names: dict[str, str] = field(default_factory=dict)


def open_records(file: BinaryIO, known: Callable[[str], bool], bounds: Bounds) -> Records:
    """`known` tells the bare names looked for; a table keeps those columns only. Raises `NoHeader` or another `TableFault`."""
    file.seek(0)
    head = file.read(4096).lstrip(codecs.BOM_UTF8).lstrip()
    if head[:1] in (b"[", b"{"):
        return _objects(file, bounds)
    return _lines(file, known, bounds)


def digest(file: BinaryIO) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def text_of(value: object) -> str:
    """What a person reads in the value; nothing for what is not one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return tabular.as_text(value) if value is None or isinstance(value, str | float | date) else ""


def _lines(file: BinaryIO, known: Callable[[str], bool], bounds: Bounds) -> Records:
    def recognise(name: str) -> str | None:
        return name if known(name) else None

    table = tabular.open_table(file, recognise, bounds)
    header, rows = tabular.find_header(table.rows, recognise, bool)
    if header is None:
        first = next(rows, None)
        raise NoHeader([text_of(cell) for cell in first[1]] if first else [])
    return Records(_under(header.columns, rows, bounds))


def _under(columns: Mapping[str, int], rows: Iterator[tabular.Numbered], bounds: Bounds) -> Iterator[Record]:
    for count, (line, row) in enumerate(rows, 1):
        if count > bounds.rows:
            raise TableTooLong(Text("Le fichier a trop de lignes.", "The file has too many lines."))
        values = {name: row[place] for name, place in columns.items() if place < len(row) and text_of(row[place])}
        if values:
            yield Record(line, values)


def _objects(file: BinaryIO, bounds: Bounds) -> Records:
    names: dict[str, str] = {}
    return Records(_named(_elements(file), names, bounds), names)


def _named(elements: Iterator[Any], names: dict[str, str], bounds: Bounds) -> Iterator[Record]:
    bare: dict[str, str] = {}
    for line, element in enumerate(elements, 1):
        if line > bounds.rows:
            raise TableTooLong(Text("Le fichier a trop d'éléments.", "The file has too many elements."))
        if not isinstance(element, dict):
            said = f"L'élément {line} n'est pas un objet."
            raise TableFault(Text(said, f"Element {line} is not an object."))
        spread = (
            element["properties"] if element.get("type") == "Feature" and isinstance(element.get("properties"), dict) else element
        )
        for key in spread:
            if key not in bare:
                if len(bare) >= 1_000:
                    raise TableFault(Text("Les objets n'ont pas les mêmes champs.", "The objects do not have the same fields."))
                bare[key] = tabular.bare(key)
                names.setdefault(bare[key], key)
        yield Record(line, {bare[key]: value for key, value in spread.items()})


def _elements(file: BinaryIO) -> Iterator[Any]:
    """The elements of the array the file is, or of its `features`, decoded one after the other."""
    file.seek(0)
    decode = codecs.getincrementaldecoder("utf-8-sig")()
    text, place, is_whole = "", 0, False

    def more() -> None:
        nonlocal text, place, is_whole
        chunk = file.read(_CHUNK)
        is_whole = not chunk
        try:
            text, place = text[place:] + decode.decode(chunk, final=is_whole), 0
        except UnicodeDecodeError as error:
            raise TableFault(Text("Le JSON n'est pas en UTF-8.", "The JSON is not UTF-8.")) from error

    more()
    while text.lstrip()[:1] != "[":
        opening = _FEATURES.search(text)
        if opening:
            text = text[opening.end() - 1 :]
        elif is_whole or len(text) > _PREAMBLE:
            said = Text("Un tableau JSON ou un GeoJSON (`features`) est attendu.", "A JSON array or GeoJSON is expected.")
            raise TableFault(said)
        else:
            more()
    place = text.index("[") + 1
    count = 0
    while True:
        place = _end_of(_BLANK, text, place)
        if place >= len(text) and not is_whole:
            more()
            continue
        if text[place : place + 1] == "]":
            return
        try:
            element, end = _JSON.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            if is_whole or len(text) - place > _LONGEST_OBJECT or isinstance(error, RecursionError):
                cut = f"Le JSON est abîmé ou coupé après l'élément {count}."
                raise TableFault(Text(cut, f"The JSON is damaged or cut after element {count}.")) from error
            more()
            continue
        count, place = count + 1, end
        yield element


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place
