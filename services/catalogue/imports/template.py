"""The template of a file of documents, as CSV and as a workbook that explains its columns. Pure."""

import io

from services.common.cells import HEAD, MARK, lines, put, workbook

from .columns import COLUMNS, REQUIRED

_SECTIONS = (
    ("Section 1 titre", "Autant de sections que vous voulez, jusqu'à 40 : « Section 2 titre », « Section 2 texte »…"),
    ("Section 1 texte", "200 000 caractères au plus, en Markdown si vous voulez."),
    ("Section 1 mise à jour", "Jour où elle a été mise à jour : 14/09/2016."),
)


def as_csv() -> bytes:
    """The header and one example, as a French spreadsheet opens it (UTF-8 with a BOM, semicolons)."""
    return MARK + lines([[spec.heading for spec in COLUMNS], [spec.example for spec in COLUMNS]])


def as_xlsx() -> bytes:
    """The same on a first sheet; the second says what each column holds."""
    out = io.BytesIO()
    with workbook(out) as book:
        head = book.add_format({**HEAD, "border": 1})
        text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        sheet = book.add_worksheet("Documents")
        for place, spec in enumerate(COLUMNS):
            sheet.set_column(place, place, 28, text)
            put(sheet, 0, place, spec.heading, head)
            put(sheet, 1, place, spec.example, text)
        sheet.freeze_panes(1, 1)
        told = book.add_worksheet("Colonnes")
        told.set_column(0, 1, 30, text)
        told.set_column(2, 2, 90, text)
        rows = [(spec.heading, spec.key, spec.help) for spec in COLUMNS] + [(name, "", said) for name, said in _SECTIONS]
        for row, cells in enumerate([("Colonne", "Nom technique", "Ce qu'on y écrit"), *rows]):
            for place, cell in enumerate(cells):
                put(told, row, place, cell, head if row == 0 or cell in REQUIRED else text)
        told.freeze_panes(1, 0)
    return out.getvalue()
