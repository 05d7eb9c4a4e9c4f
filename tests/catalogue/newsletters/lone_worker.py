"""A worker of the catalogue in a process of its own, to be killed: `python -m tests.catalogue.newsletters.lone_worker <settings>`.

Its batches are small and slow, so that there is a middle to be killed in.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from services.catalogue.app import SERVICE
from services.catalogue.newsletters import rules, sending
from services.catalogue.settings import Settings
from services.common.jobs import create_worker
from services.common.mail import queue_mail
from services.common.resources import opened, prepare
from tests.support import settings_for


async def _slowly(*given: Any, **more: Any) -> None:
    await queue_mail(*given, **more)
    await asyncio.sleep(0.05)


async def _work(conninfo: str, data_dir: str) -> None:
    rules.BATCH = 5
    sending.queue_mail = _slowly  # type: ignore[attr-defined]
    async with opened(prepare(SERVICE, settings_for(Settings, conninfo, Path(data_dir)))) as resources:
        worker = create_worker(SERVICE.all_jobs, resources)
        async with worker.open_async():
            await worker.run_worker_async(install_signal_handlers=False, listen_notify=False, fetch_job_polling_interval=0.1)


if __name__ == "__main__":
    asyncio.run(_work(*json.loads(sys.argv[1])))
