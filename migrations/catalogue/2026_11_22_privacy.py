"""The register of erasures.

Revision ID: 2026_11_22_privacy
Revises: 2026_11_22_outcomes
Create Date: 2026-11-22 21:27:00.215738
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_privacy"
down_revision = "2026_11_22_outcomes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0 AND count >= 0", name=op.f("ck_erasures_counted")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasures")),
        sa.UniqueConstraint("previous", name=op.f("uq_erasures_previous")),
    )


def downgrade() -> None:
    op.drop_table("erasures")
