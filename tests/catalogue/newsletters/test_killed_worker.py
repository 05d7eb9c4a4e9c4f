"""A worker killed for real in the middle of a sending: the next one finishes it, and nobody gets the letter twice."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from services.common.jobs import create_worker
from tests.catalogue.newsletters.lists import paragraph, read, sent, subscribed, written
from tests.catalogue.subscriptions.morning import letters
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]


async def test_a_worker_killed_while_it_writes_is_followed_by_one_that_writes_the_rest_once(world: World) -> None:
    running = world.running
    emails = [await subscribed(world) for _ in range(14)]
    newsletter = await sent(world, await written(world, paragraph("Z")))
    settings = running.resources.settings
    given = json.dumps([settings.database_url, str(settings.data_dir)])
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.catalogue.newsletters.lone_worker", given, cwd=ROOT)
    try:
        async with asyncio.timeout(60):
            while (await read(world, newsletter))["recipients"]["written"] == 0:
                assert worker.returncode is None
                await asyncio.sleep(0.02)
    finally:
        worker.kill()
        await worker.wait()
    after = await read(world, newsletter)
    assert after["state"] == "sending"
    assert after["recipients"]["written"] in {5, 10}
    async with running.resources.database.readers.connection() as connection:
        beat = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 minutes'"
        await connection.execute(beat.encode())
    again = create_worker(running.service.all_jobs, running.resources)
    async with again.open_async():
        await again.tasks["kernel:take_up_stalled_jobs"](None, timestamp=0)
    await running.run_jobs()
    assert (await read(world, newsletter))["state"] == "sent"
    assert [len(letters(world, email)) for email in emails] == [2] * 14  # its confirmation, and one newsletter
