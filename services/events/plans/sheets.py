"""A plan against what there is, as a table (CSV) and as a workbook (XLSX). Pure, but costly: called in a thread."""

import io
from collections.abc import Sequence
from typing import Any

from services.common.cells import HEAD, lines, put, workbook

from .schemas import MEASURE_LABELS, Counted, ProgressRead, Share

_CSV = (
    *("kind", "code", "label", "measure", "wanted", "min_percent", "max_percent", "held", "planned", "tentative"),
    *("held_percent", "percent", "gap"),
)
_COUNTED = ("Quoi", "Mesure", "Objectif", "Tenu", "Prévu", "Date à confirmer", "Écart")
_SHARES = (
    *("Lieu", "Mesure", "Part min. (%)", "Part max. (%)", "Tenu", "Prévu", "Date à confirmer"),
    *("Part du tenu (%)", "Part du tenu et du prévu (%)", "Écart (points)"),
)


def as_csv(read: ProgressRead) -> bytes:
    """One line for each target and each thing counted (UTF-8, comma, decimal point)."""
    rows: list[Sequence[Any]] = [_CSV]
    for kind, counted in (("format", read.formats), ("territory", read.territories), ("visio", read.visio_only)):
        for one in counted:
            stages = (one.held, one.planned, one.tentative)
            rows.append((kind, one.code, one.label, one.measure.value, one.wanted, "", "", *stages, "", "", one.gap))
    for place in read.places:
        stages = (place.held, place.planned, place.tentative)
        bounds = (place.min_percent, place.max_percent)
        shown = (place.held_percent, place.percent, place.gap_points)
        rows.append(("place", place.code, place.label, place.measure.value, "", *bounds, *stages, *shown))
    return lines(rows, delimiter=",")


def as_xlsx(read: ProgressRead) -> bytes:
    """Three sheets: formats, places, territories. Headers stay in sight; figures are numbers, gaps below zero stand out."""
    out = io.BytesIO()
    with workbook(out) as book:
        book.set_properties({"title": f"Plan {read.year}", "comments": f"Situation au {read.as_of:%d/%m/%Y}, jours de Paris"})
        sheets = _Sheets(book)
        sheets.add("Formats", _COUNTED, [*map(_counted, read.formats), *map(_counted, read.visio_only)])
        sheets.add("Lieux", _SHARES, [_share(each) for each in read.places])
        sheets.add("Territoires", _COUNTED, [_counted(each) for each in read.territories])
    return out.getvalue()


def _counted(one: Counted) -> Sequence[Any]:
    return (one.label, MEASURE_LABELS[one.measure], one.wanted, one.held, one.planned, one.tentative, one.gap)


def _share(one: Share) -> Sequence[Any]:
    bounds, stages = (one.min_percent, one.max_percent), (one.held, one.planned, one.tentative)
    return (one.label, MEASURE_LABELS[one.measure], *bounds, *stages, one.held_percent, one.percent, one.gap_points)


class _Sheets:
    """Sheets of one workbook with the same looks; the last column is a gap."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({**HEAD, "bottom": 1})
        self._text = book.add_format({"num_format": "@"})
        self._number = book.add_format({"num_format": "#,##0.#"})
        self._missing = book.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE"})

    def add(self, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        for column, title in enumerate(header):
            sheet.set_column(column, column, 28 if column == 0 else 14)
            put(sheet, 0, column, title, self._head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if value is not None:
                    put(sheet, number, column, value, self._text if isinstance(value, str) else self._number)
        last = len(header) - 1
        below = {"type": "cell", "criteria": "<", "value": 0, "format": self._missing}
        sheet.conditional_format(1, last, max(1, len(rows)), last, below)
        sheet.autofilter(0, 0, max(1, len(rows)), last)
