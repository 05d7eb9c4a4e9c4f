"""Visio: accounts at providers, rooms, personal links, who came and went, recordings.

Revision ID: 2026_11_22_visio
Revises: 2026_11_22_agenda
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_visio"
down_revision = "2026_11_22_presence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visio_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bigbluebutton", "jitsi", "livekit", "external", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=True),
        sa.Column("server_address", sa.String(length=2000), nullable=True),
        sa.Column("identifier", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("key_id", sa.String(length=200), nullable=True),
        sa.Column("algorithm", sa.String(length=5), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("webhook_secret_sealed", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT is_default OR retired_at IS NULL", name=op.f("ck_visio_accounts_a_default_is_in_use")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_visio_accounts_network_id_networks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visio_accounts")),
        sa.UniqueConstraint("key", name=op.f("uq_visio_accounts_key")),
    )
    op.create_index("ix_visio_accounts_network", "visio_accounts", ["network_id", "id"], unique=False)
    op.create_index(
        "uq_visio_accounts_default", "visio_accounts", ["network_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "visio_rooms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_id", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum("planned", "ready", "ended", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("create_time", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recordings_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recordings_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["visio_accounts.id"], name=op.f("fk_visio_rooms_account_id_visio_accounts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_visio_rooms_event_id_events")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_visio_rooms_session_id_event_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visio_rooms")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_visio_rooms_meeting_id")),
        sa.UniqueConstraint(
            "session_id", "account_id", name=op.f("uq_visio_rooms_session_id_account_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("ix_visio_rooms_alive", "visio_rooms", ["state"], unique=False, postgresql_where=sa.text("state <> 'ended'"))
    op.create_index(
        "ix_visio_rooms_recordings",
        "visio_rooms",
        ["recordings_due_at"],
        unique=False,
        postgresql_where=sa.text("recordings_due_at IS NOT NULL"),
    )
    op.create_table(
        "visio_settings",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=2000), nullable=True),
        sa.Column("minutes_before", sa.Integer(), nullable=False),
        sa.Column("minutes_after", sa.Integer(), nullable=False),
        sa.Column("is_recorded", sa.Boolean(), nullable=False),
        sa.Column("has_waiting_room", sa.Boolean(), nullable=False),
        sa.Column("is_webinar", sa.Boolean(), nullable=False),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes_before BETWEEN 0 AND 240 AND minutes_after BETWEEN 0 AND 480", name=op.f("ck_visio_settings_minutes")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["visio_accounts.id"], name=op.f("fk_visio_settings_account_id_visio_accounts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_visio_settings_event_id_events")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_visio_settings_session_id_event_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_visio_settings")),
    )
    op.create_index("ix_visio_settings_event", "visio_settings", ["event_id"], unique=False)
    op.create_table(
        "visio_recordings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("provider_ref", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("playbacks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"], ["visio_rooms.id"], name=op.f("fk_visio_recordings_room_id_visio_rooms"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_visio_recordings_session_id_event_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visio_recordings")),
        sa.UniqueConstraint("room_id", "provider_ref", name=op.f("uq_visio_recordings_room_id_provider_ref")),
    )
    op.create_index("ix_visio_recordings_session", "visio_recordings", ["session_id"], unique=False)
    op.create_table(
        "visio_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum("viewer", "presenter", "moderator", name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("marks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("uses_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubled_count", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("attendee_id IS NULL OR role = 'viewer'", name=op.f("ck_visio_links_participants_view")),
        sa.CheckConstraint(
            "(attendee_id IS NULL) <> (session_id IS NULL)", name=op.f("ck_visio_links_of_a_participant_or_for_a_session")
        ),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendees.id"], name=op.f("fk_visio_links_attendee_id_attendees"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_visio_links_event_id_events")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_visio_links_session_id_event_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visio_links")),
    )
    op.create_index("ix_visio_links_event", "visio_links", ["event_id", "id"], unique=False)
    op.create_index(
        "uq_visio_links_attendee", "visio_links", ["attendee_id"], unique=True, postgresql_where=sa.text("revoked_at IS NULL")
    )
    op.create_table(
        "visio_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("connection", sa.String(length=200), nullable=False),
        sa.Column(
            "kind", sa.Enum("joined", "left", name="kind", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["visio_links.id"], name=op.f("fk_visio_movements_link_id_visio_links"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["visio_rooms.id"], name=op.f("fk_visio_movements_room_id_visio_rooms"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_visio_movements_session_id_event_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visio_movements")),
        sa.UniqueConstraint("room_id", "connection", "kind", "at", name=op.f("uq_visio_movements_room_id_connection_kind_at")),
    )
    op.create_index("ix_visio_movements_link", "visio_movements", ["link_id"], unique=False)
    op.create_index("ix_visio_movements_session", "visio_movements", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_visio_movements_session", table_name="visio_movements")
    op.drop_index("ix_visio_movements_link", table_name="visio_movements")
    op.drop_table("visio_movements")
    op.drop_index("uq_visio_links_attendee", table_name="visio_links", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_index("ix_visio_links_event", table_name="visio_links")
    op.drop_table("visio_links")
    op.drop_index("ix_visio_recordings_session", table_name="visio_recordings")
    op.drop_table("visio_recordings")
    op.drop_index("ix_visio_settings_event", table_name="visio_settings")
    op.drop_table("visio_settings")
    op.drop_index("ix_visio_rooms_recordings", table_name="visio_rooms", postgresql_where=sa.text("recordings_due_at IS NOT NULL"))
    op.drop_index("ix_visio_rooms_alive", table_name="visio_rooms", postgresql_where=sa.text("state <> 'ended'"))
    op.drop_table("visio_rooms")
    op.drop_index("uq_visio_accounts_default", table_name="visio_accounts", postgresql_where=sa.text("is_default"))
    op.drop_index("ix_visio_accounts_network", table_name="visio_accounts")
    op.drop_table("visio_accounts")
