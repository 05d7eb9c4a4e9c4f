"""Defaults are back: the version before these columns still writes without them while the new one starts

Revision ID: 2026_11_22_defaults
Revises: 2026_11_22_lookups
Create Date: 2026-11-22 21:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_defaults"
down_revision = "2026_11_22_lookups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("event_sessions", "moved_online", server_default=sa.text("false"))
    op.alter_column("attendee_needs", "dietary_kinds", server_default=sa.text("'{}'"))
    op.alter_column("attendee_needs", "accessibility_kinds", server_default=sa.text("'{}'"))


def downgrade() -> None:
    op.alter_column("attendee_needs", "accessibility_kinds", server_default=None)
    op.alter_column("attendee_needs", "dietary_kinds", server_default=None)
    op.alter_column("event_sessions", "moved_online", server_default=None)
