"""What became of a registration, as its holder and the organisers read it: lines of the journal, without anybody's name."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in
from services.common.journal import lines_of

from ..tables import KERNEL
from .models import Registration
from .schemas import STATE_LABELS, HistoryActor

_JOURNAL = lines_of(KERNEL.journal)
_LABELS = {f"registration.{state.value}": label for state, label in STATE_LABELS.items()}
_OTHERWISE = "Modifiée"
_LABELS |= {
    "registration.approved": "Validée",
    "registration.moved": "Changement de séance",
    "registration.walk_in": "Inscription sur place",
}


async def lines(session: AsyncSession, found: Registration, *, before_id: UUID, limit: int) -> list[Row]:
    """From the latest, as `HistoryLine` shows them."""
    asked = {"resource_id": found.id, "before_id": before_id, "confidential_too": False, "limit": limit}
    return [_shown(found, row) for row in await fetch_in(session, _JOURNAL, asked)]


def _shown(found: Registration, row: Row) -> Row:
    changes: dict[str, Any] = row["changes"]
    by = HistoryActor.UNSIGNED
    if row["actor_id"] is not None:
        by = HistoryActor.PARTICIPANT if row["actor_id"] == found.account_id else HistoryActor.ORGANISER
    return {
        "id": row["id"],
        "at": row["at"],
        "act": row["act"],
        "label": _LABELS.get(row["act"], _OTHERWISE),
        "by": by,
        "rank": changes.get("rank"),
        "people": changes.get("people"),
    }
