"""The lines of an import, worked through some at a time: each batch is one transaction, and leaves what it did counted.

Lines are judged first (`values`, `rules`, publication's own rules), then written; a dry run stops at the judgement. Killed in the
middle, a batch leaves nothing and is done again: its lines still wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import DataError
from sqlalchemy.exc import DataError as StatementDataError
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.jobs import enqueue
from services.common.problems import Problem, TemporarilyUnavailable, from_database
from services.common.resources import Resources

from ..centres import service as centres
from ..documents import origins as brought
from ..documents import publication
from ..documents import rules as documents_rules
from ..documents import service as documents
from ..documents.origins import Holding
from ..documents.schemas import DocumentContent, DocumentKind, DocumentState, Work
from ..search import service as search
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import repository, rules, values
from .columns import heading
from .models import DocumentImport, ImportState, LineOutcome
from .values import Fault, Names

#: Lines worked through in one transaction: a second or two.
AT_ONCE = 50
GO_ON = "catalogue:go_on_importing"

#: What may refuse a line when it is written, although it was judged good: somebody else was there first.
_REFUSED = (Problem, IntegrityError, StatementDataError, DataError)


@dataclass(frozen=True)
class Judged:
    """What is to be done of a line: its outcome, what is said of it, the content to write and the marks to leave."""

    outcome: LineOutcome
    faults: Sequence[Fault] = ()
    kind: DocumentKind = DocumentKind.REFERENCE
    content: DocumentContent | None = None
    marks: Mapping[str, str] | None = None
    publishes: bool = False
    document_id: UUID | None = None


def origin_of(centre_id: UUID, identifier: str) -> str:
    """Where a document made of a line says it comes from."""
    return f"import:{centre_id}:{identifier}"


async def go_on(session: AsyncSession, resources: Resources, centre_id: UUID, *, now: datetime) -> None:
    """The next lines of the centre's oldest open import; then a job for those that follow. Run twice, it goes further."""
    await repository.take_turn(session, centre_id)
    import_id = await repository.oldest_open(session, centre_id)
    kept = await repository.get(session, import_id, lock=True) if import_id else None
    if kept is None:
        return
    await some(session, resources, kept, now=now)
    if await repository.oldest_open(session, centre_id):
        await later(session, centre_id)


async def later(session: AsyncSession, centre_id: UUID) -> None:
    """Lines wait for the background; those of one centre never run side by side."""
    await enqueue(session, GO_ON, lock=f"catalogue-import:{centre_id}", centre_id=str(centre_id))


async def some(session: AsyncSession, resources: Resources, kept: DocumentImport, *, now: datetime) -> None:
    """Work through the next lines of an import (locked) and count them; the last one ends it."""
    rows = await repository.waiting(session, kept.id, AT_ONCE)
    settled = await _worked(session, resources, kept, rows, now=now) if rows else []
    await repository.settle(session, kept.id, settled)
    for line in settled:
        outcome: LineOutcome = line["outcome"]
        setattr(kept, outcome.value, getattr(kept, outcome.value) + 1)
    kept.done += len(settled)
    kept.state = ImportState.RUNNING
    kept.version += 1
    if kept.done >= kept.lines:
        kept.state, kept.finished_at = ImportState.DONE, now
        await note(session, kept, "documents.imported", None, now)
        if kept.publish and not kept.dry_run:
            await search.read_words_soon(session)
    await session.flush()


async def _worked(
    session: AsyncSession, resources: Resources, kept: DocumentImport, rows: Sequence[Mapping[str, Any]], *, now: datetime
) -> list[dict[str, Any]]:
    """All the lines in one savepoint, which is what nearly always does; otherwise each in its own, and only the bad ones are lost."""
    import_id, names = kept.id, await _names(session, resources, rows, now=now)
    batch = _Batch(session, resources, kept, names, now)
    try:
        async with session.begin_nested():
            settled = await batch.run(rows, each_apart=False)
    except TemporarilyUnavailable:
        raise
    except _REFUSED:
        await session.refresh(kept)  # the savepoint taken back made it unknown
        settled = await batch.run(rows, each_apart=True)
    await repository.keep_marks(session, batch.marks, import_id)
    return settled


async def _names(session: AsyncSession, resources: Resources, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> Names:
    """Themes and territories these lines may name; what is new to the catalogue is asked of the directory once for all of them."""
    themes = {each for row in rows for each in values.listed(row["cells"].get("themes", ""))}
    written = {each for row in rows for each in values.listed(row["cells"].get("territories", ""))}
    codes = {values.territory_code(each) for each in written}
    known = await vocabulary.theme_codes_of(session, resources.siblings, themes, now=now)
    return Names(known, await vocabulary.known_territories(session, resources.siblings, codes, now=now))


def judge(
    cells: Mapping[str, str], names: Names, document: Holding | None, last: Mapping[str, str], kept: DocumentImport
) -> Judged:
    """What the line makes of the document, if there is one already; nothing is written."""
    said = values.read_line(cells, names)
    faults = said.faults
    alone = values.as_content({"title": "", **said.fields}, cells.keys(), faults)
    if alone is None or faults:
        return Judged(LineOutcome.REFUSED, faults, document_id=document.id if document else None)
    shown = alone.model_dump(mode="json")
    fields: dict[str, Any] = {name: rules.pick(shown, name) for name in said.fields}
    if document is None:
        kind = said.kind or DocumentKind.REFERENCE
        judged = Judged(LineOutcome.CREATED, (), kind, alone, rules.marks({**fields, rules.KIND: kind.value}), kept.publish)
        return _publishable(judged)
    return _publishable(_revised(document, {**fields, **({rules.KIND: said.kind.value} if said.kind else {})}, last, kept))


def _revised(document: Holding, fields: Mapping[str, Any], last: Mapping[str, str], kept: DocumentImport) -> Judged:
    current = {**document.content, rules.KIND: document.kind.value}
    merged = rules.merge(current, fields, last, overwrite=kept.overwrite)
    refused = Judged(LineOutcome.REFUSED, document_id=document.id)
    if merged.disputed:
        said = (
            "Modifié à la main depuis le dernier import, et autrement dans le fichier : `overwrite=true` pour imposer le fichier."
        )
        return replace(refused, faults=[Fault(_column(name), "edited_by_hand", said) for name in merged.disputed])
    marks = {**last, **rules.marks(fields)}
    kind = DocumentKind(merged.content.pop(rules.KIND))
    content = DocumentContent.model_validate(merged.content)
    publishes = kept.publish and _is_for_us_to_publish(document, merged, last)
    if not merged.taken and not publishes:
        kept_by_hand = [Fault(_column(name), "kept_by_hand", "La modification faite à la main est gardée.") for name in merged.kept]
        return Judged(LineOutcome.UNCHANGED, kept_by_hand, document_id=document.id)
    if document.work is Work.IN_REVIEW:
        return replace(
            refused, faults=[Fault(None, "in_review", "Le document est en relecture : attendez qu'il soit publié ou renvoyé.")]
        )
    if document.state is DocumentState.WITHDRAWN:
        return replace(refused, faults=[Fault(None, "withdrawn", "Le document a été retiré : rétablissez-le d'abord.")])
    told = []
    if kept.publish and not publishes:
        told = [Fault(None, "being_written", "Quelqu'un écrivait ce document : il est modifié mais pas publié.")]
    return Judged(LineOutcome.UPDATED, told, kind, content, marks, publishes, document.id)


def _is_for_us_to_publish(document: Holding, merged: rules.Merge, last: Mapping[str, str]) -> bool:
    """Nobody's half-written work is published by a file: only what is as readers see it, or as an import left it."""
    if document.work is Work.CLEAN:
        return bool(merged.taken)
    current = {**document.content, rules.KIND: document.kind.value}
    untouched = all(rules.mark(rules.pick(current, name)) == mark for name, mark in last.items())
    return document.published_version is None and untouched


def _publishable(judged: Judged) -> Judged:
    """What publication would ask for is said now, of a dry run too."""
    if not judged.publishes or judged.content is None:
        return judged
    lacking = documents_rules.lacking(judged.kind, judged.content)
    if not lacking:
        return judged
    faults = [
        Fault(_column(each.pointer.removeprefix("/content/").replace("/", ".")), "not_publishable", each.detail.fr)
        for each in lacking
    ]
    return Judged(LineOutcome.REFUSED, faults, document_id=judged.document_id)


def _column(name: str) -> str:
    """The column a field comes from."""
    return {"theme_codes": "themes", "territory_codes": "territories", "sections": "body"}.get(
        name, name.removeprefix("experience.")
    )


@dataclass
class _Batch:
    session: AsyncSession
    resources: Resources
    kept: DocumentImport
    names: Names
    now: datetime
    #: What the lines written said, by document.
    marks: dict[UUID, dict[str, str]] = field(default_factory=dict)

    async def run(self, rows: Sequence[Mapping[str, Any]], *, each_apart: bool) -> list[dict[str, Any]]:
        """What became of each line. A line refused at the last moment raises, unless `each_apart`."""
        self.marks = {}
        # Held, the session finds it again without asking for it at each line.
        centre = await centres.get(self.session, self.kept.centre_id)
        centre_id = centre.id
        wanted = {origin_of(centre_id, row["identifier"]) for row in rows}
        found = await brought.of_origins(self.session, sorted(wanted))
        last = await repository.marks_of(self.session, [document.id for document in found.values()])
        settled = []
        for row in rows:
            origin = origin_of(centre_id, row["identifier"])
            document = found.get(origin)
            judged = judge(row["cells"], self.names, document, last.get(document.id, {}) if document else {}, self.kept)
            if judged.content is not None and not self.kept.dry_run:
                write = self._written_apart if each_apart else self._written
                judged = await write(origin, document, judged, judged.content)
            settled.append(_settled(row["number"], judged))
        return settled

    async def _written_apart(self, origin: str, document: Holding | None, judged: Judged, content: DocumentContent) -> Judged:
        """What is refused at the last moment leaves nothing and stops nobody."""
        document_id = document.id if document else None
        try:
            async with self.session.begin_nested():
                return await self._written(origin, document, judged, content)
        except TemporarilyUnavailable:
            raise
        except Problem as problem:
            refusal = problem
        except (IntegrityError, StatementDataError, DataError) as error:
            refusal = from_database(error)
        await self.session.refresh(self.kept)
        said = refusal.errors[0].detail if refusal.errors else refusal.detail or refusal.title
        fault = Fault(None, refusal.slug().replace("-", "_"), said.fr)
        return Judged(LineOutcome.REFUSED, [fault], document_id=document_id)

    async def _written(self, origin: str, document: Holding | None, judged: Judged, content: DocumentContent) -> Judged:
        session, resources, now = self.session, self.resources, self.now
        actor = Principal(self.kept.imported_by, UUID(int=0))
        if document is None:
            centre_id = self.kept.centre_id
            made = await documents.deposit(session, resources, centre_id, judged.kind, content, origin=origin, actor=actor, now=now)
        else:
            made = await documents.rewrite(session, resources, document, judged.kind, content, actor=actor, now=now)
        if judged.publishes and made.work is not Work.CLEAN:
            await publication.release(session, made, actor=actor, now=now)
        self.marks[made.id] = dict(judged.marks or {})
        return replace(judged, document_id=made.id)


def _settled(number: int, judged: Judged) -> dict[str, Any]:
    problems = [
        {"column": each.column and heading(each.column), "code": each.code, "detail": each.detail} for each in judged.faults
    ]
    return {"number": number, "outcome": judged.outcome, "problems": problems, "document_id": judged.document_id}


async def note(session: AsyncSession, kept: DocumentImport, act: str, actor: Principal | None, now: datetime) -> None:
    """A line in the centre's journal."""
    centre = await centres.get(session, kept.centre_id)
    counts = {name: getattr(kept, name) for name in ("lines", "done", "created", "updated", "unchanged", "refused")}
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("document_import", kept.id),
        actor=actor,
        organisation_id=centre.organisation_id,
        changes={**counts, "dry_run": kept.dry_run, "publish": kept.publish, "overwrite": kept.overwrite, "sha256": kept.sha256},
    )
