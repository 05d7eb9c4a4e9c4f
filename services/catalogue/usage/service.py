"""Use cases of views and downloads: what a document's centre, its readers and everybody are told of them."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.auth import Principal
from services.common.cells import MARK, lines
from services.common.db import Database, Row, fetch
from services.common.settings import ServiceSettings
from services.common.streams import borrowed, rows_of

from ..centres import service as centres
from ..centres.errors import NotADocumentalist
from ..documents import views
from . import repository, rules

_HEADER = ("mois", "référence", "nature", "titre", "consultations", "téléchargements")


async def of_document(
    reader: AsyncConnection[Any], caller: Principal | None, document_id: UUID, settings: ServiceSettings, *, now: datetime
) -> dict[str, Any]:
    """`UsageRead`: month by month for its centre's documentalists (withdrawn or not), in all for who may read it (404, 410)."""
    audience = await centres.audience(reader, caller)
    heading = (await views.headings(reader, [document_id])).get(document_id)
    is_ours = heading is not None and audience.keeps(heading["centre_id"])
    if not is_ours:
        await views.face(reader, audience, document_id, settings, now=now)
    rows = await fetch(reader, repository.OF_DOCUMENT, {"document_id": document_id})
    months = [{"month": f"{row['month']:%Y-%m}", "views": row["views"], "downloads": row["downloads"]} for row in rows]
    return {
        "document_id": document_id,
        "views": sum(row["views"] for row in rows),
        "downloads": sum(row["downloads"] for row in rows),
        "months": months if is_ours else None,
    }


async def most_read(
    reader: AsyncConnection[Any],
    caller: Principal | None,
    settings: ServiceSettings,
    *,
    themes: list[str],
    territories: list[str],
    months: int,
    limit: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """`MostRead`: the most viewed of what the caller may read, over this month and those before it (`months` in all)."""
    asked = {
        **views.seen_by(await centres.audience(reader, caller), now),
        "since": rules.months_ago(rules.month_of(now), months - 1),
        "themes": themes or None,
        "territories": territories or None,
        "limit": limit,
    }
    rows = await fetch(reader, repository.MOST_READ, asked)
    return [
        {"document": views.summary(row, settings, now=now), "views": row["views"], "downloads": row["downloads"]} for row in rows
    ]


async def require_documentalist(reader: AsyncConnection[Row], caller: Principal, centre_id: UUID) -> Row:
    """The centre, for one of its documentalists (404, 403)."""
    centre = await centres.one(reader, centre_id)
    if not caller.belongs_to(centre["organisation_id"]):
        raise NotADocumentalist()
    return centre


async def centre_table(database: Database, centre_id: UUID, year: int) -> AsyncGenerator[bytes, None]:
    """A year of a centre as CSV (UTF-8 with its mark, so that a French spreadsheet reads accents; comma): one line per document and
    month, read while it is written. The centre's right was judged before."""
    yield MARK + lines([_HEADER], delimiter=",")
    asked = repository.period(centre_id, date(year, 1, 1), date(year + 1, 1, 1))
    async with borrowed(database) as connection:
        async for rows in rows_of(connection, repository.OF_CENTRE, asked):
            known = await views.headings(connection, {row["document_id"] for row in rows})
            yield lines((_cells(row, known.get(row["document_id"])) for row in rows), delimiter=",")


def _cells(row: Row, heading: Row | None) -> tuple[Any, ...]:
    said = (heading["reference"], heading["kind_label"], heading["title"]) if heading else (str(row["document_id"]), "", "")
    return f"{row['month']:%Y-%m}", *said, row["views"], row["downloads"]
