"""Many territories at once, for the room that reads them in files. Nobody's rights are asked: the platform's operator acts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.db import Row, execute, fetch_in
from services.common.texts import fold

from ..references import journal_id
from ..tables import KERNEL
from . import bulk_repository


async def known(session: AsyncSession, codes: Collection[str]) -> list[Row]:
    """Those that exist: `code`, `kind`, `name`, `parent_code`, `generation`, `population`, `version`."""
    return await fetch_in(session, bulk_repository.KNOWN, {"codes": list(codes)})


async def neighbourhoods(session: AsyncSession, codes: Collection[str]) -> list[Row]:
    """The QPV within each of these territories (`around`), of both generations, with their `former_codes`."""
    rows = await execute(session, bulk_repository.NEIGHBOURHOODS, {"codes": list(codes)})
    return [dict(row) for row in rows.mappings()]


async def add_many(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> set[str]:
    """Codes of those that were added: somebody else may just have added one. What is around them has to be there."""
    return set((await execute(session, bulk_repository.ADD, {"rows": _written(rows), "now": now})).scalars()) if rows else set()


async def rewrite(
    session: AsyncSession,
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[str, Mapping[str, Any]],
    *,
    reason: str,
    now: datetime,
) -> set[str]:
    """Write these rows, read with `known`, and a line of the journal for each.

    The codes of those that were written: the others have been changed by somebody since.
    """
    if not rows:
        return set()
    written = set((await execute(session, bulk_repository.REWRITE, {"rows": _written(rows), "now": now})).scalars())
    await journal.record_many(
        session,
        KERNEL.journal,
        at=now,
        act="territory.changed",
        resource_type="territory",
        changes={journal_id("territory", code): {"code": code, **changed} for code, changed in changes.items() if code in written},
        reason=reason,
    )
    return written


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps([{**row, "sort_name": fold(f"{row['name']} {row['code']}")} for row in rows]).decode()
