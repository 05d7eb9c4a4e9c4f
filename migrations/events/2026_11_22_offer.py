"""Moved sessions, agendas by document; training needs; yearly plans.

Revision ID: 2026_11_22_offer
Revises: 2026_11_22_agenda
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_offer"
down_revision = "2026_11_22_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "yearly_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2199", name=op.f("ck_yearly_plans_year")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_yearly_plans_network_id_networks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_plans")),
        sa.UniqueConstraint("network_id", "year", name=op.f("uq_yearly_plans_network_id_year")),
    )
    op.create_table(
        "plan_targets",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("format", "place", "territory", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "measure",
            sa.Enum("events", "sessions", "hours", name="measure", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.Column("min_percent", sa.Integer(), nullable=True),
        sa.Column("max_percent", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'place') = (min_percent IS NOT NULL AND max_percent IS NOT NULL)",
            name=op.f("ck_plan_targets_share_has_bounds"),
        ),
        sa.CheckConstraint("(kind = 'place') = (wanted IS NULL)", name=op.f("ck_plan_targets_wanted_or_share")),
        sa.CheckConstraint("kind <> 'place' OR measure <> 'events'", name=op.f("ck_plan_targets_places_count_sessions")),
        sa.CheckConstraint(
            "0 <= min_percent AND min_percent <= max_percent AND max_percent <= 100", name=op.f("ck_plan_targets_share")
        ),
        sa.CheckConstraint("wanted >= 0", name=op.f("ck_plan_targets_wanted")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["yearly_plans.id"], name=op.f("fk_plan_targets_plan_id_yearly_plans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "kind", "code", "measure", name=op.f("pk_plan_targets")),
    )
    op.create_table(
        "training_needs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("theme_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_code", sa.String(length=12), nullable=True),
        sa.Column(
            "audience",
            sa.Enum(
                "elected_official",
                "state",
                "local_authority",
                "association",
                "landlord",
                "resident",
                "researcher",
                "other",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column(
            "preferred_format",
            sa.Enum(
                "journee",
                "cycle",
                "temoignage_flash",
                "cafelabo",
                "formation_action",
                "elected_exchange",
                "site_visit",
                "web_conference",
                "regional_meeting",
                "workshop",
                "other",
                name="preferred_format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("preferred_period", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "planned",
                "merged",
                "answered",
                "dismissed",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_training_needs_merged_somewhere")),
        sa.CheckConstraint("status <> 'planned' OR event_id IS NOT NULL", name=op.f("ck_training_needs_planned_for_an_event")),
        sa.CheckConstraint(
            "status NOT IN ('answered', 'dismissed', 'withdrawn') OR email IS NULL",
            name=op.f("ck_training_needs_address_forgotten"),
        ),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_training_needs_not_into_itself")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_training_needs_event_id_events")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["training_needs.id"], name=op.f("fk_training_needs_merged_into_id_training_needs")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_training_needs_network_id_networks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_needs")),
    )
    op.create_index(op.f("ix_training_needs_account_id"), "training_needs", ["account_id"], unique=False)
    op.create_index(op.f("ix_training_needs_merged_into_id"), "training_needs", ["merged_into_id"], unique=False)
    op.create_index("ix_training_needs_network", "training_needs", ["network_id", "id"], unique=False)
    op.create_index(
        "ix_training_needs_untold",
        "training_needs",
        ["event_id"],
        unique=False,
        postgresql_where=sa.text("event_id IS NOT NULL AND told_at IS NULL"),
    )
    op.add_column("event_sessions", sa.Column("previous_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("event_sessions", sa.Column("moved_online", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("event_sessions", "moved_online", server_default=None)
    op.drop_index("ix_events_agenda", table_name="events")
    op.create_index("ix_events_agenda", "events", ["sort_on", "id"])
    op.create_index(
        "ix_events_documents",
        "events",
        ["documents"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"documents": "jsonb_path_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_events_agenda", table_name="events")
    op.create_index(
        "ix_events_agenda", "events", ["sort_on", "id"], postgresql_where=sa.text("status <> 'idea' AND visibility = 'public'")
    )
    op.drop_index(
        "ix_events_documents", table_name="events", postgresql_using="gin", postgresql_ops={"documents": "jsonb_path_ops"}
    )
    op.drop_column("event_sessions", "moved_online")
    op.drop_column("event_sessions", "previous_starts_at")
    op.drop_index(
        "ix_training_needs_untold",
        table_name="training_needs",
        postgresql_where=sa.text("event_id IS NOT NULL AND told_at IS NULL"),
    )
    op.drop_index("ix_training_needs_network", table_name="training_needs")
    op.drop_index(op.f("ix_training_needs_merged_into_id"), table_name="training_needs")
    op.drop_index(op.f("ix_training_needs_account_id"), table_name="training_needs")
    op.drop_table("training_needs")
    op.drop_table("plan_targets")
    op.drop_table("yearly_plans")
