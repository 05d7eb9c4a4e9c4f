"""The kernel's records and the job queue, then accounts, organisations, sessions, territories and themes.

Revision ID: 2026_11_22_initial
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.lineage import install_kernel_2026_11

revision = "2026_11_22_initial"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    install_kernel_2026_11(op.get_bind())
    _accounts()
    _organisations()
    _sessions()
    _territories()
    _themes()


def downgrade() -> None:
    raise NotImplementedError("the first revision is not undone: drop the database")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("verified_at", INSTANT),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "mailed_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("spent_at", INSTANT),
        sa.Column("full_name", sa.String(120)),
        sa.Column("password_hash", sa.Text()),
        sa.CheckConstraint(
            "purpose <> 'verification' OR (full_name IS NOT NULL AND password_hash IS NOT NULL)",
            name=op.f("ck_mailed_tokens_verification_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mailed_tokens_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("purpose IN ('verification', 'password_reset')", name=op.f("ck_mailed_tokens_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_tokens_token_hash")),
    )
    op.create_index(op.f("ix_mailed_tokens_account_id"), "mailed_tokens", ["account_id"])
    op.create_index(op.f("ix_mailed_tokens_expires_at"), "mailed_tokens", ["expires_at"])
    op.create_table(
        "account_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('registration', 'password_reset', 'look_up')", name=op.f("ck_account_requests_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_requests")),
    )
    op.create_index(op.f("ix_account_requests_at"), "account_requests", ["at"])
    op.create_index("ix_account_requests_email", "account_requests", ["email_hash", "kind", "at"])
    op.create_index("ix_account_requests_origin", "account_requests", ["origin", "kind", "at"])


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("legal_name", sa.String(200)),
        sa.Column("siret", sa.String(14)),
        sa.Column("rna", sa.String(10)),
        sa.Column("street", sa.String(200)),
        sa.Column("postcode", sa.String(5)),
        sa.Column("city", sa.String(120)),
        sa.Column("representative_name", sa.String(120)),
        sa.Column("representative_function", sa.String(120)),
        sa.Column("website", sa.String(500)),
        sa.Column("cer_signed_on", sa.Date()),
        sa.Column("cer_signatory_name", sa.String(120)),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cer_signed_on IS NULL OR kind IN ('association', 'foundation')", name=op.f("ck_organisations_cer_of_associations")
        ),
        sa.CheckConstraint(
            "rna IS NULL OR (kind = 'association' AND rna ~ '^W[0-9][A-Z0-9][0-9]{7}$')", name=op.f("ck_organisations_rna_shape")
        ),
        sa.CheckConstraint(
            "siret IS NOT NULL OR (kind = 'association' AND rna IS NOT NULL)", name=op.f("ck_organisations_identified")
        ),
        sa.CheckConstraint("siret ~ '^[0-9]{14}$'", name=op.f("ck_organisations_siret_shape")),
        sa.CheckConstraint("(cer_signed_on IS NULL) = (cer_signatory_name IS NULL)", name=op.f("ck_organisations_cer_whole")),
        sa.CheckConstraint(
            "kind IN ('association', 'foundation', 'company', 'social_landlord', 'school', 'public_body', 'state', 'region', "
            "'departement', 'epci', 'commune', 'caf', 'resource_centre', 'other_public')",
            name=op.f("ck_organisations_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("rna", name=op.f("uq_organisations_rna")),
        sa.UniqueConstraint("siret", name=op.f("uq_organisations_siret")),
    )
    op.create_index("ix_organisations_listing", "organisations", ["sort_name", "id"])
    op.create_table(
        "memberships",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['member', 'manager', 'signatory']::text[]",
            name=op.f("ck_memberships_known_roles"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_account_id", "memberships", ["account_id"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("closing", sa.String(40)),
        sa.CheckConstraint("(closed_at IS NULL) = (closing IS NULL)", name=op.f("ck_sessions_closing_whole")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts"), ondelete="CASCADE"),
        sa.CheckConstraint(
            "closing IN ('signed_out', 'closed_from_elsewhere', 'password_changed', 'token_reused')",
            name=op.f("ck_sessions_closing"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id", "id"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("spent_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"])
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_at"), "sign_in_failures", ["at"])
    op.create_index("ix_sign_in_failures_email", "sign_in_failures", ["email_hash", "at"])
    op.create_index("ix_sign_in_failures_origin", "sign_in_failures", ["origin", "at"])


def _territories() -> None:
    op.create_table(
        "territories",
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parent_code", sa.String(12)),
        sa.Column("generation", sa.Integer()),
        sa.Column("population", sa.Integer()),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'qpv') = (generation IS NOT NULL)", name=op.f("ck_territories_generation_of_qpv")),
        sa.CheckConstraint("generation IN (2015, 2024)", name=op.f("ck_territories_known_generation")),
        sa.CheckConstraint("population >= 0", name=op.f("ck_territories_population")),
        sa.ForeignKeyConstraint(["parent_code"], ["territories.code"], name=op.f("fk_territories_parent_code_territories")),
        sa.CheckConstraint("kind IN ('region', 'departement', 'epci', 'commune', 'qpv')", name=op.f("ck_territories_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_territories")),
    )
    op.create_index("ix_territories_listing", "territories", ["sort_name", "code"])
    op.create_index("ix_territories_parent_code", "territories", ["parent_code"])
    op.create_table(
        "territory_successions",
        sa.Column("old_code", sa.String(12), nullable=False),
        sa.Column("new_code", sa.String(12), nullable=False),
        sa.CheckConstraint("old_code <> new_code", name=op.f("ck_territory_successions_another_territory")),
        sa.ForeignKeyConstraint(["new_code"], ["territories.code"], name=op.f("fk_territory_successions_new_code_territories")),
        sa.ForeignKeyConstraint(["old_code"], ["territories.code"], name=op.f("fk_territory_successions_old_code_territories")),
        sa.PrimaryKeyConstraint("old_code", "new_code", name=op.f("pk_territory_successions")),
    )
    op.create_index("ix_territory_successions_new_code", "territory_successions", ["new_code"])


def _themes() -> None:
    op.create_table(
        "themes",
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("parent_code", sa.String(60)),
        sa.Column("synonyms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_code <> code", name=op.f("ck_themes_not_its_own_parent")),
        sa.ForeignKeyConstraint(["parent_code"], ["themes.code"], name=op.f("fk_themes_parent_code_themes")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_themes")),
    )
