"""Lists of participants as CSV and XLSX, written row by row: no file is ever whole in memory. Pure.

In the CSV nothing is a formula (`services.common.cells`); in the workbook every cell is an inline text, which is never one.
"""

import io
import json
import re
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from services.common import cells as cells_of
from services.common import forms
from services.common.clock import in_paris

from ..agenda.schemas import AUDIENCE_LABELS, Audience
from .people_schemas import ACCESSIBILITY_LABELS, DIETARY_LABELS
from .schemas import STATE_LABELS, RegistrationState

_MODES = {"on_site": "Sur place", "visio": "À distance"}
_SOURCES = {"online": "En ligne", "organiser": "Par l'organisateur", "walk_in": "Sur place, le jour même"}
_COLUMNS = (
    *("Inscription", "État", "Séance", "Nom", "Prénom", "Courriel", "Fonction", "Organisation", "Public", "Territoire"),
    *("Participation", "A une place", "Contact", "Courriel du contact", "Téléphone", "Origine", "Inscrit le"),
)
_NEEDS = ("Alimentation", "Alimentation (précisions)", "Accessibilité", "Accessibilité (précisions)")
_MOST_IN_CELL = 32_000
#: What XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What Excel reads as a coded character.
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

Cells = Sequence[str]


def header(form: dict[str, Any] | None, keys: Iterable[str], *, needs: bool) -> list[str]:
    """Names of the columns; questions that are not asked any more say so."""
    asked = forms.questions(form)
    questions = [forms.label_of(key, asked[key]) if key in asked else f"{key} (question retirée)" for key in keys]
    return [*_COLUMNS, *questions, *(_NEEDS if needs else ())]


def cells(row: Mapping[str, Any], keys: Sequence[str], sessions: Mapping[Any, str], *, needs: bool) -> list[str]:
    """A participant as texts, in the order of `header`."""
    said = [
        row["code"],
        STATE_LABELS[RegistrationState(row["state"])],
        sessions.get(row["session_id"], ""),
        row["family_name"],
        row["given_name"],
        row["email"],
        row["function"],
        row["organisation_name"],
        AUDIENCE_LABELS[Audience(row["audience"])],
        row["territory_code"] or "",
        _MODES[row["mode"]],
        "oui" if row["has_seat"] else "non",
        row["contact_name"],
        row["contact_email"],
        row["contact_phone"],
        _SOURCES[row["source"]],
        _moment(row["registered_at"]),
        *(_answer(row["answers"].get(key)) for key in keys),
    ]
    if needs:
        said += [
            ", ".join(DIETARY_LABELS.get(kind, kind) for kind in row["dietary_kinds"] or ()),
            row["dietary"] or "",
            ", ".join(ACCESSIBILITY_LABELS.get(kind, kind) for kind in row["accessibility_kinds"] or ()),
            row["accessibility"] or "",
        ]
    return said


def _moment(instant: datetime) -> str:
    return f"{in_paris(instant):%d/%m/%Y %H:%M}"


def _answer(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list) and not any(isinstance(each, list | dict) for each in value):
        return ", ".join(_answer(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def as_csv(names: Cells, rows: AsyncIterator[Sequence[Cells]]) -> AsyncGenerator[bytes, None]:
    """UTF-8 with its mark and `;`, as French spreadsheets open without asking."""
    yield cells_of.MARK + cells_of.lines([names])
    async for batch in rows:
        yield cells_of.lines(batch)


class _Leaving(io.RawIOBase):
    """Where the archive is written: what was written leaves at once."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        self._written += chunk
        return len(chunk)

    def taken(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


async def as_xlsx(names: Cells, rows: AsyncIterator[Sequence[Cells]]) -> AsyncGenerator[bytes, None]:
    """A workbook of one sheet (ECMA-376), its archive written as it goes: nothing is sought back in it."""
    leaving = _Leaving()
    with zipfile.ZipFile(leaving, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, xml in _PARTS.items():
            archive.writestr(name, xml)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(_SHEET_BEGINS.encode())
            sheet.write(_xml_row(1, names, style=1))
            yield leaving.taken()
            number = 1
            async for batch in rows:
                for row in batch:
                    number += 1
                    sheet.write(_xml_row(number, row))
                yield leaving.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield leaving.taken()


def _xml_row(number: int, row: Cells, *, style: int = 0) -> bytes:
    styled = f' s="{style}"' if style else ""
    written = "".join(
        f'<c t="inlineStr"{styled}><is><t xml:space="preserve">{_xml(cell)}</t></is></c>' if cell else "<c/>" for cell in row
    )
    return f'<row r="{number}">{written}</row>'.encode()


def _xml(text: str) -> str:
    return escape(_CODED.sub("_x005F_", _UNWRITABLE.sub("", text[:_MOST_IN_CELL])))


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET_BEGINS = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15" baseColWidth="18"/><sheetData>'
)
_PARTS = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Participants" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>'
    ),
}
