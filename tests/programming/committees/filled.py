"""Sheets of decisions, filled in as people and their spreadsheets do."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.programming.world import World
from tests.support import Person

Table = list[list[Any]]


async def sheet(world: World, who: Person, session: str, format: str = "csv") -> Table:
    """The sheet as a spreadsheet opens it: its header, its lines."""
    path = f"/committees/{session}/decision-sheet"
    got = await world.call(who, "GET", path, params={"format": format}, expect=200)
    if format == "csv":
        return list(csv.reader(io.StringIO(got.content.decode("utf-8-sig")), delimiter=";"))
    return CalamineWorkbook.from_filelike(io.BytesIO(got.content)).get_sheet_by_index(0).to_python()


def fill(table: Table, said: Mapping[str, Mapping[str, Any]]) -> Table:
    """What is said by request id, under the names of columns."""
    header, *lines = [list(row) for row in table]
    at = {name: place for place, name in enumerate(header)}
    for line in lines:
        for name, cell in said.get(line[at["Identifiant"]], {}).items():
            line[at[name]] = cell
    return [header, *lines]


def as_csv(table: Sequence[Sequence[Any]], *, delimiter: str = ";", encoding: str = "cp1252") -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(table)
    return written.getvalue().encode(encoding)


def as_xlsx(table: Sequence[Sequence[Any]]) -> bytes:
    """A cell `("=…", 12)` is a formula and its last value."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                if isinstance(cell, tuple):
                    page.write_formula(number, place, cell[0], None, cell[1])
                else:
                    page.write(number, place, cell)
    return content.getvalue()


async def send(world: World, who: Person, session: str, content: bytes, *, expect: int = 200, **query: Any) -> httpx.Response:
    return await world.call(who, "POST", f"/committees/{session}/decision-sheet", content=content, params=query, expect=expect)


def faults(report: Mapping[str, Any]) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """Of each line at fault: its number, the problem's name, the columns and codes."""
    return [
        (line["line"], line["problem"]["type"], [(fault["column"], fault["code"]) for fault in line["problem"]["faults"]])
        for line in report["lines"]
        if line["problem"]
    ]
