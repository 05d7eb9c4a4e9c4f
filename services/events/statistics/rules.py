"""Attendance counted by what was asked, and figures too small to be shown to everybody. Pure functions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.common.texts import fold

from .schemas import AttendanceFigures, Dimension

#: Fewer people than this, and a figure could point at somebody.
FEWEST = 3
FEW, HIDDEN = f"<{FEWEST}", "n.c."
MEASURES = ("registered", "seated", "present", "hours", "people")
UNKNOWN = "Non précisé"
_LONGEST_YEARS = 10


def in_order(since: date, until: date) -> bool:
    return since <= until and until.year - since.year <= _LONGEST_YEARS


@dataclass
class Cell:
    """What one line counts."""

    events: set[UUID] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    registered: int = 0
    seated: int = 0
    present: int = 0
    minutes: int = 0


class Count:
    """Attendance under keys: rows come one by one, in any order, and only cells are held in memory."""

    def __init__(
        self,
        dimension: Dimension,
        events: Iterable[Mapping[str, Any]],
        presence: Mapping[UUID, int] | None,
        kinds: Callable[[str], str | None] = lambda code: None,
    ) -> None:
        """`presence`: minutes by participant who was there; None when nobody knows. `kinds`: level of a territory."""
        self.dimension = dimension
        self.presence = presence
        self.total = Cell()
        self.cells: dict[str, Cell] = defaultdict(Cell)
        self._events = {event["id"]: event for event in events}
        self._kinds = kinds

    def add(self, row: Mapping[str, Any]) -> None:
        """A row of `registrations.counting.people`."""
        self._take(self.total, row)
        for key in self._keys(row):
            self._take(self.cells[key], row)

    def _take(self, cell: Cell, row: Mapping[str, Any]) -> None:
        cell.events.add(row["event_id"])
        cell.people.add(row["person"])
        cell.registered += bool(row["stands"])
        cell.seated += bool(row["seated"])
        known = self.presence or {}
        cell.present += row["id"] in known
        cell.minutes += known.get(row["id"], 0)

    def _keys(self, row: Mapping[str, Any]) -> list[str]:
        event = self._events[row["event_id"]]
        if self.dimension in {Dimension.AUDIENCE, Dimension.MODE}:
            return [row[self.dimension.value]]
        if self.dimension is Dimension.FORMAT:
            return [event["format"]]
        if self.dimension is Dimension.MONTH:
            return [event["sort_on"].isoformat()[:7]]
        if self.dimension is Dimension.THEME:
            return list(event["theme_path"]) or [""]
        return [code for code in row["territory_path"] if self._kinds(code) == self.dimension.value][:1] or [""]

    def figures(self, labels: Mapping[str, str]) -> tuple[AttendanceFigures, list[AttendanceFigures]]:
        """The total, and each line: months in their order, the others by their labels, what nobody said at the end."""
        lines = [self._figures(key, labels.get(key, key) if key else UNKNOWN, cell) for key, cell in self.cells.items()]
        by_key = self.dimension is Dimension.MONTH
        lines.sort(key=lambda line: (line.key == "", line.key if by_key else fold(line.label), line.key))
        return self._figures("", "Ensemble", self.total), lines

    def _figures(self, key: str, label: str, cell: Cell) -> AttendanceFigures:
        known = self.presence is not None
        return AttendanceFigures(
            key=key,
            label=label,
            events=len(cell.events),
            registered=cell.registered,
            seated=cell.seated,
            present=cell.present if known else None,
            hours=round(cell.minutes / 60, 2) if known else None,
            people=len(cell.people),
        )


def public(total: AttendanceFigures, lines: Sequence[AttendanceFigures]) -> tuple[AttendanceFigures, list[AttendanceFigures]]:
    """The same for everybody: no figure of one or two people, nor a single gap that the total would fill."""
    shown = [_without_few(line) for line in lines]
    for measure in MEASURES:
        gaps = [line for line in shown if measure in line.withheld]
        if len(gaps) == 1:
            others = [line for line in shown if getattr(line, measure)]
            if others:
                smallest = min(others, key=lambda line: getattr(line, measure))
                setattr(smallest, measure, None)
                smallest.withheld = {**smallest.withheld, measure: HIDDEN}
    return _without_few(total), shown


def _without_few(line: AttendanceFigures) -> AttendanceFigures:
    """Hours are those of who was present: withheld with them. Few people, and nothing of the line is shown."""
    few = {"people": line.people, "registered": line.registered, "seated": line.seated, "present": line.present}
    hidden = {name for name, count in few.items() if count is not None and 0 < count < FEWEST}
    if "people" in hidden:
        hidden = {name for name in MEASURES if getattr(line, name)}
    if "present" in hidden and line.hours is not None:
        hidden.add("hours")
    values = dict.fromkeys(hidden)
    return line.model_copy(update={**values, "withheld": dict.fromkeys(sorted(hidden), FEW)})
