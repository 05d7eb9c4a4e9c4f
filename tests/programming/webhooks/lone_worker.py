"""A worker of programming in a process of its own, to be killed: `python -m tests.programming.webhooks.lone_worker <settings>`."""

import asyncio
import json
import sys
from pathlib import Path

from services.common.jobs import create_worker
from services.common.resources import opened, prepare
from services.programming.app import SERVICE
from services.programming.settings import Settings
from tests.support import settings_for


async def _work(conninfo: str, data_dir: str) -> None:
    async with opened(prepare(SERVICE, settings_for(Settings, conninfo, Path(data_dir)))) as resources:
        worker = create_worker(SERVICE.all_jobs, resources)
        async with worker.open_async():
            await worker.run_worker_async(install_signal_handlers=False, listen_notify=False, fetch_job_polling_interval=0.1)


if __name__ == "__main__":
    asyncio.run(_work(*json.loads(sys.argv[1])))
