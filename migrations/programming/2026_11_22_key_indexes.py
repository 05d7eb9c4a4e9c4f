"""Indexes of foreign keys that are looked up by: readers, collaborators, déports, amounts of scenarios

Revision ID: 2026_11_22_key_indexes
Revises: 2026_11_22_papers_checked
Create Date: 2026-11-22 21:40:00.000000
"""

from alembic import op

revision = "2026_11_22_key_indexes"
down_revision = "2026_11_22_papers_checked"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Built in under a second on the readers of 100 000 dossiers; who waits longer than a request would try again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_dossier_readers_dossier", "dossier_readers", ["dossier_id"], unique=False)
    op.create_index("ix_collaborators_dossier", "collaborators", ["dossier_id", "id"], unique=False)
    op.create_index("ix_deports_dossier", "deports", ["committee_id", "dossier_id"], unique=False)
    op.create_index("ix_scenario_amounts_request", "scenario_amounts", ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_scenario_amounts_request", table_name="scenario_amounts")
    op.drop_index("ix_deports_dossier", table_name="deports")
    op.drop_index("ix_collaborators_dossier", table_name="collaborators")
    op.drop_index("ix_dossier_readers_dossier", table_name="dossier_readers")
