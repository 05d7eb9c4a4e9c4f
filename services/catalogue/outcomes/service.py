"""Use cases of the outcomes of events: what organisers propose becomes a draft; what is published of an event is told to events.

What is told is kept first, then made by a job: the directory may be down, the centre may be opened only later. Nothing is published
by this: documentalists review the draft as any other.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue
from services.common.outbox import deliver_waiting, publish
from services.common.problems import NotFound
from services.common.resources import Resources

from ..centres import service as centres
from ..documents import organisations, telling
from ..documents import service as documents
from ..permalinks import permalink
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import repository, rules
from .models import EventNews, OutcomeState
from .schemas import ProposedOutcome

log = structlog.get_logger(__name__)

DOCUMENT_PUBLISHED, DOCUMENT_WITHDRAWN = "document.published", "document.withdrawn"
EVENTS = "events"
#: Jobs: the draft of one outcome; what waits for the events service.
MAKE, DELIVER_NEWS = "catalogue:make_outcome", "catalogue:deliver_event_news"
_AT_ONCE = 50


async def propose(session: AsyncSession, outcome_id: UUID, data: Mapping[str, Any], *, proposed_at: datetime) -> None:
    """Events tell that an organiser proposes something. Told twice, it counts once."""
    outcome = ProposedOutcome.model_validate(data)
    row = {
        "outcome_id": outcome_id,
        "event_id": outcome.event_id,
        "centre_id": outcome.centre_id,
        "told": outcome.kept(),
        "proposed_at": proposed_at,
        "state": OutcomeState.WAITING,
    }
    if await repository.keep(session, row):
        await enqueue(session, MAKE, outcome_id=str(outcome_id))


async def make(session: AsyncSession, resources: Resources, outcome_id: UUID, *, now: datetime) -> None:
    """The draft of an outcome, in its network's centre; nothing while there is no such centre. Run twice, it is made once."""
    kept = await repository.outcome(session, outcome_id)
    if kept is None or kept.state is not OutcomeState.WAITING:
        return
    try:
        await centres.get(session, kept.centre_id)
    except NotFound:
        log.warning("outcome_without_centre", outcome_id=str(outcome_id), centre_id=str(kept.centre_id))
        return
    told = ProposedOutcome.model_validate(kept.told)
    if told.network_organisation_id is not None:
        # It may have waited for months: the organisation may have been renamed, or erased.
        told.network_name = await organisations.present_name(session, told.network_organisation_id, told.network_name)
    themes, territories = await vocabulary.known(
        session, resources.siblings, themes=told.theme_codes, territories=told.territory_codes, now=now
    )
    draft = await documents.of_origin(session, rules.origin(outcome_id))
    if draft is None:
        content = rules.content(told, themes=themes, territories=territories)
        origin = rules.origin(outcome_id)
        draft = await documents.deposit(session, resources, kept.centre_id, rules.kind(told), content, origin=origin, now=now)
    kept.state, kept.made_at, kept.document_id = OutcomeState.MADE, now, draft.id
    await session.flush()


async def enqueue_waiting(session: AsyncSession) -> None:
    """One job for each outcome whose draft is still to be made."""
    for outcome_id in await repository.waiting(session, _AT_ONCE):
        await enqueue(session, MAKE, outcome_id=str(outcome_id))


async def forget_organisation(session: AsyncSession, organisation_id: UUID) -> None:
    """The organisation was erased from the directory: what its network proposed no longer names it."""
    await repository.forget_organisation(session, organisation_id, organisations.ERASED)


async def look(session: AsyncSession, resources: Resources, document_id: UUID, *, now: datetime) -> None:
    """Write what events are to know of a document: shown to everybody, or no more. What they know already is not said again."""
    standing = await telling.standing(session, document_id)
    known = {each.event_id: each for each in await repository.news_of(session, document_id)}
    seen_from = standing.seen_from if standing else None
    if seen_from is not None and seen_from > now:
        await telling.tell(session, document_id, at=seen_from)  # the day its embargo ends
    is_seen = seen_from is not None and seen_from <= now
    events = standing.events if standing and is_seen else {}
    for event_id in sorted({*known, *events}):
        news = known.get(event_id)
        if standing is not None and event_id in events:
            said = {
                "document_id": str(document_id),
                "event_id": str(event_id),
                "reference": standing.reference,
                "title": standing.title,
                "kind": standing.kind,
                "permalink": permalink(resources.settings, standing.reference),
                "origin": standing.origin,
                "relation": events[event_id].value,
            }
            if news is None or not news.is_published or news.said != said:
                await _say(session, news, said, is_published=True, now=now)
        elif news is not None and news.is_published:
            await _say(session, news, news.said, is_published=False, now=now)
    await enqueue(session, DELIVER_NEWS)


async def deliver(session: AsyncSession, resources: Resources) -> None:
    """Deliver what waits for the events service, oldest first. Absent or down, nothing fails and nothing is lost: it waits."""
    for news in await deliver_waiting(session, resources, EVENTS, repository.untold, lambda one: one.outbox_id):
        news.told_at = resources.clock.now()
    await session.flush()


async def _say(session: AsyncSession, news: EventNews | None, said: dict[str, Any], *, is_published: bool, now: datetime) -> None:
    document_id, event_id = UUID(said["document_id"]), UUID(said["event_id"])
    kind = DOCUMENT_PUBLISHED if is_published else DOCUMENT_WITHDRAWN
    # To nobody yet: `deliver` tells it, today or the day events are part of the platform; a later word replaces it.
    outbox_id = await publish(session, KERNEL.outbox, type=kind, subject=document_id, data=said, at=now, to=())
    if news is None:
        session.add(
            EventNews(document_id=document_id, event_id=event_id, said=said, is_published=is_published, outbox_id=outbox_id)
        )
    else:
        news.said, news.is_published, news.outbox_id, news.told_at = said, is_published, outbox_id, None
    await session.flush()
