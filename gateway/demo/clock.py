"""The demonstration's own idea of what time it is, and how it moves the platform's."""

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovedClock(Clock):
    """Time as a platform started with `--clock-file` lives it: the file holds the seconds to add to the machine's clock."""

    def __init__(self, file: Path, start: datetime) -> None:
        self._file = file
        self._shift = start - datetime.now(UTC)
        self._write()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def go_to(self, instant: datetime) -> None:
        """Never backwards: what was done keeps its order."""
        if instant > self.now():
            self._shift = instant - datetime.now(UTC)
            self._write()

    def _write(self) -> None:
        # Replaced in one step: a process that read half a number would live at another date.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{self._shift.total_seconds():.3f}")
        os.replace(fresh, self._file)
