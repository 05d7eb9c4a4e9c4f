"""Permanent files, other subsidies and de minimis aids, renewals, submissions as PDF, attachments under scan

Revision ID: 2026_11_22_papers
Revises: 2026_11_22_people
Create Date: 2026-11-22 17:57:32
"""

import re
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_papers"
down_revision = "2026_11_22_people"
branch_labels = None
depends_on = None

_MEASURED = "(document_key IS NULL) = (document_sha256 IS NULL) AND (document_key IS NULL) = (document_size IS NULL)"
_ADDED = [
    ("de_minimis_ceiling_cents", date(2014, 1, 1), 20_000_000, "règlement (UE) n° 1407/2013, art. 3"),
    ("de_minimis_ceiling_cents", date(2024, 1, 1), 30_000_000, "règlement (UE) 2023/2831, art. 3"),
    ("de_minimis_within_years", date(2014, 1, 1), 3, "règlements (UE) n° 1407/2013 et 2023/2831, art. 3"),
]


def _parameters(*, added: bool) -> None:
    """The closed list of parameters, with or without those of this revision; the others' are kept whatever they are."""
    name, mine = "ck_legal_parameters_parameter", {one[0] for one in _ADDED}
    said = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
    )
    known = set(re.findall(r"'([a-z_]+)'", said or ""))
    kept = sorted(known | mine if added else known - mine)
    op.drop_constraint(op.f(name), "legal_parameters", type_="check")
    op.create_check_constraint(op.f(name), "legal_parameters", f"parameter IN ({', '.join(repr(one) for one in kept)})")


def upgrade() -> None:
    _parameters(added=True)
    op.bulk_insert(
        sa.table(
            "legal_parameters", *(sa.column(name) for name in ("parameter", "applies_from", "value", "source", "recorded_at"))
        ),
        [
            {
                "parameter": name,
                "applies_from": since,
                "value": value,
                "source": source,
                "recorded_at": datetime.combine(since, time(), UTC),
            }
            for name, since, value, source in _ADDED
        ],
    )
    op.create_table(
        "de_minimis_aids",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("funder_name", sa.String(length=200), nullable=False),
        sa.Column("regulation", sa.String(length=100), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_de_minimis_aids_is_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_de_minimis_aids")),
    )
    op.create_index("ix_de_minimis_aids_holder", "de_minimis_aids", ["organisation_id", "granted_on"], unique=False)
    op.create_table(
        "declared_subsidies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("funder_name", sa.String(length=200), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("public_money", sa.Boolean(), nullable=False),
        sa.Column("asked_cents", sa.BigInteger(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("asked", "granted", "refused", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'granted') = (granted_cents IS NOT NULL)", name=op.f("ck_declared_subsidies_granted_has_its_amount")
        ),
        sa.CheckConstraint("asked_cents > 0", name=op.f("ck_declared_subsidies_asks_something")),
        sa.CheckConstraint("granted_cents > 0", name=op.f("ck_declared_subsidies_grants_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_subsidies")),
    )
    op.create_index("ix_declared_subsidies_holder", "declared_subsidies", ["organisation_id", "year", "id"], unique=False)
    op.create_table(
        "permanent_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("exercise", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("waiting_scan", "ready", "refused", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("status_reason", sa.String(length=500), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_permanent_files_removed_by_somebody")),
        sa.CheckConstraint("number > 0 AND size > 0", name=op.f("ck_permanent_files_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permanent_files")),
        sa.UniqueConstraint(
            "organisation_id", "kind", "exercise", "number", name="uq_permanent_files_version", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(
        "ix_permanent_files_waiting", "permanent_files", ["id"], unique=False, postgresql_where="status = 'waiting_scan'"
    )
    op.create_table(
        "renewals",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("start", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_renewals_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_renewals_submission_id_submissions")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_renewals")),
    )
    op.create_index(op.f("ix_renewals_submission_id"), "renewals", ["submission_id"], unique=False)
    op.add_column("attachments", sa.Column("permanent_file_id", sa.Uuid(), nullable=True))
    op.add_column("attachments", sa.Column("status", sa.String(length=40), nullable=False, server_default="ready"))
    op.alter_column("attachments", "status", server_default=None)
    op.create_check_constraint(op.f("ck_attachments_status"), "attachments", "status IN ('waiting_scan', 'ready', 'refused')")
    op.add_column("attachments", sa.Column("status_reason", sa.String(length=500), nullable=True))
    op.create_index(
        "ix_attachments_permanent_file",
        "attachments",
        ["permanent_file_id"],
        unique=False,
        postgresql_where="permanent_file_id IS NOT NULL",
    )
    op.create_index("ix_attachments_waiting", "attachments", ["id"], unique=False, postgresql_where="status = 'waiting_scan'")
    op.create_foreign_key(
        op.f("fk_attachments_permanent_file_id_permanent_files"), "attachments", "permanent_files", ["permanent_file_id"], ["id"]
    )
    op.add_column("submissions", sa.Column("document_key", sa.String(length=100), nullable=True))
    op.add_column("submissions", sa.Column("document_size", sa.BigInteger(), nullable=True))
    op.add_column("submissions", sa.Column("document_sha256", sa.String(length=64), nullable=True))
    op.create_check_constraint(op.f("ck_submissions_document_is_measured"), "submissions", _MEASURED)
    op.create_index(
        "ix_submissions_unprinted", "submissions", ["submitted_at"], unique=False, postgresql_where="document_key IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_submissions_unprinted", table_name="submissions", postgresql_where="document_key IS NULL")
    op.drop_constraint(op.f("ck_submissions_document_is_measured"), "submissions", type_="check")
    op.drop_column("submissions", "document_sha256")
    op.drop_column("submissions", "document_size")
    op.drop_column("submissions", "document_key")
    op.drop_constraint(op.f("fk_attachments_permanent_file_id_permanent_files"), "attachments", type_="foreignkey")
    op.drop_index("ix_attachments_waiting", table_name="attachments", postgresql_where="status = 'waiting_scan'")
    op.drop_index("ix_attachments_permanent_file", table_name="attachments", postgresql_where="permanent_file_id IS NOT NULL")
    op.drop_column("attachments", "status_reason")
    op.drop_column("attachments", "status")
    op.drop_column("attachments", "permanent_file_id")
    op.drop_index(op.f("ix_renewals_submission_id"), table_name="renewals")
    op.drop_table("renewals")
    op.drop_index("ix_permanent_files_waiting", table_name="permanent_files", postgresql_where="status = 'waiting_scan'")
    op.drop_table("permanent_files")
    op.drop_index("ix_declared_subsidies_holder", table_name="declared_subsidies")
    op.drop_table("declared_subsidies")
    op.drop_index("ix_de_minimis_aids_holder", table_name="de_minimis_aids")
    op.drop_table("de_minimis_aids")
    op.execute("DELETE FROM legal_parameters WHERE parameter LIKE 'de_minimis_%'")
    _parameters(added=False)
