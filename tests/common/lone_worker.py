"""A worker of the hotel in a process of its own, for tests that kill it: `python -m tests.common.lone_worker <settings>`."""

import asyncio
import json
import sys

from services.common.jobs import create_worker
from services.common.resources import opened, prepare

from .hotel import ROOMS
from .rooms import Settings


async def work(settings: Settings) -> None:
    async with opened(prepare(ROOMS, settings)) as resources:
        worker = create_worker(ROOMS.all_jobs, resources)
        async with worker.open_async():
            await worker.run_worker_async(install_signal_handlers=False)


if __name__ == "__main__":
    asyncio.run(work(Settings(**json.loads(sys.argv[1]))))
