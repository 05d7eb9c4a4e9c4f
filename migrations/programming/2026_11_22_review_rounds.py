"""Assignment rules, readings, conflicts of interest, what funders choose for their reviews

Revision ID: 2026_11_22_review_rounds
Revises: 2026_11_22_papers
Create Date: 2026-11-22 18:07:24
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_review_rounds"
down_revision = "2026_11_22_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_assignment_plans_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_plans")),
        sa.UniqueConstraint("campaign_id", "funder_id", name=op.f("uq_assignment_plans_campaign_id_funder_id")),
    )
    op.create_table(
        "review_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("hides_holder", sa.Boolean(), nullable=False),
        sa.Column("follows_rules", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("readings BETWEEN 1 AND 5", name=op.f("ck_review_settings_some_readings")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_review_settings_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_settings")),
        sa.UniqueConstraint("campaign_id", "funder_id", name=op.f("uq_review_settings_campaign_id_funder_id")),
    )
    op.create_table(
        "review_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "family", "employment", "board_member", "other", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(dossier_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_review_conflicts_about_one_thing")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawal_reason IS NULL)", name=op.f("ck_review_conflicts_withdrawn_with_a_reason")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_conflicts")),
    )
    op.create_index(
        "ix_review_conflicts_account", "review_conflicts", ["account_id"], unique=False, postgresql_where="withdrawn_at IS NULL"
    )
    op.create_index("ix_review_conflicts_funder", "review_conflicts", ["funder_id", "id"], unique=False)
    op.create_index(
        "ix_review_conflicts_of_dossier",
        "review_conflicts",
        ["dossier_id"],
        unique=False,
        postgresql_where="dossier_id IS NOT NULL",
    )
    op.create_index(
        "ix_review_conflicts_of_organisation",
        "review_conflicts",
        ["organisation_id"],
        unique=False,
        postgresql_where="organisation_id IS NOT NULL",
    )
    op.create_index(
        "uq_review_conflicts_dossier",
        "review_conflicts",
        ["funder_id", "account_id", "dossier_id"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL AND dossier_id IS NOT NULL",
    )
    op.create_index(
        "uq_review_conflicts_organisation",
        "review_conflicts",
        ["funder_id", "account_id", "organisation_id"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL",
    )
    op.create_table(
        "review_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "to_read",
                "in_progress",
                "completed",
                "set_aside",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("score_comments", postgresql.JSONB(), nullable=False),
        sa.Column("weighted_score", sa.Float(), nullable=True),
        sa.Column(
            "opinion",
            sa.Enum("favourable", "reserved", "unfavourable", name="opinion", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("proposed_cents", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'completed') <= (completed_at IS NOT NULL)", name=op.f("ck_review_readings_completed_is_dated")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_readings_review_id_reviews")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_readings")),
        sa.UniqueConstraint("review_id", "reader_id", name=op.f("uq_review_readings_review_id_reader_id")),
    )
    op.create_index("ix_review_readings_campaign", "review_readings", ["campaign_id", "funder_id"], unique=False)
    op.create_index(op.f("ix_review_readings_dossier_id"), "review_readings", ["dossier_id"], unique=False)
    op.create_index("ix_review_readings_reader", "review_readings", ["reader_id", "id"], unique=False)
    op.create_table(
        "reviews_set_aside",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("conflict_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("written", postgresql.JSONB(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"], ["review_conflicts.id"], name=op.f("fk_reviews_set_aside_conflict_id_review_conflicts")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_reviews_set_aside_review_id_reviews")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews_set_aside")),
        sa.UniqueConstraint("review_id", "conflict_id", name=op.f("uq_reviews_set_aside_review_id_conflict_id")),
    )
    op.create_index("ix_reviews_set_aside_conflict", "reviews_set_aside", ["conflict_id"], unique=False)
    # Reviews are being written meanwhile: rather fail than queue behind a long transaction. The index is partial, built in well
    # under a second on 100 000 reviews.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("reviews", sa.Column("assigned_by_rule", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("reviews", sa.Column("score_comments", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("reviews", sa.Column("scorer_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_reviews_assignee", "reviews", ["assignee_id", "id"], unique=False, postgresql_where="assignee_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_reviews_assignee", table_name="reviews", postgresql_where="assignee_id IS NOT NULL")
    op.drop_column("reviews", "scorer_id")
    op.drop_column("reviews", "score_comments")
    op.drop_column("reviews", "assigned_by_rule")
    op.drop_index("ix_reviews_set_aside_conflict", table_name="reviews_set_aside")
    op.drop_table("reviews_set_aside")
    op.drop_index("ix_review_readings_reader", table_name="review_readings")
    op.drop_index(op.f("ix_review_readings_dossier_id"), table_name="review_readings")
    op.drop_index("ix_review_readings_campaign", table_name="review_readings")
    op.drop_table("review_readings")
    op.drop_index(
        "uq_review_conflicts_organisation",
        table_name="review_conflicts",
        postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL",
    )
    op.drop_index(
        "uq_review_conflicts_dossier",
        table_name="review_conflicts",
        postgresql_where="withdrawn_at IS NULL AND dossier_id IS NOT NULL",
    )
    op.drop_index(
        "ix_review_conflicts_of_organisation", table_name="review_conflicts", postgresql_where="organisation_id IS NOT NULL"
    )
    op.drop_index("ix_review_conflicts_of_dossier", table_name="review_conflicts", postgresql_where="dossier_id IS NOT NULL")
    op.drop_index("ix_review_conflicts_funder", table_name="review_conflicts")
    op.drop_index("ix_review_conflicts_account", table_name="review_conflicts", postgresql_where="withdrawn_at IS NULL")
    op.drop_table("review_conflicts")
    op.drop_table("review_settings")
    op.drop_table("assignment_plans")
