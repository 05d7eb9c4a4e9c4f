"""What limits count of registrations without an account.

Revision ID: 2026_11_22_registration_limits
Revises: 2026_11_22_agenda
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_registration_limits"
down_revision = "2026_11_22_agenda"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_attempts")),
    )
    op.create_index("ix_registration_attempts_at", "registration_attempts", ["at"], unique=False)
    op.create_index("ix_registration_attempts_email_hash", "registration_attempts", ["email_hash", "at"], unique=False)
    op.create_index("ix_registration_attempts_origin", "registration_attempts", ["origin", "at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("revisions are not undone: restore a backup")
