"""What a sheet of decisions filled in a spreadsheet says, line by line. Pure: bytes in, lines out, each with its faults.

Accepted: CSV (`;`, `,` or tab; UTF-8 or Windows-1252) and XLSX, told by their content, in the columns of the sheet that the session
gives or any table that names a dossier and a decision (the export of reviews with the column « Décision » added). Columns nobody
knows are left aside. A cell is data, whatever it looks like: a formula in a CSV is a text, in a workbook it is worth its last value.
"""

import io
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from uuid import UUID

from services.common import tabular
from services.common.files import EmptyFile, UnsupportedFileType
from services.common.language import Text
from services.common.tabular import CSV, XLSX, Bounds, Cell, NotATable, TableFault, TableTooLong
from services.common.texts import paragraphs

from .errors import DecisionSheetColumnsMissing, DecisionSheetTooLong, DecisionSheetUnreadable
from .models import Outcome

MOST_LINES = 1_000
_MOST_CENTS = 10**13
_LONGEST_TEXT = 2_000
_LONGEST_VALUE = 80


class Column(Enum):
    """Valued as the sheet names it."""

    DOSSIER = "Dossier"
    TITLE = "Intitulé"
    HOLDER = "Porteur"
    FUNDER = "Financeur"
    LINE = "Ligne budgétaire"
    ASKED = "Demandé (€)"
    OPINION = "Avis"
    PROPOSED = "Proposé (€)"
    OUTCOME = "Décision"
    AMOUNT = "Accordé (€)"
    MOTIVE = "Motif"
    CONDITIONS = "Conditions"
    REQUEST = "Identifiant"
    VERSION = "Version"


#: Other names of the columns that are read, without accents, capitals nor punctuation.
_NAMES: dict[Column, set[str]] = {
    Column.DOSSIER: {"reference", "reference dossier", "reference du dossier", "n dossier", "numero de dossier"},
    Column.REQUEST: {"request id", "id demande", "identifiant de la demande", "identifiant demande"},
    Column.FUNDER: {"financeur s", "organisme"},
    Column.LINE: {"budget line"},
    Column.OUTCOME: {"decision du comite", "outcome", "sens de la decision"},
    Column.AMOUNT: {
        "accorde",
        "montant accorde",
        "montant accorde eur",
        "montant",
        "montant eur",
        "montant en euros",
        "montant decide",
    },
    Column.MOTIVE: {"motifs", "motif du refus", "motivation"},
    Column.CONDITIONS: {"condition", "reserves"},
    Column.VERSION: {"version de la decision"},
}
_READ = frozenset(_NAMES)
_BY_NAME = {tabular.bare(column.value): column for column in Column} | {
    n: column for column, names in _NAMES.items() for n in names
}

_OUTCOMES = {
    **dict.fromkeys(("accorde", "accordee", "accorder", "accord", "granted"), Outcome.GRANTED),
    **dict.fromkeys(("ajourne", "ajournee", "ajourner", "ajournement", "adjourned"), Outcome.ADJOURNED),
    **dict.fromkeys(("refuse", "refusee", "refuser", "refus", "rejete", "rejetee", "rejet", "refused"), Outcome.REFUSED),
    **dict.fromkeys(("propose", "proposee", "proposer", "proposition", "proposed"), Outcome.PROPOSED),
}
#: How the sheet writes them.
WORDS = {
    Outcome.GRANTED: "accordé",
    Outcome.ADJOURNED: "ajourné",
    Outcome.REFUSED: "refusé",
    Outcome.PROPOSED: "proposé",
}


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be understood."""

    column: Column
    code: str
    said: Text
    value: str = ""


@dataclass(frozen=True)
class SheetLine:
    """A line that says something; `number` as a spreadsheet shows it. `version` None: the cell is empty."""

    number: int
    reference: str = ""
    request_id: UUID | None = None
    funder: str = ""
    budget_line: str = ""
    outcome: Outcome | None = None
    amount_cents: int = 0
    motive: str = ""
    conditions: str = ""
    version: int | None = None
    faults: Sequence[CellFault] = ()


@dataclass
class SheetRead:
    """`blank`: lines of dossiers on which nothing is said yet; `unknown`: names of the columns left aside."""

    lines: list[SheetLine] = field(default_factory=list)
    blank: int = 0
    unknown: list[str] = field(default_factory=list)


class Misread(ValueError):
    """A cell that cannot be understood: its code and a sentence."""

    def __init__(self, code: str, fr: str, en: str) -> None:
        super().__init__(en)
        self.code, self.said = code, Text(fr, en)


def read(content: bytes) -> SheetRead:
    """The lines that say something. Refusals: empty, of another type, damaged, too long, without its columns."""
    if not content.strip():
        raise EmptyFile()
    try:
        return _lines(content)
    except NotATable as error:
        raise UnsupportedFileType(accepted=[CSV, XLSX]) from error
    except TableTooLong as error:
        raise DecisionSheetTooLong(most_lines=MOST_LINES) from error
    except TableFault as error:
        raise DecisionSheetUnreadable(error.said) from error


def _is_enough(columns: Collection[Column]) -> bool:
    return Column.OUTCOME in columns and bool({Column.DOSSIER, Column.REQUEST} & set(columns))


def _lines(content: bytes) -> SheetRead:
    table = tabular.open_table(io.BytesIO(content), _BY_NAME.get, Bounds(columns=128))
    header, left = tabular.find_header(table.rows, _BY_NAME.get, _is_enough)
    if header is None:
        first = next((row for _, row in left), ())
        raise DecisionSheetColumnsMissing(found=[tabular.as_text(cell)[:60] for cell in first][:30])
    found = SheetRead(unknown=header.unknown)
    for number, row in left:
        cells = {column: row[at] for column, at in header.columns.items() if at < len(row) and column in _READ}
        said = {column for column, cell in cells.items() if _text(cell)}
        if not said & {Column.DOSSIER, Column.REQUEST, Column.OUTCOME, Column.AMOUNT, Column.MOTIVE, Column.CONDITIONS}:
            continue
        if not said & {Column.OUTCOME, Column.AMOUNT, Column.MOTIVE, Column.CONDITIONS}:
            found.blank += 1
            continue
        if len(found.lines) == MOST_LINES:
            raise DecisionSheetTooLong(most_lines=MOST_LINES)
        found.lines.append(_line(number, cells))
    return found


def _line(number: int, cells: dict[Column, Cell]) -> SheetLine:
    faults: list[CellFault] = []

    def each(column: Column, reading: object) -> object:
        cell = cells.get(column)
        try:
            return reading(cell)  # type: ignore[operator]
        except Misread as error:
            faults.append(CellFault(column, error.code, error.said, _text(cell)[:_LONGEST_VALUE]))
            return None

    read: dict[str, object] = {
        "request_id": each(Column.REQUEST, _identifier),
        "outcome": each(Column.OUTCOME, _outcome),
        "amount_cents": each(Column.AMOUNT, cents) or 0,
        "motive": each(Column.MOTIVE, _prose) or "",
        "conditions": each(Column.CONDITIONS, _prose) or "",
        "version": each(Column.VERSION, _version),
    }
    named = {"reference": Column.DOSSIER, "funder": Column.FUNDER, "budget_line": Column.LINE}
    words = {name: _text(cells.get(column))[:_LONGEST_VALUE] for name, column in named.items()}
    if not words["reference"] and not _text(cells.get(Column.REQUEST)):
        faults.append(CellFault(Column.DOSSIER, "missing", Text("De quel dossier s'agit-il ?", "Which dossier is it?")))
    return SheetLine(number, faults=tuple(faults), **words, **read)  # type: ignore[arg-type]


#: What a spreadsheet would take for a formula is written after an apostrophe (see `harmless`).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(cell: Cell) -> str:
    text = tabular.as_text(cell)
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _outcome(cell: Cell) -> Outcome:
    text = _text(cell)
    if not text:
        raise Misread("missing", "La décision manque : accordé, ajourné, refusé ou proposé.", "The decision is missing.")
    found = _OUTCOMES.get(tabular.bare(text))
    if found is None:
        raise Misread(
            "outcome_unreadable", "Écrivez accordé, ajourné, refusé ou proposé.", "Write granted, adjourned, refused or proposed."
        )
    return found


def _identifier(cell: Cell) -> UUID | None:
    text = _text(cell)
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Misread("request_unreadable", "Ce n'est pas l'identifiant d'une demande.", "This is no request's id.") from error


def _version(cell: Cell) -> int | None:
    text = _text(cell).strip('"')
    if not text:
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise Misread("version_unreadable", "La version est un nombre entier.", "The version is a whole number.")
    return int(text)


def _prose(cell: Cell) -> str:
    text = paragraphs(_text(cell)).strip()
    if len(text) > _LONGEST_TEXT:
        raise Misread("too_long", f"Au plus {_LONGEST_TEXT} signes.", f"At most {_LONGEST_TEXT} characters.")
    return text


#: `1 234,56`, `1234.56`, `1.234,56`, `1,234.56`, `1234`; one separator followed by three digits could be either and is refused.
_AMOUNT = re.compile(
    r"(?:(?P<plain>[0-9]{1,13})|(?P<spaced>[0-9]{1,3}(?: [0-9]{3})+)|(?P<dotted>[0-9]{1,3}(?:\.[0-9]{3})+(?=,))"
    r"|(?P<commas>[0-9]{1,3}(?:,[0-9]{3})+(?=\.)))(?:[.,](?P<cents>[0-9]{1,2}))?",
    re.ASCII,
)


def cents(cell: Cell) -> int:
    """An amount in euros, as people and spreadsheets write it, in cents; an empty cell is zero."""
    if isinstance(cell, float):
        return _from_number(cell)
    if isinstance(cell, date):
        raise Misread("amount_unreadable", "C'est une date, pas un montant.", "This is a date, not an amount.")
    text = re.sub(r"[\s\u00a0\u202f]+", " ", _text(cell)).removesuffix("EUR").removesuffix("€").strip()
    if not text:
        return 0
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Misread(
            "amount_unreadable",
            "Le montant n'est pas compris : écrivez 1 250,50 (ni formule, ni signe).",
            "The amount is not understood: write 1250.50 (no formula, no sign).",
        )
    whole = re.sub(r"[ .,]", "", match["plain"] or match["spaced"] or match["dotted"] or match["commas"])
    return int(whole) * 100 + int((match["cents"] or "").ljust(2, "0"))


def _from_number(number: float) -> int:
    """A spreadsheet keeps 0,1 + 0,2 a hair above 0,3: that hair is not a fraction of a cent."""
    nearest = round(number * 100) if math.isfinite(number) and 0 <= number * 100 <= _MOST_CENTS else None
    if nearest is None or abs(number * 100 - nearest) > 1e-4:
        raise Misread(
            "amount_unreadable",
            "Ce nombre n'est pas un montant en euros et centimes.",
            "This number is no amount in euros and cents.",
        )
    return nearest
