"""The register of erasures, and the sealed names of erased signatories.

Revision ID: 2026_11_22_privacy
Revises: 2026_11_22_webhooks
Create Date: 2026-11-22 19:31:12.065163
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_privacy"
down_revision = "2026_11_22_webhooks"
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
    op.create_table(
        "sealed_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_signatures")),
        sa.UniqueConstraint("act_id", "act", name=op.f("uq_sealed_signatures_act_id_act")),
    )
    op.create_index("ix_sealed_signatures_kept_until", "sealed_signatures", ["kept_until"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_sealed_signatures_kept_until", table_name="sealed_signatures")
    op.drop_table("sealed_signatures")
    op.drop_table("erasures")
