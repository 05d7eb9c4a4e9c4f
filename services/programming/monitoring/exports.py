"""The dashboard as a table (CSV) and as a workbook (XLSX). Pure, but costly: called in a thread."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from services.common.cells import HEAD, lines, put, workbook

from .schemas import CLOCK_LABELS, AtRisk, FunderMonitoring, MonitoringRead

_STEP_HEADER = (
    "Financeur", "Étape", "Demandes", "Depuis l'étape précédente : médiane (jours)", "… 9 sur 10 en (jours)", "… la plus lente (jours)",
    "Depuis le dépôt : médiane (jours)", "… 9 sur 10 en (jours)", "… la plus lente (jours)",
)  # fmt: skip
_CLOCK_HEADER = ("Financeur", "Délai", "Tenu", "Dépassé", "Part tenue", "En retard aujourd'hui", "Échéance sous 7 jours")
_RISK_HEADER = ("Échéance", "Jours restants", "Délai", "Il manque", "C'est à", "Référence", "Intitulé", "Porteur", "Financeur")
_COUNT_HEADER = ("Financeur", "Demandes déposées", "Dont irrecevables", "Subventions notifiées")
_CSV_HEADER = (
    "funder_id", "funder", "kind", "name", "count", "leg_median_days", "leg_p90_days", "leg_slowest_days", "median_days", "p90_days",
    "slowest_days", "kept", "broken", "share_kept", "late_now", "at_risk",
)  # fmt: skip


def as_csv(read: MonitoringRead) -> bytes:
    """One line per funder and step, then per funder and clock (UTF-8, comma, decimal point; `funder_id` empty on totals)."""
    rows: list[Sequence[Any]] = [_CSV_HEADER]
    for line in _lines(read):
        who = (line.funder_id or "", line.funder)
        empty = ("",) * 11
        rows.append((*who, "count", "asked", line.asked, *empty))
        rows.append((*who, "count", "inadmissible", line.inadmissible, *empty))
        rows.append((*who, "count", "granted", line.granted, *empty))
        for step in line.steps:
            days = [each for spread in (step.leg, step.cumulated) for each in (spread.median, spread.p90, spread.slowest)]
            rows.append((*who, "step", step.step.value, step.count, *days, *("",) * 5))
        for clock in line.clocks:
            held = (clock.kept, clock.broken, clock.share_kept, clock.late_now, clock.at_risk)
            rows.append((*who, "clock", clock.clock.value, clock.kept + clock.broken, *("",) * 6, *held))
    return lines(rows, delimiter=",")


def _lines(read: MonitoringRead) -> Sequence[FunderMonitoring]:
    return [*read.funders, read.total]


def as_xlsx(read: MonitoringRead, risks: Sequence[AtRisk]) -> bytes:
    """Four sheets: counts, steps, clocks, what is about to be late. Headers stay in sight; figures are numbers."""
    content = BytesIO()
    with workbook(content) as book:
        book.set_properties({"title": "Suivi des délais", "comments": f"Situation au {read.as_of:%d/%m/%Y}, jours de Paris"})
        sheets = _Sheets(book)
        sheets.add("Demandes", _COUNT_HEADER, [(r.funder, r.asked, r.inadmissible, r.granted) for r in _lines(read)], "tiii")
        steps = [
            (
                *(line.funder, step.label, step.count, step.leg.median, step.leg.p90, step.leg.slowest),
                *(step.cumulated.median, step.cumulated.p90, step.cumulated.slowest),
            )
            for line in _lines(read)
            for step in line.steps
        ]
        sheets.add("Étapes", _STEP_HEADER, steps, "ttiffiffi")
        clocks = [
            (line.funder, clock.label, clock.kept, clock.broken, clock.share_kept, clock.late_now, clock.at_risk)
            for line in _lines(read)
            for clock in line.clocks
        ]
        sheets.add("Délais", _CLOCK_HEADER, clocks, "ttiipii")
        late = [
            (
                r.day,
                r.days_left,
                CLOCK_LABELS[r.clock],
                r.missing_label,
                r.turn_label,
                r.reference,
                r.title,
                r.holder_name,
                r.funder,
            )
            for r in risks
        ]
        sheets.add("À risque", _RISK_HEADER, late, "dittttttt")
    return content.getvalue()


class _Sheets:
    """Sheets of one workbook with the same looks; a column's letter says what it holds (t, i, f, p, d)."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({**HEAD, "bottom": 1})
        shown = {"t": "@", "i": "#,##0", "f": "#,##0.0", "p": "0.0%", "d": "dd/mm/yyyy"}
        self._formats = {letter: book.add_format({"num_format": pattern}) for letter, pattern in shown.items()}

    def add(self, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]], kinds: str) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 48)
        for column, (title, kind) in enumerate(zip(header, kinds, strict=True)):
            sheet.set_column(column, column, 26 if kind == "t" else 14)
            put(sheet, 0, column, title, self._head)
        for number, row in enumerate(rows, 1):
            for column, (value, kind) in enumerate(zip(row, kinds, strict=True)):
                put(sheet, number, column, value, self._formats[kind])
        sheet.autofilter(0, 0, max(1, len(rows)), len(header) - 1)
