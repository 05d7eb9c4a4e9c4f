"""Tables of imports of documents: the files, their lines while they wait, and what each import last said of a document."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class ImportState(Enum):
    """Where an import stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class LineOutcome(Enum):
    """What became of a line."""

    WAITING = "waiting"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class DocumentImport(Base, table=True):
    """A file of documents, as it was read, and how far its lines have gone."""

    __tablename__ = "document_imports"
    __table_args__ = (
        Index("ix_document_imports_centre", "centre_id", "id"),
        Index("ix_document_imports_open", "centre_id", "id", postgresql_where="state IN ('waiting', 'running')"),
        CheckConstraint("done = created + updated + unchanged + refused AND done <= lines", name="counts"),
        CheckConstraint("(state IN ('done', 'cancelled')) = (finished_at IS NOT NULL)", name="finished_at"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=120)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    state: ImportState = choice(ImportState, "state", default=ImportState.WAITING)
    dry_run: bool
    publish: bool
    overwrite: bool
    #: Columns by key, with their names in the file; then the names nobody recognised.
    columns: dict[str, str] = jsonb(dict)
    unknown_columns: list[str] = jsonb(list)
    lines: int = 0
    done: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    imported_by: UUID
    imported_at: datetime = instant()
    finished_at: datetime | None = instant(optional=True)
    version: int = 1


class ImportLine(Base, table=True):
    """A line of a file. Its cells are kept while it waits; then what became of it."""

    __tablename__ = "document_import_lines"
    __table_args__ = (
        ForeignKeyConstraint(["import_id"], ["document_imports.id"], ondelete="CASCADE"),
        Index("ix_document_import_lines_waiting", "import_id", "number", postgresql_where="outcome = 'waiting'"),
        CheckConstraint("(outcome = 'waiting') = (cells IS NOT NULL)", name="cells_wait"),
    )

    import_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    identifier: str = Field(default="", max_length=200)
    title: str = Field(default="", max_length=400)
    outcome: LineOutcome = choice(LineOutcome, "outcome", default=LineOutcome.WAITING)
    problems: list[dict[str, Any]] = jsonb(list)
    document_id: UUID | None = None
    cells: dict[str, str] | None = jsonb(optional=True)


class ImportedDocument(Base, table=True):
    """What the last import that wrote a document said of it: a mark for each field, to know what was edited by hand since."""

    __tablename__ = "imported_documents"
    __table_args__ = (ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),)

    document_id: UUID = Field(primary_key=True)
    marks: dict[str, str] = jsonb(dict)
    import_id: UUID = Field(foreign_key="document_imports.id", index=True)
