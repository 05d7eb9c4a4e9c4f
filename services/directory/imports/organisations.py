"""Use case: organisations from a file. The same file twice changes nothing the second time."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.findings import Report
from services.common.firsts import Firsts
from services.common.ids import new_id
from services.common.records import Records, open_records
from services.common.resources import Resources

from ..organisations import bulk
from ..territories import bulk as territories
from . import columns, organisation_rules
from .batches import BATCH, BOUNDS, Wish, note
from .organisation_rules import Line
from .rules import Cell

ACT = "organisations.imported"


async def import_organisations(resources: Resources, wish: Wish, report: Report) -> Report:
    """Each batch is one transaction. Raises `TableFault` when the file cannot be read further: batches before it stay."""
    report.source = wish.name
    records = open_records(wish.file, columns.names_an_organisation, BOUNDS)
    with Firsts() as firsts:
        for batch in _batches(records):
            before = report.counts
            lines = _merged(_read(records, batch, wish, report, firsts))
            async with resources.database.transaction() as session:
                await _write(session, lines, wish, report)
                if not wish.dry_run:
                    await note(session, wish, ACT, (batch[0].line, batch[-1].line), before, report)
            report.lines += len(batch)
            report.advance(len(batch))
    return report


def _batches(records: Records) -> Iterator[list[Any]]:
    while batch := list(islice(records.rows, BATCH)):
        yield batch


def _read(records: Records, batch: list[Any], wish: Wish, report: Report, firsts: Firsts) -> Iterator[Line]:
    """The lines that are about an organisation; those that repeat an earlier one only complete it."""
    for record in batch:
        cells = columns.organisation_cells(records, record)
        line, findings = organisation_rules.read(cells, record.line, wish.kind)
        if line is None:
            report.take(*findings)
            continue
        if line.siret and line.rna:
            other = firsts.claim(f"rna {line.rna}", line.line, line.siret)
            if other and other.said != line.siret:
                said = "Ce numéro RNA est aussi celui d'un autre SIRET du fichier : une association n'a ici qu'un établissement."
                way_out = f"Laissé de côté ici ; voyez la ligne {other.line}."
                findings.append(cells[columns.Of.RNA].warned("rna_repete", said, way_out))
                line.rna = None
        first = firsts.claim(line.key, line.line, line.name)
        if first:
            report.repeated += 1
            line.completes = True
            if first.said != line.name:
                said = "La même organisation porte un autre nom plus haut dans le fichier, qui est gardé."
                named = Cell(line.line, cells[columns.Of.NAME].column, line.name)
                findings.append(named.warned("nom_different", said, f"Voyez la ligne {first.line}."))
        report.take(*findings)
        if not first or line.said:
            yield line


def _merged(lines: Iterator[Line]) -> list[Line]:
    """Lines of one organisation within the batch are one: the first says most, the others complete it."""
    found: dict[str, Line] = {}
    for line in lines:
        first = found.setdefault(line.key, line)
        if first is not line:
            whole = first.address or line.address
            first.said = {**line.said, **first.said, **whole}
            first.rna = first.rna or line.rna
    return list(found.values())


async def _write(session: AsyncSession, lines: list[Line], wish: Wish, report: Report) -> None:
    await _tell_epcis(session, lines)
    sirets = [line.siret for line in lines if line.siret]
    rnas = [line.rna for line in lines if line.rna]
    rows = await bulk.bearing(session, sirets, rnas)
    by_siret = {row["siret"]: row for row in rows if row["siret"]}
    by_rna = {row["rna"]: row for row in rows if row["rna"]}
    new: dict[Any, Line] = {}
    rewritten: dict[Any, tuple[Line, dict[str, Any]]] = {}
    for line in lines:
        known = _known(line, by_siret, by_rna, report)
        if known is None:
            if not line.completes:
                new[new_id()] = line
            continue
        change = organisation_rules.compare(line, known, overwrite=wish.overwrite)
        report.take(*change.findings)
        if change.changes:
            known |= change.row  # another line may complete it further
            _, earlier = rewritten.get(known["id"], (line, {}))
            rewritten[known["id"]] = (line, earlier | change.changes)
        elif not line.completes:
            report.unchanged += 1
    opened, written = set(new), set(rewritten)
    if not wish.dry_run:
        opened = await bulk.open_many(session, [line.row(id) for id, line in new.items()], now=wish.now)
        changes = {id: changed for id, (_, changed) in rewritten.items()}
        become = [row for row in rows if row["id"] in rewritten]
        written = await bulk.rewrite(session, become, changes, reason=wish.reason, now=wish.now)
    report.created += len(opened)
    report.changed += len(written)
    missed = [line for id, line in new.items() if id not in opened]
    missed += [line for id, (line, _) in rewritten.items() if id not in written]
    for line in missed:
        said = "Quelqu'un vient d'ouvrir ou de changer cette organisation, ou une autre sous ce numéro."
        report.take(Cell(line.line, "siret", line.key).refused("changee_ailleurs", said, "Relancez l'import."))


async def _tell_epcis(session: AsyncSession, lines: list[Line]) -> None:
    """A public body whose SIREN is the code of an EPCI of the directory is one, when nothing else says what it is."""
    guessed = [line for line in lines if not line.kind_said and line.siret and line.kind == "other_public"]
    epcis = {row["code"] for row in await territories.known(session, {line.siret[:9] for line in guessed if line.siret})}
    for line in guessed:
        if line.siret and line.siret[:9] in epcis:
            line.kind = "epci"


def _known(line: Line, by_siret: dict[str, Row], by_rna: dict[str, Row], report: Report) -> Row | None:
    """By its SIRET, or by its RNA when it has no other SIRET; a RNA that is another's is left aside."""
    mine = by_siret.get(line.siret or "")
    theirs = by_rna.get(line.rna or "")
    if theirs is None or theirs is mine:
        return mine
    if mine is None and (line.siret is None or theirs["siret"] is None):
        return theirs
    said = "Ce numéro RNA est déjà celui d'une organisation d'un autre SIRET."
    report.take(
        Cell(line.line, "rna", line.rna or "").warned("rna_pris", said, "Il est laissé de côté ; vérifiez lequel est juste.")
    )
    line.rna = None
    return mine
