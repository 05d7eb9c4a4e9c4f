"""Use cases of saved searches and followed documents.

The catalogue asks the directory for a person's address, confirmed there, when they first ask for a mail; it is erased with the last
thing that is mailed. Mails and feeds hold public documents only: between two visits nothing tells who left an organisation.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch, fetch_one
from services.common.etag import require_version
from services.common.pagination import LAST_ID
from services.common.problems import NotFound
from services.common.resources import Resources
from services.common.settings import ServiceSettings

from .. import clients
from ..centres import service as centres
from ..documents import views
from ..tables import KERNEL
from . import links, repository, rules
from .errors import FollowedByNobody, TooManyFollows, TooManySavedSearches
from .models import Follow, Frequency, SavedSearch
from .rules import Purpose
from .schemas import SavedSearchCreate, SavedSearchUpdate


async def save(
    session: AsyncSession, resources: Resources, caller: Principal, wish: SavedSearchCreate, *, now: datetime
) -> SavedSearch:
    """Somebody saves a search; what is published from now on is told."""
    await repository.hold_person(session, caller.account_id)
    if await repository.count_searches(session, caller.account_id) >= rules.MOST_SEARCHES:
        raise TooManySavedSearches()
    search = SavedSearch(
        account_id=caller.account_id,
        name=wish.name,
        criteria=wish.criteria.model_dump(mode="json"),
        frequency=wish.frequency,
        looked_until=now,
        created_at=now,
    )
    session.add(search)
    await session.flush()
    await _keep_address(session, resources, caller, wish.frequency, now=now)
    await _note(session, "search.saved", search.id, caller, now, {"frequency": wish.frequency.value})
    return search


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    search_id: UUID,
    wish: SavedSearchUpdate,
    *,
    version: int,
    now: datetime,
) -> SavedSearch:
    """Its owner changes it. Mailed again after a silence, it tells what comes from now on."""
    await repository.hold_person(session, caller.account_id)
    search = await _own(session, caller, search_id)
    require_version(search.version, version)
    if wish.name is not None:
        search.name = wish.name
    if wish.criteria is not None:
        search.criteria = wish.criteria.model_dump(mode="json")
    if wish.frequency is not None:
        if search.frequency is Frequency.NEVER:
            search.looked_until = now
        search.frequency = wish.frequency
    search.version += 1
    await session.flush()
    await _keep_address(session, resources, caller, search.frequency, now=now)
    await repository.forget_if_silent(session, caller.account_id)
    await _note(session, "search.changed", search.id, caller, now, {"fields": sorted(wish.model_fields_set)})
    return search


async def delete(session: AsyncSession, caller: Principal, search_id: UUID, *, version: int, now: datetime) -> None:
    await repository.hold_person(session, caller.account_id)
    search = await _own(session, caller, search_id)
    require_version(search.version, version)
    await session.delete(search)
    await session.flush()
    await repository.forget_if_silent(session, caller.account_id)
    await _note(session, "search.deleted", search_id, caller, now, {})


async def renew_feed(session: AsyncSession, caller: Principal, search_id: UUID, *, version: int, now: datetime) -> SavedSearch:
    """The feed's address was shown to too many: it gets another, and the former one leads nowhere."""
    search = await _own(session, caller, search_id)
    require_version(search.version, version)
    search.feed_serial, search.version = search.feed_serial + 1, version + 1
    await session.flush()
    await _note(session, "search.feed_renewed", search.id, caller, now, {})
    return search


async def searches(
    reader: AsyncConnection[Row], caller: Principal, settings: ServiceSettings, *, before_id: UUID, limit: int
) -> list[Row]:
    rows = await fetch(reader, repository.SEARCHES, {"account_id": caller.account_id, "before_id": before_id, "limit": limit})
    return [shown(row, settings) for row in rows]


async def one(reader: AsyncConnection[Row], caller: Principal, search_id: UUID, settings: ServiceSettings) -> Row:
    row = await fetch_one(reader, repository.SEARCH_OF, {"id": search_id, "account_id": caller.account_id})
    if row is None:
        raise NotFound()
    return shown(row, settings)


def shown(search: Row, settings: ServiceSettings) -> Row:
    """`SavedSearchRead` of a row."""
    feeds = {how: links.feed_url(settings, search["id"], search["feed_serial"], how) for how in ("atom", "rss")}
    return {**search, "feeds": feeds}


async def follow(
    session: AsyncSession, resources: Resources, caller: Principal, document_id: UUID, *, now: datetime
) -> tuple[Follow, bool]:
    """Somebody follows a public document; the entry, and whether it is new."""
    reader = await driver(session)
    audience = await centres.audience(reader, caller)
    face = await views.face(reader, audience, document_id, resources.settings, now=now)
    if document_id not in await views.faces(reader, centres.ANYONE, [document_id], now=now):
        raise FollowedByNobody()
    await repository.hold_person(session, caller.account_id)
    known = await repository.follow(session, caller.account_id, document_id)
    if known is not None:
        return known, False
    if await repository.count_follows(session, caller.account_id) >= rules.MOST_FOLLOWS:
        raise TooManyFollows()
    entry = Follow(account_id=caller.account_id, document_id=document_id, told_version=face["published_version"], since=now)
    session.add(entry)
    await session.flush()
    await _keep_address(session, resources, caller, Frequency.DAILY, now=now)
    await _note(session, "document.followed", entry.id, caller, now, {"document_id": str(document_id)})
    return entry, True


async def unfollow(session: AsyncSession, caller: Principal, document_id: UUID, *, now: datetime) -> None:
    """Done twice, no harm."""
    await repository.hold_person(session, caller.account_id)
    if await repository.remove_follow(session, caller.account_id, document_id):
        await repository.forget_if_silent(session, caller.account_id)
        await _note(session, "document.unfollowed", document_id, caller, now, {})


async def follows(
    reader: AsyncConnection[Row], caller: Principal, settings: ServiceSettings, *, before_id: UUID, limit: int, now: datetime
) -> list[Row]:
    rows = await fetch(reader, repository.FOLLOWS, {"account_id": caller.account_id, "before_id": before_id, "limit": limit})
    faces = await views.faces(reader, centres.ANYONE, [row["document_id"] for row in rows], now=now)
    found = {key: views.summary(face, settings, now=now) for key, face in faces.items()}
    return [{**row, "document": found.get(row["document_id"])} for row in rows]


async def mine(reader: AsyncConnection[Row], caller: Principal, settings: ServiceSettings) -> Row:
    """Everything kept about the caller."""
    asked = {"account_id": caller.account_id}
    subscriber = await fetch_one(reader, repository.SUBSCRIBER, asked)
    followed = await fetch(reader, repository.FOLLOWS, {**asked, "before_id": LAST_ID, "limit": rules.MOST_FOLLOWS})
    return {
        "email": subscriber and subscriber["email"],
        "saved_searches": await searches(reader, caller, settings, before_id=LAST_ID, limit=rules.MOST_SEARCHES),
        "followed_document_ids": [row["document_id"] for row in followed],
    }


async def forget_me(session: AsyncSession, caller: Principal, *, now: datetime) -> None:
    """Everything kept about the caller is erased. Done twice, no harm."""
    await repository.hold_person(session, caller.account_id)
    await repository.silence(session, caller.account_id)
    await repository.delete_searches(session, caller.account_id)
    await repository.forget_if_silent(session, caller.account_id)
    await _note(session, "subscriptions.erased", caller.account_id, caller, now, {})


# ── By the address in a mail, without sign-in ─────────────────────────────────────────────────────────────────────


async def ending(session: AsyncSession, settings: ServiceSettings, token: str) -> str:
    """What the holder of the address would hear no more of, in French (404 when the address is not ours)."""
    purpose, subject = _named(settings, token)
    if purpose is Purpose.END_SEARCH:
        search = await repository.search(session, subject)
        return f"Vous ne recevrez plus de courriel pour la recherche « {search.name if search else 'supprimée'} »."
    if purpose is Purpose.END_FOLLOW:
        return "Vous ne recevrez plus de courriel sur les changements de ce document."
    return "Vous ne recevrez plus aucun courriel du catalogue : ni vos recherches enregistrées, ni les documents que vous suivez."


async def unsubscribe(session: AsyncSession, settings: ServiceSettings, token: str, *, now: datetime) -> None:
    """One click. Done twice, or after everything was erased, it changes nothing more."""
    purpose, subject = _named(settings, token)
    account_id: UUID | None = subject
    if purpose is Purpose.END_SEARCH:
        search = await repository.search(session, subject)
        account_id = search.account_id if search else None
    elif purpose is Purpose.END_FOLLOW:
        entry = await repository.follow_by_id(session, subject)
        account_id = entry.account_id if entry else None
    if account_id is None:
        return
    await repository.hold_person(session, account_id)
    await _end(session, purpose, subject)
    await repository.forget_if_silent(session, account_id)
    await _note(session, "subscription.ended", subject, None, now, {"purpose": purpose.name.lower()})


async def _end(session: AsyncSession, purpose: Purpose, subject: UUID) -> None:
    if purpose is Purpose.END_DIGEST:
        await repository.silence(session, subject)
    elif purpose is Purpose.END_SEARCH:
        search = await repository.search(session, subject)
        if search is not None and search.frequency is not Frequency.NEVER:
            search.frequency, search.version = Frequency.NEVER, search.version + 1
    else:
        entry = await repository.follow_by_id(session, subject)
        if entry is not None:
            await session.delete(entry)
    await session.flush()


def _named(settings: ServiceSettings, token: str) -> tuple[Purpose, UUID]:
    found = rules.subject_of(links.secret(settings), token)
    if found is None or found[0] not in {Purpose.END_DIGEST, Purpose.END_SEARCH, Purpose.END_FOLLOW}:
        raise NotFound()
    return found


async def _own(session: AsyncSession, caller: Principal, search_id: UUID) -> SavedSearch:
    search = await repository.search_of(session, caller.account_id, search_id)
    if search is None:
        raise NotFound()
    return search


async def _keep_address(
    session: AsyncSession, resources: Resources, caller: Principal, frequency: Frequency, *, now: datetime
) -> None:
    """Where the person is written to, as the directory knows it at this moment; nothing when no mail is asked for."""
    if frequency is not Frequency.NEVER:
        email = await clients.own_address(resources.siblings, caller.token)
        await repository.put_subscriber(session, caller.account_id, email, now)


async def _note(
    session: AsyncSession, act: str, resource_id: UUID, actor: Principal | None, now: datetime, changes: dict[str, Any]
) -> None:
    """What people look for is their own affair: the line says that, not what."""
    resource = ("subscription", resource_id)
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=resource, actor=actor, changes=changes, confidential=True
    )


def ids_in_order(found: Sequence[UUID], seen: set[UUID]) -> list[UUID]:
    """Those not seen yet, which then are."""
    fresh = [each for each in dict.fromkeys(found) if each not in seen]
    seen.update(fresh)
    return fresh
