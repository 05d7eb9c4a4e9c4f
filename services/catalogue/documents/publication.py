"""Use cases of publication: a version becomes what readers see, or leaves their sight and says why.

The search engine follows in the same transaction: nobody finds what they may not read, even for a moment.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, driver, fetch
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError
from services.common.resources import Resources

from ..centres import service as centres
from ..files import service as files
from ..search import service as search
from ..search.entry import Entry
from ..vocabulary import service as vocabulary
from . import exchange_repository, links, organisations, repository, rules, service, telling
from .errors import NotPublished, NotWithdrawn, UnchangedSincePublication, UnknownRelation
from .models import Document, DocumentKind, DocumentState, DocumentVersion, Work
from .schemas import Access, DocumentContent, Publication, Withdrawal

#: Documents whose place in the index is looked at in one go.
_LOOKED_AT = 500


async def publish(
    session: AsyncSession, caller: Principal, document_id: UUID, wish: Publication, *, version: int, now: datetime
) -> Document:
    """A manager of the centre publishes the working copy as a new version."""
    document = await service.held_by_documentalist(session, caller, document_id)
    await centres.managed_by(session, caller, document.centre_id)
    require_version(document.version, version)
    if document.work is Work.CLEAN:
        raise UnchangedSincePublication()
    return await release(session, document, note=wish.note, actor=caller, now=now)


async def release(
    session: AsyncSession, document: Document, *, note: str = "", actor: Principal | None = None, now: datetime
) -> Document:
    """The working copy of the document (locked) becomes its next version. A withdrawn document comes back by this."""
    service.require_complete(document)
    content = rules.publishable(DocumentContent.model_validate(document.content), today_in_paris(now))
    # What was joined to the draft may have been refused by the virus scanner since.
    await files.require(session, document.centre_id, [each.file_id for each in content.files])
    number = (document.published_version or 0) + 1
    session.add(
        DocumentVersion(
            document_id=document.id,
            number=number,
            content=content.model_dump(mode="json"),
            note=note,
            published_at=now,
            published_by=actor.account_id if actor else None,
        )
    )
    document.work, document.review_note = Work.CLEAN, None
    document.published_version, document.published_at = number, now
    document.first_published_at = document.first_published_at or now
    document.withdrawn_at = document.withdrawal_reason = document.replaced_by_id = None
    document.updated_at, document.version = now, document.version + 1
    await _show(session, document, document.kind, content, now=now)
    await service.note(session, document, "document.published", actor, now, {"number": number, "note": note})
    return document


async def withdraw(
    session: AsyncSession, caller: Principal, document_id: UUID, wish: Withdrawal, *, version: int, now: datetime
) -> Document:
    """A manager withdraws a published document: its address says why, searches forget it at once."""
    document = await service.held_by_documentalist(session, caller, document_id)
    await centres.managed_by(session, caller, document.centre_id)
    require_version(document.version, version)
    if document.state is not DocumentState.PUBLISHED:
        raise NotPublished()
    if wish.replaced_by_id is not None:
        known = await service.known_to(session, document.centre_id, [wish.replaced_by_id], caller, now=now)
        if wish.replaced_by_id == document.id or known.get(wish.replaced_by_id) is not DocumentState.PUBLISHED:
            said = Text("Ce document n'est pas publié.", "This document is not published.")
            raise UnknownRelation(errors=[FieldError("/replaced_by_id", said, "unknown")])
    return await take_down(session, document, wish.reason, replaced_by_id=wish.replaced_by_id, actor=caller, now=now)


async def take_down(
    session: AsyncSession,
    document: Document,
    reason: str,
    *,
    replaced_by_id: UUID | None = None,
    actor: Principal | None = None,
    now: datetime,
) -> Document:
    """Withdraw a published document (locked), whoever or whatever asks."""
    seen = _seen_by_all(document, now)
    document.state = DocumentState.WITHDRAWN
    document.withdrawn_at = document.datestamp = document.updated_at = now
    document.withdrawal_reason, document.replaced_by_id = reason, replaced_by_id
    document.version += 1
    await session.flush()
    await links.drop(session, document.id, now=now)
    await _tell_harvesters(session, document, seen, now)
    await search.remove(session, document.id)
    if await telling.is_of_event(session, document.id):
        await telling.tell(session, document.id)
    await service.note(session, document, "document.withdrawn", actor, now, {}, reason=reason)
    return document


async def reinstate(session: AsyncSession, caller: Principal, document_id: UUID, *, version: int, now: datetime) -> Document:
    """A manager brings a withdrawn document back as it was last published."""
    document = await service.held_by_documentalist(session, caller, document_id)
    await centres.managed_by(session, caller, document.centre_id)
    require_version(document.version, version)
    if document.state is not DocumentState.WITHDRAWN or document.published_version is None or document.published_kind is None:
        raise NotWithdrawn()
    last = await repository.version(session, document.id, document.published_version)
    if last is None:
        raise NotWithdrawn()
    document.withdrawn_at = document.withdrawal_reason = document.replaced_by_id = None
    document.updated_at, document.version = now, document.version + 1
    await _show(session, document, document.published_kind, DocumentContent.model_validate(last.content), now=now)
    await service.note(session, document, "document.reinstated", caller, now, {})
    return document


async def reindex(session: AsyncSession, document_id: UUID) -> None:
    """Describe a document to the search engine again (a file's text was read, an organisation renamed). Run twice, no harm."""
    document = await repository.get(session, document_id, lock=True)
    if document is None or document.state is not DocumentState.PUBLISHED or document.published_version is None:
        return
    version = await repository.version(session, document.id, document.published_version)
    if version is not None:
        await _index(session, document, DocumentContent.model_validate(version.content))


async def index_missing(resources: Resources, *, after: UUID) -> tuple[UUID | None, int]:
    """Describe to the search engine the published documents it does not hold as they are (it came after them, or lost them): some of
    them, each in its transaction. The id to go on after (None at the end), and how many were described. Run twice, no harm."""
    async with resources.database.readers.connection() as reader:
        rows = await fetch(reader, repository.PUBLISHED, {"after_id": after, "limit": _LOOKED_AT})
        missing = await search.missing(reader, {row["id"]: row["published_at"] for row in rows})
    for document_id in missing:
        async with resources.database.transaction() as session:
            await reindex(session, document_id)
    return (rows[-1]["id"] if len(rows) == _LOOKED_AT else None), len(missing)


async def _show(session: AsyncSession, document: Document, kind: DocumentKind, content: DocumentContent, *, now: datetime) -> None:
    """What readers see of the document is this kind and this content."""
    published_at = document.published_at or now
    # Never shown before: there is nothing of it to take away.
    is_new = document.state is DocumentState.DRAFT
    seen = _seen_by_all(document, now)
    document.state, document.published_kind = DocumentState.PUBLISHED, kind
    document.access, document.embargo_until = content.access, content.embargo_until
    document.available_at = rules.available_at(published_at, content.embargo_until)
    document.datestamp = max(now, document.available_at)
    document.theme_codes, document.territory_codes = await vocabulary.paths(
        session, themes=content.theme_codes, territories=content.territory_codes
    )
    await session.flush()
    if not is_new:
        await _tell_harvesters(session, document, seen, now)
    if telling.names_an_event(content) or (not is_new and await telling.is_of_event(session, document.id)):
        await telling.tell(session, document.id)
    relations = {(each.kind, each.target, each.target_id) for each in content.relations}
    rows = [{"kind": kind, "target_kind": target, "target_id": target_id} for kind, target, target_id in relations]
    await repository.replace_relations(session, document.id, sorted(rows, key=str), is_new=is_new)
    await links.keep(session, document.id, content, is_new=is_new, now=now)
    await _index(session, document, content)


def _seen_by_all(document: Document, now: datetime) -> Row | None:
    """How everybody sees the document at this instant, or None when they do not."""
    available_at, kind = document.available_at, document.published_kind
    if document.state is not DocumentState.PUBLISHED or document.access is not Access.PUBLIC:
        return None
    if kind is None or available_at is None or available_at > now:
        return None
    return {"kind": kind.value, "theme_codes": list(document.theme_codes)}


async def _tell_harvesters(session: AsyncSession, document: Document, before: Row | None, now: datetime) -> None:
    """Keep the trace of a document everybody read and reads no more; forget it when they read it again."""
    if _seen_by_all(document, now) is not None:
        await exchange_repository.forget_disappearance(session, document.id)
    elif before is not None:
        await exchange_repository.keep_disappearance(session, {"document_id": document.id, "at": now, **before})


async def _index(session: AsyncSession, document: Document, content: DocumentContent) -> None:
    reader = await driver(session)
    themes = await vocabulary.theme_labels(reader) if document.theme_codes else {}
    territories = await vocabulary.territory_labels(reader, document.territory_codes) if document.territory_codes else {}
    labels = [themes[code]["label"] for code in document.theme_codes if code in themes]
    labels += [row["label"] for row in territories.values()]
    kind = document.published_kind
    if kind is None or document.published_at is None or document.available_at is None:
        raise RuntimeError(f"{document.reference} is indexed before it is published")
    entry = Entry(
        document_id=document.id,
        centre_id=document.centre_id,
        reference=document.reference,
        kind=kind.value,
        title=content.title,
        abstract=content.abstract,
        language=content.language,
        dated=content.dated,
        published_at=document.published_at,
        available_at=document.available_at,
        members_only=content.access is Access.MEMBERS,
        theme_codes=document.theme_codes,
        territory_codes=document.territory_codes,
        organisations=await organisations.present_names(session, content),
        publics=[public.value for public in content.publics],
        keywords=[*content.keywords, *(author.name for author in content.authors), *labels],
        sections=rules.words(kind, content),
        files=await files.texts(session, [each.file_id for each in content.files]),
    )
    await search.put(session, entry)
