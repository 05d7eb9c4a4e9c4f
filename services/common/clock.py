"""The platform's clock: the machine's, unless a development platform is told to live at another date."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

PARIS = ZoneInfo("Europe/Paris")


class Clock:
    """`now()` in UTC. `shift_file` holds seconds to add, read at each call: a demonstration plays a year in a minute."""

    def __init__(self, shift_file: Path | None = None) -> None:
        self._shift_file = shift_file

    def now(self) -> datetime:
        now = datetime.now(UTC)
        if self._shift_file is None:
            return now
        try:
            return now + timedelta(seconds=float(self._shift_file.read_text()))
        except (FileNotFoundError, ValueError, OverflowError):
            return now


def in_paris(instant: datetime) -> datetime:
    return instant.astimezone(PARIS)


def today_in_paris(now: datetime) -> date:
    return in_paris(now).date()


async def _arrival(request: Request) -> datetime:
    arrived: datetime = getattr(request.state, "arrived_at", None) or request.app.state.resources.clock.now()
    return arrived


#: When the request arrived. A deadline is judged on this instant, however long the request then waits for a lock.
Now = Annotated[datetime, Depends(_arrival)]
