"""A funder's reviews and scores as a table (CSV) or a workbook (XLSX), written while they are read."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.cells import HEAD, MARK, lines, put, workbook
from services.common.clock import in_paris
from services.common.db import Database, Row
from services.common.resources import Resources
from services.common.streams import borrowed, rows_of

from .. import clients
from ..campaigns import service as campaigns
from ..reviews import conflicts, review_settings, work
from .service import Desk

_HEAD = (
    "Dossier", "Intitulé", "Porteur", "Demandé (€)", "Ligne", "Personne", "État", "Rendu le", "Avis", "Proposé (€)", "Note sur 100",
)  # fmt: skip
_KINDS = {"review": "Instruction", "reading": "Lecture"}
_STATUSES = {
    "to_review": "À instruire",
    "to_read": "À lire",
    "in_progress": "En cours",
    "completed": "Rendu",
    "set_aside": "Écarté",
}
_OPINIONS = {"favourable": "Favorable", "reserved": "Réservé", "unfavourable": "Défavorable"}
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Sheet:
    """What is exported, for whom, and how people and criteria are called."""

    campaign_id: UUID
    funder_id: UUID
    caller: Principal
    criteria: Sequence[Mapping[str, Any]]
    names: Mapping[UUID, str]

    @property
    def header(self) -> list[str]:
        scores = [str(criterion["label"]) for criterion in self.criteria]
        return [*_HEAD, *scores, *(f"{label} : commentaire" for label in scores), "Commentaire", "Conflit d'intérêts"]


async def sheet_of(session: AsyncSession, resources: Resources, caller: Principal, desk: Desk) -> Sheet:
    """For the funder's managers."""
    await review_settings.managed(session, caller, desk.campaign_id, desk.funder_id)
    campaign = await campaigns.get(session, desk.campaign_id)
    members = await clients.members(resources.siblings, caller, desk.funder_id)
    names = {account: one.full_name for account, one in members.items()}
    return Sheet(desk.campaign_id, desk.funder_id, caller, campaign.criteria, names)


async def _batches(database: Database, sheet: Sheet) -> AsyncGenerator[list[list[Any]], None]:
    """Cells by batches. Scores the caller is kept from (own conflict of interest, own reading to give) are left empty."""
    values = {"campaign_id": sheet.campaign_id, "funder_id": sheet.funder_id}
    async with borrowed(database) as connection, aclosing(rows_of(connection, work.LINES, values)) as found:
        async for rows in found:
            asked = [{"id": i, "holder_name": "", "title": ""} for i in dict.fromkeys(row["review_id"] for row in rows)]
            hidden = {row["id"] for row in await conflicts.hide(connection, sheet.caller, asked) if row.get("hidden")}
            yield [_cells(sheet, row, hidden=row["review_id"] in hidden) for row in rows]


def _cells(sheet: Sheet, row: Row, *, hidden: bool) -> list[Any]:
    person = row["person_id"]
    given = in_paris(row["completed_at"]).date().isoformat() if row["completed_at"] else None
    codes = [criterion["code"] for criterion in sheet.criteria]
    scores, said = ({}, {}) if hidden else (row["scores"], row["score_comments"])
    flag = "Écarté de la notation" if row["flagged"] else "Notes masquées" if hidden else ""
    return [
        *(row["reference"], row["title"], row["holder_name"], row["asked_cents"] / 100, _KINDS[row["kind"]]),
        sheet.names.get(person, str(person)) if person else "",
        *(_STATUSES[row["status"]], given),
        None if hidden or row["opinion"] is None else _OPINIONS[row["opinion"]],
        None if hidden or row["proposed_cents"] is None else row["proposed_cents"] / 100,
        None if hidden else row["weighted_score"],
        *(scores.get(code) for code in codes),
        *(said.get(code, "") for code in codes),
        "" if hidden else row["comment"],
        flag,
    ]


async def as_csv(database: Database, sheet: Sheet) -> AsyncGenerator[bytes, None]:
    """UTF-8 with a mark, `;`, as French spreadsheets open it; euros, decimal point."""
    yield MARK + lines([sheet.header])
    async with aclosing(_batches(database, sheet)) as batches:
        async for rows in batches:
            yield lines(rows)


async def as_xlsx(database: Database, sheet: Sheet) -> AsyncGenerator[bytes, None]:
    """Row by row into a temporary file, in a thread, then the file by chunks: memory does not grow with the rows."""
    with TemporaryFile() as file:
        book = workbook(file, row_by_row=True)
        table = book.add_worksheet("Instructions")
        table.freeze_panes(1, 1)
        table.write_row(0, 0, sheet.header, book.add_format(HEAD))
        table.set_column(0, len(sheet.header) - 1, 18)
        written = 1
        async with aclosing(_batches(database, sheet)) as batches:
            async for rows in batches:
                await asyncio.to_thread(_write, table, written, rows)
                written += len(rows)
        await asyncio.to_thread(book.close)
        file.seek(0)
        while chunk := await asyncio.to_thread(_read, file):
            yield chunk


def _write(table: Any, first: int, rows: Sequence[Sequence[Any]]) -> None:
    for number, row in enumerate(rows, first):
        for column, cell in enumerate(row):
            if cell is not None:
                put(table, number, column, cell)


def _read(file: IO[bytes]) -> bytes:
    return file.read(_CHUNK)
