"""Clocks: calendars of due lists, steps to come of calendars, answers that were read

Revision ID: 2026_11_22_clocks
Revises: 2026_11_22_due_lists
Create Date: 2026-11-22 21:15:19.362583
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_clocks"
down_revision = "2026_11_22_due_lists"
branch_labels = None
depends_on = None

_UNREAD = "status = 'answered' AND answer_read_at IS NULL"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "due_feeds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("memberships", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("standing", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_due_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_due_feeds_token_hash")),
    )
    op.create_index("ix_due_feeds_standing", "due_feeds", ["standing"], unique=False, postgresql_using="gin")
    op.create_table(
        "retroplanning_milestones",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "information",
                "opening",
                "closing",
                "completion",
                "review",
                "technical_committee",
                "steering_committee",
                "assembly",
                "notification",
                "answer",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_retroplanning_milestones_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("campaign_id", "step", "organisation_id", name=op.f("pk_retroplanning_milestones")),
    )
    op.create_index(
        "ix_retroplanning_milestones_organisation", "retroplanning_milestones", ["organisation_id", "latest_on"], unique=False
    )
    # Addresses made by the former version of the code stand on nothing that is known: they stay until they are renewed.
    op.add_column(
        "retroplanning_feeds", sa.Column("standing", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'"))
    )
    op.create_index("ix_retroplanning_feeds_standing", "retroplanning_feeds", ["standing"], unique=False, postgresql_using="gin")
    # Built in a second or so, whatever the number of grants.
    op.create_index(
        "ix_awards_unpaid", "awards", ["funder_id", "pay_before_on", "id"], unique=False, postgresql_where="first_paid_on IS NULL"
    )
    # Changes answered before this are taken as read: nobody's list fills with last month's.
    op.add_column("change_requests", sa.Column("answer_read_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE change_requests SET answer_read_at = ended_at WHERE status = 'answered'")
    op.create_index("ix_change_requests_unread", "change_requests", ["asked_by"], unique=False, postgresql_where=_UNREAD)


def downgrade() -> None:
    op.drop_index("ix_retroplanning_feeds_standing", table_name="retroplanning_feeds", postgresql_using="gin")
    op.drop_column("retroplanning_feeds", "standing")
    op.drop_index("ix_awards_unpaid", table_name="awards", postgresql_where="first_paid_on IS NULL")
    op.drop_index("ix_change_requests_unread", table_name="change_requests", postgresql_where=_UNREAD)
    op.drop_column("change_requests", "answer_read_at")
    op.drop_index("ix_retroplanning_milestones_organisation", table_name="retroplanning_milestones")
    op.drop_table("retroplanning_milestones")
    op.drop_index("ix_due_feeds_standing", table_name="due_feeds", postgresql_using="gin")
    op.drop_table("due_feeds")
