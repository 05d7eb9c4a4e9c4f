"""Use cases of the readable difference: of two versions for readers, of the working copy and what is published for documentalists."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.language import Language
from services.common.settings import ServiceSettings

from ..centres.service import Audience
from . import changes, repository, rules, service, views
from .change_schemas import Changes
from .schemas import DocumentContent, without_hidden_contact

#: What a document was before it was anything.
_NOTHING: Mapping[str, Any] = {**DocumentContent(title="-").model_dump(mode="json"), "title": ""}


async def of_versions(
    reader: AsyncConnection[Any],
    audience: Audience,
    document_id: UUID,
    number: int,
    since: int | None,
    settings: ServiceSettings,
    *,
    language: Language = "fr",
    now: datetime,
) -> tuple[Changes, int]:
    """What a version changed since another (the one before it unless said), for who may read the document today; and the
    document's version, for an ETag. Of the first version, everything is new."""
    newer = await views.version(reader, audience, document_id, number, settings, now=now)
    since = since if since is not None else number - 1
    older = await views.version(reader, audience, document_id, since, settings, now=now) if since else None
    before = older["content"] if older else _NOTHING
    found = await _between(before, newer["content"], language)
    return Changes(since=since or None, number=number, changes=found), int(newer["document_version"])


async def of_draft(
    session: AsyncSession, caller: Principal, document_id: UUID, *, language: Language = "fr", now: datetime
) -> tuple[Changes, int]:
    """What publishing the working copy would change for readers, and the document's version."""
    document = await service.draft(session, caller, document_id)
    since = document.published_version
    published = await repository.version(session, document.id, since) if since else None
    before = without_hidden_contact(published.content) if published else _NOTHING
    content = rules.publishable(DocumentContent.model_validate(document.content), today_in_paris(now))
    found = await _between(before, content.model_dump(mode="json"), language)
    return Changes(since=since, number=None, changes=found), document.version


async def _between(before: Mapping[str, Any], after: Mapping[str, Any], language: Language) -> list[Any]:
    # Long texts take up to a second: other requests go on meanwhile.
    return await asyncio.to_thread(changes.between, before, after, language=language)
