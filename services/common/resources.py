"""What a running service holds: opened once by a web process's lifespan or by a worker, closed in the reverse order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import MetaData
from sqlmodel.ext.asyncio.session import AsyncSession

from .auth import KeySource, TokenVerifier
from .checks import Check
from .clock import Clock
from .db import Database
from .files import DISCARD, Files
from .idempotency import forget_old
from .jobs import Job, job
from .keys import RemoteKeys
from .mail import SEND, Mailer, create_mailer, forget_sent
from .observers import Observer
from .outbox import DELIVER, Consumer
from .pagination import Cursors
from .sessions import SESSION_CLOSED, ClosedSessions, forget_expired, on_session_closed
from .settings import ServiceSettings
from .siblings import Apps, Siblings
from .signals import Signals
from .storage import KernelTables


@dataclass(frozen=True)
class Service:
    """What a service is made of; its `app.py` writes one of these and nothing else."""

    name: str
    title: str
    description: str
    metadata: MetaData
    tables: KernelTables
    routers: Sequence[APIRouter]
    jobs: Sequence[Job] = ()
    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    keys: Callable[["Resources"], KeySource] | None = None
    tags: Sequence[Mapping[str, str]] = ()
    #: What must always hold in its tables.
    checks: Sequence[Check] = ()
    #: What programs may be allowed to do here (`<name>:read`, `<name>:write`), and what that is; nothing else is.
    scopes: Mapping[str, str] = field(default_factory=dict)
    #: Made once per web process: what watches answers leave.
    observers: Sequence[Callable[["Resources"], Observer]] = ()

    @property
    def all_jobs(self) -> list[Job]:
        return [SEND, DELIVER, DISCARD, SWEEP, *self.jobs]

    @property
    def all_consumers(self) -> dict[str, Consumer]:
        return {SESSION_CLOSED: on_session_closed, **self.consumers}


@dataclass
class Resources:
    """Handed to routes as `request.app.state.resources` and to jobs as their second argument."""

    name: str
    settings: Any
    clock: Clock
    tables: KernelTables
    database: Database
    files: Files
    mailer: Mailer
    siblings: Siblings
    cursors: Cursors
    closed_sessions: ClosedSessions
    signals: Signals
    keys: KeySource = field(init=False)
    verifier: TokenVerifier = field(init=False)


def prepare(service: Service, settings: ServiceSettings, apps: Apps | None = None) -> Resources:
    """The resources, not yet opened. `apps` are siblings living in this very process."""
    siblings = Siblings(settings.siblings, apps)
    resources = Resources(
        name=service.name,
        settings=settings,
        clock=Clock(settings.clock_file),
        tables=service.tables,
        database=Database(settings.database_url, size=settings.database_pool, name=service.name),
        files=Files(settings.files_url, settings.data_dir / "files" / service.name),
        mailer=create_mailer(settings.smtp_url, settings.data_dir),
        siblings=siblings,
        cursors=Cursors(settings.secret_key.get_secret_value()),
        closed_sessions=ClosedSessions(service.tables.closed_sessions),
        signals=Signals(settings.database_url, service.name),
    )
    resources.keys = service.keys(resources) if service.keys else RemoteKeys(siblings)
    resources.verifier = TokenVerifier(
        resources.keys,
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        revoked=resources.closed_sessions.__contains__,
    )
    return resources


async def _held(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


#: The service's resources, for a route that hands them to its use case.
Held = Annotated[Resources, Depends(_held)]


@asynccontextmanager
async def opened(resources: Resources) -> AsyncIterator[Resources]:
    await resources.database.open()
    await resources.siblings.open()
    watch = asyncio.create_task(resources.closed_sessions.keep_fresh(resources))
    try:
        yield resources
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await resources.signals.close()
        await resources.siblings.close()
        await resources.database.close()


@job("kernel:sweep", cron="17 3 * * *")
async def _sweep(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night, forget what was kept for a day only, and mails sent a month ago."""
    now = datetime.fromtimestamp(timestamp, UTC)
    await forget_old(session, resources.tables.idempotency, now)
    await forget_expired(session, resources.tables.closed_sessions, now)
    await forget_sent(session, now - timedelta(days=30))


SWEEP: Job = _sweep
