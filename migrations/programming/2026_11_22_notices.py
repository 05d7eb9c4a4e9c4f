"""Forms of campaigns, answers of dossiers, notices that amend an open campaign and whom they reached

Revision ID: 2026_11_22_notices
Revises: 2026_11_22_coverage_files
Create Date: 2026-11-22 18:27:33
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_notices"
down_revision = "2026_11_22_coverage_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_forms",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_when", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_campaign_forms_counted")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_forms_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_campaign_forms")),
    )
    op.create_table(
        "campaign_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("amendment", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("form_number", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_campaign_notices_counted")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_notices_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_notices")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_campaign_notices_campaign_id_number")),
    )
    op.create_index(
        "ix_campaign_notices_due", "campaign_notices", ["effective_on"], unique=False, postgresql_where="applied_at IS NULL"
    )
    op.create_index(
        "uq_campaign_notices_waiting", "campaign_notices", ["campaign_id"], unique=True, postgresql_where="applied_at IS NULL"
    )
    op.create_table(
        "notice_deliveries",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=True),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name=op.f("ck_notice_deliveries_acknowledged_by_somebody")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_notice_deliveries_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["campaign_notices.id"], name=op.f("fk_notice_deliveries_notice_id_campaign_notices")
        ),
        sa.PrimaryKeyConstraint("notice_id", "dossier_id", name=op.f("pk_notice_deliveries")),
    )
    op.create_index("ix_notice_deliveries_dossier", "notice_deliveries", ["dossier_id"], unique=False)
    op.add_column("campaigns", sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "campaigns", sa.Column("asked_when", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("campaigns", sa.Column("form_number", sa.Integer(), server_default="0", nullable=False))
    op.add_column("dossiers", sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False))
    op.add_column("dossiers", sa.Column("form_number", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("dossiers", "form_number")
    op.drop_column("dossiers", "answers")
    op.drop_column("campaigns", "form_number")
    op.drop_column("campaigns", "asked_when")
    op.drop_column("campaigns", "form")
    op.drop_index("ix_notice_deliveries_dossier", table_name="notice_deliveries")
    op.drop_table("notice_deliveries")
    op.drop_index("uq_campaign_notices_waiting", table_name="campaign_notices", postgresql_where="applied_at IS NULL")
    op.drop_index("ix_campaign_notices_due", table_name="campaign_notices", postgresql_where="applied_at IS NULL")
    op.drop_table("campaign_notices")
    op.drop_table("campaign_forms")
