"""Use cases of dietary and accessibility needs: read by the event's organisers, which the journal says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.resources import Resources

from ..agenda import service as agenda
from . import lists, people_repository
from .people_schemas import ACCESSIBILITY_LABELS, DIETARY_LABELS


async def of_event(
    session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, asked: dict[str, Any], *, now: datetime
) -> list[Row]:
    """Who needs what, person by person; reading it is an act."""
    await agenda.seen_by_organiser(session, caller, event_id)
    rows = await fetch_in(session, people_repository.NEEDS, {"event_id": event_id, **asked})
    await lists.journal_needs(resources, caller, event_id, "list", now)
    return rows


async def counts(session: AsyncSession, caller: Principal, event_id: UUID) -> Row:
    """`NeedsCounts`, for the caterer and the venue: how many of each kind, no name, nothing anybody wrote."""
    await agenda.seen_by_organiser(session, caller, event_id)

    async def count(statement: Any) -> int:
        return int((await fetch_in(session, statement, {"event_id": event_id}))[0]["count"])

    async def kinds(statement: Any, labels: dict[str, str]) -> list[Row]:
        found = {row["kind"]: row["count"] for row in await fetch_in(session, statement, {"event_id": event_id})}
        return [{"kind": kind, "label": label, "count": found[kind]} for kind, label in labels.items() if kind in found]

    return {
        "people": await count(people_repository.ON_SITE),
        "dietary": await kinds(people_repository.DIETARY_KINDS, DIETARY_LABELS),
        "dietary_in_words": await count(people_repository.DIETARY_IN_WORDS),
        "accessibility": await kinds(people_repository.ACCESSIBILITY_KINDS, ACCESSIBILITY_LABELS),
        "accessibility_in_words": await count(people_repository.ACCESSIBILITY_IN_WORDS),
    }
