"""Use case: contracts from a file. The same file twice changes nothing the second time. The platform's operator acts."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID, uuid5

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.db import Row, execute, fetch_in
from services.common.findings import Finding, Level, Report
from services.common.firsts import Firsts
from services.common.ids import new_id
from services.common.records import Bounds, open_records
from services.common.resources import Resources

from ..tables import KERNEL
from . import importing_repository as repository
from . import importing_rules as rules
from .importing_rules import Line, Period

BATCH = 500
BOUNDS = Bounds(rows=100_000, columns=256, unpacked=256 * 1024 * 1024)
_IMPORTS = UUID("6a1a7c92-7f0f-5d55-8a0c-5b9f4d0c2e17")


@dataclass(frozen=True)
class Found:
    """What the directory knows: organisations by SIREN, neighbourhoods by code of the EPCI or commune around them."""

    leads: Mapping[str, Sequence[Mapping[str, Any]]]
    neighbourhoods: Mapping[str, Sequence[Mapping[str, Any]]]


#: Asks the directory once a batch: SIRENs, codes of territories.
Find = Callable[[Collection[str], Collection[str]], Awaitable[Found]]


@dataclass(frozen=True)
class Wish:
    """How to import. `commune_sirens`: SIREN of communes by their code, for the contracts a commune leads."""

    file: BinaryIO
    name: str
    sha256: str
    now: datetime
    period: Period
    commune_sirens: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    overwrite: bool = False


async def import_contracts(resources: Resources, wish: Wish, report: Report, find: Find) -> dict[str, Line]:
    """Each batch is one transaction. The lines refused because their lead is not in the directory, by SIREN of that lead.

    Raises `TableFault` when the file cannot be read further: batches before it stay.
    """
    report.source = wish.name
    records = open_records(wish.file, rules.is_known, BOUNDS)
    missing: dict[str, Line] = {}
    with Firsts() as firsts:
        while batch := list(islice(records.rows, BATCH)):
            before = report.counts
            lines = []
            for record in batch:
                line, findings = rules.read(records, record, wish.period)
                report.take(*findings)
                if line is not None and not _is_repeated(line, firsts, report):
                    lines.append(line)
            numbers = {line.code: _number(line, wish.commune_sirens) for line in lines}
            sirens = {number[:9] for number in numbers.values() if number}
            found = await find(sirens, {line.place for line in lines})
            async with resources.database.transaction() as session:
                await _write(session, lines, numbers, found, wish, report, missing)
                if not wish.dry_run:
                    await _note(session, wish, (batch[0].line, batch[-1].line), before, report)
            report.lines += len(batch)
            report.advance(len(batch))
    return missing


def _is_repeated(line: Line, firsts: Firsts, report: Report) -> bool:
    first = firsts.claim(line.code, line.line, f"{line.place} {line.name}")
    if first is None:
        return False
    report.repeated += 1
    if first.said != f"{line.place} {line.name}":
        said = "Ce code est déjà plus haut, pour un autre territoire ou sous un autre nom ; la première ligne compte."
        report.take(line.finding("code", line.code, "code_repete", said, f"Voyez la ligne {first.line}.", Level.WARNING))
    return True


def _number(line: Line, commune_sirens: Mapping[str, str]) -> str | None:
    """The SIREN or SIRET of who leads: as the line says, else the EPCI itself, else the commune's."""
    return line.lead or (line.place if len(line.place) == 9 else commune_sirens.get(line.place))


async def _write(
    session: AsyncSession,
    lines: Sequence[Line],
    numbers: Mapping[str, str | None],
    found: Found,
    wish: Wish,
    report: Report,
    missing: dict[str, Line],
) -> None:
    rows = await fetch_in(session, repository.BY_CODES, {"codes": [line.code for line in lines]})
    known = {row["code"]: row for row in rows}
    new: dict[UUID, tuple[Line, Row]] = {}
    rewritten: dict[UUID, tuple[Line, Row, dict[str, Any]]] = {}
    for line in lines:
        resolved = _resolved(line, numbers[line.code], found, told=bool(wish.commune_sirens))
        if isinstance(resolved, Finding):
            report.take(resolved)
            if resolved.code == "pilote_inconnu":
                missing[(numbers[line.code] or "")[:9]] = line
            continue
        lead, qpvs = resolved
        if line.code not in known:
            id = new_id()
            new[id] = (line, _row(id, line, lead, qpvs, wish.period))
            continue
        change = rules.compare(line, lead, qpvs, known[line.code], overwrite=wish.overwrite)
        report.take(*change.findings)
        if change.changes:
            rewritten[change.row["id"]] = (line, change.row, change.changes)
        else:
            report.unchanged += 1
    opened, written = set(new), set(rewritten)
    if not wish.dry_run:
        opened = await _open(session, new, wish)
        written = await _rewrite(session, rewritten, wish)
    report.created += len(opened)
    report.changed += len(written)
    missed = [line for id, (line, _) in new.items() if id not in opened]
    missed += [line for id, (line, _, _) in rewritten.items() if id not in written]
    for line in missed:
        said = "Quelqu'un vient d'ouvrir ou de changer ce contrat."
        report.take(line.finding("code", line.code, "change_ailleurs", said, "Relancez l'import."))


def _resolved(line: Line, number: str | None, found: Found, *, told: bool) -> tuple[UUID, list[dict[str, Any]]] | Finding:
    """`told`: whether the SIREN of communes were given."""
    if number is None:
        said = "Le contrat est celui d'une commune, dont le SIREN n'est pas connu."
        way_out = "Donnez --communes (communes.json de @etalab/decoupage-administratif), ou une colonne siren_pilote."
        if told:
            way_out = "Le fichier des communes ne le donne pas : ajoutez à ce fichier-ci une colonne siren_pilote et remplissez-la."
        return line.finding("place", line.place, "siren_de_commune", said, way_out)
    lead = rules.lead_of(line, number, found.leads.get(number[:9], ()))
    if isinstance(lead, Finding):
        return lead
    qpvs = rules.qpvs_of(line, found.neighbourhoods.get(line.place, ()))
    return qpvs if isinstance(qpvs, Finding) else (lead, qpvs)


def _row(id: UUID, line: Line, lead: UUID, qpvs: list[dict[str, Any]], period: Period) -> Row:
    return {
        "id": id,
        "code": line.code,
        "name": line.name,
        "lead_organisation_id": lead,
        "starts_on": line.starts_on,
        "ends_on": line.ends_on,
        "mid_term_review_year": period.mid_term_review_year,
        "qpvs": qpvs,
    }


async def _open(session: AsyncSession, new: Mapping[UUID, tuple[Line, Row]], wish: Wish) -> set[UUID]:
    if not new:
        return set()
    rows = orjson.dumps([row for _, row in new.values()]).decode()
    opened = set((await execute(session, repository.OPEN, {"rows": rows, "now": wish.now})).scalars())
    changes = {id: {"code": line.code} for id, (line, _) in new.items() if id in opened}
    await _record(session, "contract.created", changes, wish)
    return opened


async def _rewrite(session: AsyncSession, rewritten: Mapping[UUID, tuple[Line, Row, dict[str, Any]]], wish: Wish) -> set[UUID]:
    if not rewritten:
        return set()
    rows = orjson.dumps([row for _, row, _ in rewritten.values()]).decode()
    written = set((await execute(session, repository.REWRITE, {"rows": rows})).scalars())
    await _record(session, "contract.updated", {id: rewritten[id][2] for id in written}, wish)
    return written


async def _record(session: AsyncSession, act: str, changes: Mapping[UUID, Mapping[str, Any]], wish: Wish) -> None:
    reason = f"import {wish.sha256[:12]}"
    table = KERNEL.journal
    await journal.record_many(session, table, at=wish.now, act=act, resource_type="contract", changes=changes, reason=reason)


async def _note(session: AsyncSession, wish: Wish, lines: tuple[int, int], before: Mapping[str, int], report: Report) -> None:
    """A line for a batch that wrote something: which file, its lines, what became of them."""
    counts = {name: count - before[name] for name, count in report.counts.items()}
    if counts["created"] or counts["changed"]:
        changes = {"sha256": wish.sha256, "first_line": lines[0], "last_line": lines[1], **counts}
        resource = ("import", uuid5(_IMPORTS, wish.sha256))
        await journal.record(
            session, KERNEL.journal, at=wish.now, act="contracts.imported", resource=resource, actor=None, changes=changes
        )
