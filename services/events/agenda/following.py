"""Use cases nobody at the network decides: an organisation is renamed or erased, the catalogue publishes a document of an event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import fetch, fetch_in

from . import following_repository, repository, service
from .schemas import AttachedDocument

#: Events followed in one transaction.
BATCH = 100


async def held_between(session: AsyncSession, since: datetime, until: datetime, *, after_id: UUID, limit: int) -> list[UUID]:
    """Ids of events said to be held that ended between these instants, in their order, after `after_id`."""
    asked = {"since": since, "until": until, "after_id": after_id, "limit": limit}
    return [row["id"] for row in await fetch_in(session, following_repository.HELD, asked)]


async def over_before(session: AsyncSession, before: datetime, *, after_id: UUID, limit: int) -> list[UUID]:
    """Ids of events, whatever their state, that were over before that instant; in their order, after `after_id`."""
    asked = {"before": before, "after_id": after_id, "limit": limit}
    return [row["id"] for row in await fetch_in(session, following_repository.OVER, asked)]


async def follow_organisation(
    session: AsyncSession, organisation_id: UUID, name: str, *, after_id: UUID, now: datetime, erased: bool = False
) -> UUID | None:
    """Partners of that organisation bear the name it has today (and no id, once it is erased); twice is once.

    The last event seen when there may be more, else None.
    """
    events = await following_repository.naming(session, organisation_id, after_id=after_id, limit=BATCH)
    for event in events:
        partners = [_renamed(each, organisation_id, name, erased=erased) for each in event.partners]
        if partners != event.partners:
            event.partners = partners
            await service.touch(session, event, "event.partner_followed", None, now, {"organisation_id": str(organisation_id)})
    return events[-1].id if len(events) == BATCH else None


async def attach_document(session: AsyncSession, event_id: UUID, document: AttachedDocument, *, now: datetime) -> bool:
    """The event shows that document from now on; whether it did not yet. A new title replaces the one that was there."""
    event = await service.get(session, event_id, lock=True)
    written = document.model_dump(mode="json")
    known = [each for each in event.documents if each["document_id"] == written["document_id"]]
    if written in known:
        return False
    event.documents = [*(each for each in event.documents if each not in known), written]
    await service.touch(session, event, "event.document_attached", None, now, {"document_id": written["document_id"]})
    return not known


async def detach_document(session: AsyncSession, event_id: UUID, document_id: UUID, *, now: datetime) -> bool:
    """Readers of the event are no longer led to it; False when they were not."""
    event = await service.get(session, event_id, lock=True)
    kept = [each for each in event.documents if each["document_id"] != str(document_id)]
    if len(kept) == len(event.documents):
        return False
    event.documents = kept
    await service.touch(session, event, "event.document_detached", None, now, {"document_id": str(document_id)})
    return True


def _renamed(partner: dict[str, Any], organisation_id: UUID, name: str, *, erased: bool) -> dict[str, Any]:
    if partner.get("organisation_id") != str(organisation_id):
        return partner
    return {**partner, "name": name[:200], "organisation_id": None if erased else str(organisation_id)}


async def over_among(reader: AsyncConnection[Any], event_ids: Sequence[UUID], before: datetime) -> list[UUID]:
    """Of these events, those that were cancelled, or ended before that instant."""
    asked = {"ids": list(event_ids), "before": before}
    return [each["id"] for each in await fetch(reader, repository.OVER_BEFORE, asked)]
