"""Use cases of the outcomes: organisers propose what an event leaves, the catalogue publishes it, registrants are told once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, driver, fetch_in
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.mail import queue_mail
from services.common.outbox import deliver_waiting, publish
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import following
from ..agenda import service as agenda
from ..agenda.schemas import AttachedDocument, DocumentRole, EventStatus
from ..networks import service as networks
from ..registrations import service as registrations
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import NetworkWithoutCentre, OutcomeTooEarly
from .models import Outcome
from .schemas import STATE_LABELS, OutcomeCreate, ToldDocument

OUTCOME_PROPOSED = "event.outcome_proposed"
CATALOGUE = "catalogue"
#: Jobs: what waits for the catalogue; registrants of an event, of one document.
TELL_CATALOGUE, TELL_REGISTRANTS = "events:tell_catalogue", "events:tell_publication"


async def propose(session: AsyncSession, caller: Principal, event_id: UUID, wish: OutcomeCreate, *, now: datetime) -> Outcome:
    """An organiser proposes something the event leaves to the network's resource centre; nothing is published by this."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    network = await networks.get(session, event.network_id)
    if event.status in {EventStatus.IDEA, EventStatus.CANCELLED} or not rules.may_be_proposed(wish.role, event.starts_at, now):
        raise OutcomeTooEarly()
    if network.centre_id is None:
        raise NetworkWithoutCentre()
    outcome = Outcome(
        **wish.model_dump(),
        event_id=event_id,
        centre_id=network.centre_id,
        outbox_id=new_id(),
        proposed_by=caller.account_id,
        created_at=now,
    )
    sessions = [each.model_dump() | {"status": each.status.value} for each in await agenda.sessions_of(session, event_id)]
    told = {**event.model_dump(), "format": event.format.value}
    data = rules.proposal(outcome.model_dump(), told, sessions, network.model_dump())
    # To nobody yet: `tell_catalogue` delivers it, today or the day the catalogue is part of the platform.
    outcome.outbox_id = await publish(session, KERNEL.outbox, type=OUTCOME_PROPOSED, subject=outcome.id, data=data, at=now, to=())
    session.add(outcome)
    await session.flush()
    await enqueue(session, TELL_CATALOGUE)
    changes = {"outcome_id": str(outcome.id), "role": wish.role.value, "title": wish.title}
    await agenda.note(session, event, "event.outcome_proposed", caller, now, changes)
    return outcome


async def tell_catalogue(session: AsyncSession, resources: Resources) -> None:
    """Deliver what waits for the catalogue, oldest first. Absent or down, nothing fails and nothing is lost: it waits."""
    for outcome in await deliver_waiting(session, resources, CATALOGUE, repository.untold, lambda one: one.outbox_id):
        outcome.told_at = resources.clock.now()
        outcome.version += 1
    await session.flush()


async def document_published(session: AsyncSession, told: ToldDocument, *, now: datetime) -> None:
    """The catalogue published a document of an event: the event shows it, registrants will be told. Heard twice, it counts once."""
    event = await agenda.row_in(session, told.event_id)
    if event is None:
        return
    role = rules.document_role(told.kind)
    outcome_id = rules.outcome_of(told.origin)
    outcome = await repository.get(session, outcome_id, lock=True) if outcome_id else None
    if outcome is not None and outcome.event_id == told.event_id:
        outcome.document_id, outcome.reference, outcome.permalink = told.document_id, told.reference, told.permalink
        outcome.published_at, outcome.withdrawn_at = outcome.published_at or now, None
        outcome.told_at = outcome.told_at or now
        outcome.version += 1
        role = DocumentRole(outcome.role.value)
        await session.flush()
    attached = AttachedDocument(role=role, document_id=told.document_id, title=told.title[:200])
    is_new = await following.attach_document(session, told.event_id, attached, now=now)
    begun = event["starts_at"] is not None and event["starts_at"] <= now
    if is_new and begun and told.relation == rules.SUPPORT_OF:
        await enqueue(session, TELL_REGISTRANTS, lock=f"publication:{told.document_id}", told=told.model_dump(mode="json"))


async def document_withdrawn(session: AsyncSession, told: ToldDocument, *, now: datetime) -> None:
    """Nobody is led to it any more."""
    if await agenda.row_in(session, told.event_id) is None:
        return
    await following.detach_document(session, told.event_id, told.document_id, now=now)
    outcome = await repository.of_document(session, told.event_id, told.document_id)
    if outcome is not None:
        outcome.withdrawn_at, outcome.version = now, outcome.version + 1
        await session.flush()


async def tell_registrants(session: AsyncSession, told: ToldDocument, *, now: datetime) -> None:
    """Everybody who had a seat is told of the document, once for all, unless it left the event meanwhile."""
    event = await agenda.get(session, told.event_id)
    if not any(each["document_id"] == str(told.document_id) for each in event.documents):
        return
    if not await repository.mark_told(session, {"event_id": told.event_id, "document_id": told.document_id, "at": now}):
        return
    subject, text = letters.publication(event.title, told)
    for address in rules.addresses(await registrations.seated(await driver(session), told.event_id)):
        await queue_mail(session, to=address, subject=subject, text=text)


async def one(session: AsyncSession, caller: Principal, event_id: UUID, outcome_id: UUID) -> Row:
    await agenda.seen_by_organiser(session, caller, event_id)
    outcome = await repository.get(session, outcome_id)
    if outcome is None or outcome.event_id != event_id:
        raise NotFound()
    return shown(outcome.model_dump())


async def listing(session: AsyncSession, caller: Principal, event_id: UUID, *, after_id: UUID, limit: int) -> list[Row]:
    """What was proposed of the event, in its order, for its organisers."""
    await agenda.seen_by_organiser(session, caller, event_id)
    asked = {"event_id": event_id, "after_id": after_id, "limit": limit}
    return [shown(row) for row in await fetch_in(session, repository.LISTING, asked)]


def shown(row: Row) -> dict[str, Any]:
    state = rules.state(row)
    return {**row, "state": state, "state_label": STATE_LABELS[state]}
