"""Presence at sessions (scans, stays, validated presence), and certificates.

Revision ID: 2026_11_22_presence
Revises: 2026_11_22_agenda
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_presence"
down_revision = "2026_11_22_offer"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence_sheets",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_presence_sheets_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_presence_sheets_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_presence_sheets")),
    )
    op.create_index(op.f("ix_presence_sheets_event_id"), "presence_sheets", ["event_id"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("certificate", "attestation", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("issued", "replaced", "revoked", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("holder_name", sa.String(length=260), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("total_minutes", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("file_key", sa.String(length=80), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'issued') = (ended_at IS NULL)", name=op.f("ck_certificates_ends_once")),
        sa.CheckConstraint("(file_key IS NULL) = (file_sha256 IS NULL)", name=op.f("ck_certificates_file")),
        sa.CheckConstraint("minutes > 0 AND minutes <= total_minutes", name=op.f("ck_certificates_minutes")),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_certificates_attendee_id_attendees")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_certificates_event_id_events")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_certificates_registration_id_registrations")
        ),
        sa.ForeignKeyConstraint(["replaces_id"], ["certificates.id"], name=op.f("fk_certificates_replaces_id_certificates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_certificates_event_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_certificates_reference")),
    )
    op.create_index(op.f("ix_certificates_attendee_id"), "certificates", ["attendee_id"], unique=False)
    op.create_index("ix_certificates_registration", "certificates", ["registration_id"], unique=False)
    op.create_index(
        "uq_certificates_standing", "certificates", ["attendee_id"], unique=True, postgresql_where=sa.text("state = 'issued'")
    )
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=60), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scanned_by", sa.Uuid(), nullable=True),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_check_ins_attendee_id_attendees")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_check_ins_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_check_ins_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
        sa.UniqueConstraint("session_id", "device_id", "client_id", name=op.f("uq_check_ins_session_id_device_id_client_id")),
    )
    op.create_index("ix_check_ins_event", "check_ins", ["event_id", "attendee_id"], unique=False)
    op.create_index("ix_check_ins_person", "check_ins", ["session_id", "attendee_id", "scanned_at"], unique=False)
    op.create_table(
        "presence_stays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("left_at IS NULL OR left_at >= joined_at", name=op.f("ck_presence_stays_leaves_after_joining")),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_presence_stays_attendee_id_attendees")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_presence_stays_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_presence_stays_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence_stays")),
        sa.UniqueConstraint("session_id", "attendee_id", "mark", name=op.f("uq_presence_stays_session_id_attendee_id_mark")),
    )
    op.create_index("ix_presence_stays_event", "presence_stays", ["event_id", "attendee_id"], unique=False)
    op.create_table(
        "presences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("present", "absent", "excused", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "source",
            sa.Enum("scan", "visio", "organiser", name="source", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("validated_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state = 'present' OR minutes = 0", name=op.f("ck_presences_only_the_present_follow")),
        sa.CheckConstraint(
            "arrived_at IS NULL OR left_at IS NULL OR arrived_at <= left_at", name=op.f("ck_presences_leaves_after_arriving")
        ),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_presences_minutes")),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_presences_attendee_id_attendees")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_presences_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_presences_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presences")),
        sa.UniqueConstraint("session_id", "attendee_id", name=op.f("uq_presences_session_id_attendee_id")),
    )
    op.create_index("ix_presences_event", "presences", ["event_id", "attendee_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("revisions are not undone: restore a backup")
