"""Decisions by spreadsheet: the sheet of a session's requests, and the same sheet filled in, decided as many decisions at once are."""

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

import xlsxwriter
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Text
from services.common.problems import BodyTooLarge, FieldError, Problem
from services.common.tabular import bare

from ..campaigns import service as campaigns
from ..dossiers import instruction
from . import bulk, repository, service, sheet_reading
from .errors import BulkDecisionsRefused, DecisionSheetLineUnclear, NotForYouToDecide, NotOnAgenda
from .models import Committee, CommitteeKind, Decision, Outcome
from .schemas import BulkDecisionLine, LineState
from .sheet_reading import WORDS, CellFault, Column, SheetLine, harmless

if TYPE_CHECKING:
    from ..dossiers.models import Dossier, FundingRequest

MOST_BYTES = 5 * 1024 * 1024
_OPINIONS = {"favourable": "favorable", "reserved": "réservé", "unfavourable": "défavorable"}
#: Where a fault of a decision is in the sheet, by its pointer; by its name where it has none.
_COLUMNS = {
    "/outcome": Column.OUTCOME,
    "/amount_cents": Column.AMOUNT,
    "/motive": Column.MOTIVE,
    "/conditions": Column.CONDITIONS,
    "/request_id": Column.DOSSIER,
    "decided-meanwhile": Column.VERSION,
    "decision-version-required": Column.VERSION,
    "envelope-exceeded": Column.AMOUNT,
    "grant-beyond-ask": Column.AMOUNT,
    "funder-absent": Column.FUNDER,
    "not-for-you-to-decide": Column.FUNDER,
}


@dataclass(frozen=True)
class Asked:
    """A request of a dossier on the agenda, what the session said of it, and the funder's name."""

    dossier: "Dossier"
    request: "FundingRequest"
    decision: Decision | None
    funder: str


@dataclass
class SheetResult:
    """What became of one line of the file, by its number there; `problem` with the cells at fault."""

    number: int
    reference: str
    request_id: UUID | None
    state: LineState
    problem: Problem | None = None
    faults: Sequence[CellFault] = ()


@dataclass
class SheetReport:
    """`blank`: lines that say nothing yet; `ignored`: names of the columns nobody knows."""

    dry_run: bool
    blank: int
    ignored: Sequence[str]
    lines: list[SheetResult] = field(default_factory=list)
    granted_cents: int = 0

    def count(self, state: LineState) -> int:
        return sum(line.state is state for line in self.lines)


# ── The sheet ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def rows(session: AsyncSession, caller: Principal, committee_id: UUID) -> list[list[str | int]]:
    """The header and a line per request, in the order of the agenda: all of them for the team, a funder's own for its members."""
    committee = await service.seen(session, caller, committee_id)
    whole = caller.belongs_to(committee.lead_organisation_id)
    asked = [one for one in await _asked(session, committee) if whole or caller.belongs_to(one.request.funder_id)]
    return [[column.value for column in Column], *(_row(one) for one in asked)]


async def _asked(session: AsyncSession, committee: Committee) -> list[Asked]:
    agenda = await repository.agenda(session, committee.id)
    decisions = {one.request_id: one for one in await repository.decisions_of(session, committee.id)}
    names = await campaigns.funder_names(session, [committee.campaign_id])
    return [
        Asked(dossier, request, decisions.get(request.id), names.get(request.funder_id, ""))
        for dossier, requests in await instruction.many(session, [item.dossier_id for item in agenda])
        for request in requests
    ]


def _row(one: Asked) -> list[str | int]:
    request, decision = one.request, one.decision
    said: list[str | int] = ["", "", "", ""]
    if decision is not None:
        amount = _euros(decision.amount_cents) if decision.amount_cents else ""
        said = [WORDS[decision.outcome], amount, decision.motive, decision.conditions]
    return [
        one.dossier.reference or "",
        one.dossier.title,
        str(one.dossier.holder["name"]),
        one.funder,
        request.budget_line,
        _euros(request.amount_cents),
        _OPINIONS[request.opinion.value] if request.opinion else "",
        _euros(request.proposed_cents) if request.proposed_cents is not None else "",
        *said,
        str(request.id),
        decision.version if decision else "",
    ]


def _euros(cents: int) -> str | int:
    """A number when whole, as amounts of decisions are."""
    return f"{cents // 100},{cents % 100:02}" if cents % 100 else cents // 100


def as_csv(table: Sequence[Sequence[str | int]]) -> bytes:
    """UTF-8 with a mark, `;`, as French spreadsheets open it."""
    written = StringIO()
    lines = [[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in table]
    csv.writer(written, delimiter=";").writerows(lines)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def as_xlsx(table: Sequence[Sequence[str | int]]) -> bytes:
    """One sheet, its header in sight, the decision chosen in a list. Called in a thread."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Décisions")
        columns = list(Column)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(columns) - 1, 16)
        sheet.set_column(1, 2, 34)
        sheet.set_column(columns.index(Column.MOTIVE), columns.index(Column.CONDITIONS), 40)
        head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E6E6E6"})
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell[:32_767], *([head] if number == 0 else []))
                else:
                    sheet.write_number(number, place, cell)
        if len(table) > 1:
            at = columns.index(Column.OUTCOME)
            sheet.data_validation(1, at, len(table) - 1, at, {"validate": "list", "source": list(WORDS.values())})
    return content.getvalue()


# ── The sheet filled in ───────────────────────────────────────────────────────────────────────────────────────────


async def decide(
    session: AsyncSession, caller: Principal, committee_id: UUID, stream: AsyncIterator[bytes], *, dry_run: bool,
    all_or_nothing: bool, now: datetime,
) -> SheetReport:  # fmt: skip
    """Each line is decided as `bulk.decide` does; a line that says what stands already is left as it is, whoever said it.

    No lock is held while bytes arrive.
    """
    committee = await service.seen(session, caller, committee_id)
    read = await asyncio.to_thread(sheet_reading.read, await _received(stream))
    asked = await _asked(session, committee)
    reopened = {
        one.decision_id for one in await repository.reopenings_of(session, committee_id) if one.opened_at and one.settled_at is None
    }
    report = SheetReport(dry_run, read.blank, read.unknown)
    wishes: list[tuple[SheetLine, BulkDecisionLine]] = []
    for line in read.lines:
        request_id, result = _understood(caller, committee, asked, reopened, line)
        if result is not None or request_id is None:
            report.lines += [result] if result else []
            if result and result.state is LineState.UNCHANGED and line.outcome is Outcome.GRANTED:
                report.granted_cents += line.amount_cents
            continue
        wishes.append((line, _wish(line, request_id)))
    if all_or_nothing and report.count(LineState.PROBLEM):
        raise _refused(report.lines)
    if wishes:
        done = await bulk.decide(
            session, caller, committee_id, [wish for _, wish in wishes], dry_run=dry_run, all_or_nothing=False, now=now
        )
        report.granted_cents += done.granted_cents
        report.lines += [_result(line, said) for (line, _), said in zip(wishes, done.lines, strict=True)]
    report.lines.sort(key=lambda one: one.number)
    if all_or_nothing and not dry_run and report.count(LineState.PROBLEM):
        raise _refused(report.lines)  # the transaction goes, and what was decided in it
    return report


async def _received(stream: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for chunk in stream:
        content += chunk
        if len(content) > MOST_BYTES:
            raise BodyTooLarge(Text("Le fichier dépasse la limite de 5 Mo.", "The file is over the limit of 5 MB."))
    return bytes(content)


def _understood(
    caller: Principal, committee: Committee, asked: Sequence[Asked], reopened: set[UUID], line: SheetLine
) -> tuple[UUID | None, SheetResult | None]:
    """The request a line is about; or what is wrong with the line, or that it changes nothing."""
    if line.faults:
        problem = DecisionSheetLineUnclear(errors=[FieldError("", fault.said, fault.code) for fault in line.faults])
        return None, SheetResult(line.number, line.reference, line.request_id, LineState.PROBLEM, problem, line.faults)
    try:
        request_id = line.request_id or _found(caller, committee, asked, line)
    except Problem as problem:
        fault = CellFault(_column(problem, ""), problem.slug(), problem.detail or problem.title, line.reference)
        return None, SheetResult(line.number, line.reference, None, LineState.PROBLEM, problem, [fault])
    standing = next((one.decision for one in asked if one.request.id == request_id), None)
    if standing is not None and standing.id not in reopened and _says_the_same(line, standing):
        return request_id, SheetResult(line.number, line.reference, request_id, LineState.UNCHANGED)
    return request_id, None


def _found(caller: Principal, committee: Committee, asked: Sequence[Asked], line: SheetLine) -> UUID:
    """By the dossier's reference, then the funder's name and the budget line where they are given, among what the caller decides."""
    of_dossier = [one for one in asked if bare(one.dossier.reference or "") == bare(line.reference)]
    if not of_dossier:
        raise NotOnAgenda()
    named = [
        one
        for one in of_dossier
        if (not line.funder or bare(one.funder) == bare(line.funder))
        and (not line.budget_line or bare(one.request.budget_line) == bare(line.budget_line))
    ]
    mine = [one for one in named if _decides(caller, committee, one.request)]
    if len(mine) == 1:
        return mine[0].request.id
    if named and not mine:
        raise NotForYouToDecide()
    raise DecisionSheetLineUnclear(
        Text(
            "Plusieurs demandes de ce dossier, ou aucune, répondent à cette ligne : donnez « Financeur » ou « Identifiant ».",
            "Several requests of this dossier, or none, fit this line: give « Financeur » or « Identifiant ».",
        )
    )


def _decides(caller: Principal, committee: Committee, request: "FundingRequest") -> bool:
    if committee.kind is CommitteeKind.TECHNICAL:
        return caller.belongs_to(committee.lead_organisation_id)
    return caller.has_role(request.funder_id, "manager", "signatory")


def _says_the_same(line: SheetLine, standing: Decision) -> bool:
    """A version that is not the latest says nothing the reader has read."""
    said = (line.outcome, line.amount_cents, line.motive, line.conditions, line.version)
    stands = (standing.outcome, standing.amount_cents, standing.motive.strip(), standing.conditions.strip(), standing.version)
    return said == stands


def _wish(line: SheetLine, request_id: UUID) -> BulkDecisionLine:
    return BulkDecisionLine.model_validate(
        {
            "request_id": request_id,
            "outcome": line.outcome,
            "amount_cents": line.amount_cents,
            "motive": line.motive,
            "conditions": line.conditions,
            "version": line.version,
        }
    )


def _result(line: SheetLine, said: bulk.LineResult) -> SheetResult:
    faults: list[CellFault] = []
    if said.problem is not None:
        errors = said.problem.errors or [FieldError("", said.problem.detail or said.problem.title, said.problem.slug())]
        faults = [CellFault(_column(said.problem, one.pointer), one.code or said.problem.slug(), one.detail) for one in errors]
    return SheetResult(line.number, line.reference, said.request_id, said.state, said.problem, faults)


def _column(problem: Problem, pointer: str) -> Column:
    return _COLUMNS.get(pointer) or _COLUMNS.get(problem.slug()) or Column.DOSSIER


def _refused(lines: Sequence[SheetResult]) -> BulkDecisionsRefused:
    told: list[dict[str, Any]] = []
    errors: list[FieldError] = []
    for line in sorted(lines, key=lambda one: one.number):
        if line.problem is None:
            continue
        told.append({"line": line.number, "columns": [one.column.value for one in line.faults], "problem": line.problem.slug()})
        errors += [FieldError("", _placed(line.number, one), one.code) for one in line.faults]
    return BulkDecisionsRefused(errors=errors, lines=told)


def _placed(number: int, fault: CellFault) -> Text:
    return Text(
        f"Ligne {number}, colonne « {fault.column.value} » : {fault.said.fr}",
        f"Line {number}, column « {fault.column.value} »: {fault.said.en}",
    )
