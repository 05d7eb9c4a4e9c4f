"""Use cases of the workbench: documentalists write, ask for a review, send back, give up. Publishing is `publication`.

A document always has a working copy; once published it stays what readers see until the next publication.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from ..centres import service as centres
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import exchange_repository, marks, repository, rules
from .errors import DraftInReview, NothingToPublish, NotInReview, NotPublishable, UnknownRelation
from .models import Document, DocumentKind, TargetKind, Work
from .schemas import DocumentContent, DraftCreate, DraftUpdate


async def create(session: AsyncSession, resources: Resources, caller: Principal, wish: DraftCreate, *, now: datetime) -> Document:
    """A documentalist begins a document."""
    await centres.kept_by(session, caller, wish.centre_id)
    return await deposit(session, resources, wish.centre_id, wish.kind, wish.content, actor=caller, now=now)


async def deposit(
    session: AsyncSession,
    resources: Resources,
    centre_id: UUID,
    kind: DocumentKind,
    content: DocumentContent,
    *,
    origin: str | None = None,
    actor: Principal | None = None,
    now: datetime,
) -> Document:
    """A new draft, whoever or whatever brings it (`origin`: an import, a harvest, a closed dossier)."""
    centre = await centres.get(session, centre_id)
    document_id = new_id()
    await _require_known(session, resources, document_id, content, now=now)
    document = Document(
        id=document_id,
        centre_id=centre_id,
        reference=await centres.next_reference(session, centre, now),
        kind=kind,
        content=content.model_dump(mode="json"),
        origin=origin,
        created_by=actor.account_id if actor else None,
        created_at=now,
        updated_at=now,
    )
    session.add(document)
    await session.flush()
    await _mark(session, document, content)
    await note(session, document, "document.begun", actor, now, {"title": content.title, "origin": origin})
    return document


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    document_id: UUID,
    wish: DraftUpdate,
    *,
    version: int,
    now: datetime,
) -> Document:
    """A documentalist changes the working copy."""
    document = await held_by_documentalist(session, caller, document_id)
    require_version(document.version, version)
    if document.work is Work.IN_REVIEW:
        raise DraftInReview()
    sent: BaseModel = wish.content
    content = merged(document.content, sent.model_dump(exclude_unset=True, mode="json"))
    return await rewrite(session, resources, document, wish.kind or document.kind, content, actor=caller, now=now)


async def rewrite(
    session: AsyncSession,
    resources: Resources,
    document: Document,
    kind: DocumentKind,
    content: DocumentContent,
    *,
    actor: Principal | None = None,
    now: datetime,
) -> Document:
    """Give a document (locked) another working copy."""
    await _require_known(session, resources, document.id, content, now=now)
    before, after = document.content, content.model_dump(mode="json")
    changed = sorted(name for name in after if before.get(name) != after[name])
    if not changed and kind is document.kind:
        return document
    document.content, document.kind, document.work = after, kind, Work.DRAFT
    await _touch(session, document, "document.changed", actor, now, {"fields": changed})
    await _mark(session, document, content)
    return document


async def ask_review(session: AsyncSession, caller: Principal, document_id: UUID, *, version: int, now: datetime) -> Document:
    """The draft is complete: a manager of the centre publishes it or sends it back."""
    document = await held_by_documentalist(session, caller, document_id)
    require_version(document.version, version)
    if document.work is Work.IN_REVIEW:
        raise DraftInReview()
    if document.work is Work.CLEAN:
        raise NothingToPublish()
    require_complete(document)
    document.work, document.review_note = Work.IN_REVIEW, None
    await _touch(session, document, "document.review_asked", caller, now, {})
    return document


async def send_back(
    session: AsyncSession, caller: Principal, document_id: UUID, reason: str, *, version: int, now: datetime
) -> Document:
    """The review asks for more, or the documentalist takes the draft back: it may be written again."""
    document = await held_by_documentalist(session, caller, document_id)
    require_version(document.version, version)
    if document.work is not Work.IN_REVIEW:
        raise NotInReview()
    document.work, document.review_note = Work.DRAFT, reason
    await _touch(session, document, "document.sent_back", caller, now, {}, reason=reason)
    return document


async def give_up(session: AsyncSession, caller: Principal, document_id: UUID, *, version: int, now: datetime) -> None:
    """Forget the working copy: a document never published disappears, another goes back to what readers see."""
    document = await held_by_documentalist(session, caller, document_id)
    require_version(document.version, version)
    if document.published_version is None:
        await note(session, document, "document.given_up", caller, now, {"title": document.content["title"]})
        await repository.delete(session, document)
        return
    published = await repository.version(session, document.id, document.published_version)
    if published is None:
        raise NotFound()
    document.content, document.work, document.review_note = published.content, Work.CLEAN, None
    await _touch(session, document, "document.draft_given_up", caller, now, {})
    await _mark(session, document, DocumentContent.model_validate(document.content))


async def draft(session: AsyncSession, caller: Principal, document_id: UUID) -> Document:
    """The working copy, for documentalists of its centre (404 for anybody else)."""
    document = await repository.get(session, document_id)
    if document is None or not (await centres.audience_in(session, caller)).keeps(document.centre_id):
        raise NotFound()
    return document


async def drafts(reader: AsyncConnection[Row], caller: Principal, asked: dict[str, Any]) -> list[Row]:
    """The workbench: documents of the centres the caller keeps, the newest first."""
    audience = await centres.audience(reader, caller)
    return await fetch(reader, repository.DRAFTS, {"kept_ids": list(audience.kept_ids), **asked})


async def held_by_documentalist(session: AsyncSession, caller: Principal, document_id: UUID) -> Document:
    """The document, locked, for a documentalist of its centre (404 otherwise)."""
    document = await repository.get(session, document_id, lock=True)
    if document is None or not (await centres.audience_in(session, caller)).keeps(document.centre_id):
        raise NotFound()
    return document


def merged(before: dict[str, Any], sent: dict[str, Any]) -> DocumentContent:
    """The content after a merge patch: what is null goes back to its default."""
    kept = {**before, **sent}
    return DocumentContent.model_validate({name: value for name, value in kept.items() if value is not None})


def require_complete(document: Document) -> None:
    """Refuse what publication would refuse, field by field."""
    lacking = rules.lacking(document.kind, DocumentContent.model_validate(document.content))
    if lacking:
        raise NotPublishable(errors=lacking)


def state_of(document: Document) -> dict[str, Any]:
    """`DraftRead` of a document."""
    content = DocumentContent.model_validate(document.content)
    lacking = [{"pointer": each.pointer, "detail": each.detail.fr} for each in rules.lacking(document.kind, content)]
    return {**document.model_dump(), "content": content, "lacking": lacking}


async def note(
    session: AsyncSession,
    document: Document,
    act: str,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any],
    *,
    reason: str | None = None,
) -> None:
    """A line in the document's journal."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("document", document.id),
        actor=actor,
        changes={"reference": document.reference, **changes},
        reason=reason,
    )


async def _touch(
    session: AsyncSession,
    document: Document,
    act: str,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any],
    *,
    reason: str | None = None,
) -> None:
    document.version += 1
    document.updated_at = now
    await session.flush()
    await note(session, document, act, actor, now, changes, reason=reason)


async def _mark(session: AsyncSession, document: Document, content: DocumentContent) -> None:
    await exchange_repository.replace_marks(session, document.id, document.centre_id, marks.of(content))


async def _require_known(
    session: AsyncSession, resources: Resources, document_id: UUID, content: DocumentContent, *, now: datetime
) -> None:
    await vocabulary.require(session, resources.siblings, themes=content.theme_codes, territories=content.territory_codes, now=now)
    targets = {relation.target_id for relation in content.relations if relation.target is TargetKind.DOCUMENT}
    known = await repository.known_ids(session, targets) - {document_id} if targets else set()
    said = Text("Ce document n'existe pas dans le catalogue.", "There is no such document in the catalogue.")
    errors = [
        FieldError(f"/content/relations/{position}/target_id", said, "unknown")
        for position, relation in enumerate(content.relations)
        if relation.target is TargetKind.DOCUMENT and relation.target_id not in known
    ]
    if errors:
        raise UnknownRelation(errors=errors)
