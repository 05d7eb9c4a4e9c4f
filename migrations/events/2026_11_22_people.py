"""What people ask around their registration: new e-mails to confirm, links sent again; needs by kind.

Revision ID: 2026_11_22_people
Revises: 2026_11_22_registration_limits
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_people"
down_revision = "2026_11_22_registration_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_requests")),
    )
    op.create_index("ix_link_requests_at", "link_requests", ["at"], unique=False)
    op.create_index("ix_link_requests_email", "link_requests", ["email_hash", "at"], unique=False)
    op.create_index("ix_link_requests_origin", "link_requests", ["origin", "at"], unique=False)
    op.create_table(
        "email_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("requested_at < due_at", name=op.f("ck_email_changes_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_email_changes_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_changes")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_email_changes_registration_id")),
    )
    op.add_column("attendee_needs", sa.Column("dietary_kinds", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("attendee_needs", "dietary_kinds", server_default=None)
    op.add_column(
        "attendee_needs", sa.Column("accessibility_kinds", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
    )
    op.alter_column("attendee_needs", "accessibility_kinds", server_default=None)


def downgrade() -> None:
    op.drop_column("attendee_needs", "accessibility_kinds")
    op.drop_column("attendee_needs", "dietary_kinds")
    op.drop_table("email_changes")
    op.drop_index("ix_link_requests_origin", table_name="link_requests")
    op.drop_index("ix_link_requests_email", table_name="link_requests")
    op.drop_index("ix_link_requests_at", table_name="link_requests")
    op.drop_table("link_requests")
