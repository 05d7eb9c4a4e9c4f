"""Who may be told an event: asked of the rooms that own the right, at the moment it leaves."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ..agreements import service as agreements
from ..announcements import BY_NAME, EventAudience
from ..awards import service as awards
from ..campaigns import service as campaigns
from ..cpos import service as cpos
from ..dossiers import service as dossiers

#: What of the payload the right hangs on.
_SCOPES: Mapping[EventAudience, str] = {
    EventAudience.READERS: "dossier_id",
    EventAudience.INSTRUCTORS: "dossier_id",
    EventAudience.AWARD: "award_id",
    EventAudience.AGREEMENT: "agreement_id",
    EventAudience.CPO: "cpo_id",
    EventAudience.COMMITTEE: "campaign_id",
}

Scope = tuple[EventAudience, UUID | None]


def scope_of(event: Mapping[str, Any]) -> Scope:
    """Events of one scope have the same readers."""
    audience = BY_NAME[event["type"]].audience
    named = _SCOPES.get(audience)
    return audience, UUID(event["data"][named]) if named else None


async def readers(session: AsyncSession, scopes: Iterable[Scope]) -> dict[Scope, set[UUID] | None]:
    """By scope, the organisations that may read it (None: every organisation). A statement per kind of scope."""
    asked: dict[EventAudience, set[UUID]] = {}
    found: dict[Scope, set[UUID] | None] = {}
    for audience, scope in scopes:
        found[(audience, scope)] = None if audience is EventAudience.PUBLIC else set()
        if scope is not None:
            asked.setdefault(audience, set()).add(scope)
    for audience, ids in asked.items():
        for scope, organisations in (await _organisations(session, audience, ids)).items():
            found[(audience, scope)] = organisations
    return found


async def _organisations(session: AsyncSession, audience: EventAudience, ids: set[UUID]) -> dict[UUID, set[UUID]]:
    wanted = sorted(ids)
    match audience:
        case EventAudience.READERS | EventAudience.INSTRUCTORS:
            return await _of_dossiers(session, audience, wanted)
        case EventAudience.AWARD:
            return await awards.parties(session, wanted)
        case EventAudience.AGREEMENT:
            return await agreements.parties(session, wanted)
        case EventAudience.CPO:
            return await cpos.parties(session, wanted)
        case EventAudience.COMMITTEE:
            return await campaigns.instructing(session, wanted)
    raise LookupError(audience)


async def _of_dossiers(session: AsyncSession, audience: EventAudience, ids: list[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for row in await dossiers.readers(session, ids):
        if audience is EventAudience.READERS or row["as_funder"] or row["as_lead"]:
            found.setdefault(row["dossier_id"], set()).add(row["organisation_id"])
    return found
