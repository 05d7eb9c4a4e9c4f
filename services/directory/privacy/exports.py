"""Use cases of the export: asked for, gathered from every service, downloaded by the person alone."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch, fetch_one
from services.common.files import DISCARD, StoredFile
from services.common.jobs import enqueue
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.outbox import publish
from services.common.personal_data import EXPORT_ASKED, Who, folded, gathered, unfolded
from services.common.problems import NotFound
from services.common.resources import Resources

from .. import events
from ..accounts import erasure as accounts
from ..organisations import leaving
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import DataExportExpired, DataExportNotReady, PersonalDataRequestPending, TooManyDataExports
from .models import DataRequest, DataRequestKind, DataRequestPart, DataRequestState
from .register import HOLDINGS

#: Jobs (`jobs.py`), by name.
OWN_PART, ASSEMBLE = "directory:gather_own_part", "directory:assemble_export"
HERE = "directory"
AWAITED = (HERE, *events.SUBSCRIBERS)
_DAY = timedelta(days=1)


async def ask(session: AsyncSession, resources: Resources, caller: Principal, *, now: datetime) -> dict[str, Any]:
    who = await _who(session, caller.account_id)
    if await repository.pending(session, who.account_id, DataRequestKind.EXPORT) is not None:
        raise PersonalDataRequestPending()
    if await repository.asked_since(session, who.account_id, DataRequestKind.EXPORT, now - _DAY) >= rules.EXPORTS_A_DAY:
        raise TooManyDataExports(headers=retry_after(_DAY))
    due_at = now + timedelta(hours=resources.settings.export_hours)
    request = DataRequest(account_id=who.account_id, kind=DataRequestKind.EXPORT, asked_at=now, due_at=due_at)
    await repository.add(session, request)
    data = {"request_id": str(request.id), **who.told()}
    request.event_id = await publish(
        session, KERNEL.outbox, type=EXPORT_ASKED, subject=who.account_id, data=data, at=now, to=events.SUBSCRIBERS
    )
    await enqueue(session, OWN_PART, lock=_lock(request.id), request_id=str(request.id))
    # Without a lock: those that come before it would wait for its hour.
    await enqueue(session, ASSEMBLE, at=due_at, request_id=str(request.id))
    await note(session, request, "personal_data.export_asked", caller, now)
    return _read(request.model_dump(), [])


async def one(reader: AsyncConnection[Row], caller: Principal, export_id: UUID) -> dict[str, Any]:
    row = await fetch_one(reader, repository.OWN, {"request_id": export_id, "account_id": caller.account_id})
    if row is None:
        raise NotFound()
    parts = await fetch(reader, repository.PARTS, {"request_id": export_id})
    return _read(row, [part["service"] for part in parts])


async def file(reader: AsyncConnection[Row], caller: Principal, export_id: UUID, *, now: datetime) -> StoredFile:
    """409 before it is ready, 410 once it is over, 404 for anybody else."""
    row = await fetch_one(reader, repository.OWN, {"request_id": export_id, "account_id": caller.account_id})
    if row is None:
        raise NotFound()
    if row["state"] == DataRequestState.PENDING:
        raise DataExportNotReady()
    if row["state"] != DataRequestState.READY or row["expires_at"] <= now:
        raise DataExportExpired()
    return StoredFile(row["file_key"], row["file_size"], row["file_sha256"], "application/zip")


async def gather_own(session: AsyncSession, resources: Resources, request_id: UUID, *, now: datetime) -> None:
    """The directory's own part. Twice is once."""
    request = await repository.lock(session, request_id)
    if request is None or request.state is not DataRequestState.PENDING:
        return
    rooms = await gathered(HOLDINGS, await driver(session), await _who(session, request.account_id))
    await receive(session, resources, request_id, HERE, folded(rooms), now=now)


async def receive(
    session: AsyncSession, resources: Resources, request_id: UUID, service: str, content: bytes, *, now: datetime
) -> None:
    """A service's part. One that comes twice replaces itself; one that comes too late is not kept."""
    unfolded(content)
    request = await repository.lock(session, request_id)
    if request is None or request.state is not DataRequestState.PENDING or service not in AWAITED:
        return
    key = f"personal-data-{request_id.hex}-{service}"
    await resources.files.write(key, content)
    if await repository.part(session, request_id, service) is None:
        session.add(DataRequestPart(request_id=request_id, service=service, received_at=now, file_key=key))
        request.version += 1
        await session.flush()
    answered = [part.service for part in await repository.parts(session, request_id)]
    if not rules.missing(AWAITED, answered):
        await enqueue(session, ASSEMBLE, lock=_lock(request_id), request_id=str(request_id))


async def assemble(session: AsyncSession, resources: Resources, request_id: UUID, *, now: datetime) -> None:
    """One ZIP of what came, when all came or time is over. Twice is once."""
    request = await repository.lock(session, request_id)
    if request is None or request.state is not DataRequestState.PENDING:
        return
    parts = await repository.parts(session, request_id)
    missing = rules.missing(AWAITED, [part.service for part in parts])
    if missing and now < request.due_at:
        return
    contents = {part.service: unfolded(await resources.files.read(part.file_key)) for part in parts if part.file_key}
    told = {"account_id": request.account_id, "asked_at": request.asked_at, "made_at": now, "missing": missing}
    stored = await resources.files.write(f"personal-data-{request_id.hex}", await asyncio.to_thread(_zip, told, contents))
    request.file_key, request.file_size, request.file_sha256 = stored.key, stored.size, stored.sha256
    serves = timedelta(days=resources.settings.retention_exports_days)
    request.state, request.closed_at, request.expires_at = DataRequestState.READY, now, now + serves
    request.version += 1
    for part in parts:
        await enqueue(session, DISCARD, key=part.file_key)
        part.file_key = None
    await repository.empty_event(session, request.account_id, EXPORT_ASKED)
    await note(session, request, "personal_data.exported", None, now, {"missing": missing})
    person = await accounts.living(session, request.account_id)
    if person is not None:
        url = resources.settings.public_url
        subject, text = letters.export_ready(url, person.full_name, request.id, missing, request.expires_at)
        await queue_mail(session, to=person.email, subject=subject, text=text)


async def expire(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Exports that can no longer be downloaded go."""
    over = await repository.ready_before(session, now, limit)
    for request in over:
        await enqueue(session, DISCARD, key=request.file_key)
        request.state, request.file_key, request.file_sha256 = DataRequestState.EXPIRED, None, None
        request.version += 1
    await session.flush()
    return len(over)


async def note(
    session: AsyncSession,
    request: DataRequest,
    act: str,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    resource = ("personal_data_request", request.id)
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=resource, actor=actor, changes=changes or {}, confidential=True
    )


async def _who(session: AsyncSession, account_id: UUID) -> Who:
    person = await accounts.living(session, account_id)
    if person is None:
        raise NotFound()
    organisations = await leaving.organisations_of(session, account_id)
    return Who(person.id, person.email, person.full_name, organisations)


def _zip(told: dict[str, Any], contents: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lisez-moi.json", orjson.dumps({**told, "files": sorted(contents)}, option=orjson.OPT_INDENT_2))
        for service, rooms in sorted(contents.items()):
            archive.writestr(f"{service}.json", orjson.dumps(rooms, option=orjson.OPT_INDENT_2))
    return made.getvalue()


def _read(request: Row, received: Sequence[str]) -> dict[str, Any]:
    shown = {**request, "size": request["file_size"], "received": sorted(received)}
    return {**shown, "missing": rules.missing(AWAITED, received)}


def _lock(request_id: UUID) -> str:
    return f"personal-data:{request_id}"
