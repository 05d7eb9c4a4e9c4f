"""Files of bilans and signed copies under the scanner; the submission each review and reading was written on

Revision ID: 2026_11_22_papers_checked
Revises: 2026_11_22_clocks
Create Date: 2026-11-22 21:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_papers_checked"
down_revision = "2026_11_22_clocks"
branch_labels = None
depends_on = None

_STATUSES = "('waiting_scan', 'ready', 'refused')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, prefix in (("bilan_attachments", ""), ("agreement_signatures", "file_")):
        status = f"{prefix}status"
        # The default stays: the version before this one goes on writing rows while this one is rolled out.
        op.add_column(table, sa.Column(status, sa.String(length=40), nullable=False, server_default="ready"))
        op.add_column(table, sa.Column(f"{prefix}status_reason", sa.String(length=500), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_{status}"), table, f"{status} IN {_STATUSES}")
        op.create_index(f"ix_{table}_waiting", table, ["id"], unique=False, postgresql_where=f"{status} = 'waiting_scan'")
    for table in ("reviews", "review_readings"):
        op.add_column(table, sa.Column("submission_number", sa.Integer(), nullable=True))
        # What was written is taken to be on the submission that stood when it was given; what is not given yet, on the last one.
        op.execute(
            f"""
            UPDATE {table} AS r SET submission_number = (
              SELECT max(s.number) FROM submissions AS s
              WHERE s.dossier_id = r.dossier_id AND s.submitted_at <= coalesce(r.completed_at, now())
            )
            WHERE r.status IN ('in_progress', 'completed')
            """  # noqa: S608 - names of this file's own
        )


def downgrade() -> None:
    for table in ("review_readings", "reviews"):
        op.drop_column(table, "submission_number")
    for table, prefix in (("agreement_signatures", "file_"), ("bilan_attachments", "")):
        op.drop_index(f"ix_{table}_waiting", table_name=table, postgresql_where=f"{prefix}status = 'waiting_scan'")
        op.drop_column(table, f"{prefix}status_reason")
        op.drop_column(table, f"{prefix}status")
