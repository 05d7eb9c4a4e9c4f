"""Letters written once, what calendars were told, reminders, messages of organisers, personal calendars.

Revision ID: 2026_11_22_invitations
Revises: 2026_11_22_agenda
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_invitations"
down_revision = "2026_11_22_visio"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personal_feeds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_personal_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_personal_feeds_token_hash")),
    )
    op.create_table(
        "reminder_plans",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_reminder_plans_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_reminder_plans")),
    )
    op.create_table(
        "event_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("states", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("modes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("registrations", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_messages_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_event_messages_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_messages")),
    )
    op.create_index("ix_event_messages_event", "event_messages", ["event_id", "id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_reminders_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("session_id", "hours", "held_on", name=op.f("pk_reminders")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("news", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_letters_event_id_events")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_letters_registration_id_registrations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint(
            "registration_id", "recipient_id", "news", "edition", name=op.f("uq_letters_registration_id_recipient_id_news_edition")
        ),
    )
    op.create_index("ix_letters_event", "letters", ["event_id", "news"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum("REQUEST", "CANCEL", name="method", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=120), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_invitations_sequence")),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_invitations_attendee_id_attendees")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_invitations_session_id_event_sessions")),
        sa.PrimaryKeyConstraint("attendee_id", "session_id", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_session_id"), "invitations", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_invitations_session_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_index("ix_letters_event", table_name="letters")
    op.drop_table("letters")
    op.drop_table("reminders")
    op.drop_index("ix_event_messages_event", table_name="event_messages")
    op.drop_table("event_messages")
    op.drop_table("reminder_plans")
    op.drop_table("personal_feeds")
