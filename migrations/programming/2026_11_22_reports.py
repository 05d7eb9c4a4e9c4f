"""reports

Revision ID: 2026_11_22_reports
Revises: 2026_11_22_succession
Create Date: 2026-11-22 08:44:08
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_reports"
down_revision = "2026_11_22_succession"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annual_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("published_at IS NULL OR ready_at IS NOT NULL", name=op.f("ck_annual_reports_published_is_ready")),
        sa.CheckConstraint("ready_at IS NULL OR file_key IS NOT NULL", name=op.f("ck_annual_reports_ready_is_kept")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_annual_reports_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_reports")),
        sa.UniqueConstraint("contract_id", "year", "edition", name=op.f("uq_annual_reports_contract_id_year_edition")),
    )
    op.create_index(
        "uq_annual_reports_under_way", "annual_reports", ["contract_id", "year"], unique=True, postgresql_where="ready_at IS NULL"
    )
    op.create_table(
        "booklets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("wanted_digest", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("committee_version", sa.Integer(), nullable=True),
        sa.Column("dossiers", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("made = 0 OR file_key IS NOT NULL", name=op.f("ck_booklets_made_is_kept")),
        sa.CheckConstraint("wanted >= made AND made >= 0", name=op.f("ck_booklets_made_what_was_wanted")),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_booklets_committee_id_committees")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booklets")),
        sa.UniqueConstraint("committee_id", name=op.f("uq_booklets_committee_id")),
    )


def downgrade() -> None:
    op.drop_table("booklets")
    op.drop_index("uq_annual_reports_under_way", table_name="annual_reports", postgresql_where="ready_at IS NULL")
    op.drop_table("annual_reports")
