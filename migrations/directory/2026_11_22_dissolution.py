"""dissolution

Revision ID: 2026_11_22_dissolution
Revises: 2026_11_22_payer_role
Create Date: 2026-11-22 08:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_dissolution"
down_revision = "2026_11_22_payer_role"
branch_labels = None
depends_on = None

_COLUMNS = ("dissolved_on", "dissolution_reason", "successor_id", "dissolution_note")
_CHECKS = {
    "dissolution_reason": "dissolution_reason IN ('dissolution', 'merger')",
    "dissolution_whole": "(dissolved_on IS NULL) = (dissolution_reason IS NULL)",
    "successor_of_the_dissolved": "dissolved_on IS NOT NULL OR (successor_id IS NULL AND dissolution_note IS NULL)",
    "merger_has_successor": "dissolution_reason <> 'merger' OR successor_id IS NOT NULL",
    "succeeded_by_another": "successor_id <> id",
}


def upgrade() -> None:
    op.add_column("organisations", sa.Column("dissolved_on", sa.Date(), nullable=True))
    op.add_column("organisations", sa.Column("dissolution_reason", sa.String(length=40), nullable=True))
    op.add_column("organisations", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.add_column("organisations", sa.Column("dissolution_note", sa.String(length=2000), nullable=True))
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_organisations_{name}"), "organisations", condition)
    op.create_foreign_key(
        op.f("fk_organisations_successor_id_organisations"), "organisations", "organisations", ["successor_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_organisations_successor_id_organisations"), "organisations", type_="foreignkey")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_organisations_{name}"), "organisations", type_="check")
    for column in reversed(_COLUMNS):
        op.drop_column("organisations", column)
