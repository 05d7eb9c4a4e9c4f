"""Due lists: how people are reminded, what they were told; indexes of what waits

Revision ID: 2026_11_22_due_lists
Revises: 2026_11_22_privacy
Create Date: 2026-11-22 19:37:30.884206
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_due_lists"
down_revision = "2026_11_22_privacy"
branch_labels = None
depends_on = None


_UNANSWERED = "status IN ('submitted', 'changes_requested', 'admissible', 'under_review', 'ready_for_committee', 'decided')"
_UNASSIGNED = "assignee_id IS NULL AND status IN ('to_review', 'in_progress')"


def upgrade() -> None:
    # Indexes of dossiers and reviews are built in a second or so; who waits longer than a request would try again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "reminder_preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("memberships", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("standing", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum("daily", "weekly", "none", name="frequency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("muted_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("quiet_weekends", sa.Boolean(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_reminder_preferences_hour_of_a_day")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_reminder_preferences")),
    )
    op.create_index("ix_reminder_preferences_standing", "reminder_preferences", ["standing"], unique=False, postgresql_using="gin")
    op.create_table(
        "reminders_sent",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id",
            "kind",
            "organisation_id",
            "resource_id",
            "about_id",
            "due_on",
            "threshold",
            name=op.f("pk_reminders_sent"),
        ),
    )
    op.create_index(
        "ix_dossiers_promised", "dossiers", ["campaign_id", "answer_promised_on"], unique=False, postgresql_where=_UNANSWERED
    )
    op.create_index(
        "ix_dossiers_silent", "dossiers", ["campaign_id", "silence_rejects_on"], unique=False, postgresql_where=_UNANSWERED
    )
    op.create_index("ix_dossiers_to_admit", "dossiers", ["campaign_id"], unique=False, postgresql_where="status IN ('submitted')")
    op.create_index("ix_reviews_unassigned", "reviews", ["funder_id", "campaign_id"], unique=False, postgresql_where=_UNASSIGNED)


def downgrade() -> None:
    op.drop_index("ix_reviews_unassigned", table_name="reviews", postgresql_where=_UNASSIGNED)
    op.drop_index("ix_dossiers_to_admit", table_name="dossiers", postgresql_where="status IN ('submitted')")
    op.drop_index("ix_dossiers_silent", table_name="dossiers", postgresql_where=_UNANSWERED)
    op.drop_index("ix_dossiers_promised", table_name="dossiers", postgresql_where=_UNANSWERED)
    op.drop_table("reminders_sent")
    op.drop_index("ix_reminder_preferences_standing", table_name="reminder_preferences", postgresql_using="gin")
    op.drop_table("reminder_preferences")
