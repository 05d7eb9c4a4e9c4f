"""A job runs in one transaction, is tried again when it fails, and outlives the worker that ran it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.common.ids import new_id
from services.common.jobs import create_worker, enqueue, schema_sql
from services.common.lineage import _QUEUE_2026_11
from services.common.mail import SEND
from services.common.outbox import DELIVER
from services.common.resources import SWEEP
from tests.support import EVENTS_SECRET, SECRET, Running

from .guests import visits
from .rooms import clean

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def note(hotel: Running) -> AsyncIterator[str]:
    """The note a visit leaves; afterwards nothing is broken, stuck or waiting."""
    yield f"visit {new_id().hex}"
    for mark in ("broken", "stuck", "hanging"):
        (folder(hotel) / mark).unlink(missing_ok=True)
    await sql(hotel, "DELETE FROM procrastinate_jobs")


def folder(hotel: Running) -> Path:
    path: Path = hotel.resources.settings.data_dir
    return path


async def sql(hotel: Running, statement: str) -> None:
    async with hotel.resources.database.readers.connection() as connection:
        await connection.execute(statement.encode())


async def ask_for_a_visit(hotel: Running, note: str, **options: Any) -> int:
    async with hotel.resources.database.transaction() as session:
        return await enqueue(session, clean, note=note, **options)


async def job(hotel: Running, job_id: int) -> dict[str, Any]:
    (found,) = await hotel.rows("SELECT * FROM procrastinate_jobs WHERE id = %(id)s", id=job_id)
    return found


async def test_a_job_runs_after_the_transaction_that_asked_for_it(hotel: Running, note: str) -> None:
    job_id = await ask_for_a_visit(hotel, note)
    await hotel.run_jobs()
    assert await visits(hotel, note) == 1
    assert (await job(hotel, job_id))["status"] == "succeeded"


async def test_a_job_asked_for_later_waits(hotel: Running, note: str) -> None:
    await ask_for_a_visit(hotel, note, at=datetime.now(UTC) + timedelta(hours=1))
    await hotel.run_jobs()
    assert await visits(hotel, note) == 0


async def test_a_job_that_fails_is_undone_and_tried_again_ever_later(hotel: Running, note: str) -> None:
    (folder(hotel) / "broken").touch()
    job_id, waits = await ask_for_a_visit(hotel, note), []
    for attempt in (1, 2):
        asked_at = datetime.now(UTC)
        await hotel.run_jobs()
        found = await job(hotel, job_id)
        assert (found["status"], found["attempts"]) == ("todo", attempt)
        assert await visits(hotel, note) == 0
        waits.append(found["scheduled_at"] - asked_at)
        await sql(hotel, "UPDATE procrastinate_jobs SET scheduled_at = NULL")
    assert timedelta() < waits[0] < waits[1]
    (folder(hotel) / "broken").unlink()
    await hotel.run_jobs()
    assert (await job(hotel, job_id))["status"] == "succeeded"
    assert await visits(hotel, note) == 1


async def test_a_job_that_never_succeeds_is_set_aside_and_kept(hotel: Running, note: str) -> None:
    (folder(hotel) / "broken").touch()
    job_id = await ask_for_a_visit(hotel, note)
    for _ in range(clean.attempts + 1):
        await hotel.run_jobs()
        await sql(hotel, "UPDATE procrastinate_jobs SET scheduled_at = NULL")
    found = await job(hotel, job_id)
    assert (found["status"], found["args"]) == ("failed", {"note": note})


async def test_jobs_that_share_a_lock_run_in_order_even_when_the_first_fails(hotel: Running, note: str) -> None:
    (folder(hotel) / "broken").touch()
    await ask_for_a_visit(hotel, f"{note} 1", lock=note)
    await ask_for_a_visit(hotel, f"{note} 2", lock=note)
    await hotel.run_jobs()
    (folder(hotel) / "broken").unlink()
    await hotel.run_jobs()
    assert await visits(hotel, f"{note} 2") == 0
    await sql(hotel, "UPDATE procrastinate_jobs SET scheduled_at = NULL")
    await hotel.run_jobs()
    rows = await hotel.rows("SELECT note FROM visits WHERE note LIKE %(note)s ORDER BY id", note=f"{note}%")
    assert [row["note"] for row in rows] == [f"{note} 1", f"{note} 2"]


async def test_a_job_of_a_worker_that_was_killed_is_taken_up_by_another(hotel: Running, note: str) -> None:
    (folder(hotel) / "stuck").touch()
    job_id = await ask_for_a_visit(hotel, note)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.common.lone_worker", _settings_of(hotel), cwd=ROOT)
    try:
        async with asyncio.timeout(30):
            while not (folder(hotel) / "hanging").exists():
                assert worker.returncode is None
                await asyncio.sleep(0.02)
    finally:
        worker.kill()
        await worker.wait()
    assert (await job(hotel, job_id))["status"] == "doing"
    (folder(hotel) / "stuck").unlink()

    await _take_up_stalled_jobs(hotel)
    assert (await job(hotel, job_id))["status"] == "doing"  # its worker may yet be alive
    await sql(hotel, "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 minutes'")
    await _take_up_stalled_jobs(hotel)
    await hotel.run_jobs()
    assert (await job(hotel, job_id))["status"] == "succeeded"
    assert await visits(hotel, note) == 1


async def _take_up_stalled_jobs(hotel: Running) -> None:
    worker = create_worker(hotel.service.all_jobs, hotel.resources)
    async with worker.open_async():
        await worker.tasks["kernel:take_up_stalled_jobs"](None, timestamp=0)


def _settings_of(hotel: Running) -> str:
    settings = hotel.resources.settings
    given = {"database_url": settings.database_url, "data_dir": str(settings.data_dir)}
    return json.dumps(given | {"secret_key": SECRET, "events_secret": EVENTS_SECRET})


async def test_the_clock_works_for_the_kernel_every_minute_and_every_night(hotel: Running) -> None:
    worker = create_worker(hotel.service.all_jobs, hotel.resources)
    periodic = {task.task.name: task.cron for task in worker.periodic_registry.periodic_tasks.values()}
    assert periodic == {"kernel:take_up_stalled_jobs": "* * * * *", SWEEP.name: "17 3 * * *"}


async def test_every_service_runs_the_jobs_of_the_kernel_besides_its_own(hotel: Running) -> None:
    worker = create_worker(hotel.service.all_jobs, hotel.resources)
    assert set(worker.tasks) >= {SEND.name, DELIVER.name, SWEEP.name, clean.name, "kernel:take_up_stalled_jobs"}


async def test_the_sweep_forgets_sessions_whose_tokens_have_all_expired(hotel: Running) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    kept, gone = new_id(), new_id()
    async with hotel.resources.database.transaction() as session:
        table = hotel.resources.tables.closed_sessions
        connection = await session.connection()
        await connection.execute(
            table.insert(), [{"session_id": gone, "until": now}, {"session_id": kept, "until": now + timedelta(seconds=1)}]
        )
        await SWEEP.run(session, hotel.resources, timestamp=int(now.timestamp()))
    rows = await hotel.rows("SELECT session_id FROM closed_sessions")
    assert {kept} <= {row["session_id"] for row in rows}
    assert gone not in {row["session_id"] for row in rows}


def test_the_queue_of_a_revision_never_changes() -> None:
    whole = schema_sql(up_to=_QUEUE_2026_11)
    assert "CREATE TABLE procrastinate_jobs" in whole
    assert schema_sql(after=_QUEUE_2026_11, up_to=_QUEUE_2026_11) == ""
    first = "02.00.00_00"
    assert schema_sql(up_to=first) + "\n" + schema_sql(after=first, up_to=_QUEUE_2026_11) == whole
