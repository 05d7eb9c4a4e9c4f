"""Use cases of training needs: people say what they wish to learn, organisers answer, and make events of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources

from .. import clients
from ..agenda import service as agenda
from ..agenda import views
from ..agenda.schemas import EventCreate, EventStatus
from ..networks import service as networks
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import letters, repository
from .errors import NeedMergedIntoItself, NeedNotYours, NeedSettled, NeedsOfSeveralNetworks, OnlyForOthers, TooManyOpenNeeds
from .models import NeedStatus, TrainingNeed
from .schemas import STATUS_LABELS, Conversion, Merging, NeedCreate

_MOST_OPEN = 20
#: What everybody may hear of; an event that was held or closed meanwhile was opened before.
_TOLD = {EventStatus.ANNOUNCED, EventStatus.OPEN, EventStatus.CLOSED, EventStatus.HELD}
#: Still waiting for an answer.
_WAITING = {NeedStatus.OPEN, NeedStatus.PLANNED, NeedStatus.MERGED}


async def ask(session: AsyncSession, resources: Resources, caller: Principal, wish: NeedCreate, *, now: datetime) -> TrainingNeed:
    """Somebody signed in says what they need, or an organiser notes it for somebody else."""
    network = await networks.get(session, wish.network_id)
    on_behalf = wish.contact_email is not None
    if on_behalf and not caller.belongs_to(network.organisation_id):
        raise OnlyForOthers()
    await vocabulary.theme_paths(session, resources.siblings, wish.theme_codes, now=now)
    if wish.territory_code is not None:
        await vocabulary.territory_paths(session, resources.siblings, [wish.territory_code], now=now)
    if not on_behalf and await repository.open_count(session, network.id, caller.account_id) >= _MOST_OPEN:
        raise TooManyOpenNeeds(most=_MOST_OPEN)
    email = wish.contact_email or (await clients.account(resources.siblings, caller.token)).email
    need = TrainingNeed(
        **wish.model_dump(exclude={"contact_email", "theme_codes"}),
        theme_codes=sorted(set(wish.theme_codes)),
        email=email,
        on_behalf=on_behalf,
        account_id=None if on_behalf else caller.account_id,
        created_at=now,
    )
    session.add(need)
    await session.flush()
    await _note(session, need, "need.asked", caller, now, {"on_behalf": on_behalf})
    return need


async def seen(session: AsyncSession, caller: Principal, need_id: UUID) -> TrainingNeed:
    """One's own, or one of a network one organises; another's does not exist."""
    need = await repository.get(session, need_id)
    if need is None or not (need.account_id == caller.account_id or await _organises(session, caller, need)):
        raise NotFound()
    return need


async def shown(session: AsyncSession, caller: Principal, need: TrainingNeed) -> Row:
    return (await _shown(session, caller, [need.model_dump()]))[0]


async def listing(session: AsyncSession, caller: Principal, network_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """Needs of a network, for its organisers."""
    await networks.organised_by(session, caller, network_id)
    rows = await fetch(await driver(session), repository.LISTING, {**asked, "network_id": network_id})
    return await _shown(session, caller, rows)


async def groups(session: AsyncSession, caller: Principal, network_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """Open needs counted by theme, territory and public, for the network's organisers."""
    await networks.organised_by(session, caller, network_id)
    reader = await driver(session)
    rows = await fetch(reader, repository.GROUPS, {**asked, "network_id": network_id})
    themes = await vocabulary.theme_labels(reader, {row["theme_code"] for row in rows})
    territories = await vocabulary.territory_labels(reader, {row["territory_code"] for row in rows})
    return [
        {
            **row,
            "theme_code": row["theme_code"] or None,
            "theme_label": themes.get(row["theme_code"]),
            "territory_code": row["territory_code"] or None,
            "territory_label": territories.get(row["territory_code"]),
            "need_ids": row["need_ids"][:200],
        }
        for row in rows
    ]


async def mine(session: AsyncSession, caller: Principal, *, before_id: UUID, limit: int) -> list[Row]:
    asked = {"account_id": caller.account_id, "before_id": before_id, "limit": limit}
    return await _shown(session, caller, await fetch(await driver(session), repository.OF_ACCOUNT, asked))


async def withdraw(session: AsyncSession, caller: Principal, need_id: UUID, *, version: int, now: datetime) -> TrainingNeed:
    """Who asked no longer asks, and hears no more of it."""
    found = {each.id: each for each in await repository.held(session, [need_id])}
    need = found.pop(need_id, None)
    if need is None:
        raise NotFound()
    if need.account_id != caller.account_id:
        await seen(session, caller, need_id)
        raise NeedNotYours()
    require_version(need.version, version)
    if need.status not in _WAITING:
        raise NeedSettled(status=need.status.value)
    for child in found.values():  # what was merged into it stands on its own again
        _settle(child, NeedStatus.PLANNED if child.event_id else NeedStatus.OPEN, None)
    need.merged_into_id, need.event_id = None, None
    _settle(need, NeedStatus.WITHDRAWN, None)
    await session.flush()
    await _note(session, need, "need.withdrawn", caller, now, {})
    return need


async def merge(
    session: AsyncSession, caller: Principal, need_id: UUID, wish: Merging, *, version: int, now: datetime
) -> TrainingNeed:
    """Two needs say the same: whoever asked the first hears what becomes of the second."""
    found = await _held(session, caller, [need_id, wish.into_id])
    if need_id == wish.into_id:
        raise NeedMergedIntoItself()
    need, target = found[need_id], found[wish.into_id]
    require_version(need.version, version)
    if need.network_id != target.network_id:
        raise NeedsOfSeveralNetworks()
    for each in (need, target):
        if each.status is not NeedStatus.OPEN:
            raise NeedSettled(need_id=str(each.id), status=each.status.value)
    for each in found.values():
        if each is need or each.merged_into_id == need.id:
            each.merged_into_id, each.reason = target.id, wish.reason
            each.status, each.version = NeedStatus.MERGED, each.version + 1
    await session.flush()
    await _note(session, need, "need.merged", caller, now, {"into": str(target.id)}, wish.reason)
    return need


async def settle(
    session: AsyncSession,
    caller: Principal,
    need_id: UUID,
    status: NeedStatus,
    reason: str,
    *,
    version: int,
    now: datetime,
) -> TrainingNeed:
    """An organiser answers, or dismisses, and says why: whoever asked reads it, and their address is forgotten."""
    found = await _held(session, caller, [need_id])
    need = found[need_id]
    require_version(need.version, version)
    if need.status is not NeedStatus.OPEN:
        raise NeedSettled(status=need.status.value)
    network = await networks.get(session, need.network_id)
    for each in found.values():
        if each.email is not None:
            subject, text = letters.answer(network.name, each.wish, reason, is_dismissed=status is NeedStatus.DISMISSED)
            await queue_mail(session, to=each.email, subject=subject, text=text)
        each.merged_into_id = None
        _settle(each, status, reason)
        each.told_at = now
    await session.flush()
    await _note(session, need, f"need.{status.value}", caller, now, {"needs": len(found)}, reason)
    return need


async def convert(session: AsyncSession, resources: Resources, caller: Principal, wish: Conversion, *, now: datetime) -> UUID:
    """Needs become an idea of event that has their themes, territories and publics; who asked is told once it is announced."""
    found = await _held(session, caller, wish.need_ids)
    chosen = [found[need_id] for need_id in dict.fromkeys(wish.need_ids)]
    if len({each.network_id for each in chosen}) > 1:
        raise NeedsOfSeveralNetworks()
    if settled := [each for each in chosen if each.status is not NeedStatus.OPEN]:
        raise NeedSettled(need_ids=[str(each.id) for each in settled])
    idea = EventCreate(
        network_id=chosen[0].network_id,
        format=wish.format,
        title=wish.title,
        summary=wish.summary,
        theme_codes=sorted({code for each in chosen for code in each.theme_codes})[:30],
        territory_codes=sorted({each.territory_code for each in chosen if each.territory_code})[:30],
        audiences=sorted({each.audience for each in chosen}, key=lambda audience: audience.value),
    )
    event = await agenda.create(session, resources, caller, idea, now=now)
    for each in found.values():
        each.event_id, each.version = event.id, each.version + 1
        if each.status is NeedStatus.OPEN:
            each.status = NeedStatus.PLANNED
    await session.flush()
    await agenda.note(session, event, "event.needs_converted", caller, now, {"needs": len(found)})
    for each in chosen:
        await _note(session, each, "need.planned", caller, now, {"event_id": str(event.id)})
    return event.id


async def tell(session: AsyncSession, resources: Resources, *, now: datetime) -> None:
    """Whoever asked hears of the event once everybody may; a need whose event was given up is open again."""
    for event_id in await repository.awaited_events(session):
        event = await agenda.row_in(session, event_id)
        if event is None:
            continue
        status = EventStatus(event["status"])
        if status in _TOLD:
            await _tell(session, resources, event, now)
        elif status is EventStatus.CANCELLED:
            for need in await repository.untold_of(session, event_id):
                need.event_id, need.version = None, need.version + 1
                if need.status is NeedStatus.PLANNED:
                    need.status = NeedStatus.OPEN
    await session.flush()


async def _tell(session: AsyncSession, resources: Resources, event: Row, now: datetime) -> None:
    network = await networks.get(session, event["network_id"])
    address = views.page_address(resources, event) or f"{resources.settings.public_url}/events/v1/events/{event['id']}"
    told: set[str] = set()
    for need in await repository.untold_of(session, event["id"]):
        # Somebody who asked twice reads one mail.
        if need.email is not None and need.email.casefold() not in told:
            told.add(need.email.casefold())
            subject, text = letters.event(network.name, event, address, need.wish)
            await queue_mail(session, to=need.email, subject=subject, text=text)
        need.merged_into_id, need.told_at = None, now
        _settle(need, NeedStatus.ANSWERED, need.reason)
        await _note(session, need, "need.told", None, now, {"event_id": str(event["id"])})


async def forget(session: AsyncSession, account_id: UUID | None, email: str | None) -> int:
    """Nobody's need any more, for whoever asks to be forgotten: what was wished stays, who wished it does not. How many there were."""
    return await repository.forget(session, account_id, email)


def _settle(need: TrainingNeed, status: NeedStatus, reason: str | None) -> None:
    need.status, need.reason, need.version = status, reason, need.version + 1
    if status in {NeedStatus.ANSWERED, NeedStatus.DISMISSED, NeedStatus.WITHDRAWN}:
        need.email = None
    if status in {NeedStatus.OPEN, NeedStatus.PLANNED}:
        need.merged_into_id = None


async def _held(session: AsyncSession, caller: Principal, need_ids: Sequence[UUID]) -> dict[UUID, TrainingNeed]:
    """These needs and those merged into them, locked, for an organiser: 404 for what one may not see."""
    found = {each.id: each for each in await repository.held(session, need_ids)}
    for need_id in need_ids:
        need = found.get(need_id)
        if need is None:
            raise NotFound()
        if not await _organises(session, caller, need):
            if need.account_id == caller.account_id:
                await networks.organised_by(session, caller, need.network_id)
            raise NotFound()
    return found


async def _organises(session: AsyncSession, caller: Principal, need: TrainingNeed) -> bool:
    return caller.belongs_to((await networks.get(session, need.network_id)).organisation_id)


async def _shown(session: AsyncSession, caller: Principal, rows: Sequence[Row]) -> list[Row]:
    """As the caller reads them: an event nobody else sees yet is its organisers' alone."""
    reader: AsyncConnection[Any] = await driver(session)
    organised = set(await networks.organised_ids(reader, caller))
    shown = []
    for row in rows:
        status = row["status"] if isinstance(row["status"], NeedStatus) else NeedStatus(row["status"])
        known = row["network_id"] in organised or status is NeedStatus.ANSWERED
        shown.append(
            {**row, "status": status, "status_label": STATUS_LABELS[status], "event_id": row["event_id"] if known else None}
        )
    return shown


async def _note(
    session: AsyncSession,
    need: TrainingNeed,
    act: str,
    caller: Principal | None,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("training_need", need.id),
        actor=caller,
        changes=changes,
        reason=reason,
    )
