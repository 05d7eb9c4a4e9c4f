"""External links of published documents: kept when a version is published, looked at by a job, listed when they break.

A document is read just the same whatever its links answer: only documentalists are told.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch
from services.common.resources import Resources

from ..centres import service as centres
from . import link_rules, links_repository, probing
from .schemas import DocumentContent

#: Links looked at in one go: eight at once, twenty seconds at most each, so some four minutes at worst.
_BATCH = 100
_CLAIM = timedelta(hours=1)


async def keep(session: AsyncSession, document_id: UUID, content: DocumentContent, *, is_new: bool = False, now: datetime) -> None:
    """The links of what readers see now; `is_new`: they saw nothing of it before."""
    found = link_rules.addresses(content)
    links = {link_rules.key_of(url): (url, label) for url, label in found.items()}
    await links_repository.replace(session, document_id, links, now, is_new=is_new)


async def drop(session: AsyncSession, document_id: UUID, *, now: datetime) -> None:
    """The document is read no more."""
    await links_repository.replace(session, document_id, {}, now)


async def check(session: AsyncSession, resources: Resources) -> None:
    """Look at the links that are due. Nothing is locked while they answer; what a crash left is taken up an hour later."""
    now = resources.clock.now()
    async with resources.database.transaction() as claiming:
        due = await links_repository.claim(claiming, now, now + _CLAIM, _BATCH)
    answers = await probing.look_at(resources.settings, (link["url"] for link in due))
    for link in sorted(due, key=lambda each: str(each["key"])):
        standing = link_rules.judged(link["key"], link["failing_since"], answers[link["url"]], now)
        values = {
            "state": standing.state,
            "failure": standing.failure,
            "http_status": standing.http_status,
            "failing_since": standing.failing_since,
            "next_check_at": standing.next_check_at,
            "checked_at": now,
        }
        await links_repository.record(session, link["key"], values)


async def forget_unused(session: AsyncSession) -> None:
    await links_repository.forget_unused(session)


async def broken(reader: AsyncConnection[Any], caller: Principal, asked: dict[str, Any]) -> list[Row]:
    """Broken links of the centres the caller keeps."""
    audience = await centres.audience(reader, caller)
    return await fetch(reader, links_repository.BROKEN, {"kept_ids": list(audience.kept_ids), **asked})
