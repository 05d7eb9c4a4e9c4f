"""What a funder's payment file says, line by line. Pure: bytes in, lines out, each with its fault if it has one.

Accepted: CSV (`;`, `,` or tab; UTF-8 or Windows-1252) and XLSX, told by their content. The header is the first line, among the
first twenty, that names a dossier, a day, an amount and a reference. A cell is data, whatever it looks like: a formula is a text.
"""

import io
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from services.common import tabular
from services.common.files import EmptyFile, UnsupportedFileType
from services.common.language import Text
from services.common.tabular import CSV, XLSX, Bounds, Cell, NotATable, Numbered, TableFault, TableTooLong
from services.common.tabular import as_text as _text

from .errors import PaymentFileColumnsMissing, PaymentFileTooLong, PaymentFileUnreadable
from .schemas import plain

__all__ = ["CSV", "MOST_LINES", "XLSX", "Column", "Line", "Unreadable", "cents", "day", "read"]

MOST_LINES = 5_000
_MOST_CENTS = 10**13
_LONGEST = 100


class Column(Enum):
    DOSSIER = "dossier"
    SIRET = "siret"
    DAY = "day"
    AMOUNT = "amount"
    REFERENCE = "reference"
    ORDER = "order"


#: Header names, without accents, capitals nor punctuation.
NAMES: dict[Column, frozenset[str]] = {
    Column.DOSSIER: frozenset(
        {"reference dossier", "reference du dossier", "ref dossier", "numero dossier", "numero de dossier", "n dossier", "n de dossier",
         "no dossier", "dossier", "reference subvention"}
    ),
    Column.SIRET: frozenset({"siret", "n siret", "numero siret", "siret beneficiaire", "siret du beneficiaire", "siret tiers"}),
    Column.DAY: frozenset(
        {"date", "date paiement", "date de paiement", "date du paiement", "date versement", "date de versement", "date virement",
         "date de virement", "date mise en paiement", "date de mise en paiement", "paye le", "verse le"}
    ),
    Column.AMOUNT: frozenset(
        {"montant", "montant paye", "montant verse", "montant paiement", "montant du paiement", "montant regle", "montant ttc",
         "montant eur", "montant en euros", "montant euros", "montant mandat"}
    ),
    Column.REFERENCE: frozenset(
        {"reference paiement", "reference de paiement", "reference du paiement", "ref paiement", "reference virement",
         "reference du virement", "ref virement", "n virement", "numero virement", "n paiement", "numero paiement", "reference"}
    ),
    Column.ORDER: frozenset(
        {"n mandat", "n de mandat", "no mandat", "numero mandat", "numero de mandat", "mandat", "reference mandat", "n demande de paiement"}
    ),
}  # fmt: skip

_BY_NAME = {name: column for column, names in NAMES.items() for name in names}

_SAID = {
    Column.DOSSIER: Text("Référence dossier", "Référence dossier"),
    Column.DAY: Text("Date", "Date"),
    Column.AMOUNT: Text("Montant", "Montant"),
    Column.REFERENCE: Text("Référence paiement ou N° mandat", "Référence paiement or N° mandat"),
}


class Unreadable(ValueError):
    """A cell that cannot be understood: its code and a sentence in French."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Line:
    """A line as it was understood; `code` and `message` say what could not be."""

    number: int
    dossier_reference: str = ""
    reference: str = ""
    order_number: str = ""
    siret: str = ""
    paid_on: date | None = None
    amount_cents: int | None = None
    code: str | None = None
    message: str = ""


#: Nothing of a payment file is a control character: one tells a file of another kind.
_CONTROLS = bytes(sign for sign in range(32) if sign not in b"\t\r\n")


def read(content: bytes) -> tuple[str, list[Line]]:
    """The media type, and the lines that hold something. Refusals: empty, of another type, damaged, too long, without its columns."""
    if not content.strip():
        raise EmptyFile()
    is_workbook = content.startswith(b"PK\x03\x04")
    if not is_workbook and content.translate(None, _CONTROLS) != content:
        raise UnsupportedFileType(accepted=[CSV, XLSX])
    try:
        table = tabular.open_table(io.BytesIO(content), _BY_NAME.get, Bounds())
        return table.media_type, _lines(table.rows)
    except NotATable as error:
        raise UnsupportedFileType(accepted=[CSV, XLSX]) from error
    except TableTooLong as error:
        raise PaymentFileTooLong(most_lines=MOST_LINES) from error
    except TableFault as error:
        raise PaymentFileUnreadable(error.said) from error


def _lines(rows: Iterable[Numbered]) -> list[Line]:
    header, left = tabular.find_header(rows, _BY_NAME.get, lambda found: not _lacking(found))
    if header is None:
        first = next((row for _, row in left), ())
        lacking = _lacking(tabular.locate(first, _BY_NAME.get))
        raise PaymentFileColumnsMissing(
            Text(
                "Colonnes manquantes : " + ", ".join(_SAID[each].fr for each in lacking) + ".",
                "Missing columns: " + ", ".join(_SAID[each].en for each in lacking) + ".",
            ),
            found=[_text(cell)[:60] for cell in first][:30],
        )
    lines: list[Line] = []
    for number, row in left:
        if not any(_text(cell) for cell in row):
            continue
        if len(lines) == MOST_LINES:
            raise PaymentFileTooLong(most_lines=MOST_LINES)
        lines.append(_line(number, row, header.columns))
    return lines


def _lacking(columns: Collection[Column]) -> list[Column]:
    needed = [Column.DOSSIER, Column.DAY, Column.AMOUNT]
    lacking = [column for column in needed if column not in columns]
    return lacking if {Column.REFERENCE, Column.ORDER} & set(columns) else [*lacking, Column.REFERENCE]


def _line(number: int, row: Sequence[Cell], columns: dict[Column, int]) -> Line:
    def cell(column: Column) -> Cell:
        position = columns.get(column)
        return row[position] if position is not None and position < len(row) else None

    dossier, order = plain(_text(cell(Column.DOSSIER))), plain(_text(cell(Column.ORDER)))
    reference = plain(_text(cell(Column.REFERENCE))) or order
    dossier_said, reference_said, order_said = dossier[:_LONGEST], reference[:_LONGEST], order[:_LONGEST]
    siret = re.sub(r"\D", "", _text(cell(Column.SIRET)))[:20]
    paid_on, amount = None, None
    try:
        if not dossier:
            raise Unreadable("dossier_missing", "La référence du dossier manque.")
        if not reference:
            raise Unreadable("reference_missing", "La référence du paiement manque.")
        if max(len(dossier), len(reference), len(order)) > _LONGEST:
            raise Unreadable("text_too_long", f"Une référence dépasse {_LONGEST} signes.")
        paid_on = day(cell(Column.DAY))
        amount = cents(cell(Column.AMOUNT))
    except Unreadable as fault:
        return Line(number, dossier_said, reference_said, order_said, siret, paid_on, None, fault.code, fault.message)
    return Line(number, dossier_said, reference_said, order_said, siret, paid_on, amount)


_FRENCH_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?: 0?0:00(?::00)?)?", re.ASCII)
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?Z?)?", re.ASCII)


def day(cell: Cell) -> date:
    """`31/12/2027`, `2027-12-31` or a date cell."""
    if isinstance(cell, date):
        return _plausible(cell)
    text = _text(cell)
    if not text:
        raise Unreadable("day_missing", "La date manque.")
    french, iso = _FRENCH_DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    try:
        if french:
            return _plausible(date(int(french[3]), int(french[2]), int(french[1])))
        if iso:
            return _plausible(date(int(iso[1]), int(iso[2]), int(iso[3])))
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
    raise Unreadable("day_unreadable", "La date n'est pas comprise : écrivez 31/12/2027 ou 2027-12-31.")


def _plausible(found: date) -> date:
    if not 2000 <= found.year < 2200:
        raise Unreadable("day_unreadable", "L'année doit être comprise entre 2000 et 2199.")
    return found


#: `1 234,56`, `1234.56`, `1.234,56`, `1,234.56`, `1234`; one separator followed by three digits could be either and is refused.
_AMOUNT = re.compile(
    r"(?P<sign>-?)(?:(?P<plain>[0-9]{1,13})|(?P<spaced>[0-9]{1,3}(?: [0-9]{3})+)|(?P<dotted>[0-9]{1,3}(?:\.[0-9]{3})+(?=,))"
    r"|(?P<commas>[0-9]{1,3}(?:,[0-9]{3})+(?=\.)))(?:[.,](?P<cents>[0-9]{1,2}))?",
    re.ASCII,
)


def cents(cell: Cell) -> int:
    """An amount in euros, as people and spreadsheets write it, in cents."""
    if isinstance(cell, float):
        return _positive(_from_number(cell))
    text = re.sub(r"[\s\u00a0\u202f]+", " ", _text(cell)).removesuffix("EUR").removesuffix("€").strip()
    if not text:
        raise Unreadable("amount_missing", "Le montant manque.")
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Unreadable(
            "amount_unreadable", "Le montant n'est pas compris : écrivez 1234,56 (deux décimales au plus, sans formule)."
        )
    whole = re.sub(r"[ .,]", "", match["plain"] or match["spaced"] or match["dotted"] or match["commas"])
    found = int(whole) * 100 + int((match["cents"] or "").ljust(2, "0"))
    return _positive(-found if match["sign"] else found)


def _from_number(number: float) -> int:
    """A spreadsheet keeps 0,1 + 0,2 a hair above 0,3: that hair is not a fraction of a cent."""
    if not math.isfinite(number) or abs(number) > _MOST_CENTS:
        raise Unreadable("amount_unreadable", "Le montant n'est pas un nombre possible.")
    nearest = round(number * 100)
    if abs(number * 100 - nearest) > 1e-4:
        raise Unreadable("amount_unreadable", "Le montant porte plus de deux décimales.")
    return nearest


def _positive(found: int) -> int:
    if found <= 0:
        raise Unreadable("amount_not_positive", "Le montant doit être positif ; un reversement s'enregistre à part.")
    if found > _MOST_CENTS:
        raise Unreadable("amount_unreadable", "Le montant n'est pas un nombre possible.")
    return found
