"""Sources harvested by the centres, their runs and records; documents that ceased to be everybody's, and what tells documents.

Revision ID: 2026_11_22_harvests
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_harvests"
down_revision = "2026_11_22_subscriptions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _exchange()
    _sources_and_runs()
    _lines()
    _records()


def downgrade() -> None:
    for table in (
        "harvest_duplicates",
        "harvest_records",
        "harvest_lines",
        "harvest_pages",
        "harvest_runs",
        "harvest_sources",
        "document_marks",
        "document_disappearances",
    ):
        op.drop_table(table)


def _exchange() -> None:
    op.create_table(
        "document_disappearances",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("theme_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_disappearances_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_disappearances")),
    )
    op.create_index("ix_document_disappearances_at", "document_disappearances", ["at", "document_id"], unique=False)
    op.create_table(
        "document_marks",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(length=300), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_document_marks_centre_id_centres")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_marks_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "mark", name=op.f("pk_document_marks")),
    )
    op.create_index("ix_document_marks_lookup", "document_marks", ["centre_id", "mark"], unique=False)


def _sources_and_runs() -> None:
    op.create_table(
        "harvest_sources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("base_url", sa.String(length=2000), nullable=False),
        sa.Column("metadata_prefix", sa.String(length=60), nullable=False),
        sa.Column("set_spec", sa.String(length=300), nullable=True),
        sa.Column(
            "schedule",
            sa.Enum("daily", "weekly", "manual", name="schedule", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("publishes", sa.Boolean(), nullable=False),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("harvested_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_harvest_sources_centre_id_centres")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_sources")),
        sa.UniqueConstraint("centre_id", "name", name=op.f("uq_harvest_sources_centre_id_name")),
    )
    op.create_index("ix_harvest_sources_due", "harvest_sources", ["due_at"], unique=False, postgresql_where="due_at IS NOT NULL")
    op.create_table(
        "harvest_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "running", "done", "failed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("asked_from", sa.String(length=20), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("idle_pages", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("failure_detail", sa.Text(), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_harvest_runs_ended")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["harvest_sources.id"], name=op.f("fk_harvest_runs_source_id_harvest_sources"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_runs")),
    )
    op.create_index("ix_harvest_runs_source", "harvest_runs", ["source_id", "id"], unique=False)
    op.create_index(
        "uq_harvest_runs_under_way", "harvest_runs", ["source_id"], unique=True, postgresql_where="state IN ('waiting', 'running')"
    )
    op.create_table(
        "harvest_pages",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["harvest_runs.id"], name=op.f("fk_harvest_pages_run_id_harvest_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "token_digest", name=op.f("pk_harvest_pages")),
    )


def _lines() -> None:
    op.create_table(
        "harvest_lines",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.String(length=300), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("datestamp", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "updated",
                "unchanged",
                "deleted",
                "kept",
                "duplicate",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["harvest_runs.id"], name=op.f("fk_harvest_lines_run_id_harvest_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "identifier", name=op.f("pk_harvest_lines")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_harvest_lines_run_id_number")),
    )


def _records() -> None:
    op.create_table(
        "harvest_records",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.String(length=300), nullable=False),
        sa.Column("datestamp", sa.String(length=40), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("described", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "new",
                "updated",
                "unchanged",
                "deleted",
                "kept",
                "duplicate",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("written_digest", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["harvest_sources.id"], name=op.f("fk_harvest_records_source_id_harvest_sources"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "identifier", name=op.f("pk_harvest_records")),
    )
    op.create_index("ix_harvest_records_document_id", "harvest_records", ["document_id"], unique=False)
    op.create_table(
        "harvest_duplicates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.String(length=300), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("matched_by", sa.String(length=10), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("keep_both", "same", "refuse", name="decision", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_harvest_duplicates_decided")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_harvest_duplicates_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["harvest_sources.id"], name=op.f("fk_harvest_duplicates_source_id_harvest_sources"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_duplicates")),
        sa.UniqueConstraint(
            "source_id", "identifier", "document_id", name=op.f("uq_harvest_duplicates_source_id_identifier_document_id")
        ),
    )
    op.create_index(op.f("ix_harvest_duplicates_document_id"), "harvest_duplicates", ["document_id"], unique=False)
