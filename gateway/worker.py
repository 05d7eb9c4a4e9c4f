"""A worker process: the background jobs of every service (embedded), or of one."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import uvloop

from services.common import logs
from services.common.jobs import create_worker
from services.common.resources import Resources, Service, opened, prepare

from . import lifeline
from .embedded import from_environment
from .routes import load, route_of
from .settings import GatewaySettings, read

CONCURRENCY = 4
#: Seconds a running job is given to end; one that is cut off is taken up again by another worker.
GRACE = 8.0
_POLLING_SECONDS = 1.0
_NICENESS = 5

Workshop = Mapping[str, tuple[Service, Resources]]


@asynccontextmanager
async def all_services() -> AsyncIterator[Workshop]:
    """Siblings are called in this very process: delivering an event needs no address."""
    composition = from_environment()
    async with composition.opened():
        yield {name: (part.service, composition.apps[name].state.resources) for name, part in composition.parts.items()}


@asynccontextmanager
async def one_service(name: str) -> AsyncIterator[Workshop]:
    """Siblings are called at the addresses of `CANEVAS_SIBLINGS`."""
    part = load(route_of(name))
    async with opened(prepare(part.service, part.read_settings())) as resources:
        yield {name: (part.service, resources)}


async def work(name: str | None = None) -> None:
    """Run jobs until SIGTERM or SIGINT."""
    async with one_service(name) if name else all_services() as workshop:
        running = asyncio.gather(*(_run(service, resources) for service, resources in workshop.values()))
        asked = asyncio.Event()

        def stop() -> None:
            asked.set()
            running.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        try:
            await running
        except asyncio.CancelledError:
            if not asked.is_set():
                raise SystemExit("the jobs stopped by themselves: the database was lost") from None


async def _run(service: Service, resources: Resources) -> None:
    app = create_worker(service.all_jobs, resources)
    async with app.open_async():
        await app.run_worker_async(
            name=service.name,
            concurrency=CONCURRENCY,
            wait=True,
            install_signal_handlers=False,
            listen_notify=True,
            delete_jobs="successful",
            fetch_job_polling_interval=_POLLING_SECONDS,
            shutdown_graceful_timeout=GRACE,
        )


def main(name: str | None = None) -> None:
    if name is not None:
        route_of(name)
    lifeline.watch()
    logs.configure(read(GatewaySettings).log_level)
    # People who wait for an answer go first: on a machine they share, the jobs take what is left of its cores.
    with suppress(OSError):
        os.nice(_NICENESS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(name))


if __name__ == "__main__":
    main()
