"""A worker killed for real, twice, while receivers are being told: nothing is lost, each dossier's events come in their order."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from services.common.jobs import create_worker
from tests.programming.webhooks.receiver import Receiver, deliveries, periodically, receiving, subscribe
from tests.programming.world import World

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]

TOLD = ["dossier.submitted", "dossier.admissible"]


async def killed_after(world: World, receiver: Receiver, messages: int) -> None:
    """A worker begins to send and dies (`kill -9`) once so many more messages have come; the one being answered is not recorded."""
    settings = world.running.resources.settings
    given = json.dumps([settings.database_url, str(settings.data_dir)])
    before = len(receiver.received)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.programming.webhooks.lone_worker", given, cwd=ROOT)
    try:
        async with asyncio.timeout(90):
            while len(receiver.received) < before + messages:
                assert worker.returncode is None
                await asyncio.sleep(0.005)
    finally:
        worker.kill()
        await worker.wait()
    async with world.running.resources.database.readers.connection() as connection:
        beat = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 minutes'"
        await connection.execute(beat.encode())
    again = create_worker(world.running.service.all_jobs, world.running.resources)
    async with again.open_async():
        await again.tasks["kernel:take_up_stalled_jobs"](None, timestamp=0)


async def test_killed_in_the_middle_of_deliveries_nothing_is_lost_and_order_holds(world: World) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url, event_types=TOLD)
        dossiers = [await world.admitted(state=8_000) for _ in range(6)]
        receiver.slow_seconds = 0.1
        await killed_after(world, receiver, 3)
        await killed_after(world, receiver, 2)
        receiver.slow_seconds = 0
        world.running.clock.forward(hours=2)  # the killed workers lived by the machine's clock, ahead of the world's
        await world.running.run_jobs()
        await periodically(world)

        kept = await deliveries(world, world.state_officer, made["id"])
        assert [one["state"] for one in kept] == ["delivered"] * 12
        by_id = {message.id: message.body for message in receiver.received}
        assert set(by_id) == {one["event_id"] for one in kept}
        assert len(receiver.received) > len(by_id), "what was answered and not recorded came again"
        for message in receiver.received:
            assert message.body == by_id[message.id], "under the same id, the same bytes"
            message.verified(made["secret"])
        for dossier in dossiers:
            told = [message.id for message in receiver.received if message.event["subject"] == dossier["id"]]
            firsts = list(dict.fromkeys(told))
            assert [next(m.event["type"] for m in receiver.received if m.id == one) for one in firsts] == TOLD
            assert told == sorted(told, key=firsts.index), "one is over before the next begins"
