"""What becomes of one record: a reference of the centre, another version of it, its withdrawal, or a pair to be decided.

Nothing somebody wrote here is overwritten, and nothing that looks like a document of the centre enters without a documentalist's word.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.ids import new_id
from services.common.problems import Problem, TemporarilyUnavailable
from services.common.resources import Resources
from services.common.texts import fold

from ..documents import exchange, publication
from ..documents import rules as completeness
from ..documents import service as documents
from ..documents.schemas import DocumentContent, DocumentKind, DocumentState, Work
from . import repository, rules
from .models import Decision, HarvestOutcome
from .reading import Record
from .schemas import SourceRead

_LONGEST_IDENTIFIER = 300
#: `documents.origin` holds the source's id and the identifier.
_TO_REVIEW = "À relire avant publication."


@dataclass(frozen=True)
class Taken:
    """What became of a record, and why."""

    outcome: HarvestOutcome
    reason: str | None = None
    document_id: UUID | None = None
    #: Digest of what was written here, when something was.
    written: str | None = None


@dataclass(frozen=True)
class Intake:
    """What taking records of a source needs."""

    session: AsyncSession
    resources: Resources
    source: SourceRead
    now: datetime
    actor: Principal | None = None

    async def take(self, record: Record) -> Taken:
        """Apply a record and keep what the source said. Taken twice, nothing changes."""
        if not record.identifier:
            return Taken(HarvestOutcome.REFUSED, "La notice n'a pas d'identifiant.")
        if len(record.identifier) > _LONGEST_IDENTIFIER:
            return Taken(HarvestOutcome.REFUSED, "Identifiant trop long.")
        known = await repository.record(self.session, self.source.id, record.identifier)
        try:
            # A record that is refused takes back what it had begun to write, and nothing of the others.
            async with self.session.begin_nested():
                taken = await (self._deleted(record, known) if record.deleted else self._said(record, known))
        except rules.Refused as refused:
            taken = Taken(HarvestOutcome.REFUSED, str(refused))
        except TemporarilyUnavailable:
            raise
        except Problem as problem:
            taken = Taken(HarvestOutcome.REFUSED, problem.title.fr)
        await self._keep(record, known, taken)
        return taken

    async def enter(self, identifier: str, content: DocumentContent) -> Taken:
        """A new reference of the centre."""
        document = await documents.deposit(
            self.session,
            self.resources,
            self.source.centre_id,
            DocumentKind.REFERENCE,
            content,
            origin=self.origin(identifier),
            actor=self.actor,
            now=self.now,
        )
        reason = await self._show(document, content)
        return Taken(HarvestOutcome.NEW, reason, document.id, rules.digest(document.content))

    def origin(self, identifier: str) -> str:
        return f"oai:{self.source.id}:{identifier}"

    def content_of(self, described: Any) -> DocumentContent:
        """Raises `rules.Refused`."""
        themes = {fold(subject): code for subject, code in self.source.themes.items()}
        return rules.content_of(described, source=self.source.name, licence=self.source.licence.value, themes=themes)

    async def _said(self, record: Record, known: Row | None) -> Taken:
        document_id = known["document_id"] if known else None
        decided = await repository.decisions(self.session, self.source.id, record.identifier) if known else {}
        if Decision.REFUSE in decided.values():
            return Taken(HarvestOutcome.UNCHANGED, "Écartée par un documentaliste.")
        if Decision.SAME in decided.values():
            return Taken(HarvestOutcome.UNCHANGED, "Liée à un document du centre.", document_id)
        content = self.content_of(record.described)
        document = await exchange.of_origin(self.session, self.origin(record.identifier))
        if document is not None:
            return await self._changed(record, known, document, content)
        if document_id is not None:
            return Taken(HarvestOutcome.KEPT, "Le brouillon a été abandonné ici.", document_id)
        alike = await exchange.lookalikes(self.session, self.source.centre_id, content)
        waiting = {each: mark for each, mark in alike.items() if decided.get(each) is not Decision.KEEP_BOTH}
        if waiting:
            for other_id, mark in waiting.items():
                await repository.put_duplicate(self.session, self._pair(record.identifier, other_id, mark))
            return Taken(HarvestOutcome.DUPLICATE, "Ressemble à un document du centre : à trancher.")
        return await self.enter(record.identifier, content)

    async def _changed(self, record: Record, known: Row | None, document: Any, content: DocumentContent) -> Taken:
        written = known["written_digest"] if known else None
        comes_back = bool(known and known["deleted"])
        new = rules.digest(content.model_dump(mode="json"))
        if written == new and not comes_back:
            return Taken(HarvestOutcome.UNCHANGED, None, document.id, written)
        if not _untouched(document, written):
            return Taken(HarvestOutcome.KEPT, "Changée à la source, mais modifiée ici depuis : à comparer.", document.id, written)
        if document.state is DocumentState.WITHDRAWN and not comes_back:
            return Taken(HarvestOutcome.KEPT, "Changée à la source, mais retirée ici.", document.id, written)
        await documents.rewrite(self.session, self.resources, document, document.kind, content, now=self.now)
        reason = await self._show(document, content)
        return Taken(HarvestOutcome.UPDATED, reason, document.id, rules.digest(document.content))

    async def _deleted(self, record: Record, known: Row | None) -> Taken:
        if known is None or known["document_id"] is None:
            return Taken(HarvestOutcome.UNCHANGED, "Supprimée à la source, inconnue ici.")
        written = known["written_digest"]
        document = await exchange.of_origin(self.session, self.origin(record.identifier))
        if document is None:
            return Taken(HarvestOutcome.KEPT, "Supprimée à la source ; le document du centre reste.", known["document_id"], written)
        if document.state is DocumentState.WITHDRAWN:
            return Taken(HarvestOutcome.UNCHANGED, "Déjà retirée.", document.id, written)
        if not _untouched(document, written):
            return Taken(HarvestOutcome.KEPT, "Supprimée à la source, mais modifiée ici : à décider.", document.id, written)
        if document.state is DocumentState.DRAFT:
            return Taken(
                HarvestOutcome.KEPT, "Supprimée à la source ; le brouillon reste à relire ou abandonner.", document.id, written
            )
        await publication.take_down(self.session, document, f"Supprimé par sa source, {self.source.name}.", now=self.now)
        return Taken(HarvestOutcome.DELETED, None, document.id, written)

    async def _show(self, document: Any, content: DocumentContent) -> str | None:
        """Publish what may be; the reason it waits otherwise."""
        if not self.source.publishes:
            return _TO_REVIEW
        if completeness.lacking(document.kind, content):
            return "Sans résumé : à compléter avant publication."
        note = f"Moissonné de {self.source.name}."
        await publication.release(self.session, document, note=note, actor=self.actor, now=self.now)
        return None

    def _pair(self, identifier: str, document_id: UUID, mark: str) -> Row:
        return {
            "id": new_id(),
            "source_id": self.source.id,
            "identifier": identifier,
            "document_id": document_id,
            "matched_by": mark,
            "found_at": self.now,
            "version": 1,
        }

    async def _keep(self, record: Record, known: Row | None, taken: Taken) -> None:
        described = [list(pair) for pair in record.described]
        row = {
            "source_id": self.source.id,
            "identifier": record.identifier,
            "datestamp": record.datestamp,
            "deleted": record.deleted,
            # What a deleted record said is kept: it is how people know what went.
            "described": known["described"] if record.deleted and known else described,
            "outcome": known["outcome"] if known and taken.outcome is HarvestOutcome.UNCHANGED else taken.outcome,
            "document_id": taken.document_id or (known["document_id"] if known else None),
            "written_digest": taken.written or (known["written_digest"] if known else None),
            "seen_at": self.now,
        }
        await repository.put_record(self.session, row)


def _untouched(document: Any, written: str | None) -> bool:
    """Whether the document is as the harvest left it."""
    asleep = document.work is not Work.IN_REVIEW and document.kind is DocumentKind.REFERENCE
    return asleep and written == rules.digest(document.content)
