"""Attendance as a table (CSV) and as a workbook (XLSX). Pure, but costly: called in a thread."""

from io import BytesIO

from services.common.cells import HEAD, MARK, lines, put, workbook

from .rules import MEASURES
from .schemas import AttendanceFigures, AttendanceStatistics

_HEADER = ("Code", "Évènements", "Demandes", "Places données", "Présences", "Heures suivies", "Personnes")


def as_csv(found: AttendanceStatistics) -> bytes:
    """A line for each key, then the total (UTF-8 with BOM, semicolon); `<3` where a figure is withheld."""
    rows = [(line.label, line.key, *_cells(line)) for line in (*found.items, found.total)]
    return MARK + lines([(found.by_label, *_HEADER), *rows])


def as_xlsx(found: AttendanceStatistics) -> bytes:
    """One sheet; figures are numbers, texts are never formulas."""
    content = BytesIO()
    with workbook(content) as book:
        book.set_properties({"title": "Fréquentation", "comments": f"Du {found.since:%d/%m/%Y} au {found.until:%d/%m/%Y}"})
        sheet = book.add_worksheet("Fréquentation")
        head = book.add_format({**HEAD, "bottom": 1})
        bold = book.add_format({"bold": True, "top": 1})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, len(_HEADER), 16)
        for column, title in enumerate((found.by_label, *_HEADER)):
            put(sheet, 0, column, title, head)
        for number, line in enumerate((*found.items, found.total), 1):
            looks = bold if number > len(found.items) else None
            for column, value in enumerate((line.label, line.key, *_cells(line))):
                put(sheet, number, column, value, looks)
    return content.getvalue()


def _cells(line: AttendanceFigures) -> list[int | float | str]:
    cells: list[int | float | str] = [line.events]
    for measure in MEASURES:
        value = getattr(line, measure)
        cells.append(line.withheld.get(measure, "") if value is None else value)
    return cells
