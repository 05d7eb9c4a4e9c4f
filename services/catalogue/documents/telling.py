"""Documents of events: written with the act as a job, carried out by the room that speaks to the events service."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import fetch_in
from services.common.jobs import enqueue

from . import repository, telling_repository
from .models import Access, DocumentState, RelationKind, TargetKind
from .schemas import DocumentContent

#: `document_id`: readers of a document that is, or was, related to an event see something else than before.
TELL_EVENTS = "catalogue:tell_events"


@dataclass(frozen=True)
class Standing:
    """How everybody sees a document, and the events its published version is related to."""

    reference: str
    title: str
    kind: str
    origin: str | None
    #: From when everybody reads it; None when they do not (a draft, withdrawn, for members only).
    seen_from: datetime | None
    #: `event → how the document relates to it`, the closest relation when there are several.
    events: dict[UUID, RelationKind]


async def is_of_event(session: AsyncSession, document_id: UUID) -> bool:
    """Whether the version readers see is related to an event."""
    return bool(await fetch_in(session, telling_repository.EVENTS_OF, {"id": document_id}))


async def tell(session: AsyncSession, document_id: UUID, *, at: datetime | None = None) -> None:
    """Once committed (or at that instant), events are told."""
    await enqueue(session, TELL_EVENTS, lock=f"tell_events:{document_id}", at=at, document_id=str(document_id))


def names_an_event(content: DocumentContent) -> bool:
    return any(each.target is TargetKind.EVENT for each in content.relations)


async def standing(session: AsyncSession, document_id: UUID) -> Standing | None:
    """The document as it stands, or None when there is none any more."""
    document = await repository.get(session, document_id)
    if document is None or document.published_version is None or document.published_kind is None:
        return None
    version = await repository.version(session, document_id, document.published_version)
    rows = await fetch_in(session, telling_repository.EVENTS_OF, {"id": document_id})
    events: dict[UUID, RelationKind] = {}
    for row in rows:
        kind = RelationKind(row["kind"])
        if row["target_id"] not in events or kind is RelationKind.SUPPORT_OF:
            events[row["target_id"]] = kind
    is_seen = document.state is DocumentState.PUBLISHED and document.access is Access.PUBLIC
    return Standing(
        reference=document.reference,
        title=str(version.content["title"]) if version else "",
        kind=document.published_kind.value,
        origin=document.origin,
        seen_from=document.available_at if is_seen else None,
        events=events,
    )
