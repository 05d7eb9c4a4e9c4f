"""Use case: territories from files, the widest first whatever their order. The same files twice change nothing the second time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.findings import Report
from services.common.firsts import Firsts
from services.common.records import open_records
from services.common.resources import Resources

from ..territories import bulk
from ..territories.rules import RANKS
from . import columns, territory_rules
from .batches import BATCH, BOUNDS, Wish, note
from .rules import Cell
from .territory_rules import Line

ACT = "territories.imported"


@dataclass
class _Survey:
    """What a first reading finds: how many of each kind in each file, and the EPCI of each commune (as many as France has)."""

    counts: list[dict[str, int]] = field(default_factory=list)
    epci_of: dict[str, tuple[str, bool, int]] = field(default_factory=dict)

    def has(self, kind: str) -> bool:
        return any(kind in each for each in self.counts)


async def import_territories(resources: Resources, wishes: Sequence[Wish], report: Report) -> Report:
    """One wish a file; each batch is one transaction. Raises `TableFault` when a file cannot be read: nothing is written then.

    A file is read once to check it, then once for each kind of territory it holds: memory holds one batch.
    """
    survey = _survey(wishes, report)
    with Firsts() as firsts:
        for kind in RANKS:
            for wish, counts in zip(wishes, survey.counts, strict=True):
                if kind in counts:
                    lines = (line for line in _lines(wish) if line.kind == kind)
                    await _import(resources, wish, _placed(lines, survey), report, firsts)
            if kind == "epci" and survey.epci_of and not survey.has("commune"):
                telling = next(wish for wish, counts in zip(wishes, survey.counts, strict=True) if "epci" in counts)
                await _import(resources, telling, _moved(survey), report, firsts)
    return report


def _survey(wishes: Sequence[Wish], report: Report) -> _Survey:
    survey = _Survey()
    for wish in wishes:
        report.source = wish.name
        counts: dict[str, int] = {}
        records = open_records(wish.file, columns.names_a_territory, BOUNDS)
        for record in records.rows:
            line, findings = territory_rules.read(record.values, record.line)
            report.lines += 1
            report.take(*findings)
            if line is None:
                report.ignored += not findings
                continue
            counts[line.kind] = counts.get(line.kind, 0) + 1
            for commune in line.communes if line.kind == "epci" else ():
                _, is_ept, _ = survey.epci_of.get(commune, ("", False, 0))
                if not is_ept:
                    survey.epci_of[commune] = (line.code, line.is_ept, line.line)
        survey.counts.append(counts)
    report.total = sum(sum(counts.values()) for counts in survey.counts)
    return survey


def _lines(wish: Wish) -> Iterator[Line]:
    for record in open_records(wish.file, columns.names_a_territory, BOUNDS).rows:
        line, _ = territory_rules.read(record.values, record.line)
        if line is not None:
            yield line


def _placed(lines: Iterator[Line], survey: _Survey) -> Iterator[Line]:
    for line in lines:
        if line.kind == "commune" and line.code in survey.epci_of:
            line.parent = survey.epci_of[line.code][0]
        yield line


def _moved(survey: _Survey) -> Iterator[Line]:
    """Communes the directory knows, placed in their EPCI though the files have no record of them."""
    for code, (epci, _, line) in survey.epci_of.items():
        yield Line(line, code, "commune", code, epci, moved_only=True)


async def _import(resources: Resources, wish: Wish, lines: Iterator[Line], report: Report, firsts: Firsts) -> None:
    report.source = wish.name
    while batch := list(islice(lines, BATCH)):
        before = report.counts
        async with resources.database.transaction() as session:
            await _write(session, batch, wish, report, firsts)
            if not wish.dry_run:
                await note(session, wish, ACT, (batch[0].line, batch[-1].line), before, report)
        report.advance(len(batch))


async def _write(session: AsyncSession, batch: list[Line], wish: Wish, report: Report, firsts: Firsts) -> None:
    rows = {row["code"]: row for row in await bulk.known(session, {line.code for line in batch})}
    around = await _around(session, batch, rows, firsts)
    new: dict[str, Line] = {}
    rewritten: dict[str, tuple[Line, Row, dict[str, list[object]]]] = {}
    for line in batch:
        if line.moved_only and line.code not in rows:
            continue
        parent, refused = territory_rules.parent_of(line, around)
        if refused is not None:
            report.take(refused)
            continue
        line.parent = parent
        if _is_repeated(line, report, firsts):
            continue
        known = rows.get(line.code)
        if known is None:
            new[line.code] = line
            continue
        change = territory_rules.compare(line, known, around, overwrite=wish.overwrite)
        refusals = report.refused
        report.take(*change.findings)
        if change.changes:
            rewritten[line.code] = (line, change.row, change.changes)
        elif report.refused == refusals and not line.moved_only:
            report.unchanged += 1
    added, written = set(new), set(rewritten)
    if not wish.dry_run:
        added = await bulk.add_many(session, [line.row() for line in new.values()], now=wish.now)
        changes = {code: changed for code, (_, _, changed) in rewritten.items()}
        become = [row for _, row, _ in rewritten.values()]
        written = await bulk.rewrite(session, become, changes, reason=wish.reason, now=wish.now)
    report.created += len(added)
    report.changed += len(written)
    missed = [line for code, line in new.items() if code not in added]
    missed += [line for code, (line, _, _) in rewritten.items() if code not in written]
    for line in missed:
        said = "Quelqu'un vient d'ajouter ou de changer ce territoire."
        report.take(Cell(line.line, "code", line.code).refused("change_ailleurs", said, "Relancez l'import."))


def _is_repeated(line: Line, report: Report, firsts: Firsts) -> bool:
    """Whether an earlier line of the files is about it: the first one counts."""
    first = firsts.claim(line.code, line.line, f"{line.kind}|{line.parent or ''}|{line.name}")
    if first is None or line.moved_only:
        return False
    report.repeated += 1
    if first.said != f"{line.kind}|{line.parent or ''}|{line.name}":
        said = "Ce code est déjà plus haut, avec un autre nom ou ailleurs ; la première ligne compte."
        cell = Cell(line.line, "code", f"{line.code} {line.name}")
        report.take(cell.warned("code_repete", said, f"Voyez la ligne {first.line}."))
    return True


async def _around(
    session: AsyncSession, batch: list[Line], rows: Mapping[str, Row], firsts: Firsts
) -> dict[str, tuple[str, str | None]]:
    """Kind and surroundings of what the batch refers to: as the directory knows it, or as the files said it before."""
    asked = {line.parent for line in batch if line.parent} | {row["parent_code"] for row in rows.values() if row["parent_code"]}
    for line in batch:
        if line.kind == "qpv":
            departements = (code[:3] if code.startswith("97") else code[:2] for code in line.communes)
            asked |= {*line.communes, *line.sirens, *departements}
    found = {row["code"]: (row["kind"], row["parent_code"]) for row in await bulk.known(session, asked)}
    for code in asked - set(found):
        if first := firsts.get(code):
            kind, parent, _ = first.said.split("|", 2)
            found[code] = (kind, parent or None)
    return found
