"""What both imports share: the file they read, how they are asked to act, and the line of the journal each batch leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.findings import Report
from services.common.records import Bounds

from ..references import journal_id
from ..tables import KERNEL

#: Lines of one transaction: a crash leaves whole batches, and memory holds one.
BATCH = 2_000
BOUNDS = Bounds(rows=2_000_000, columns=256, unpacked=256 * 1024 * 1024)


@dataclass(frozen=True)
class Wish:
    """How to import. `name`, `sha256`: of the file; `dry_run`: say everything, write nothing; `overwrite`: the file wins."""

    file: BinaryIO
    name: str
    sha256: str
    now: datetime
    dry_run: bool = False
    overwrite: bool = False
    #: Kind of the organisations of which the file says nothing.
    kind: str | None = None

    @property
    def reason(self) -> str:
        """Why something changed, for the journal."""
        return f"import {self.sha256[:12]}"


async def note(session: AsyncSession, wish: Wish, act: str, lines: tuple[int, int], before: dict[str, int], report: Report) -> None:
    """A line for a batch that wrote something: which file, its lines, what became of them."""
    counts = {name: count - before[name] for name, count in report.counts.items()}
    if counts["created"] or counts["changed"]:
        changes = {"sha256": wish.sha256, "first_line": lines[0], "last_line": lines[1], **counts}
        resource = ("import", journal_id("import", wish.sha256))
        await journal.record(session, KERNEL.journal, at=wish.now, act=act, resource=resource, actor=None, changes=changes)
