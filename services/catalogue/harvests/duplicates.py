"""Use cases of the pairs that may be one document: listed, then decided by a documentalist."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch
from services.common.etag import require_version
from services.common.problems import NotFound
from services.common.resources import Resources

from ..documents import exchange
from ..documents import service as documents
from ..documents.schemas import DocumentContent, DraftUpdate
from ..tables import KERNEL
from . import repository, rules, sources
from .errors import AlreadyDecided, NothingToKeep
from .intake import Intake
from .models import Decision, HarvestDuplicate, HarvestOutcome, HarvestSource
from .schemas import SourceRead


async def listing(
    session: AsyncSession, caller: Principal, source_id: UUID, *, only_open: bool, after_id: UUID, limit: int
) -> list[Row]:
    """Pairs of a source, the oldest first."""
    reader = await sources.seen(session, caller, source_id)
    asked = {"source_id": source_id, "only_open": only_open, "after_id": after_id, "limit": limit}
    return await _shown(reader, await fetch(reader, repository.DUPLICATES, asked))


async def one(session: AsyncSession, caller: Principal, source_id: UUID, duplicate_id: UUID) -> Row:
    reader = await sources.seen(session, caller, source_id)
    return await _one(reader, source_id, duplicate_id)


async def decide(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    source_id: UUID,
    duplicate_id: UUID,
    decision: Decision,
    *,
    version: int,
    now: datetime,
) -> Row:
    """A documentalist decides a pair. A record enters once none of its pairs waits and none says it is the same or refused."""
    source = await sources.held(session, caller, source_id)
    pair = await repository.duplicate(session, source_id, duplicate_id)
    if pair is None:
        raise NotFound()
    require_version(pair.version, version)
    if pair.decision is not None:
        raise AlreadyDecided()
    pair.decision, pair.decided_by, pair.decided_at, pair.version = decision, caller.account_id, now, version + 1
    await session.flush()
    await _apply(session, resources, caller, source, pair, now=now)
    changes = {"identifier": pair.identifier, "document_id": str(pair.document_id), "decision": decision.value}
    where = ("harvest_source", source_id)
    await journal.record(
        session, KERNEL.journal, at=now, act="harvest_duplicate.decided", resource=where, actor=caller, changes=changes
    )
    return await _one(await driver(session), source_id, duplicate_id)


async def _apply(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    source: HarvestSource,
    pair: HarvestDuplicate,
    *,
    now: datetime,
) -> None:
    record = await repository.record(session, source.id, pair.identifier)
    if record is None:
        raise NotFound()
    intake = Intake(session, resources, SourceRead.model_validate(source.model_dump()), now, caller)
    decided = await repository.decisions(session, source.id, pair.identifier)
    # An earlier word that settled the record is not undone by this one.
    settled = record["document_id"] is not None
    row = {**record, "seen_at": now}
    match pair.decision:
        case Decision.REFUSE:
            row["outcome"] = HarvestOutcome.REFUSED
        case Decision.SAME:
            await _link(session, resources, caller, intake, pair.document_id, record)
            row |= {"outcome": HarvestOutcome.UNCHANGED, "document_id": row["document_id"] or pair.document_id}
        case _:
            if settled or any(each is not Decision.KEEP_BOTH for each in decided.values()):
                return
            if record["deleted"]:
                raise NothingToKeep()
            taken = await intake.enter(pair.identifier, intake.content_of(record["described"]))
            row |= {"outcome": taken.outcome, "document_id": taken.document_id, "written_digest": taken.written}
    await repository.put_record(session, row)


async def _link(
    session: AsyncSession, resources: Resources, caller: Principal, intake: Intake, document_id: UUID, record: Row
) -> None:
    """The source's page becomes a link of the document's working copy, unless it is one already."""
    document = await documents.draft(session, caller, document_id)
    links = DocumentContent.model_validate(document.content).links
    wished = [link for link in intake.content_of(record["described"]).links if link.url not in {each.url for each in links}]
    if not wished:
        return
    sent = {"content": {"links": [link.model_dump(mode="json") for link in [*links, *wished]]}}
    wish = DraftUpdate.model_validate(sent)
    await documents.change(session, resources, caller, document_id, wish, version=document.version, now=intake.now)


async def _one(reader: AsyncConnection[Any], source_id: UUID, duplicate_id: UUID) -> Row:
    rows = await fetch(reader, repository.DUPLICATE, {"source_id": source_id, "id": duplicate_id})
    if not rows:
        raise NotFound()
    return (await _shown(reader, rows))[0]


async def _shown(reader: AsyncConnection[Any], rows: list[Row]) -> list[Row]:
    faces = await exchange.texts_of(reader, [row["document_id"] for row in rows])
    found = []
    for row in rows:
        said: dict[str, list[str]] = {}
        for name, text in row["described"]:
            said.setdefault(name, []).append(text)
        title = rules.short(next(iter(said.get("title", ())), None), 400)
        url = next(iter(rules.page_of(said)), None)
        found.append({**row, "title": title, "url": url, "document": faces[row["document_id"]]})
    return found
