"""Use cases of payment imports: a funder's file becomes payments, each line for itself.

Each good line is recorded in a savepoint by the very code that records a payment by hand; a bad one is reported and leaves
nothing. A dry run does the same and takes everything back. Two files of one funder wait for each other; sent twice, a file finds
all its lines already known. Lines are taken in the order of their dossiers, so that the imports of two funders never deadlock.

Recording a payment takes tens of milliseconds and a request has thirty seconds: the first `AT_ONCE` payments are recorded in the
request, and the lines that are left wait for a job, which takes as many in each of its transactions.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.files import safe_name
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.problems import BodyTooLarge, NotFound, Problem, from_database

from ..awards import service as awards
from ..dossiers import instruction
from ..tables import KERNEL
from . import reading, repository, service
from .errors import NotForYouToImport, PaymentReferenceUsed
from .models import LineStatus, Payment, PaymentImport
from .reading import Line

MOST_BYTES = 10 * 1024 * 1024
#: Payments recorded in one transaction.
AT_ONCE = 200
#: The job that takes up the lines that wait (`jobs`).
GO_ON = "programming:go_on_importing_payments"


@dataclass(frozen=True)
class Upload:
    """A file on its way, and whether it is only tried."""

    name: str
    stream: AsyncIterator[bytes]
    dry_run: bool


class _Target(NamedTuple):
    """What is kept of an award and of a payment: a savepoint taken back forgets what was loaded in it."""

    award_id: UUID
    dossier_id: UUID
    has_successor: bool


class _Known(NamedTuple):
    payment_id: UUID
    award_id: UUID
    paid_on: date
    amount_cents: int


class _TakenBack(Exception):
    """A dry run ends: nothing of it stays."""


async def run(session: AsyncSession, caller: Principal, funder_id: UUID, upload: Upload, *, now: datetime) -> dict[str, Any]:
    """Read the file, then record what it says; `ImportReport`. No lock is held while bytes arrive."""
    if not caller.belongs_to(funder_id):
        raise NotFound()
    if not caller.has_role(funder_id, "payer"):
        raise NotForYouToImport()
    content = await _received(upload.stream)
    media_type, lines = await asyncio.to_thread(reading.read, content)
    await repository.one_import_at_a_time(session, funder_id)
    kept = PaymentImport(
        id=new_id(),
        funder_id=funder_id,
        name=safe_name(upload.name),
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **_counts([]),
        imported_by=caller.account_id,
        imported_at=now,
    )
    report: list[dict[str, Any]] = []
    try:
        async with session.begin_nested():
            session.add(kept)
            await session.flush()
            report = await _recorded(session, caller, kept, lines, now=now)
            if upload.dry_run:
                raise _TakenBack
    except _TakenBack:
        report = [{**row, "payment_id": None} if row["status"] is LineStatus.IMPORTED else row for row in report]
        return {"id": None, "dry_run": True, **_counts(report), "report": report}
    counts = _counts(report)
    _write_counts(kept, counts)
    await session.flush()
    if report:
        await repository.keep_lines(session, report)
    if counts["waiting"]:
        await _take_up_later(session, kept)
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="payments.imported",
        resource=("payment_import", kept.id),
        actor=caller,
        organisation_id=funder_id,
        changes={**counts, "sha256": kept.sha256},
    )
    return {"id": kept.id, "dry_run": False, **counts, "report": report}


async def go_on(session: AsyncSession, import_id: UUID, *, now: datetime) -> None:
    """Record the next lines that wait, for the person who sent the file. Run twice, it finds them recorded."""
    kept = await repository.get_import(session, import_id)
    if kept is None:
        return
    await repository.one_import_at_a_time(session, kept.funder_id)
    rows = await repository.waiting_lines(session, import_id, AT_ONCE)
    lines = [_line_of(row) for row in rows]
    payer = Principal(kept.imported_by, UUID(int=0), {kept.funder_id: frozenset({"payer"})})
    targets = await _targets(session, kept.funder_id, lines)
    for row in await _some(session, payer, kept, [(line, targets.get(line.dossier_reference)) for line in lines], now=now):
        await repository.settle_line(session, row)
    counts = await repository.count_lines(session, import_id)
    _write_counts(kept, counts)
    await session.flush()
    if counts["waiting"]:
        await _take_up_later(session, kept)


async def _take_up_later(session: AsyncSession, kept: PaymentImport) -> None:
    await enqueue(session, GO_ON, lock=f"payment-import:{kept.funder_id}", import_id=str(kept.id))


async def seen(session: AsyncSession, caller: Principal, import_id: UUID) -> PaymentImport:
    """An import, for the members of its funder (404 for others)."""
    found = await repository.get_import(session, import_id)
    if found is None or not caller.belongs_to(found.funder_id):
        raise NotFound()
    return found


async def _received(stream: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for chunk in stream:
        content += chunk
        if len(content) > MOST_BYTES:
            megabytes = MOST_BYTES // (1024 * 1024)
            raise BodyTooLarge(
                Text(f"Le fichier dépasse la limite de {megabytes} Mo.", f"The file is over the limit of {megabytes} MB.")
            )
    return bytes(content)


async def _recorded(
    session: AsyncSession, caller: Principal, kept: PaymentImport, lines: Sequence[Line], *, now: datetime
) -> list[dict[str, Any]]:
    """What became of each line, in the file's order; the first payments are recorded, the others wait."""
    readable = [line for line in lines if line.code is None]
    targets = await _targets(session, kept.funder_id, readable)
    paid = await repository.payments_of_references(session, kept.funder_id, sorted({line.reference for line in readable}))
    known = {reference: _as_known(payment) for reference, payment in paid.items()}
    first_with: dict[str, Line] = {}
    report: dict[int, dict[str, Any]] = {}
    fresh: list[tuple[Line, _Target | None]] = []
    for line in lines:
        target = targets.get(line.dossier_reference)
        settled = _settled(line, target, known.get(line.reference), first_with.get(line.reference))
        if line.code is None:
            first_with.setdefault(line.reference, line)
        if settled is None:
            fresh.append((line, target))
        else:
            report[line.number] = _row(kept.id, line, target, *settled)
    for row in await _some(session, caller, kept, fresh[:AT_ONCE], now=now):
        report[row["number"]] = row
    for line, target in fresh[AT_ONCE:]:
        report[line.number] = _row(kept.id, line, target, LineStatus.WAITING, None, "À enregistrer.", None)
    return [report[line.number] for line in lines]


async def _some(
    session: AsyncSession, caller: Principal, kept: PaymentImport, lines: Sequence[tuple[Line, _Target | None]], *, now: datetime
) -> list[dict[str, Any]]:
    """The lines, recorded one by one in the order of their dossiers."""
    import_id, funder_id = kept.id, kept.funder_id
    rows = [_row(import_id, line, None, *_UNKNOWN) for line, target in lines if target is None]
    ours = sorted(
        ((target, line) for line, target in lines if target is not None), key=lambda pair: (pair[0].dossier_id, pair[1].number)
    )
    for target, line in ours:
        rows.append(_row(import_id, line, target, *await _one(session, caller, funder_id, import_id, line, target, now=now)))
    return rows


async def _targets(session: AsyncSession, funder_id: UUID, lines: Sequence[Line]) -> dict[str, _Target]:
    found = await awards.of_references(session, funder_id, sorted({line.dossier_reference for line in lines}))
    return {reference: _Target(award.id, award.dossier_id, award.successor_id is not None) for reference, award in found.items()}


#: What became of a line: its status, a code and a sentence, the payment.
_Outcome = tuple[LineStatus, str | None, str, UUID | None]
_UNKNOWN: _Outcome = (
    LineStatus.ERROR,
    "unknown_dossier",
    "Aucune subvention notifiée par votre organisation ne porte cette référence de dossier.",
    None,
)


def _settled(line: Line, target: _Target | None, known: _Known | None, earlier: Line | None) -> _Outcome | None:
    """What can be said of a line before anything is recorded, or None when it is a payment to record."""
    if line.code is not None:
        return LineStatus.ERROR, line.code, line.message, None
    if target is None:
        return _UNKNOWN
    if known is not None:
        return _compared(line, target, known)
    if earlier is None:
        return None
    if (earlier.dossier_reference, earlier.paid_on, earlier.amount_cents) == (
        line.dossier_reference,
        line.paid_on,
        line.amount_cents,
    ):
        return LineStatus.ALREADY_KNOWN, "repeated_in_file", f"Même paiement que la ligne {earlier.number}.", None
    return (
        LineStatus.ERROR,
        "reference_repeated",
        f"La ligne {earlier.number} porte la même référence pour un autre paiement.",
        None,
    )


def _compared(line: Line, target: _Target, known: _Known) -> _Outcome:
    if (known.award_id, known.paid_on, known.amount_cents) == (target.award_id, line.paid_on, line.amount_cents):
        return LineStatus.ALREADY_KNOWN, None, "Ce paiement est déjà enregistré.", known.payment_id
    return LineStatus.ERROR, "reference_used", "Cette référence est déjà celle d'un autre paiement, enregistré autrement.", None


async def _one(
    session: AsyncSession, caller: Principal, funder_id: UUID, import_id: UUID, line: Line, target: _Target, *, now: datetime
) -> _Outcome:
    """One payment in its savepoint."""
    if line.paid_on is None or line.amount_cents is None:
        raise ValueError("a line without a fault has a day and an amount")
    told = service.Paid(line.paid_on, line.reference, line.amount_cents, order_number=line.order_number, import_id=import_id)
    try:
        async with session.begin_nested():
            award = await awards.locked(session, caller, target.award_id)
            dossier = await instruction.get(session, target.dossier_id)
            siret = re.sub(r"\D", "", str(dossier.holder.get("siret") or ""))
            if line.siret and siret and line.siret != siret and not target.has_successor:
                return LineStatus.ERROR, "siret_differs", "Le SIRET n'est pas celui du porteur de ce dossier.", None
            payment = await service.record(session, caller, award, told, now=now)
            return LineStatus.IMPORTED, None, "", payment.id
    except Problem as problem:
        refusal = problem
    except IntegrityError as error:
        refusal = from_database(error)
        if refusal.status >= 500:
            raise
    if isinstance(refusal, PaymentReferenceUsed):  # recorded by hand in the meantime
        known = await repository.payment_of_reference(session, funder_id, line.reference)
        if known is not None:
            return _compared(line, target, _as_known(known))
    return LineStatus.ERROR, refusal.slug().replace("-", "_"), _sentence(refusal), None


def _sentence(problem: Problem) -> str:
    said = problem.errors[0].detail if problem.errors else problem.detail or problem.title
    return said.fr


def _as_known(payment: Payment) -> _Known:
    return _Known(payment.id, payment.award_id, payment.paid_on, payment.amount_cents)


def _row(
    import_id: UUID, line: Line, target: _Target | None, status: LineStatus, code: str | None, message: str, payment_id: UUID | None
) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": line.number,
        "status": status,
        "code": code,
        "message": message,
        "dossier_reference": line.dossier_reference,
        "reference": line.reference,
        "order_number": line.order_number,
        "siret": line.siret,
        "paid_on": line.paid_on,
        "amount_cents": line.amount_cents,
        "award_id": target and target.award_id,
        "payment_id": payment_id,
    }


def _counts(report: Sequence[dict[str, Any]]) -> dict[str, int]:
    def count(status: LineStatus) -> int:
        return sum(row["status"] is status for row in report)

    return {
        "lines": len(report),
        "waiting": count(LineStatus.WAITING),
        "imported": count(LineStatus.IMPORTED),
        "already_known": count(LineStatus.ALREADY_KNOWN),
        "errors": count(LineStatus.ERROR),
        "imported_cents": sum(row["amount_cents"] for row in report if row["status"] is LineStatus.IMPORTED),
    }


def _write_counts(kept: PaymentImport, counts: Mapping[str, int]) -> None:
    for name, value in counts.items():
        setattr(kept, name, value)


def _line_of(row: Mapping[str, Any]) -> Line:
    names = ("number", "dossier_reference", "reference", "order_number", "siret", "paid_on", "amount_cents")
    return Line(**{name: row[name] for name in names})
