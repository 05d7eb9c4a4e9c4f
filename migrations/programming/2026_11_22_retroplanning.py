"""Retroplanning: assemblies of funders, settings of calendars, their addresses; deadlines put off

Revision ID: 2026_11_22_retroplanning
Revises: 2026_11_22_committee_life
Create Date: 2026-11-22 18:31:46.010944
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_retroplanning"
down_revision = "2026_11_22_committee_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A new column of nulls rewrites nothing; the campaigns wait for it no longer than a request would.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "assemblies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=False),
        sa.Column("deposit_days", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("deposit_days BETWEEN 0 AND 180", name=op.f("ck_assemblies_deposit_days_in_reach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assemblies")),
    )
    op.create_index("ix_assemblies_organisation_id", "assemblies", ["organisation_id", "meets_on", "id"], unique=False)
    op.create_index(
        "uq_assemblies_meeting",
        "assemblies",
        ["organisation_id", "meets_on", "name"],
        unique=True,
        postgresql_where=sa.text("NOT withdrawn"),
    )
    op.create_table(
        "deadline_extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closed_before_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("extended_by", sa.Uuid(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_until", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("closes_at > closed_before_at", name=op.f("ck_deadline_extensions_only_later")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_deadline_extensions_numbered")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_deadline_extensions_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_extensions")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_deadline_extensions_campaign_id_number")),
    )
    op.create_table(
        "retroplanning_feeds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_retroplanning_feeds_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("account_id", "campaign_id", name=op.f("pk_retroplanning_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_retroplanning_feeds_token_hash")),
    )
    op.create_index("ix_retroplanning_feeds_campaign_id", "retroplanning_feeds", ["campaign_id"], unique=False)
    op.create_table(
        "retroplannings",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_retroplannings_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_retroplannings")),
    )
    op.add_column("campaigns", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("campaigns", "closed_at")
    op.drop_table("retroplannings")
    op.drop_table("retroplanning_feeds")
    op.drop_table("deadline_extensions")
    op.drop_table("assemblies")
