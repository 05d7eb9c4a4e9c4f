"""The public directory of actors, requests of people about their data, the register of erasures, when an account was last seen.

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
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "actor_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor_messages")),
    )
    op.create_index("ix_actor_messages_sender", "actor_messages", ["sender_id", "sent_at"], unique=False)
    op.create_index(op.f("ix_actor_messages_sent_at"), "actor_messages", ["sent_at"], unique=False)
    op.create_table(
        "actor_cards",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("presentation", sa.String(length=2000), nullable=False),
        sa.Column("theme_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("public_email", sa.String(length=254), nullable=True),
        sa.Column("public_phone", sa.String(length=30), nullable=True),
        sa.Column("accepts_messages", sa.Boolean(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT is_published OR presentation <> ''", name=op.f("ck_actor_cards_published_says_something")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_actor_cards_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_actor_cards")),
    )
    op.create_index(
        "ix_actor_cards_listing",
        "actor_cards",
        ["sort_name", "organisation_id"],
        unique=False,
        postgresql_where=sa.text("is_published"),
    )
    op.create_index(
        "ix_actor_cards_search",
        "actor_cards",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index("ix_actor_cards_territories", "actor_cards", ["territory_codes"], unique=False, postgresql_using="gin")
    op.create_index("ix_actor_cards_themes", "actor_cards", ["theme_codes"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_actor_cards_verified", "actor_cards", ["verified_at"], unique=False, postgresql_where=sa.text("is_published")
    )
    op.create_table(
        "actor_people",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.Column("topics", sa.String(length=500), nullable=False),
        sa.Column("shows_email", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["memberships.organisation_id", "memberships.account_id"],
            name=op.f("fk_actor_people_organisation_id_account_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["actor_cards.organisation_id"], name=op.f("fk_actor_people_organisation_id_actor_cards")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", name=op.f("pk_actor_people")),
    )
    op.create_index("ix_actor_people_account_id", "actor_people", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_actor_people_account_id", table_name="actor_people")
    op.drop_table("actor_people")
    op.drop_index("ix_actor_cards_verified", table_name="actor_cards", postgresql_where=sa.text("is_published"))
    op.drop_index("ix_actor_cards_themes", table_name="actor_cards", postgresql_using="gin")
    op.drop_index("ix_actor_cards_territories", table_name="actor_cards", postgresql_using="gin")
    op.drop_index(
        "ix_actor_cards_search", table_name="actor_cards", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}
    )
    op.drop_index("ix_actor_cards_listing", table_name="actor_cards", postgresql_where=sa.text("is_published"))
    op.drop_table("actor_cards")
    op.drop_index(op.f("ix_actor_messages_sent_at"), table_name="actor_messages")
    op.drop_index("ix_actor_messages_sender", table_name="actor_messages")
    op.drop_table("actor_messages")
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")
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
