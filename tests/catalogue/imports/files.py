"""Files of documents, and the acts on them that tests repeat."""

import csv as writer
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from services.common.ids import new_id
from tests.catalogue.world import World
from tests.support import Person

#: What a file has at least, and what publication asks for.
HEADER = "Identifiant;Titre;Résumé"


def drawn() -> str:
    """An identifier nobody used."""
    return f"D-{new_id().hex[-12:]}"


def csv(header: str, *lines: Sequence[str], encoding: str = "utf-8") -> bytes:
    """A file with semicolons; `header` names its columns, separated by semicolons."""
    out = io.StringIO()
    rows = writer.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(header.split(";"))
    rows.writerows(lines)
    return out.getvalue().encode(encoding)


def xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet; days are date cells, what begins with `=` is a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


async def send(world: World, content: bytes, *, who: Person | None = None, expect: int = 201, **asked: Any) -> dict[str, Any]:
    """The import, as it stands when the answer leaves."""
    path = f"/centres/{world.centre_id}/imports"
    params = {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}
    answer = await world.call(who or world.documentalist, "POST", path, content=content, params=params, expect=expect)
    body: dict[str, Any] = answer.json()
    return body


async def read(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", f"/imports/{sent['id']}", expect=200)).json()
    return body


async def report(world: World, sent: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
    return await world.pages(world.documentalist, f"/imports/{sent['id']}/lines", **asked)


async def draft(world: World, document_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", f"/drafts/{document_id}", expect=200)).json()
    return body


def counts(sent: dict[str, Any]) -> dict[str, int]:
    return {name: sent[name] for name in ("created", "updated", "unchanged", "refused") if sent[name]}


def many(count: int, mark: str) -> bytes:
    return csv(HEADER, *([f"{mark}-{number}", f"Document {number}", "Résumé."] for number in range(count)))
