"""Who is kept from the avis on a dossier: whoever has declared an interest in it.

Declarations belong to a room above, which says here how they are looked up.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row
from services.common.etag import etag

from ..permanent_files.rules import scan_mark
from . import views

#: Whether the account has an interest in the dossier.
Judge = Callable[[AsyncConnection[Row], UUID, UUID], Awaitable[bool]]
_AVIS = ("opinion", "proposed_cents")
_judges: list[Judge] = []


def judged_by(judge: Judge) -> Judge:
    """For the room above that keeps the declarations."""
    _judges.append(judge)
    return judge


async def kept_from(reader: AsyncConnection[Row], seen: Any, account_id: UUID, dossier_id: UUID) -> bool:
    """Whether the caller instructs the dossier and has an interest in it; its holder is told nothing of avis anyhow."""
    if views.is_holder_only(seen):
        return False
    return any([await judge(reader, account_id, dossier_id) for judge in _judges])


def without_avis(row: Row) -> Row:
    """A row of `views.whole` without any funder's avis or amount proposed."""
    return {**row, "requests": [{**request, **dict.fromkeys(_AVIS)} for request in row["requests"]]}


def tag(row: Row) -> str:
    """Another ETag than the one of the whole dossier: who has just declared an interest does not go on reading what they kept."""
    return etag(views.number(row), f"kept{row['version']}{scan_mark(row.get('attachments') or ())}")
