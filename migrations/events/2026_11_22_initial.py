"""The kernel's records and the job queue, on which networks, events and registrations stand.

Revision ID: 2026_11_22_initial
"""

from alembic import op

from services.common.lineage import install_kernel_2026_11

revision = "2026_11_22_initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    install_kernel_2026_11(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the first revision is not undone: drop the database")
