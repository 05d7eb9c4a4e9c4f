"""Certificates expire; people are found by their address, wherever they registered."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_personal"
down_revision = "2026_11_22_afterwards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_certificates_state"), "certificates", type_="check")
    op.create_check_constraint(
        op.f("ck_certificates_state"), "certificates", "state IN ('issued', 'replaced', 'revoked', 'expired')"
    )
    op.create_index("ix_registrations_email", "registrations", [sa.text("lower(contact_email)")], unique=False)
    op.create_index(
        "ix_attendees_email",
        "attendees",
        [sa.text("lower(email)")],
        unique=False,
        postgresql_where=sa.text("email IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_attendees_email", table_name="attendees")
    op.drop_index("ix_registrations_email", table_name="registrations")
    op.execute("UPDATE certificates SET state = 'revoked' WHERE state = 'expired'")
    op.drop_constraint(op.f("ck_certificates_state"), "certificates", type_="check")
    op.create_check_constraint(op.f("ck_certificates_state"), "certificates", "state IN ('issued', 'replaced', 'revoked')")
