"""Use cases of permanent files: what an organisation keeps once and gives to each of its dossiers."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, fetch, fetch_in, fetch_one
from services.common.files import StoredFile, safe_name
from services.common.jobs import enqueue
from services.common.problems import NotFound
from services.common.resources import Resources

from ..tables import KERNEL
from . import arrivals, repository, rules, scanning
from .errors import TooManyPermanentFiles, ValidityExpected
from .models import PermanentFile, ScanStatus
from .schemas import SCAN_LABELS

_MOST = 500


@dataclass(frozen=True)
class Arriving:
    """A document on its way: what is said of it, its bytes, the length announced if any."""

    kind: str
    name: str
    stream: AsyncIterator[bytes]
    exercise: int | None = None
    expires_on: date | None = None
    announced: int | None = None


def require_member(caller: Principal, organisation_id: UUID) -> None:
    """What an organisation keeps is its members' to see; to anybody else it does not exist."""
    if not caller.belongs_to(organisation_id):
        raise NotFound()


async def keep(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, arriving: Arriving, *, now: datetime
) -> PermanentFile:
    """A member keeps a new version of a document. Those before it stay, for the dossiers that refer to them."""

    async def room(asked: AsyncSession) -> UUID:
        require_member(caller, organisation_id)
        if errors := rules.said_errors(arriving.kind, arriving.exercise, arriving.expires_on, today_in_paris(now)):
            raise ValidityExpected(errors=errors)
        await repository.take(asked, organisation_id)
        if await repository.count(asked, organisation_id) >= _MOST:
            raise TooManyPermanentFiles(most=_MOST)
        return organisation_id

    limit = resources.settings.upload_limit_mb * 1024 * 1024
    sent = arrivals.Sent(arriving.stream, limit, arriving.announced)
    _, arrived = await arrivals.take(room, session, resources, sent)
    stored = arrived.stored
    number = 1 + await repository.last_number(session, organisation_id, arriving.kind, arriving.exercise)
    kept = PermanentFile(
        organisation_id=organisation_id,
        kind=arriving.kind,
        exercise=arriving.exercise,
        number=number,
        name=safe_name(arriving.name),
        key=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        media_type=stored.media_type,
        expires_on=arriving.expires_on,
        status=arrived.status,
        added_by=caller.account_id,
        added_at=now,
    )
    session.add(kept)
    await session.flush()
    if kept.status is ScanStatus.WAITING_SCAN:
        await enqueue(session, scanning.SCAN, file_id=str(kept.id))
    await _note(session, kept, "permanent_file.kept", caller, now, sha256=kept.sha256)
    return kept


async def remove(session: AsyncSession, caller: Principal, file_id: UUID, *, now: datetime) -> None:
    """A version serves no more. Dossiers sent with it keep it; its bytes go when nothing refers to them (nightly)."""
    kept = await repository.get(session, file_id, lock=True)
    if kept is None or not caller.belongs_to(kept.organisation_id) or kept.removed_at is not None:
        raise NotFound()
    kept.removed_at, kept.removed_by = now, caller.account_id
    await session.flush()
    await _note(session, kept, "permanent_file.removed", caller, now)


async def listing(
    reader: AsyncConnection[Any],
    caller: Principal,
    organisation_id: UUID,
    *,
    kind: str | None,
    history: bool,
    before: UUID,
    limit: int,
    now: datetime,
) -> list[Row]:
    require_member(caller, organisation_id)
    values = {"organisation_id": organisation_id, "before": before, "limit": limit, **({"kind": kind} if kind else {})}
    rows = await fetch(reader, repository.LISTINGS[history, kind is not None], values)
    return [shown(row, today_in_paris(now)) for row in rows]


async def one(reader: AsyncConnection[Any], caller: Principal, file_id: UUID, *, now: datetime) -> Row:
    row = await fetch_one(reader, repository.ONE, {"id": file_id})
    if row is None or not caller.belongs_to(row["organisation_id"]):
        raise NotFound()
    return shown(row, today_in_paris(now))


async def content(reader: AsyncConnection[Any], caller: Principal, file_id: UUID, *, now: datetime) -> tuple[StoredFile, str]:
    """A document to download: its own keepers may before its scan, nobody once it is infected; gone once removed."""
    row = await one(reader, caller, file_id, now=now)
    if row["removed_at"] is not None:
        raise NotFound()
    scanning.require_clean(ScanStatus(row["status"]), row["status_reason"], own=True)
    return StoredFile(row["key"], row["size"], row["sha256"], row["media_type"]), str(row["name"])


async def read(session: AsyncSession, file_id: UUID, *, now: datetime) -> Row:
    """As it stands in the act's own transaction."""
    (row,) = await fetch_in(session, repository.ONE, {"id": file_id})
    return shown(row, today_in_paris(now))


async def current(session: AsyncSession, organisation_id: UUID) -> list[PermanentFile]:
    """For the rooms above: the versions that serve today. Who may use them is for those rooms to judge."""
    return await repository.current(session, organisation_id)


async def version(session: AsyncSession, organisation_id: UUID, file_id: UUID) -> PermanentFile | None:
    """For the rooms above: one version of that organisation, locked so that it is not removed meanwhile; None once removed."""
    found = await repository.get(session, file_id, lock=True)
    return found if found and found.organisation_id == organisation_id and found.removed_at is None else None


def shown(row: Mapping[str, Any], today: date) -> Row:
    return {
        **row,
        "kind_label": rules.label(row["kind"], row["exercise"]),
        "expired": rules.is_expired(row["expires_on"], today),
        "status_label": SCAN_LABELS[ScanStatus(row["status"])],
    }


async def _note(session: AsyncSession, kept: PermanentFile, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("permanent_file", kept.id),
        actor=caller,
        organisation_id=kept.organisation_id,
        changes={"kind": kept.kind, "exercise": kept.exercise, "number": kept.number, **changes},
    )
