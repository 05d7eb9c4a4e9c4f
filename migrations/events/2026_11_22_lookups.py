"""Indexes of what is looked up every minute, with each mail, and when a session is taken away.

Revision ID: 2026_11_22_lookups
Revises: 2026_11_22_personal
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_lookups"
down_revision = "2026_11_22_personal"
branch_labels = None
depends_on = None

#: Name, table, columns, and what is left out.
_INDEXES = (
    ("ix_event_messages_session", "event_messages", ["session_id"], "session_id IS NOT NULL"),
    ("ix_event_sessions_visio", "event_sessions", ["ends_at"], "is_visio"),
    ("ix_registration_desks_session", "registration_desks", ["session_id"], "session_id IS NOT NULL"),
    ("ix_registration_desks_waiting", "registration_desks", ["event_id", "id"], "waiting_count > 0"),
    ("ix_registrations_session", "registrations", ["session_id"], "session_id IS NOT NULL"),
    ("ix_visio_links_attendee", "visio_links", ["attendee_id", "id"], None),
    ("ix_visio_links_session", "visio_links", ["session_id"], "session_id IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, kept in _INDEXES:
        op.create_index(name, table, columns, unique=False, postgresql_where=sa.text(kept) if kept else None)


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
