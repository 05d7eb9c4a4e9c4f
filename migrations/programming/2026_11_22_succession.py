"""succession

Revision ID: 2026_11_22_succession
Revises: 2026_11_22_agreements
Create Date: 2026-11-22 08:40:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_succession"
down_revision = "2026_11_22_agreements"
branch_labels = None
depends_on = None

_SUCCEEDED = sa.text("successor_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("face", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_index("ix_organisations_successor", "organisations", ["successor_id"], postgresql_where=_SUCCEEDED)
    op.create_index("ix_dossiers_successor", "dossiers", ["successor_id"], postgresql_where=_SUCCEEDED)
    op.create_index("ix_awards_successor", "awards", ["successor_id", "id"], postgresql_where=_SUCCEEDED)


def downgrade() -> None:
    op.drop_index("ix_awards_successor", table_name="awards")
    op.drop_index("ix_dossiers_successor", table_name="dossiers")
    op.drop_index("ix_organisations_successor", table_name="organisations")
    op.drop_table("organisations")
