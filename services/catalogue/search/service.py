"""Use cases of the search engine: documents enter and leave it in the transaction that publishes or withdraws them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import in_paris, today_in_paris
from services.common.db import Row, driver, fetch
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.language import Language
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

from ..centres import service as centres
from ..centres.service import Audience
from ..tables import KERNEL
from . import finding, reading, repository, rules, statements
from .entry import Entry
from .errors import SearchesForDocumentalists
from .finding import Found
from .models import Dimension
from .schemas import Criteria, Search
from .stems import stems
from .suggesting import suggestions as suggestions
from .words import sort_key, tokens, vector, words

#: Words of a document that are read: what follows is not found.
_MOST_OWN = 60_000
_MOST_FILES = 250_000
#: Characters of sections kept to take an extract from.
_SHOWN_SECTIONS = 20_000
_KEPT_FOR = timedelta(days=365)
#: The job that goes on reading words where the last one stopped.
GO_ON_READING = "catalogue:go_on_reading_words"
_MOST_UNANSWERED = 20_000
#: A transaction that began before the mark may commit after it: it is read again, words are only counted twice.
_OVERLAP = timedelta(minutes=10)
_AT_ONCE = 1_000
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def put(session: AsyncSession, entry: Entry) -> None:
    """The document is found from the commit on, as it is described now."""
    parts = [
        ("A", words(entry.title)),
        ("B", words(entry.abstract)),
        ("B", [word for keyword in entry.keywords for word in words(keyword)]),
        ("B", words(entry.reference)),
        ("C", words(entry.sections)[:_MOST_OWN]),
        ("D", words(entry.files)[:_MOST_FILES]),
    ]
    known = await stems(await driver(session), {word for _, said in parts for word in said})
    shape = [
        f"kind:{entry.kind}",
        f"language:{entry.language}",
        f"centre:{entry.centre_id}",
        *(f"public:{p}" for p in entry.publics),
    ]
    combinations = {
        Dimension.SHAPE: shape,
        Dimension.THEMES: [f"theme:{each}" for each in entry.theme_codes],
        Dimension.TERRITORIES: [f"territory:{each}" for each in entry.territory_codes],
        Dimension.ORGANISATIONS: [f"organisation:{each}" for each in entry.organisations],
    }
    row = {
        "document_id": entry.document_id,
        "centre_id": entry.centre_id,
        **{f"{dimension.value}_id": number for dimension, number in (await repository.set_ids(session, combinations)).items()},
        "year": entry.year,
        "members_only": entry.members_only,
        "available_at": entry.available_at,
        "published_at": entry.published_at,
        "dated": entry.dated or "",
        "title_key": sort_key(entry.title),
        "words": vector(parts, known),
    }
    text = {
        **{name: getattr(entry, name) for name in ("document_id", "reference", "kind", "language")},
        **{name: getattr(entry, name).replace("\0", " ") for name in ("title", "abstract")},
        "sections": entry.sections[:_SHOWN_SECTIONS].replace("\0", " "),
    }
    await repository.write(session, row, text)


async def remove(session: AsyncSession, document_id: UUID) -> None:
    """The document is found no more, from the commit on."""
    await repository.remove(session, document_id)


async def search(
    reader: AsyncConnection[Any],
    audience: Audience,
    wish: Search,
    settings: ServiceSettings,
    *,
    after: Sequence[str] | None,
    language: Language,
    now: datetime,
) -> Found:
    """Documents found; a search in vain is kept for documentalists, without who made it."""
    found = await finding.search(reader, audience, wish, settings, after=after, language=language, now=now)
    if found.in_vain:
        text = rules.worth_keeping(wish.q, rules.read(wish.q))
        if text is not None:
            row = {"id": new_id(), "text": text, "day": today_in_paris(now).isoformat()}
            await repository.keep_unanswered(reader, row)
    return found


async def found_between(
    reader: AsyncConnection[Any], audience: Audience, criteria: Criteria, *, after: datetime, until: datetime, limit: int
) -> Sequence[UUID]:
    """Documents the criteria match and the audience may read, that became readable or were published again in (after, until], oldest first."""
    plan, _ = await reading.planned(reader, rules.read(criteria.q))
    what = finding.asked(criteria, audience, until)
    values = {**what.of(plan), "after": after, "until": until, "limit": limit}
    async with repository.planned(reader):
        statement = statements.became_readable(what.filters, not plan.is_empty)
        return [row["document_id"] for row in await repository.ids(reader, statement, values)]


async def latest(
    reader: AsyncConnection[Any], audience: Audience, criteria: Criteria, *, now: datetime, limit: int
) -> Sequence[UUID]:
    """Documents the criteria match and the audience may read, by when they became readable or were published again, newest first."""
    plan, _ = await reading.planned(reader, rules.read(criteria.q))
    what = finding.asked(criteria, audience, now)
    async with repository.planned(reader):
        statement = statements.latest(what.filters, not plan.is_empty)
        return [
            row["document_id"] for row in await repository.ids(reader, statement, {**what.of(plan), "until": now, "limit": limit})
        ]


async def missing(reader: AsyncConnection[Any], published: Mapping[UUID, datetime]) -> list[UUID]:
    """Those of these documents, with when they were last published, that are not found, or not as they are."""
    asked = {"ids": list(published), "published": list(published.values())}
    return [row["id"] for row in await fetch(reader, statements.MISSING, asked)]


async def unanswered(reader: AsyncConnection[Any], caller: Principal, *, after: Sequence[str] | None, limit: int) -> list[Row]:
    """What was looked for in vain, the most often first, for documentalists."""
    await _require_documentalist(await centres.audience(reader, caller))
    asked = {"after_count": int(after[0]) if after else None, "after_id": UUID(after[1]) if after else None, "limit": limit}
    return await fetch(reader, statements.UNANSWERED, asked)


async def settle_unanswered(session: AsyncSession, caller: Principal, search_id: UUID, *, now: datetime) -> None:
    """A documentalist dealt with it: a document was written, a term recorded."""
    await _require_documentalist(await centres.audience_in(session, caller))
    if not await repository.forget_unanswered(session, search_id):
        raise NotFound()
    resource = ("unanswered_search", search_id)
    await journal.record(
        session, KERNEL.journal, at=now, act="unanswered_search.settled", resource=resource, actor=caller, changes={}
    )


async def forget_old_unanswered(session: AsyncSession, *, now: datetime) -> int:
    """A year is enough, and so are the latest twenty thousand; how many went."""
    before = (in_paris(now) - _KEPT_FOR).date().isoformat()
    return await repository.forget_old_unanswered(session, before, _MOST_UNANSWERED)


async def read_words(session: AsyncSession, *, now: datetime) -> bool:
    """Learn the words of what everybody may read since last time; True when some is left to read."""
    since = await repository.mark(session, "indexed") or _LONG_AGO
    rows = await repository.to_read(session, after=since, now=now, limit=_AT_ONCE)
    embargo_mark = await repository.mark(session, "readable") or now
    fresh = [*rows, *await repository.out_of_embargo(session, after=embargo_mark, now=now)]
    seen: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for row in fresh:
        for text in (row["title"], row["abstract"], row["sections"]):
            for token in tokens(text):
                if 4 <= len(token.word) <= 40 and not token.word.isdigit():
                    seen[token.word] += 1
                    spelt[token.word] = text[token.start : token.end].lower()[:80]
    if seen:
        await repository.add_words(session, seen, spelt)
    if rows:
        last = rows[-1]["indexed_at"]
        if len(rows) < _AT_ONCE:
            last = max(since, min(last, rows[-1]["read_at"] - _OVERLAP))
        await repository.put_mark(session, "indexed", last)
    await repository.put_mark(session, "readable", now)
    return len(rows) == _AT_ONCE


async def read_words_soon(session: AsyncSession) -> None:
    """Words of what has just been published in number are learnt at once, rather than at the next round."""
    await enqueue(session, GO_ON_READING, lock=GO_ON_READING)


async def forget_words(session: AsyncSession) -> None:
    """Words of what was withdrawn go with all the others, which are read again from the beginning."""
    await repository.clear_words(session)
    await repository.put_mark(session, "indexed", _LONG_AGO)


async def _require_documentalist(audience: Audience) -> None:
    if not audience.kept_ids:
        raise SearchesForDocumentalists()
