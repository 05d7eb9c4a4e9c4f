"""What is forgotten when somebody asks: a contact, an erased organisation; in the working copy and in every version that was."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version

from . import repository, service
from .models import Document, DocumentVersion
from .organisations import ERASED


async def contact(session: AsyncSession, caller: Principal, document_id: UUID, *, version: int, now: datetime) -> Document:
    """A documentalist takes a person's name out of a document and of its past. The journal says it was done, not who it was."""
    document = await service.held_by_documentalist(session, caller, document_id)
    require_version(document.version, version)
    if await _rewrite(session, document, _without_contact, now):
        await service.note(session, document, "document.contact_erased", caller, now, {})
    return document


async def organisation(session: AsyncSession, document: Document, organisation_id: UUID, *, now: datetime) -> None:
    """The organisation, erased from the directory, loses its name here (document locked). Run twice, no harm."""
    if await _rewrite(session, document, lambda content: _without_name(content, str(organisation_id)), now):
        await service.note(session, document, "document.organisation_erased", None, now, {"organisation_id": str(organisation_id)})


async def person(session: AsyncSession, document: Document, email: str, *, now: datetime) -> bool:
    """Whoever is reached at that address is the contact no more (document locked); whether they were. Run twice, no harm."""

    def without(content: dict[str, Any]) -> dict[str, Any]:
        contact = (content.get("experience") or {}).get("contact") or {}
        return _without_contact(content) if str(contact.get("email") or "").strip().lower() == email else content

    changed = await _rewrite(session, document, without, now)
    if changed:
        await service.note(session, document, "document.contact_erased", None, now, {})
    return changed


async def _rewrite(
    session: AsyncSession, document: Document, mend: Callable[[dict[str, Any]], dict[str, Any]], now: datetime
) -> bool:
    """Mend every stored content; True when one changed."""
    changed = False
    stored: Sequence[Document | DocumentVersion] = [document, *await repository.versions_of(session, document.id)]
    for each in stored:
        mended = mend(each.content)
        if mended != each.content:
            each.content, changed = mended, True
    if changed:
        document.version += 1
        document.updated_at = now
        service.readers_see_another(document, now)
        await session.flush()
    return changed


def _without_contact(content: dict[str, Any]) -> dict[str, Any]:
    if not content.get("experience") or not content["experience"].get("contact"):
        return content
    return {**content, "experience": {**content["experience"], "contact": None}}


def _without_name(content: dict[str, Any], organisation_id: str) -> dict[str, Any]:
    named = [
        {**each, "name": ERASED} if each.get("organisation_id") == organisation_id else each
        for each in content.get("organisations", [])
    ]
    return {**content, "organisations": named}
