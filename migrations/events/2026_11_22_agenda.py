"""Networks, the agenda, registrations with their desks and seats.

Revision ID: 2026_11_22_agenda
Revises: 2026_11_22_initial
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_agenda"
down_revision = "2026_11_22_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "networks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=2000), nullable=True),
        sa.Column("centre_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z][A-Z0-9]{1,11}$'", name=op.f("ck_networks_code_shape")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networks")),
        sa.UniqueConstraint("code", name=op.f("uq_networks_code")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_networks_organisation_id")),
    )
    op.create_table(
        "territories",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_territories")),
    )
    op.create_table(
        "themes",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_themes")),
    )
    op.create_table(
        "event_counters",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_event_counters_network_id_networks")),
        sa.PrimaryKeyConstraint("network_id", "year", name=op.f("pk_event_counters")),
    )
    op.create_table(
        "event_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_event_series_network_id_networks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_series")),
    )
    op.create_index(op.f("ix_event_series_network_id"), "event_series", ["network_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "format",
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
                name="format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "idea",
                "tentative",
                "announced",
                "open",
                "closed",
                "held",
                "cancelled",
                "postponed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum("public", "unlisted", name="visibility", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("aims", sa.Text(), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("theme_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("theme_path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("partners", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vague_date", sa.String(length=100), nullable=True),
        sa.Column("sort_on", sa.Date(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_on_site", sa.Boolean(), nullable=False),
        sa.Column("is_visio", sa.Boolean(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("cost_cents", sa.Integer(), nullable=False),
        sa.Column("cost_note", sa.String(length=500), nullable=False),
        sa.Column(
            "enrolment",
            sa.Enum("whole", "per_session", name="enrolment", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("approval_required", sa.Boolean(), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("most_in_group", sa.Integer(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("has_waiting_list", sa.Boolean(), nullable=False),
        sa.Column("offer_hours", sa.Integer(), nullable=False),
        sa.Column("overtaking_hours", sa.Integer(), nullable=False),
        sa.Column("certificate_share", sa.Integer(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('open', 'closed', 'held') OR starts_at IS NOT NULL", name=op.f("ck_events_dated_once_open")
        ),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_events_both_ends")),
        sa.CheckConstraint("certificate_share BETWEEN 0 AND 100", name=op.f("ck_events_certificate_share")),
        sa.CheckConstraint("offer_hours BETWEEN 1 AND 336", name=op.f("ck_events_offer_hours")),
        sa.CheckConstraint(
            "registration_opens_at IS NULL OR registration_closes_at IS NULL OR registration_opens_at < registration_closes_at",
            name=op.f("ck_events_opens_before_it_closes"),
        ),
        sa.ForeignKeyConstraint(["copied_from_id"], ["events.id"], name=op.f("fk_events_copied_from_id_events")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_events_network_id_networks")),
        sa.ForeignKeyConstraint(["series_id"], ["event_series.id"], name=op.f("fk_events_series_id_event_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("reference", name=op.f("uq_events_reference")),
    )
    op.create_index(
        "ix_events_agenda", "events", ["sort_on", "id"], unique=False, postgresql_where="status <> 'idea' AND visibility = 'public'"
    )
    op.create_index("ix_events_network", "events", ["network_id", "sort_on", "id"], unique=False)
    op.create_index(op.f("ix_events_series_id"), "events", ["series_id"], unique=False)
    op.create_index("ix_events_territory_path", "events", ["territory_path"], unique=False, postgresql_using="gin")
    op.create_index("ix_events_theme_path", "events", ["theme_path"], unique=False, postgresql_using="gin")
    op.create_table(
        "event_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum("planned", "held", "cancelled", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_on_site", sa.Boolean(), nullable=False),
        sa.Column("is_visio", sa.Boolean(), nullable=False),
        sa.Column("place", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("room", sa.String(length=200), nullable=False),
        sa.Column("programme", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_reason IS NOT NULL)", name=op.f("ck_event_sessions_cancelled_says_why")
        ),
        sa.CheckConstraint("is_on_site OR is_visio", name=op.f("ck_event_sessions_somewhere")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_event_sessions_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_sessions_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sessions")),
        sa.UniqueConstraint(
            "event_id", "number", deferrable=True, initially="DEFERRED", name=op.f("uq_event_sessions_event_id_number")
        ),
    )
    op.create_index(op.f("ix_event_sessions_event_id"), "event_sessions", ["event_id"], unique=False)
    op.create_index("ix_event_sessions_starts_at", "event_sessions", ["starts_at", "id"], unique=False)
    op.create_table(
        "registration_desks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("last_rank", sa.Integer(), nullable=False),
        sa.Column("waiting_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_rank >= 0 AND waiting_count >= 0", name=op.f("ck_registration_desks_counters")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_registration_desks_event_id_events")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_registration_desks_session_id_event_sessions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_desks")),
        sa.UniqueConstraint(
            "event_id", "session_id", name=op.f("uq_registration_desks_event_id_session_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unconfirmed",
                "to_approve",
                "seated",
                "waiting",
                "offered",
                "cancelled",
                "refused",
                "lapsed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("online", "organiser", "walk_in", name="source", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("first_rank", sa.Integer(), nullable=True),
        sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'offered' OR due_at IS NOT NULL", name=op.f("ck_registrations_an_offer_ends")),
        sa.CheckConstraint("state <> 'waiting' OR rank IS NOT NULL", name=op.f("ck_registrations_waiting_has_a_rank")),
        sa.CheckConstraint(
            "state NOT IN ('seated', 'offered', 'cancelled', 'refused', 'lapsed') OR rank IS NULL",
            name=op.f("ck_registrations_served_has_none"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["registration_desks.id"], name=op.f("fk_registrations_desk_id_registration_desks")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_registrations_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_registrations_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("code", name=op.f("uq_registrations_code")),
        sa.UniqueConstraint("desk_id", "rank", name=op.f("uq_registrations_desk_id_rank")),
    )
    op.create_index(
        "ix_registrations_account",
        "registrations",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_index(
        "ix_registrations_due", "registrations", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("ix_registrations_event", "registrations", ["event_id", "id"], unique=False)
    op.create_index(
        "ix_registrations_waiting", "registrations", ["desk_id", "rank"], unique=False, postgresql_where=sa.text("rank IS NOT NULL")
    )
    op.create_index(
        "uq_registrations_contact",
        "registrations",
        ["desk_id", sa.literal_column("lower(contact_email)")],
        unique=True,
        postgresql_where=sa.text("state IN ('unconfirmed', 'to_approve', 'seated', 'waiting', 'offered')"),
    )
    op.create_table(
        "seat_pools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mode", sa.Enum("on_site", "visio", name="mode", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("is_share", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("NOT is_share OR capacity IS NOT NULL", name=op.f("ck_seat_pools_share_is_counted")),
        sa.CheckConstraint("capacity IS NULL OR capacity BETWEEN 0 AND 100000", name=op.f("ck_seat_pools_capacity")),
        sa.CheckConstraint(
            "is_share = (cardinality(audiences) + cardinality(territory_codes) > 0)", name=op.f("ck_seat_pools_share_is_for_some")
        ),
        sa.CheckConstraint("taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name=op.f("ck_seat_pools_never_oversold")),
        sa.ForeignKeyConstraint(["desk_id"], ["registration_desks.id"], name=op.f("fk_seat_pools_desk_id_registration_desks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_pools")),
    )
    op.create_index("ix_seat_pools_desk", "seat_pools", ["desk_id", "position"], unique=False)
    op.create_index("uq_seat_pools_open", "seat_pools", ["desk_id", "mode"], unique=True, postgresql_where=sa.text("NOT is_share"))
    op.create_table(
        "attendees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.String(length=120), nullable=False),
        sa.Column("family_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
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
        sa.Column("territory_code", sa.String(length=12), nullable=True),
        sa.Column("territory_path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "mode", sa.Enum("on_site", "visio", name="mode", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_attendees_event_id_events")),
        sa.ForeignKeyConstraint(["pool_id"], ["seat_pools.id"], name=op.f("fk_attendees_pool_id_seat_pools")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_attendees_registration_id_registrations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendees")),
        sa.UniqueConstraint("key", name=op.f("uq_attendees_key")),
        sa.UniqueConstraint("registration_id", "position", name=op.f("uq_attendees_registration_id_position")),
    )
    op.create_index("ix_attendees_event", "attendees", ["event_id", "family_name", "id"], unique=False)
    op.create_index("ix_attendees_pool", "attendees", ["pool_id"], unique=False)
    op.create_table(
        "attendee_needs",
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("dietary", sa.String(length=500), nullable=False),
        sa.Column("accessibility", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_attendee_needs_attendee_id_attendees")),
        sa.PrimaryKeyConstraint("attendee_id", name=op.f("pk_attendee_needs")),
    )


def downgrade() -> None:
    raise NotImplementedError("revisions are not undone: restore a backup")
