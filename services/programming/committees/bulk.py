"""Many decisions of one session at once: each line for itself or all together, tried first if one likes, each line accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Text
from services.common.problems import FieldError, Problem

from . import deciding, service
from .deciding import Expected, Matter, Word
from .errors import BulkDecisionsRefused
from .models import Decision
from .schemas import BulkDecisionLine, LineState, Outcome


@dataclass
class LineResult:
    """What became of one line; `number` from 1 as sent."""

    number: int
    request_id: UUID
    state: LineState
    problem: Problem | None = None

    @property
    def errors(self) -> list[FieldError]:
        """The problem's pointers, from the root of what was sent."""
        if self.problem is None:
            return []
        at = f"/lines/{self.number - 1}"
        pointed = [FieldError(f"{at}{error.pointer}", error.detail, error.code) for error in self.problem.errors]
        return pointed or [FieldError(at, self.problem.detail or self.problem.title, self.problem.slug())]


@dataclass
class Report:
    """`granted_cents`: what the lines kept grant, together."""

    dry_run: bool
    lines: list[LineResult] = field(default_factory=list)
    granted_cents: int = 0

    def count(self, state: LineState) -> int:
        return sum(line.state is state for line in self.lines)


async def decide(
    session: AsyncSession, caller: Principal, committee_id: UUID, lines: Sequence[BulkDecisionLine], *, dry_run: bool,
    all_or_nothing: bool, now: datetime,
) -> Report:  # fmt: skip
    """Each line is decided as it would be alone, within one transaction; what a dry run did is undone.

    What the session has before it is read once for all lines, and written once.
    """
    matter = await deciding.gather(session, caller, committee_id, {line.request_id for line in lines})
    report = Report(dry_run)
    try:
        async with session.begin_nested():
            words = await _each(session, matter, caller, lines, report, now)
            if all_or_nothing and report.count(LineState.PROBLEM) and not dry_run:
                raise _refused(report)
            await deciding.keep(session, matter, caller, words, now)
            if dry_run:
                raise _TriedOnly
    except _TriedOnly:
        return report
    if words:
        await service.note(session, matter.committee, "committee.bulk_decided", caller, now, lines=len(lines), decided=len(words))
    return report


class _TriedOnly(Exception):
    """Undoes what a dry run did."""


async def _each(
    session: AsyncSession, matter: Matter, caller: Principal, lines: Sequence[BulkDecisionLine], report: Report, now: datetime
) -> list[Word]:
    """A funder's lines are taken one budget line after the other: two acts that draw on the same two would block each other."""
    lines_of = {request.id: request.budget_line for request in matter.taken.requests.values()}
    repeated = set[UUID]()
    words = []
    for number, line in sorted(enumerate(lines, 1), key=lambda one: lines_of.get(one[1].request_id, "")):
        said = await _line(session, matter, caller, line, repeated, now)
        repeated.add(line.request_id)
        report.lines.append(_result(number, line, said))
        if isinstance(said, Word):
            words.append(said)
        if not isinstance(said, Problem) and line.outcome is Outcome.GRANTED:
            report.granted_cents += line.amount_cents
    report.lines.sort(key=lambda one: one.number)
    return words


def _refused(report: Report) -> BulkDecisionsRefused:
    faults = [(one, one.problem) for one in report.lines if one.problem is not None]
    told = [{"line": one.number, "request_id": str(one.request_id), "problem": problem.slug()} for one, problem in faults]
    return BulkDecisionsRefused(errors=[error for one, _ in faults for error in one.errors], lines=told)


async def _line(
    session: AsyncSession, matter: Matter, caller: Principal, line: BulkDecisionLine, repeated: set[UUID], now: datetime
) -> Word | Decision | Problem:
    """What was said, the decision that stood already, or why neither."""
    if line.request_id in repeated:
        said = Text("Cette demande figure déjà plus haut.", "This request is already above.")
        return BulkDecisionsRefused(errors=[FieldError("/request_id", said, "repeated")])
    expected = Expected(version=line.version)
    try:
        return await deciding.say_of(session, matter, caller, line.request_id, line, expected=expected, now=now)
    except Problem as problem:
        return problem


def _result(number: int, line: BulkDecisionLine, said: Word | Decision | Problem) -> LineResult:
    if isinstance(said, Problem):
        return LineResult(number, line.request_id, LineState.PROBLEM, said)
    return LineResult(number, line.request_id, LineState.DECIDED if isinstance(said, Word) else LineState.UNCHANGED)
