"""Many decisions of one session at once: each line for itself or all together, tried first if one likes, each line accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Text
from services.common.problems import FieldError, Problem, from_database

from ..dossiers import instruction
from . import deciding, repository, service
from .deciding import Expected
from .errors import BulkDecisionsRefused
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
    """Each line is decided as it would be alone, in the order sent, within one transaction; what a dry run did is undone.

    Dossiers are taken in one order, so that two such acts wait for each other.
    """
    await service.seen(session, caller, committee_id)
    await repository.get_shared(session, committee_id)
    for dossier_id in sorted(await instruction.dossiers_of_requests(session, [line.request_id for line in lines])):
        await instruction.get(session, dossier_id)
    report = Report(dry_run)
    try:
        async with session.begin_nested():
            await _each(session, caller, committee_id, lines, report, now)
            if dry_run:
                raise _TriedOnly
            if all_or_nothing and report.count(LineState.PROBLEM):
                raise _refused(report)
    except _TriedOnly:
        return report
    kept = report.count(LineState.DECIDED)
    if kept:
        committee = await service.seen(session, caller, committee_id)
        await service.note(session, committee, "committee.bulk_decided", caller, now, lines=len(lines), decided=kept)
    return report


class _TriedOnly(Exception):
    """Undoes what a dry run did."""


async def _each(
    session: AsyncSession, caller: Principal, committee_id: UUID, lines: Sequence[BulkDecisionLine], report: Report, now: datetime
) -> None:
    """A funder's lines are taken one budget line after the other: two acts that draw on the same two would block each other."""
    order = await instruction.budget_lines_of_requests(session, [line.request_id for line in lines])
    repeated = set[UUID]()
    for number, line in sorted(enumerate(lines, 1), key=lambda one: order.get(one[1].request_id, "")):
        result = await _line(session, caller, committee_id, number, line, repeated, now)
        repeated.add(line.request_id)
        report.lines.append(result)
        if result.state is not LineState.PROBLEM and line.outcome is Outcome.GRANTED:
            report.granted_cents += line.amount_cents
    report.lines.sort(key=lambda one: one.number)


def _refused(report: Report) -> BulkDecisionsRefused:
    faults = [(one, one.problem) for one in report.lines if one.problem is not None]
    told = [{"line": one.number, "request_id": str(one.request_id), "problem": problem.slug()} for one, problem in faults]
    return BulkDecisionsRefused(errors=[error for one, _ in faults for error in one.errors], lines=told)


async def _line(
    session: AsyncSession,
    caller: Principal,
    committee_id: UUID,
    number: int,
    line: BulkDecisionLine,
    repeated: set[UUID],
    now: datetime,
) -> LineResult:
    if line.request_id in repeated:
        said = Text("Cette demande figure déjà plus haut.", "This request is already above.")
        return LineResult(
            number, line.request_id, LineState.PROBLEM, BulkDecisionsRefused(errors=[FieldError("/request_id", said, "repeated")])
        )
    expected = Expected(version=line.version)
    try:
        async with session.begin_nested():
            _, changed = await deciding.decide(session, caller, committee_id, line.request_id, line, expected=expected, now=now)
    except Problem as problem:
        return LineResult(number, line.request_id, LineState.PROBLEM, problem)
    except DBAPIError as error:
        broken = from_database(error)
        if broken.status >= 500:
            raise
        return LineResult(number, line.request_id, LineState.PROBLEM, broken)
    return LineResult(number, line.request_id, LineState.DECIDED if changed else LineState.UNCHANGED)
