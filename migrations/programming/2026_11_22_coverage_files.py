"""Published coverage: a version of each decided campaign's matrix, as CSV and JSON

Revision ID: 2026_11_22_coverage_files
Revises: 2026_11_22_coverage
Create Date: 2026-11-22 09:34:03
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_coverage_files"
down_revision = "2026_11_22_coverage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("csv_key", sa.String(length=100), nullable=False),
        sa.Column("csv_size", sa.BigInteger(), nullable=False),
        sa.Column("csv_sha256", sa.String(length=64), nullable=False),
        sa.Column("json_key", sa.String(length=100), nullable=False),
        sa.Column("json_size", sa.BigInteger(), nullable=False),
        sa.Column("json_sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "version > 0 AND cells >= 0 AND csv_size > 0 AND json_size > 0", name=op.f("ck_coverage_publications_counted")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_coverage_publications_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_publications")),
        sa.UniqueConstraint("campaign_id", "version", name=op.f("uq_coverage_publications_campaign_id_version")),
    )


def downgrade() -> None:
    op.drop_table("coverage_publications")
