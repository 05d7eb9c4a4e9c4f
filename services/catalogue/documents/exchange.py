"""What other catalogues are told: documents everybody reads, those they no longer read, and which ones may be the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch, fetch_one

from . import exchange_repository, marks, repository
from .models import Document
from .schemas import DocumentContent

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
#: From the arrival of a request to the first statement of its transaction.
MARGIN = timedelta(seconds=15)
_LONGEST = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Which documents: changed for everybody in [from_at, before_at), of a centre, a kind, a theme (or of any theme)."""

    from_at: datetime = FIRST
    before_at: datetime = LAST
    centre_code: str | None = None
    kind: str | None = None
    theme: str | None = None
    any_theme: bool = False

    def values(self, now: datetime) -> dict[str, Any]:
        return {
            "from_at": self.from_at,
            "before_at": self.before_at,
            "centre_code": self.centre_code,
            "kind": self.kind,
            "themes": [self.theme] if self.theme else None,
            "any_theme": self.any_theme,
            "now": now,
        }


async def page(
    reader: AsyncConnection[Any], span: Span, *, after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> list[Row]:
    """`{id, stamp, deleted, kind, themes, reference, published_at, content, centre_code, centre_name}` of the next ones, those that
    changed longest ago first. What changes while the pages are read comes again at the end: nothing is jumped over."""
    after_at, after_id = after or (FIRST, UUID(int=0))
    values = {**span.values(now), "after_at": after_at, "after_id": after_id, "limit": limit}
    return await fetch(reader, exchange_repository.PAGE, values)


async def count(reader: AsyncConnection[Any], span: Span, *, most: int, now: datetime) -> int | None:
    """How many there are, or None beyond `most`: counting on would cost more than it tells."""
    row = await fetch_one(reader, exchange_repository.COUNT, {**span.values(now), "most": most + 1})
    found = int(row["found"]) if row else 0
    return found if found <= most else None


async def one(reader: AsyncConnection[Any], reference: str, *, now: datetime) -> Row | None:
    """The same of one document; None when everybody never could read it."""
    return await fetch_one(reader, exchange_repository.ONE, {"reference": reference, "now": now})


async def earliest(reader: AsyncConnection[Any], *, now: datetime) -> datetime | None:
    row = await fetch_one(reader, exchange_repository.EARLIEST, {"now": now})
    return row["earliest"] if row else None


async def settled_at(reader: AsyncConnection[Any], *, now: datetime) -> datetime:
    """The instant before which everything that changed is visible: a transaction under way writes instants already past.

    Whoever asks next time for what changed from then on misses nothing."""
    row = await fetch_one(reader, exchange_repository.OLDEST_WRITING, {})
    age = timedelta(seconds=max(0.0, row["age"] or 0.0)) if row else timedelta()
    return now - MARGIN - min(age, _LONGEST)


async def lookalikes(session: AsyncSession, centre_id: UUID, content: DocumentContent, *, limit: int = 5) -> dict[UUID, str]:
    """Documents of the centre, whatever their state, that may be this one: `{id: "doi" | "isbn" | "url" | "title"}`."""
    borne = marks.of(content)
    if not borne:
        return {}
    found = await exchange_repository.lookalikes(session, centre_id, borne, limit)
    return {document_id: mark.partition(":")[0] for document_id, mark in found.items()}


async def of_origin(session: AsyncSession, origin: str) -> Document | None:
    """The document of that origin, locked, or None."""
    return await repository.by_origin(session, origin, lock=True)


async def texts_of(reader: AsyncConnection[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    """`{id: {id, reference, title, state}}` of these documents as their centre knows them."""
    rows = await fetch(reader, exchange_repository.TITLES, {"ids": list(ids)})
    return {row["id"]: row for row in rows}
