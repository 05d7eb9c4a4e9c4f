"""Use cases of the workbench: documentalists write, ask for a review, send back, give up. Publishing is `publication`.

A document always has a working copy; once published it stays what readers see until the next publication.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, fetch, fetch_in
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, MalformedRequest, NotFound
from services.common.resources import Resources
from services.common.validation import field_errors

from ..centres import service as centres
from ..files import service as files
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import changes, exchange_repository, marks, repository, rules
from .errors import DraftInReview, NotInReview, NotPublishable, UnchangedSincePublication, UnknownRelation
from .models import Document, DocumentKind, DocumentState, TargetKind, Work
from .organisations import named_in
from .schemas import DocumentContent, DraftCreate, DraftUpdate, Section

_JOURNAL = journal.lines_of(KERNEL.journal)


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
    await _require_known(session, resources, centre_id, content, now=now)
    await _require_related(session, centre_id, content, actor, apart={document_id}, now=now)
    document = Document(
        id=document_id,
        centre_id=centre_id,
        reference=await centres.next_reference(session, centre, now),
        kind=kind,
        content=content.model_dump(mode="json"),
        organisation_ids=sorted(named_in(content)),
        origin=origin,
        created_by=actor.account_id if actor else None,
        created_at=now,
        updated_at=now,
    )
    session.add(document)
    await session.flush()
    await _mark(session, document, content, is_new=True)
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
    """Give a document (locked) another working copy; sections whose text changes are dated, unless the writer dates them."""
    content = _with_dates(document.content, content, now)
    await _require_known(session, resources, document.centre_id, content, now=now)
    held = {each.target_id for each in DocumentContent.model_validate(document.content).relations}
    await _require_related(session, document.centre_id, content, actor, held=held, apart={document.id}, now=now)
    before, after = document.content, content.model_dump(mode="json")
    changed = sorted(name for name in after if before.get(name) != after[name])
    if not changed and kind is document.kind:
        return document
    document.content, document.kind, document.work = after, kind, Work.DRAFT
    document.organisation_ids = sorted({*document.organisation_ids, *named_in(content)})
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
        raise UnchangedSincePublication()
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
    if document.published_version is None or document.published_kind is None:
        await note(session, document, "document.given_up", caller, now, {"title": document.content["title"]})
        await repository.delete(session, document)
        return
    published = await repository.version(session, document.id, document.published_version)
    if published is None:
        raise NotFound()
    document.kind, document.content = document.published_kind, published.content
    document.work, document.review_note = Work.CLEAN, None
    await _touch(session, document, "document.draft_given_up", caller, now, {})
    await _mark(session, document, DocumentContent.model_validate(document.content))


async def draft(session: AsyncSession, caller: Principal, document_id: UUID) -> Document:
    """The working copy, for documentalists of its centre (404 for anybody else)."""
    document = await repository.get(session, document_id)
    if document is None or not (await centres.audience_in(session, caller)).keeps(document.centre_id):
        raise NotFound()
    return document


async def journal_of(
    reader: AsyncConnection[Row], caller: Principal, document_id: UUID, *, before_id: UUID, limit: int
) -> list[Row]:
    """Who did what and when, the newest first, for documentalists of its centre (404 for anybody else)."""
    found = await fetch(reader, repository.CENTRE_OF, {"id": document_id})
    if not found or not (await centres.audience(reader, caller)).keeps(found[0]["centre_id"]):
        raise NotFound()
    asked = {"resource_id": document_id, "before_id": before_id, "confidential_too": True, "limit": limit}
    return await fetch(reader, _JOURNAL, asked)


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
    """The content after a merge patch (RFC 7396): what is null goes back to its default, objects are merged, lists replaced."""
    try:
        return DocumentContent.model_validate(_patched(before, sent))
    except ValidationError as error:
        found = [FieldError(f"/content{pointer}", said, code) for pointer, said, code in field_errors(error.errors())]
        raise MalformedRequest(errors=found) from error


def _patched(before: Any, sent: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in before.items() if value is not None} if isinstance(before, dict) else {}
    for name, value in sent.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _patched(found.get(name), value) if isinstance(value, dict) else value
    return found


def _with_dates(before: dict[str, Any], content: DocumentContent, now: datetime) -> DocumentContent:
    were = [Section.model_validate(each) for each in before.get("sections", [])]
    known = changes.pairs([each.model_dump() for each in were], [each.model_dump() for each in content.sections])
    dated = rules.dated_sections(were, content.sections, known, today_in_paris(now))
    return content.model_copy(update={"sections": dated})


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


async def _mark(session: AsyncSession, document: Document, content: DocumentContent, *, is_new: bool = False) -> None:
    await exchange_repository.replace_marks(session, document.id, document.centre_id, marks.of(content), is_new=is_new)


async def _require_known(
    session: AsyncSession, resources: Resources, centre_id: UUID, content: DocumentContent, *, now: datetime
) -> None:
    await files.require(session, centre_id, [each.file_id for each in content.files])
    await vocabulary.require(session, resources.siblings, themes=content.theme_codes, territories=content.territory_codes, now=now)


async def _require_related(
    session: AsyncSession,
    centre_id: UUID,
    content: DocumentContent,
    actor: Principal | None,
    *,
    held: Collection[UUID] = (),
    apart: Collection[UUID],
    now: datetime,
) -> None:
    """Refuse relations to what the writer does not know of; those `held` already stay, whatever became of what they lead to."""
    named = {each.target_id for each in content.relations if each.target is TargetKind.DOCUMENT}
    found = await known_to(session, centre_id, [each for each in named if each not in held], actor, now=now)
    known = {*found, *held} - set(apart)
    said = Text("Ce document n'existe pas dans le catalogue.", "There is no such document in the catalogue.")
    errors = [
        FieldError(f"/content/relations/{position}/target_id", said, "unknown")
        for position, relation in enumerate(content.relations)
        if relation.target is TargetKind.DOCUMENT and relation.target_id not in known
    ]
    if errors:
        raise UnknownRelation(errors=errors)


async def known_to(
    session: AsyncSession, centre_id: UUID, ids: Sequence[UUID], actor: Principal | None, *, now: datetime
) -> dict[UUID, DocumentState]:
    """State of those of these documents that who writes for the centre knows of: the centre's own, and what they may read.

    Another centre's drafts are as unknown as what does not exist."""
    if not ids:
        return {}
    audience = await centres.audience_in(session, actor)
    asked = {"kept_ids": [centre_id, *audience.kept_ids], "centre_ids": list(audience.centre_ids), "now": now, "ids": list(ids)}
    return {row["id"]: DocumentState(row["state"]) for row in await fetch_in(session, repository.KNOWN, asked)}


def readers_see_another(document: Document, now: datetime) -> None:
    """Something else than a publication changed what readers see: other centres harvest it again."""
    if document.datestamp is not None and document.available_at is not None:
        document.datestamp = max(now, document.available_at)


async def of_origin(session: AsyncSession, origin: str) -> Document | None:
    """The document that was brought from there, locked."""
    return await repository.by_origin(session, origin, lock=True)


async def draft_faces(
    reader: AsyncConnection[Row], audience: centres.Audience, document_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """`{id, reference, title, state}` of those of these documents that are of centres the audience keeps."""
    if not document_ids:
        return {}
    asked = {"ids": list(document_ids), "kept_ids": list(audience.kept_ids)}
    return {row["id"]: row for row in await fetch(reader, repository.DRAFT_FACES, asked)}
