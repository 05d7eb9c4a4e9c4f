"""Many organisations at once, for the room that reads them in files. Nobody's rights are asked: the platform's operator acts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.db import Row, execute, fetch_in
from services.common.outbox import publish_many

from .. import events
from ..tables import KERNEL
from . import bulk_repository, rules
from .models import Kind, Organisation
from .service import told

KINDS = frozenset(kind.value for kind in Kind)


async def bearing(session: AsyncSession, sirets: Collection[str], rnas: Collection[str]) -> list[Row]:
    """Organisations that bear one of these numbers, with their `version`."""
    return await fetch_in(session, bulk_repository.BY_NUMBERS, {"sirets": list(sirets), "rnas": list(rnas)})


async def of_sirens(session: AsyncSession, sirens: Collection[str]) -> list[Row]:
    """Organisations of these legal units: `siren`, `id`, `kind`, `name`, `siret`, `dissolved_on`."""
    rows = await execute(session, bulk_repository.BY_SIREN, {"sirens": list(sirens)})
    return [dict(row) for row in rows.mappings()]


async def open_many(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> set[UUID]:
    """The ids of those that were opened: somebody else may just have taken a number.

    Siblings are told nothing: nobody refers to them yet, and whoever does reads them first.
    """
    if not rows:
        return set()
    asked = {"rows": orjson.dumps([{**row, **_indexed(row)} for row in rows]).decode(), "now": now}
    return set((await execute(session, bulk_repository.OPEN, asked)).scalars())


async def rewrite(
    session: AsyncSession,
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[UUID, Mapping[str, Any]],
    *,
    reason: str,
    now: datetime,
) -> set[UUID]:
    """Write these rows, read with `bearing`; each is told to the siblings, and `changes` to the journal.

    The ids of those that were written: the others have been changed by somebody since.
    """
    if not rows:
        return set()
    asked = {"rows": orjson.dumps([{**row, **_indexed(row)} for row in rows]).decode()}
    written = (await execute(session, bulk_repository.REWRITE, asked)).mappings()
    faces = {row["id"]: told(Organisation(**{**row, "kind": Kind(row["kind"])})) for row in written}
    outbox, changed = KERNEL.outbox, events.ORGANISATION_CHANGED
    await publish_many(session, outbox, type=changed, told=faces, at=now, to=events.SUBSCRIBERS)
    await journal.record_many(
        session,
        KERNEL.journal,
        at=now,
        act="organisation.changed",
        resource_type="organisation",
        changes={id: changes[id] for id in faces},
        reason=reason,
    )
    return set(faces)


def _indexed(row: Mapping[str, Any]) -> dict[str, str]:
    order, search = rules.order_and_search(row["name"], row["legal_name"], row["siret"], row["rna"], row["city"])
    return {"sort_name": order, "search_text": search}
