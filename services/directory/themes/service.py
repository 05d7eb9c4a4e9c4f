"""Use cases of the themes: anyone reads them, administrators keep them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, Forbidden, NotFound, PreconditionRequired, StaleVersion

from ..references import journal_id
from ..tables import KERNEL
from . import repository, rules
from .errors import ThemeRefused
from .models import Theme
from .schemas import ThemeCode, ThemeWrite


async def put(
    session: AsyncSession, caller: Principal, code: ThemeCode, wish: ThemeWrite, *, version: int | None, now: datetime
) -> tuple[Theme, bool]:
    """Create the theme, or replace the version that was read; the theme, and whether it is new."""
    if not caller.is_administrator:
        raise Forbidden()
    await repository.lock_tree(session)
    await _refuse_incoherent(session, code, wish)
    theme = await repository.get(session, code)
    is_new = theme is None
    if theme is None:
        if version is not None:
            raise StaleVersion()
        theme = Theme(code=code, **wish.model_dump(), updated_at=now)
        session.add(theme)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(theme.version, version)
        theme.label, theme.parent_code, theme.synonyms = wish.label, wish.parent_code, list(wish.synonyms)
        theme.updated_at, theme.version = now, version + 1
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="theme.created" if is_new else "theme.changed",
        resource=("theme", journal_id("theme", code)),
        actor=caller,
        changes={"code": code, **wish.model_dump()},
    )
    return theme, is_new


async def listing(reader: AsyncConnection[Row], *, after: str, limit: int) -> list[Row]:
    return await fetch(reader, repository.LISTING, {"after_code": after, "limit": limit})


async def one(reader: AsyncConnection[Row], code: ThemeCode) -> Row:
    row = await fetch_one(reader, repository.ONE, {"code": code})
    if row is None:
        raise NotFound()
    return row


async def _refuse_incoherent(session: AsyncSession, code: str, wish: ThemeWrite) -> None:
    parent = await repository.get(session, wish.parent_code) if wish.parent_code else None
    reason: Text | None
    if wish.parent_code and parent is None:
        reason = Text("Le thème englobant n'existe pas.", "The theme above does not exist.")
    else:
        above = (parent.code, parent.parent_code) if parent else None
        reason = rules.parent_refusal(code, above, has_children=await repository.has_children(session, code))
    if reason:
        raise ThemeRefused(reason, errors=[FieldError("/parent_code", reason)])


# ── For the rooms above ───────────────────────────────────────────────────────────────────────────────────────────


async def labels(reader: AsyncConnection[Any], codes: Sequence[str]) -> dict[str, str]:
    """Labels of those that exist, by code."""
    return {row["code"]: row["label"] for row in await fetch(reader, repository.LABELS, {"codes": list(codes)})}
