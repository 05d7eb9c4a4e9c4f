"""joining

Revision ID: 2026_11_22_joining
Revises: 2026_11_22_dissolution
Create Date: 2026-11-22 18:01:51
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_joining"
down_revision = "2026_11_22_dissolution"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_mails")),
    )
    op.create_index("ix_invitation_mails_address", "invitation_mails", ["organisation_id", "email_hash", "at"], unique=False)
    op.create_index(op.f("ix_invitation_mails_at"), "invitation_mails", ["at"], unique=False)
    op.create_index("ix_invitation_mails_sender", "invitation_mails", ["sender_id", "at"], unique=False)
    op.create_table(
        "api_clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tokens_given", sa.Integer(), nullable=False),
        sa.Column("counted_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_api_clients_some_scope")),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_api_clients_created_by_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_api_clients_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_clients")),
    )
    op.create_index(op.f("ix_api_clients_created_by"), "api_clients", ["created_by"], unique=False)
    op.create_index("ix_api_clients_organisation_id", "api_clients", ["organisation_id", "id"], unique=False)
    op.create_index(
        "uq_api_clients_name",
        "api_clients",
        ["organisation_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "accepted",
                "declined",
                "withdrawn",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (closed_at IS NULL)", name=op.f("ck_invitations_closed_when_over")),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined')) = (account_id IS NOT NULL)", name=op.f("ck_invitations_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['member', 'manager', 'signatory', 'payer']::text[]",
            name=op.f("ck_invitations_known_roles"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id_accounts")),
        sa.ForeignKeyConstraint(["invited_by"], ["accounts.id"], name=op.f("fk_invitations_invited_by_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_account_id"), "invitations", ["account_id"], unique=False)
    op.create_index("ix_invitations_closed_at", "invitations", ["closed_at"], unique=False)
    op.create_index(
        "ix_invitations_email", "invitations", ["email", "id"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"], unique=False)
    op.create_index(op.f("ix_invitations_invited_by"), "invitations", ["invited_by"], unique=False)
    op.create_index("ix_invitations_organisation_id", "invitations", ["organisation_id", "id"], unique=False)
    op.create_index(
        "uq_invitations_pending",
        "invitations",
        ["organisation_id", "email"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "join_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending", "approved", "refused", "withdrawn", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_join_requests_decided_when_over")),
        sa.CheckConstraint("state <> 'approved' OR cardinality(roles) > 0", name=op.f("ck_join_requests_approved_with_roles")),
        sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name=op.f("ck_join_requests_refused_with_a_reason")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_join_requests_account_id_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_join_requests_decided_by_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_join_requests_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_requests")),
    )
    op.create_index("ix_join_requests_account_id", "join_requests", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_join_requests_decided_by"), "join_requests", ["decided_by"], unique=False)
    op.create_index("ix_join_requests_organisation_id", "join_requests", ["organisation_id", "id"], unique=False)
    op.create_index("ix_join_requests_state", "join_requests", ["state", "id"], unique=False)
    op.create_index(
        "uq_join_requests_pending",
        "join_requests",
        ["organisation_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "management_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "granted",
                "objected",
                "refused",
                "withdrawn",
                "lapsed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_management_claims_decided_when_over")),
        sa.CheckConstraint(
            "state NOT IN ('objected', 'refused') OR answer IS NOT NULL", name=op.f("ck_management_claims_refused_with_a_reason")
        ),
        sa.CheckConstraint("effective_at > created_at", name=op.f("ck_management_claims_announced_first")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_management_claims_account_id_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_management_claims_decided_by_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_management_claims_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_management_claims")),
    )
    op.create_index(op.f("ix_management_claims_account_id"), "management_claims", ["account_id"], unique=False)
    op.create_index(op.f("ix_management_claims_decided_by"), "management_claims", ["decided_by"], unique=False)
    op.create_index(
        "ix_management_claims_due",
        "management_claims",
        ["effective_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_management_claims_organisation_id", "management_claims", ["organisation_id", "id"], unique=False)
    op.create_index(
        "uq_management_claims_pending",
        "management_claims",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "api_client_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.id"], name=op.f("fk_api_client_secrets_client_id_api_clients"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client_secrets")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_client_secrets_secret_hash")),
    )
    op.create_index("ix_api_client_secrets_client_id", "api_client_secrets", ["client_id", "id"], unique=False)
    # The version before, which still writes while this one comes, knows nothing of these columns: the database fills them.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("memberships", sa.Column("is_legal_representative", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("memberships", sa.Column("grant_id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")))
    op.create_check_constraint(
        op.f("ck_memberships_representatives_sign"), "memberships", "NOT is_legal_representative OR 'signatory' = ANY (roles)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_memberships_representatives_sign"), "memberships", type_="check")
    op.drop_column("memberships", "grant_id")
    op.drop_column("memberships", "is_legal_representative")
    op.drop_index("ix_api_client_secrets_client_id", table_name="api_client_secrets")
    op.drop_table("api_client_secrets")
    op.drop_index("uq_management_claims_pending", table_name="management_claims", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_management_claims_organisation_id", table_name="management_claims")
    op.drop_index("ix_management_claims_due", table_name="management_claims", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index(op.f("ix_management_claims_decided_by"), table_name="management_claims")
    op.drop_index(op.f("ix_management_claims_account_id"), table_name="management_claims")
    op.drop_table("management_claims")
    op.drop_index("uq_join_requests_pending", table_name="join_requests", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_join_requests_state", table_name="join_requests")
    op.drop_index("ix_join_requests_organisation_id", table_name="join_requests")
    op.drop_index(op.f("ix_join_requests_decided_by"), table_name="join_requests")
    op.drop_index("ix_join_requests_account_id", table_name="join_requests")
    op.drop_table("join_requests")
    op.drop_index("uq_invitations_pending", table_name="invitations", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_invitations_organisation_id", table_name="invitations")
    op.drop_index(op.f("ix_invitations_invited_by"), table_name="invitations")
    op.drop_index(op.f("ix_invitations_expires_at"), table_name="invitations")
    op.drop_index("ix_invitations_email", table_name="invitations", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_invitations_closed_at", table_name="invitations")
    op.drop_index(op.f("ix_invitations_account_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_index("uq_api_clients_name", table_name="api_clients", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_index("ix_api_clients_organisation_id", table_name="api_clients")
    op.drop_index(op.f("ix_api_clients_created_by"), table_name="api_clients")
    op.drop_table("api_clients")
    op.drop_index("ix_invitation_mails_sender", table_name="invitation_mails")
    op.drop_index(op.f("ix_invitation_mails_at"), table_name="invitation_mails")
    op.drop_index("ix_invitation_mails_address", table_name="invitation_mails")
    op.drop_table("invitation_mails")
