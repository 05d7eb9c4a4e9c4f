"""Tables of other centres' holdings: sources, runs with their pages and lines, records, pairs that may be one document."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class Schedule(Enum):
    """How often a source is harvested by itself."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MANUAL = "manual"


class RunState(Enum):
    """Where a run is at. `failed` keeps what was read; the next one begins from the last that was done."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class HarvestOutcome(Enum):
    """What became of a record."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    #: The source changed or deleted it, but somebody wrote it here since: left as it is, to be looked at.
    KEPT = "kept"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Decision(Enum):
    """What a documentalist says of a record that looks like a document of theirs."""

    KEEP_BOTH = "keep_both"
    SAME = "same"
    REFUSE = "refuse"


class HarvestSource(Base, table=True):
    """Another centre's OAI-PMH repository, and what is made of its records."""

    __tablename__ = "harvest_sources"
    __table_args__ = (
        UniqueConstraint("centre_id", "name"),
        Index("ix_harvest_sources_due", "due_at", postgresql_where="due_at IS NOT NULL"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    name: str = Field(max_length=200)
    base_url: str = Field(max_length=2000)
    metadata_prefix: str = Field(max_length=60)
    set_spec: str | None = Field(default=None, max_length=300)
    schedule: Schedule = choice(Schedule, "schedule")
    publishes: bool
    licence: str = Field(max_length=40)
    #: Their subjects, folded, to our themes.
    themes: dict[str, str] = jsonb(dict)
    #: From when the next run asks, less an overlap: the instant the source gave its last complete list.
    harvested_until: datetime | None = instant(optional=True)
    due_at: datetime | None = instant(optional=True)
    created_at: datetime = instant()
    version: int = 1


class HarvestRun(Base, table=True):
    """One reading of a source. `token` is where it takes up."""

    __tablename__ = "harvest_runs"
    __table_args__ = (
        ForeignKeyConstraint(["source_id"], ["harvest_sources.id"], ondelete="CASCADE"),
        Index("ix_harvest_runs_source", "source_id", "id"),
        Index("uq_harvest_runs_under_way", "source_id", unique=True, postgresql_where="state IN ('waiting', 'running')"),
        CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
    )

    id: UUID = identity()
    source_id: UUID
    state: RunState = choice(RunState, "state", default=RunState.WAITING)
    #: `from` as it was asked, in the source's granularity.
    asked_from: str | None = Field(default=None, max_length=20)
    token: str | None = Field(default=None, sa_type=SqlText)
    #: From when the next run will ask, known at the first page.
    until: datetime | None = instant(optional=True)
    pages: int = 0
    #: Pages in a row that brought nothing unknown to this run.
    idle_pages: int = 0
    #: Times in a row the source did not answer.
    tries: int = 0
    restarts: int = 0
    #: What was odd but did no harm: `encoding`, `forbidden_characters`, `future_dates`, `from_ignored`, `wrong_clock`.
    warnings: list[str] = jsonb(list)
    failure: str | None = Field(default=None, max_length=40)
    failure_detail: str | None = Field(default=None, sa_type=SqlText)
    started_by: UUID | None = None
    created_at: datetime = instant()
    started_at: datetime | None = instant(optional=True)
    #: Last sign of life.
    beat_at: datetime = instant()
    ended_at: datetime | None = instant(optional=True)


class HarvestPage(Base, table=True):
    """A page a run has read, by the token that asked for it: the same one twice is a circle."""

    __tablename__ = "harvest_pages"
    __table_args__ = (ForeignKeyConstraint(["run_id"], ["harvest_runs.id"], ondelete="CASCADE"),)

    run_id: UUID = Field(primary_key=True)
    token_digest: str = Field(sa_type=String(64), primary_key=True)
    number: int
    records: int


class HarvestRecord(Base, table=True):
    """What a source last said of one of its documents, as it said it."""

    __tablename__ = "harvest_records"
    __table_args__ = (
        ForeignKeyConstraint(["source_id"], ["harvest_sources.id"], ondelete="CASCADE"),
        Index("ix_harvest_records_document_id", "document_id"),
    )

    source_id: UUID = Field(primary_key=True)
    identifier: str = Field(sa_type=String(300), primary_key=True)
    datestamp: str = Field(max_length=40)
    deleted: bool
    #: Dublin Core as it came: `[[element, text], …]`.
    described: list[list[str]] = jsonb(list)
    outcome: HarvestOutcome = choice(HarvestOutcome, "outcome")
    document_id: UUID | None = None
    #: Digest of the content last written here: another one in the document means that somebody wrote it since.
    written_digest: str | None = Field(default=None, max_length=64)
    seen_at: datetime = instant()


class HarvestLine(Base, table=True):
    """What a run did with a record."""

    __tablename__ = "harvest_lines"
    __table_args__ = (
        ForeignKeyConstraint(["run_id"], ["harvest_runs.id"], ondelete="CASCADE"),
        UniqueConstraint("run_id", "number"),
    )

    run_id: UUID = Field(primary_key=True)
    identifier: str = Field(sa_type=String(300), primary_key=True)
    number: int
    datestamp: str = Field(max_length=40)
    title: str | None = Field(default=None, max_length=400)
    outcome: HarvestOutcome = choice(HarvestOutcome, "outcome")
    reason: str | None = Field(default=None, max_length=400)
    document_id: UUID | None = None


class HarvestDuplicate(Base, table=True):
    """A record and a document of the centre that may be one: a documentalist says."""

    __tablename__ = "harvest_duplicates"
    __table_args__ = (
        ForeignKeyConstraint(["source_id"], ["harvest_sources.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        UniqueConstraint("source_id", "identifier", "document_id"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
    )

    id: UUID = identity()
    source_id: UUID
    identifier: str = Field(max_length=300)
    document_id: UUID = Field(index=True)
    matched_by: str = Field(max_length=10)
    decision: Decision | None = choice(Decision, "decision", default=None, nullable=True)
    decided_by: UUID | None = None
    decided_at: datetime | None = instant(optional=True)
    found_at: datetime = instant()
    version: int = 1
