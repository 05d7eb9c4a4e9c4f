"""payer_role

Revision ID: 2026_11_22_payer_role
Revises: 2026_11_22_reference
Create Date: 2026-11-22 08:05:00
"""

from alembic import op

revision = "2026_11_22_payer_role"
down_revision = "2026_11_22_reference"
branch_labels = None
depends_on = None

_NAME = "ck_memberships_known_roles"


def _known(*roles: str) -> str:
    return f"cardinality(roles) > 0 AND roles <@ ARRAY[{', '.join(repr(role) for role in roles)}]::text[]"


def upgrade() -> None:
    op.drop_constraint(op.f(_NAME), "memberships", type_="check")
    op.create_check_constraint(op.f(_NAME), "memberships", _known("member", "manager", "signatory", "payer"))


def downgrade() -> None:
    op.drop_constraint(op.f(_NAME), "memberships", type_="check")
    op.create_check_constraint(op.f(_NAME), "memberships", _known("member", "manager", "signatory"))
