"""Defaults are back: the version before these columns still writes without them while the new one starts

Revision ID: 2026_11_22_defaults
Revises: 2026_11_22_privacy
Create Date: 2026-11-22 21:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_defaults"
down_revision = "2026_11_22_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("documents", "organisation_ids", server_default=sa.text("'{}'"))


def downgrade() -> None:
    op.alter_column("documents", "organisation_ids", server_default=None)
