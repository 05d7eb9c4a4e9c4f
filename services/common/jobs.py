"""Background jobs that live and die with the business transaction (procrastinate on PostgreSQL, ADR 0004).

A service declares its jobs with `@job`; `enqueue` writes one on the session's own connection; a worker process runs them.
A job may run again after a crash: each is written so that running twice does no harm.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import procrastinate
import structlog
from procrastinate import JobContext, PsycopgConnector, RetryStrategy
from procrastinate.schema import SchemaManager
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import driver

if TYPE_CHECKING:
    from .resources import Resources

log = structlog.get_logger(__name__)

JobFunction = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """A job by name. `run(session, resources, **arguments)` is one transaction."""

    name: str
    run: JobFunction
    attempts: int = 12
    cron: str | None = None


def job(name: str, *, attempts: int = 12, cron: str | None = None) -> Callable[[JobFunction], Job]:
    """Declare a job; with `cron` it is periodic and receives `timestamp` (seconds since 1970)."""
    return lambda run: Job(name, run, attempts, cron)


# Defers only: never opened, since every job is written through a session's own connection.
_deferrer = procrastinate.App(connector=PsycopgConnector())


async def enqueue(
    session: AsyncSession, job: Job | str, *, lock: str | None = None, at: datetime | None = None, **arguments: Any
) -> int:
    """Write the job in the session's transaction and return its id. Jobs sharing a `lock` run one by one, in order."""
    raw = await driver(session)
    name = job if isinstance(job, str) else job.name
    deferred = _deferrer.configure_task(name, allow_unknown=True, connection=raw, lock=lock, schedule_at=at)
    return await deferred.defer_async(**arguments)


async def enqueue_many(session: AsyncSession, job: Job | str, wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """`enqueue` of one job several times, each with its lock and its arguments, in one statement."""
    raw = await driver(session)
    name = job if isinstance(job, str) else job.name
    jobs = [_deferrer.configure_task(name, allow_unknown=True, lock=lock).make_new_job(**arguments) for lock, arguments in wanted]
    if jobs:
        await _deferrer.job_manager.batch_defer_jobs_async(jobs, connection=raw)


def create_worker(jobs: Iterable[Job], resources: "Resources") -> procrastinate.App:
    """The procrastinate application that runs one service's jobs, plus the one that takes up those a dead worker left."""
    app = procrastinate.App(connector=PsycopgConnector(conninfo=resources.settings.database_url, min_size=1, max_size=4))
    for each in jobs:
        _register(app, each, resources)

    @app.periodic(cron="* * * * *")
    @app.task(name="kernel:take_up_stalled_jobs", pass_context=True)
    async def take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:
        for stalled in await app.job_manager.get_stalled_jobs():
            log.warning("job_taken_up_again", job=stalled.task_name, job_id=stalled.id)
            await app.job_manager.retry_job(stalled)

    return app


def _register(app: procrastinate.App, declared: Job, resources: "Resources") -> None:
    async def run(**arguments: Any) -> None:
        async with resources.database.transaction() as session:
            await declared.run(session, resources, **arguments)

    retry = RetryStrategy(max_attempts=declared.attempts, exponential_wait=3)
    task = app.task(name=declared.name, retry=retry)(run)
    if declared.cron:
        app.periodic(cron=declared.cron)(task)  # type: ignore[arg-type]


def schema_sql(*, after: str = "", up_to: str) -> str:
    """The queue's own tables: procrastinate's migration files in order, for a revision of a service's lineage.

    Files are named `<version>_<step>_…`; naming both ends keeps a revision the same whatever version is installed later.
    """
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return "\n".join(file.read_text() for file in files if after < file.name[: len(up_to)] <= up_to)
