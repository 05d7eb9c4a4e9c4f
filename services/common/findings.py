"""What an import says of a file: line by line what was found wrong and the way out of it, and how much of everything.

Nothing is kept but counts and a few examples of each kind, however long the file; whoever asks is given each finding as it comes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

#: Examples kept of each kind of finding.
_EXAMPLES = 3
_LONGEST_VALUE = 120


class Level(StrEnum):
    """A refused line is not imported; a warning says what was understood, left aside or kept as it was."""

    REFUSED = "refusée"
    WARNING = "avertissement"


@dataclass(frozen=True)
class Finding:
    """Something about one value of one line. `column` is named as the file names it; texts are in French."""

    line: int
    column: str
    value: str
    code: str
    said: str
    way_out: str
    level: Level = Level.REFUSED


@dataclass
class Kind:
    """The findings of one code: how many, the first of them. `varied`: the way out is not the same for all."""

    level: Level
    said: str
    way_out: str
    count: int = 0
    lines: list[int] = field(default_factory=list)
    varied: bool = False


@dataclass
class Report:
    """How an import went. `tell` is given every finding as it comes (to write it in a file); `advance`, the lines done."""

    tell: Callable[[Finding], None] = lambda finding: None
    advance: Callable[[int], None] = lambda lines: None
    #: The file being read.
    source: str = ""
    lines: int = 0
    #: Lines there will be, once it is known.
    total: int | None = None
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Lines that repeat another of the file.
    repeated: int = 0
    #: Lines this import is not about.
    ignored: int = 0
    refused: int = 0
    warnings: int = 0
    kinds: dict[str, Kind] = field(default_factory=dict)

    def take(self, *findings: Finding) -> None:
        """Findings of one line: it is refused once, whatever the number of its faults."""
        for found in findings:
            kind = self.kinds.setdefault(f"{found.level}:{found.code}", Kind(found.level, found.said, found.way_out))
            kind.count += 1
            kind.varied |= found.way_out != kind.way_out
            if len(kind.lines) < _EXAMPLES:
                kind.lines.append(found.line)
            self.warnings += found.level is Level.WARNING
            self.tell(found)
        self.refused += any(found.level is Level.REFUSED for found in findings)

    @property
    def counts(self) -> dict[str, int]:
        """For the journal."""
        names: Sequence[str] = ("created", "changed", "unchanged", "repeated", "ignored", "refused", "warnings")
        return {name: getattr(self, name) for name in names}


def shown(value: str) -> str:
    """A value as a report repeats it: on one line, not too long."""
    line = " ".join(value.split())
    return line if len(line) <= _LONGEST_VALUE else line[: _LONGEST_VALUE - 1] + "…"
