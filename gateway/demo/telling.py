"""What the person in front of the screen is told while the year goes by: bars in a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from babel.dates import format_date
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from .clock import PARIS


class Telling:
    """`say` is a line; `advance` moves one of the bars that `following` shows."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}
        self._left: dict[str, int] = {}
        self._totals: dict[str, int] = {}

    def say(self, text: str, day: datetime | None = None) -> None:
        when = "" if day is None else f"{_written(day):>16}  "
        self.console.print(f"{when}{text}", markup=False, highlight=False)

    @contextmanager
    def following(self, totals: Mapping[str, int]) -> Iterator[None]:
        """Follow several kinds of acts at once, each to its total."""
        self._totals, self._left = dict(totals), dict(totals)
        columns = (TextColumn("{task.description:>22}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[day]}"))
        with Progress(*columns, console=self.console, disable=not self.console.is_terminal) as self._progress:
            self._bars = {name: self._progress.add_task(name, total=total, day="") for name, total in totals.items()}
            yield
        self._progress = None

    def advance(self, name: str, count: int, day: datetime) -> None:
        """A plain reader hears of each kind when its last act is done."""
        self._left[name] -= count
        if self._progress is not None and self.console.is_terminal:
            self._progress.update(self._bars[name], advance=count, day=_written(day))
        elif count and not self._left[name]:
            self.say(f"{name} : {self._totals[name]}", day)


def _written(day: datetime) -> str:
    return str(format_date(day.astimezone(PARIS).date(), "d MMM y", locale="fr"))
