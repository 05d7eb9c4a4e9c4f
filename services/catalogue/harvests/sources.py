"""Use cases of the sources a centre harvests: its documentalists keep them; publishing at once is for its managers to grant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch
from services.common.etag import require_version
from services.common.language import Text
from services.common.outbound import Outbound, Unreachable
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from ..centres import service as centres
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import repository, rules
from .errors import SourceAddressRefused
from .models import HarvestSource
from .schemas import SourceCreate, SourceUpdate

_NULLABLE = {"set_spec"}


def web(resources: Resources) -> Outbound:
    """A reader of other people's servers."""
    return Outbound.of(resources.settings, "Canevas (OAI-PMH)")


async def create(
    session: AsyncSession, resources: Resources, caller: Principal, wish: SourceCreate, *, now: datetime
) -> HarvestSource:
    """A documentalist adds a source; it is harvested at the next turn of the clock."""
    await centres.kept_by(session, caller, wish.centre_id)
    if wish.publishes:
        await centres.managed_by(session, caller, wish.centre_id)
    await _require_sound(session, resources, wish.base_url, wish.themes, now=now)
    fields = {**wish.model_dump(), "licence": wish.licence.value}
    source = HarvestSource(**fields, created_at=now)
    source.due_at = now if rules.next_due(wish.schedule, now) else None
    session.add(source)
    await session.flush()
    await _note(session, source, "harvest_source.added", caller, now, wish.model_dump(mode="json"))
    return source


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    source_id: UUID,
    wish: SourceUpdate,
    *,
    version: int,
    now: datetime,
) -> HarvestSource:
    """A documentalist changes a source. Another address or set is read from the beginning."""
    source = await held(session, caller, source_id)
    require_version(source.version, version)
    sent = {name: value for name, value in wish.model_dump(exclude_unset=True).items() if value is not None or name in _NULLABLE}
    if sent.get("publishes"):
        await centres.managed_by(session, caller, source.centre_id)
    await _require_sound(session, resources, sent.get("base_url"), sent.get("themes", {}), now=now)
    if "licence" in sent:
        sent["licence"] = sent["licence"].value
    changed = {name: value for name, value in sent.items() if getattr(source, name) != value}
    for name, value in changed.items():
        setattr(source, name, value)
    if {"base_url", "set_spec"} & set(changed):
        source.harvested_until = None
    if "schedule" in changed:
        source.due_at = rules.next_due(source.schedule, now)
    source.version += 1
    await session.flush()
    await _note(session, source, "harvest_source.changed", caller, now, {"fields": sorted(changed)})
    return source


async def delete(session: AsyncSession, caller: Principal, source_id: UUID, *, version: int, now: datetime) -> None:
    """Forget a source with its reports; the documents that came of it stay."""
    source = await held(session, caller, source_id)
    require_version(source.version, version)
    await _note(session, source, "harvest_source.deleted", caller, now, {"name": source.name, "base_url": source.base_url})
    await session.delete(source)
    await session.flush()


async def listing(
    reader: AsyncConnection[Row], caller: Principal, *, centre_id: UUID | None, before_id: UUID, limit: int
) -> list[Row]:
    """Sources of the centres the caller keeps, the newest first."""
    audience = await centres.audience(reader, caller)
    asked = {"kept_ids": list(audience.kept_ids), "centre_id": centre_id, "before_id": before_id, "limit": limit}
    return await fetch(reader, repository.SOURCES, asked)


async def one(session: AsyncSession, caller: Principal, source_id: UUID) -> HarvestSource:
    """The source, for documentalists of its centre (404 for anybody else)."""
    return await _visible(session, caller, await repository.source(session, source_id))


async def held(session: AsyncSession, caller: Principal, source_id: UUID) -> HarvestSource:
    """The same, locked."""
    return await _visible(session, caller, await repository.source(session, source_id, lock=True))


async def seen(session: AsyncSession, caller: Principal, source_id: UUID) -> AsyncConnection[Any]:
    """A reading connection on what belongs to the source, once the caller is known to see it."""
    await one(session, caller, source_id)
    return await driver(session)


async def _visible(session: AsyncSession, caller: Principal, source: HarvestSource | None) -> HarvestSource:
    if source is None or not (await centres.audience_in(session, caller)).keeps(source.centre_id):
        raise NotFound()
    return source


async def _require_sound(
    session: AsyncSession, resources: Resources, base_url: str | None, themes: dict[str, str], *, now: datetime
) -> None:
    if themes:
        codes = sorted(set(themes.values()))
        await vocabulary.require(session, resources.siblings, themes=codes, territories=[], now=now)
    if base_url is None:
        return
    try:
        await web(resources).require_readable(base_url)
    except Unreachable as error:
        said = Text("Cette adresse n'est pas publique.", "This address is not a public one.")
        raise SourceAddressRefused(errors=[FieldError("/base_url", said, error.code)]) from error


async def _note(
    session: AsyncSession, source: HarvestSource, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=("harvest_source", source.id), actor=caller, changes=changes
    )
