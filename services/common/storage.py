"""The kernel's own records, in each service's database: journal, outbox, inbox, idempotency keys, closed sessions.

The kernel has no tables: a service declares these on its metadata (`tables.py`) and the first step of its lineage creates them (`lineage.py`).
"""

from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB


@dataclass(frozen=True)
class KernelTables:
    journal: Table
    outbox: Table
    inbox: Table
    idempotency: Table
    closed_sessions: Table


def declare_kernel_tables(metadata: MetaData) -> KernelTables:
    """Declare the kernel's records on a service's metadata."""
    instant = DateTime(timezone=True)
    journal = Table(
        "journal_lines",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", instant, nullable=False),
        Column("resource_type", String(40), nullable=False),
        Column("resource_id", Uuid, nullable=False),
        Column("act", String(80), nullable=False),
        Column("actor_id", Uuid),
        Column("organisation_id", Uuid),
        Column("reason", Text),
        Column("changes", JSONB, nullable=False),
        Column("confidential", Boolean, nullable=False),
        Column("request_id", String(80)),
        Index("ix_journal_lines_resource", "resource_id", "id"),
    )
    outbox = Table(
        "outbox_events",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("type", String(120), nullable=False),
        Column("subject", String(120), nullable=False),
        Column("at", instant, nullable=False),
        Column("data", JSONB, nullable=False),
        Index("ix_outbox_events_subject", "subject", "id"),
    )
    inbox = Table(
        "inbox_events",
        metadata,
        Column("source", String(40), nullable=False),
        Column("event_id", Uuid, nullable=False),
        Column("received_at", instant, nullable=False),
        PrimaryKeyConstraint("source", "event_id"),
    )
    idempotency = Table(
        "idempotency_keys",
        metadata,
        Column("caller", String(64), nullable=False),
        Column("key", String(255), nullable=False),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", instant, nullable=False, index=True),
        PrimaryKeyConstraint("caller", "key"),
    )
    closed_sessions = Table(
        "closed_sessions",
        metadata,
        Column("session_id", Uuid, primary_key=True),
        Column("until", instant, nullable=False, index=True),
    )
    return KernelTables(journal, outbox, inbox, idempotency, closed_sessions)
