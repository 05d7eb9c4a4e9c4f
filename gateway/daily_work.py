"""Work that a clock starts each day (reminders, closing…), done now."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module

import procrastinate

from services.common.jobs import Job

from .preparation import database_variable
from .routes import SERVICES, Route


class NotDailyWork(LookupError):
    """No periodic job has that name."""


def daily_work() -> dict[str, Route]:
    """Periodic jobs by name, with the service each belongs to."""
    found: dict[str, Route] = {}
    for route in SERVICES:
        jobs: Iterable[Job] = import_module(f"services.{route.service}.worker").JOBS
        found |= {job.name: route for job in jobs if job.cron}
    return found


def do_now(environment: Mapping[str, str], names: Iterable[str]) -> None:
    """Put each in its service's queue, as its hour would; done twice it does no harm. Raises `NotDailyWork`."""
    known, wanted = daily_work(), list(names)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise NotDailyWork(f"Aucun travail périodique ne s’appelle {', '.join(unknown)}. Il y a : {', '.join(sorted(known))}.")
    for name in wanted:
        connector = procrastinate.SyncPsycopgConnector(conninfo=environment[database_variable(known[name])])
        with procrastinate.App(connector=connector).open() as app:
            app.configure_task(name, allow_unknown=True).defer(timestamp=int(datetime.now(UTC).timestamp()))
