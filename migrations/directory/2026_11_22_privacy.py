"""Requests of people about their data, the register of erasures, when an account was last seen.

Revision ID: 2026_11_22_privacy
Revises: 2026_11_22_joining
Create Date: 2026-11-22 19:21:16.596791
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_privacy"
down_revision = "2026_11_22_joining"
branch_labels = None
depends_on = None

_CLOSINGS = "'signed_out', 'closed_from_elsewhere', 'password_changed', 'token_reused'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
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
        "data_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("export", "erasure", name="kind", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "ready",
                "expired",
                "cancelled",
                "refused",
                "erasing",
                "done",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'ready' OR (file_key IS NOT NULL AND expires_at IS NOT NULL)", name=op.f("ck_data_requests_ready_has_file")
        ),
        sa.CheckConstraint("(file_key IS NULL) = (file_sha256 IS NULL)", name=op.f("ck_data_requests_file_whole")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_data_requests_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
    op.create_index("ix_data_requests_account", "data_requests", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_data_requests_due", "data_requests", ["due_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index("ix_data_requests_open", "data_requests", ["id"], unique=False, postgresql_where=sa.text("state = 'erasing'"))
    op.create_index(
        "ix_data_requests_ready", "data_requests", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'ready'")
    )
    op.create_index(
        "uq_data_requests_pending",
        "data_requests",
        ["account_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "data_request_parts",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["data_requests.id"], name=op.f("fk_data_request_parts_request_id_data_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", "service", name=op.f("pk_data_request_parts")),
    )
    op.add_column("accounts", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody is taken for gone because nobody counted before.
    op.execute("UPDATE accounts SET last_seen_at = now()")
    op.create_check_constraint(
        op.f("ck_accounts_nobody_erased_administers"), "accounts", "erased_at IS NULL OR NOT is_administrator"
    )
    op.drop_constraint(op.f("ck_sessions_closing"), "sessions", type_="check")
    op.create_check_constraint(op.f("ck_sessions_closing"), "sessions", f"closing IN ({_CLOSINGS}, 'account_erased')")
    op.create_index(
        "ix_accounts_seen",
        "accounts",
        [sa.literal_column("coalesce(last_seen_at, created_at)")],
        unique=False,
        postgresql_where=sa.text("erased_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_accounts_seen", table_name="accounts", postgresql_where=sa.text("erased_at IS NULL"))
    op.execute("UPDATE sessions SET closing = 'closed_from_elsewhere' WHERE closing = 'account_erased'")
    op.drop_constraint(op.f("ck_sessions_closing"), "sessions", type_="check")
    op.create_check_constraint(op.f("ck_sessions_closing"), "sessions", f"closing IN ({_CLOSINGS})")
    op.drop_constraint(op.f("ck_accounts_nobody_erased_administers"), "accounts", type_="check")
    op.drop_column("accounts", "erased_at")
    op.drop_column("accounts", "warned_at")
    op.drop_column("accounts", "last_seen_at")
    op.drop_table("data_request_parts")
    op.drop_index("uq_data_requests_pending", table_name="data_requests", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_data_requests_ready", table_name="data_requests", postgresql_where=sa.text("state = 'ready'"))
    op.drop_index("ix_data_requests_open", table_name="data_requests", postgresql_where=sa.text("state = 'erasing'"))
    op.drop_index("ix_data_requests_due", table_name="data_requests", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_data_requests_account", table_name="data_requests")
    op.drop_table("data_requests")
    op.drop_table("erasures")
