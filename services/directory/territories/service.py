"""Use cases of the territories: anyone reads them, administrators keep them."""

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
from services.common.texts import fold, patterns

from ..references import journal_id
from ..tables import KERNEL
from . import repository, rules
from .errors import SuccessionRefused, TerritoryRefused
from .models import Territory, TerritoryKind
from .schemas import Code, TerritoryWrite


async def put(
    session: AsyncSession, caller: Principal, code: Code, wish: TerritoryWrite, *, version: int | None, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Create the territory, or replace the version that was read; the result, and whether it is new."""
    _require_administrator(caller)
    await _refuse_incoherent(session, code, wish)
    territory = await repository.lock(session, code)
    described = {**wish.model_dump(), "sort_name": fold(f"{wish.name} {code}"), "updated_at": now}
    is_new = territory is None
    if territory is None:
        if version is not None:
            raise StaleVersion()
        if not await repository.add_unless_known(session, Territory(code=code, **described)):
            raise PreconditionRequired()
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(territory.version, version)
        if territory.kind != wish.kind and await repository.has_links(session, code):
            raise TerritoryRefused(Text("D'autres territoires en dépendent.", "Other territories depend on it."))
        for column, value in described.items():
            setattr(territory, column, value)
        territory.version = version + 1
        await session.flush()
    await _record(session, caller, code, "territory.created" if is_new else "territory.changed", now, wish.model_dump(mode="json"))
    return await repository.detail(session, code), is_new


async def set_successors(
    session: AsyncSession, caller: Principal, code: Code, codes: Sequence[Code], *, version: int, now: datetime
) -> dict[str, Any]:
    _require_administrator(caller)
    territory = await repository.lock(session, code)
    if territory is None:
        raise NotFound()
    require_version(territory.version, version)
    for position, new_code in enumerate(codes):
        successor = await repository.get(session, new_code)
        reason = _succession_refusal(territory, successor)
        if reason:
            raise SuccessionRefused(reason, errors=[FieldError(f"/codes/{position}", reason)])
    before, after = await repository.successors(session, code), set(codes)
    await repository.replace_successors(session, code, gone=before - after, new=after - before)
    territory.version, territory.updated_at = version + 1, now
    await session.flush()
    changes = {"successors": [sorted(before), sorted(after)]}
    await _record(session, caller, code, "territory.succeeded", now, changes)
    return await repository.detail(session, code)


async def listing(
    reader: AsyncConnection[Row],
    *,
    words: str,
    kinds: Sequence[TerritoryKind],
    parents: Sequence[str],
    generations: Sequence[int],
    after: Sequence[str],
    limit: int,
) -> list[Row]:
    after_name, after_code = after or ("", "")
    asked = {
        "patterns": patterns(words),
        "kinds": [kind.value for kind in kinds] or None,
        "parents": list(parents) or None,
        "generations": [int(generation) for generation in generations] or None,
        "after_name": after_name,
        "after_code": after_code,
        "limit": limit,
    }
    return await fetch(reader, repository.LISTING, asked)


async def one(reader: AsyncConnection[Row], code: Code) -> Row:
    row = await fetch_one(reader, repository.ONE, {"code": code})
    if row is None:
        raise NotFound()
    return row


def _require_administrator(caller: Principal) -> None:
    if not caller.is_administrator:
        raise Forbidden()


async def _refuse_incoherent(session: AsyncSession, code: str, wish: TerritoryWrite) -> None:
    if reason := rules.code_refusal(wish.kind, code, wish.generation):
        raise TerritoryRefused(reason)
    parent = await repository.get(session, wish.parent_code) if wish.parent_code else None
    if wish.parent_code and parent is None:
        reason = Text("Le territoire englobant n'existe pas.", "The territory around it does not exist.")
    else:
        reason = rules.parent_refusal(wish.kind, parent.kind if parent else None)
    if reason:
        raise TerritoryRefused(reason, errors=[FieldError("/parent_code", reason)])


def _succession_refusal(old: Territory, new: Territory | None) -> Text | None:
    if new is None:
        return Text("Ce territoire n'existe pas.", "This territory does not exist.")
    if new.code == old.code:
        return Text("Un territoire ne se succède pas à lui-même.", "A territory does not succeed itself.")
    return rules.succession_refusal((old.kind, old.generation), (new.kind, new.generation))


async def _record(session: AsyncSession, caller: Principal, code: str, act: str, now: datetime, changes: dict[str, Any]) -> None:
    resource = ("territory", journal_id("territory", code))
    changes = {"code": code, **changes}
    await journal.record(session, KERNEL.journal, at=now, act=act, resource=resource, actor=caller, changes=changes)


# ── For the rooms above ───────────────────────────────────────────────────────────────────────────────────────────


async def reach(reader: AsyncConnection[Row], code: str) -> list[str]:
    """The territory, those around it and those within it; itself alone when nobody knows it."""
    return [row["code"] for row in await fetch(reader, repository.REACH, {"code": code})] or [code]


async def labels(reader: AsyncConnection[Any], codes: Sequence[str]) -> dict[str, Row]:
    """`{code, kind, name}` of those that exist, by code."""
    return {row["code"]: row for row in await fetch(reader, repository.LABELS, {"codes": list(codes)})}
