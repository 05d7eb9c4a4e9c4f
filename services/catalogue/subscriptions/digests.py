"""The mail of the morning: one for each person, with what is new of their searches and of the documents they follow.

What a mail tells is looked up again in the transaction that writes it, so that nothing withdrawn or closed meanwhile is in it; the
same transaction remembers what was told. A job that runs twice, or dies in the middle, writes one mail.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.clock import in_paris
from services.common.db import Row, driver, fetch_in
from services.common.jobs import enqueue, job
from services.common.language import day_in_words
from services.common.layout import plain
from services.common.mail import queue_mail
from services.common.resources import Resources
from services.common.settings import ServiceSettings

from ..centres.service import ANYONE
from ..documents import rules as documents
from ..documents import views
from ..documents.schemas import DocumentKind
from ..search import service as search
from ..search.schemas import Criteria
from ..tables import KERNEL
from . import letters, links, repository, rules
from .models import Follow, Frequency, SavedSearch
from .rules import Purpose
from .service import ids_in_order

_ABSTRACT = 280


async def call(session: AsyncSession, *, now: datetime) -> None:
    """One job for each person who has not had the latest edition; asked again, a job finds nothing to do."""
    for row in await fetch_in(session, repository.DUE, _editions(now)):
        await enqueue(session, write_digest, lock=f"digest:{row['account_id']}", account_id=str(row["account_id"]))


@job("catalogue:write_digest")
async def write_digest(session: AsyncSession, resources: Resources, account_id: str) -> None:
    """Look, write at most one mail, remember how far was looked."""
    await compose(session, resources.settings, UUID(account_id), now=resources.clock.now())


async def compose(session: AsyncSession, settings: ServiceSettings, account_id: UUID, *, now: datetime) -> None:
    """The mail of one person, if anything is new."""
    await repository.hold_person(session, account_id)
    subscriber = await repository.subscriber(session, account_id)
    if subscriber is None:
        return
    editions = _editions(now)
    seen: set[UUID] = set()
    chapters = []
    if subscriber.looked_until < editions["daily"]:
        chapters += await _followed(session, settings, account_id, seen, now=now)
        subscriber.looked_until = editions["daily"]
    for each in await repository.due_searches(session, account_id, editions["daily"], editions["weekly"]):
        until = editions["daily" if each.frequency is Frequency.DAILY else "weekly"]
        chapters += await _found(session, settings, each, seen, until=until, now=now)
        each.looked_until = until
    await session.flush()
    if not chapters:
        return
    unsubscribing = links.alerts(settings, account_id)
    digest = letters.Digest(chapters, unsubscribing.unsubscribe_url)
    await queue_mail(
        session,
        to=subscriber.email,
        subject=digest.subject,
        text=letters.as_text(digest),
        html=letters.as_html(digest),
        mailing_list=unsubscribing,
    )
    told = {"documents": digest.count}
    resource = ("subscription", account_id)
    await journal.record(
        session, KERNEL.journal, at=now, act="digest.written", resource=resource, actor=None, changes=told, confidential=True
    )


def _editions(now: datetime) -> dict[str, datetime]:
    return {each.value: rules.latest_edition(each, now) for each in (Frequency.DAILY, Frequency.WEEKLY)}


async def _found(
    session: AsyncSession, settings: ServiceSettings, saved: SavedSearch, seen: set[UUID], *, until: datetime, now: datetime
) -> list[letters.Chapter]:
    reader = await driver(session)
    found = await search.found_between(
        reader,
        ANYONE,
        Criteria.model_validate(saved.criteria),
        after=saved.looked_until,
        until=until,
        limit=rules.MOST_TOLD + 1,
    )
    fresh = ids_in_order(found[: rules.MOST_TOLD], seen)
    faces = await views.faces(reader, ANYONE, fresh, now=now)
    told = [_told(faces[each], settings) for each in fresh if each in faces]
    if not told:
        return []
    ends_at = links.unsubscribe_url(settings, Purpose.END_SEARCH, saved.id)
    return [letters.Chapter(f"Recherche « {saved.name} »", told, len(found) > rules.MOST_TOLD, ends_at)]


async def _followed(
    session: AsyncSession, settings: ServiceSettings, account_id: UUID, seen: set[UUID], *, now: datetime
) -> list[letters.Chapter]:
    reader = await driver(session)
    follows = await repository.follows_of(session, account_id)
    standings = await views.standings(reader, ANYONE, [each.document_id for each in follows], now=now)
    told = []
    for each in follows:
        row = standings.get(each.document_id)
        if row is not None and (news := await _news(reader, each, row, settings, now=now)):
            told.append(_told(row, settings, news))
            seen.add(each.document_id)
    return [letters.Chapter("Documents que vous suivez", told)] if told else []


async def _news(reader: AsyncConnection[Any], followed: Follow, row: Row, settings: ServiceSettings, *, now: datetime) -> str:
    """What happened to the document since its follower was told, remembered as told; empty when nothing did."""
    before = (followed.told_version, followed.told_withdrawn_at)
    if before == (row["published_version"], row["withdrawn_at"]):
        return ""
    followed.told_version, followed.told_withdrawn_at = row["published_version"], row["withdrawn_at"]
    if row["withdrawn_at"] is not None:
        said = f"Ce document a été retiré : {plain(row['withdrawal_reason'] or '', 400)}"
        other = row["replaced_by_id"]
        successor = (await views.faces(reader, ANYONE, [other], now=now)).get(other) if other else None
        if successor is not None:
            said += (
                f" Il est remplacé par « {successor['content']['title']} » : {views.permalink(settings, successor['reference'])}"
            )
        return said
    if row["published_version"] == before[0]:
        return "Ce document est de nouveau disponible."
    notes = await views.versions(reader, ANYONE, followed.document_id, settings, before=2**31 - 1, limit=1, now=now)
    changed = plain(notes[0]["note"], 400) if notes else ""
    return "Une nouvelle version est parue" + (f" : {changed}" if changed else ".")


def _told(row: Row, settings: ServiceSettings, news: str = "") -> letters.Told:
    abstract = "" if news else plain(row["content"].get("abstract") or "", _ABSTRACT)
    return letters.Told(row["content"]["title"], views.permalink(settings, row["reference"]), detail(row), abstract, news)


def detail(row: Row) -> str:
    """What it is, whose, and since when."""
    since = max(row["published_at"], row["available_at"])
    kind = documents.KIND_LABELS[DocumentKind(row["kind"])].fr
    return f"{kind} – {plain(row['centre_name'])} – {day_in_words(in_paris(since).date())}"
