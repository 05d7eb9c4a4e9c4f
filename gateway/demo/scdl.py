"""Does a published file hold to SCDL *subventions* 2.1.1? The 16 columns, their types and their constraints, read strictly. Pure.

Written from the schema, apart from the code that writes the files.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

_MOST = 256
_NATURES = {
    "aide en numéraire",
    "aide en nature",
    "aide en numéraire;aide en nature",
    "aide en nature;aide en numéraire",
}
_CONDITIONS = {"unique", "échelonné", "autre"}

Check = Callable[[str], bool]


def _any(cell: str) -> bool:
    return True


def _date(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _period(cell: str) -> bool:
    days = cell.split("/")
    return len(days) <= 2 and all(map(_date, days)) and days == sorted(days)


def _number(cell: str) -> Decimal | None:
    try:
        return Decimal(cell) if re.fullmatch(r"-?\d+(\.\d+)?", cell, re.ASCII) else None
    except InvalidOperation:
        return None


def _matching(pattern: str) -> Check:
    return lambda cell: re.fullmatch(pattern, cell, re.ASCII) is not None


def _share(cell: str) -> bool:
    number = _number(cell)
    return number is not None and Decimal("0.01") <= number <= 1


#: Name, whether it is required, what a cell that is not empty must be.
_COLUMNS: tuple[tuple[str, bool, Check], ...] = (
    ("nomAttribuant", True, _any),
    ("idAttribuant", True, _matching(r"\d{14}")),
    ("dateConvention", True, _date),
    ("referenceDecision", False, _any),
    ("nomBeneficiaire", True, _any),
    ("idBeneficiaire", False, _matching(r"\d{14}")),
    ("rnaBeneficiaire", False, _matching(r"W\d{9}")),
    ("objet", True, lambda cell: len(cell) <= _MOST),
    ("montant", True, lambda cell: _number(cell) is not None),
    ("nature", True, _NATURES.__contains__),
    ("conditionsVersement", True, _CONDITIONS.__contains__),
    ("datesPeriodeVersement", True, _period),
    ("idRAE", False, lambda cell: len(cell) <= 5),
    ("notificationUE", True, {"oui", "non"}.__contains__),
    ("pourcentageSubvention", True, _share),
    ("dispositifAide", False, _any),
)
COLUMNS = tuple(name for name, _, _ in _COLUMNS)


def check(content: bytes) -> tuple[int, list[str]]:
    """How many rows are under the header, and everything wrong in the file: `line, column: why`."""
    try:
        table = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return 0, [f"illisible : {error}"]
    if not table or tuple(table[0]) != COLUMNS:
        return 0, ["1 : l’en-tête n’est pas celui du schéma"]
    return len(table) - 1, [error for number, row in enumerate(table[1:], 2) for error in _row_errors(number, row)]


def _row_errors(number: int, row: Sequence[str]) -> list[str]:
    if len(row) != len(_COLUMNS):
        return [f"{number} : {len(row)} cellules au lieu de {len(_COLUMNS)}"]
    errors = []
    for cell, (name, required, holds) in zip(row, _COLUMNS, strict=True):
        if not cell:
            if required:
                errors.append(f"{number}, {name} : vide")
        elif not holds(cell):
            errors.append(f"{number}, {name} : « {cell} »")
    # A beneficiary is known by one number at least.
    if not row[COLUMNS.index("idBeneficiaire")] and not row[COLUMNS.index("rnaBeneficiaire")]:
        errors.append(f"{number}, idBeneficiaire : ni SIRET ni RNA")
    return errors
