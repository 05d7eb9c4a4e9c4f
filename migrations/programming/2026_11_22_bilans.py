"""bilans

Revision ID: 2026_11_22_bilans
Revises: 2026_11_22_reports
Create Date: 2026-11-22 08:34:29.031974
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_bilans"
down_revision = "2026_11_22_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bilans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_name", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("exercise_starts_on", sa.Date(), nullable=False),
        sa.Column("exercise_ends_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "completion_requested",
                "instructed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'draft') = (number = 0)", name=op.f("ck_bilans_draft_until_submitted")),
        sa.CheckConstraint("closed_at IS NULL OR status = 'instructed'", name=op.f("ck_bilans_closed_once_instructed")),
        sa.CheckConstraint("(number = 0) = (submitted_at IS NULL)", name=op.f("ck_bilans_numbered_when_submitted")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_bilans_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilans")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_bilans_dossier_id")),
    )
    op.create_index(
        "ix_bilans_awaited", "bilans", ["due_on"], unique=False, postgresql_where="status IN ('draft', 'completion_requested')"
    )
    op.create_index("ix_bilans_campaign", "bilans", ["campaign_id", "id"], unique=False)
    op.create_index("ix_bilans_lead", "bilans", ["lead_organisation_id", "id"], unique=False)
    op.create_index("ix_bilans_untold", "bilans", ["id"], unique=False, postgresql_where="event_id IS NOT NULL AND told_at IS NULL")
    op.create_table(
        "bilan_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bilan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bilan_id"], ["bilans.id"], name=op.f("fk_bilan_attachments_bilan_id_bilans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilan_attachments")),
    )
    op.create_index("ix_bilan_attachments_bilan", "bilan_attachments", ["bilan_id"], unique=False)
    op.create_table(
        "bilan_reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bilan_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bilan_id"], ["bilans.id"], name=op.f("fk_bilan_reminders_bilan_id_bilans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilan_reminders")),
        sa.UniqueConstraint("bilan_id", "due_on", "step", name=op.f("uq_bilan_reminders_bilan_id_due_on_step")),
    )
    op.create_table(
        "bilan_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bilan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("signatory_name", sa.String(length=300), nullable=False),
        sa.Column("signatory_function", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_key", sa.String(length=100), nullable=True),
        sa.Column("document_size", sa.Integer(), nullable=True),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["bilan_id"], ["bilans.id"], name=op.f("fk_bilan_submissions_bilan_id_bilans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilan_submissions")),
        sa.UniqueConstraint("bilan_id", "number", name=op.f("uq_bilan_submissions_bilan_id_number")),
    )
    op.create_table(
        "bilan_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bilan_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("funder_name", sa.String(length=60), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "awaited",
                "to_review",
                "completion_requested",
                "accepted",
                "rejected",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposed_cents", sa.BigInteger(), nullable=True),
        sa.Column("justified_cents", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("completion_due_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'completion_requested') = (completion_due_on IS NOT NULL)", name=op.f("ck_bilan_reviews_completion_is_dated")
        ),
        sa.CheckConstraint(
            "(status IN ('accepted', 'rejected')) = (justified_cents IS NOT NULL)", name=op.f("ck_bilan_reviews_decided_has_amount")
        ),
        sa.CheckConstraint(
            "status NOT IN ('rejected', 'completion_requested') OR reason <> ''", name=op.f("ck_bilan_reviews_refusal_has_reason")
        ),
        sa.CheckConstraint("justified_cents >= 0", name=op.f("ck_bilan_reviews_justified_not_negative")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_bilan_reviews_award_id_awards")),
        sa.ForeignKeyConstraint(["bilan_id"], ["bilans.id"], name=op.f("fk_bilan_reviews_bilan_id_bilans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilan_reviews")),
        sa.UniqueConstraint("award_id", name=op.f("uq_bilan_reviews_award_id")),
    )
    op.create_index("ix_bilan_reviews_bilan", "bilan_reviews", ["bilan_id"], unique=False)
    op.create_index("ix_bilan_reviews_funder", "bilan_reviews", ["funder_id", "bilan_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_bilan_reviews_funder", table_name="bilan_reviews")
    op.drop_index("ix_bilan_reviews_bilan", table_name="bilan_reviews")
    op.drop_table("bilan_reviews")
    op.drop_table("bilan_submissions")
    op.drop_table("bilan_reminders")
    op.drop_index("ix_bilan_attachments_bilan", table_name="bilan_attachments")
    op.drop_table("bilan_attachments")
    op.drop_index("ix_bilans_untold", table_name="bilans", postgresql_where="event_id IS NOT NULL AND told_at IS NULL")
    op.drop_index("ix_bilans_lead", table_name="bilans")
    op.drop_index("ix_bilans_campaign", table_name="bilans")
    op.drop_index("ix_bilans_awaited", table_name="bilans", postgresql_where="status IN ('draft', 'completion_requested')")
    op.drop_table("bilans")
