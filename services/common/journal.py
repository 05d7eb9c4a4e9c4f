"""The journal: every act leaves one immutable line: who, when, what changed, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel, Field
from sqlalchemy import Insert, Table, bindparam, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .auth import Principal
from .db import write_in
from .ids import new_id


class JournalLine(BaseModel):
    """One act on a resource."""

    id: UUID
    at: datetime
    act: str = Field(examples=["organisation.changed"])
    actor_id: UUID | None = Field(description="Account, or program, that acted; null when the platform did.")
    organisation_id: UUID | None
    reason: str | None
    changes: dict[str, Any]


@lru_cache
def _recording(table: Table) -> Insert:
    return insert(table)


async def record(
    session: AsyncSession,
    table: Table,
    *,
    at: datetime,
    act: str,
    resource: tuple[str, UUID],
    actor: Principal | None,
    organisation_id: UUID | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str | None = None,
    confidential: bool = False,
) -> None:
    """Write a line in the act's own transaction. `changes` holds JSON values, `{field: [before, after]}` where both matter."""
    await write_in(
        session,
        _recording(table),
        {
            "id": new_id(),
            "at": at,
            "act": act,
            "resource_type": resource[0],
            "resource_id": resource[1],
            "actor_id": actor.account_id if actor else None,
            "organisation_id": organisation_id,
            "reason": reason,
            "changes": dict(changes or {}),
            "confidential": confidential,
            "request_id": structlog.contextvars.get_contextvars().get("request_id"),
        },
    )


@dataclass(frozen=True)
class Entry:
    """What a line of `record_each` says of its own resource."""

    resource_id: UUID
    changes: Mapping[str, Any]
    organisation_id: UUID | None = None


async def record_each(
    session: AsyncSession,
    table: Table,
    *,
    at: datetime,
    act: str,
    resource_type: str,
    entries: Sequence[Entry],
    actor: Principal | None = None,
    reason: str | None = None,
    confidential: bool = False,
) -> None:
    """`record` of one act on many resources, in one statement."""
    common = {
        "at": at,
        "act": act,
        "resource_type": resource_type,
        "actor_id": actor.account_id if actor else None,
        "reason": reason,
        "confidential": confidential,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    rows = [
        {
            **common,
            "id": new_id(),
            "resource_id": entry.resource_id,
            "organisation_id": entry.organisation_id,
            "changes": dict(entry.changes),
        }
        for entry in entries
    ]
    if rows:
        await write_in(session, _recording(table), *rows)


async def record_many(
    session: AsyncSession,
    table: Table,
    *,
    at: datetime,
    act: str,
    resource_type: str,
    changes: Mapping[UUID, Mapping[str, Any]],
    reason: str | None = None,
) -> None:
    """`record_each` by the platform: a line for each of `changes`."""
    entries = [Entry(one, changed) for one, changed in changes.items()]
    await record_each(session, table, at=at, act=act, resource_type=resource_type, entries=entries, reason=reason)


def lines_of(table: Table) -> Any:
    """Statement: a resource's lines from the newest, before `before_id`; `confidential_too` false leaves those out."""
    return (
        select(table)
        .where(table.c.resource_id == bindparam("resource_id"))
        .where(table.c.id < bindparam("before_id"))
        .where(bindparam("confidential_too", type_=table.c.confidential.type) | ~table.c.confidential)
        .order_by(table.c.id.desc())
        .limit(bindparam("limit"))
    )
