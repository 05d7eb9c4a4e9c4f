"""cpos

Revision ID: 2026_11_22_cpos
Revises: 2026_11_22_payments
Create Date: 2026-11-22 08:42:23
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_cpos"
down_revision = "2026_11_22_payments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cpos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("holder", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "approved",
                "signed",
                "in_force",
                "ended",
                "suspended",
                "terminated",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "suspended_from",
            sa.Enum(
                "draft",
                "approved",
                "signed",
                "in_force",
                "ended",
                "suspended",
                "terminated",
                name="suspended_from",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "action", "fonctionnement", "investissement", name="nature", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("objectives", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("objective_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("transversal_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("qpv_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("signed_cents", sa.BigInteger(), nullable=True),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("renews_id", sa.Uuid(), nullable=True),
        sa.Column("source_dossier_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("last_amendment", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder_signature", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("renewal_noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_cpos_ends_after_start")),
        sa.CheckConstraint("total_cents >= 0", name=op.f("ck_cpos_total_not_negative")),
        sa.CheckConstraint("years BETWEEN 2 AND 5", name=op.f("ck_cpos_years")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_cpos_contract_id_contracts")),
        sa.ForeignKeyConstraint(["renews_id"], ["cpos.id"], name=op.f("fk_cpos_renews_id_cpos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpos")),
        sa.UniqueConstraint("reference", name=op.f("uq_cpos_reference")),
    )
    op.create_index("ix_cpos_action", "cpos", ["action_id"], unique=False)
    op.create_index("ix_cpos_contract", "cpos", ["contract_id", "id"], unique=False)
    op.create_index("ix_cpos_holder", "cpos", ["holder_id", "id"], unique=False)
    op.create_index("ix_cpos_successor", "cpos", ["successor_id", "id"], unique=False, postgresql_where="successor_id IS NOT NULL")
    op.create_index(op.f("ix_cpos_lead_organisation_id"), "cpos", ["lead_organisation_id"], unique=False)
    op.create_index("uq_cpos_renews_id", "cpos", ["renews_id"], unique=True, postgresql_where="status <> 'terminated'")
    op.create_table(
        "cpo_amendments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cpo_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("amendment", "withdrawal", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("proposed", "applied", "abandoned", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("signatures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total_before_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_after_cents", sa.BigInteger(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cpo_id"], ["cpos.id"], name=op.f("fk_cpo_amendments_cpo_id_cpos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpo_amendments")),
        sa.UniqueConstraint("cpo_id", "number", name=op.f("uq_cpo_amendments_cpo_id_number")),
    )
    op.create_index("uq_cpo_amendments_pending", "cpo_amendments", ["cpo_id"], unique=True, postgresql_where="status = 'proposed'")
    op.create_table(
        "cpo_funders",
        sa.Column("cpo_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("signature", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cpo_id"], ["cpos.id"], name=op.f("fk_cpo_funders_cpo_id_cpos")),
        sa.PrimaryKeyConstraint("cpo_id", "funder_id", name=op.f("pk_cpo_funders")),
    )
    op.create_index("ix_cpo_funders_funder", "cpo_funders", ["funder_id", "cpo_id"], unique=False)
    op.create_table(
        "cpo_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cpo_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "submitted", "completion_requested", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("objectives", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("charges_cents", sa.BigInteger(), nullable=True),
        sa.Column("produits_cents", sa.BigInteger(), nullable=True),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_cpo_reports_submitted_is_dated")),
        sa.ForeignKeyConstraint(["cpo_id"], ["cpos.id"], name=op.f("fk_cpo_reports_cpo_id_cpos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpo_reports")),
        sa.UniqueConstraint("cpo_id", "year", name=op.f("uq_cpo_reports_cpo_id_year")),
    )
    op.create_table(
        "cpo_tranches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cpo_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("budget_line", sa.String(length=40), nullable=False),
        sa.Column("firm", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("forecast", "confirmed", "dropped", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("forecast_cents", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("request_id IS NULL OR state = 'confirmed'", name=op.f("ck_cpo_tranches_entered_when_confirmed")),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_cpo_tranches_confirmation_is_dated")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_cpo_tranches_amount_positive")),
        sa.ForeignKeyConstraint(["cpo_id"], ["cpos.id"], name=op.f("fk_cpo_tranches_cpo_id_cpos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpo_tranches")),
        sa.UniqueConstraint("request_id", name=op.f("uq_cpo_tranches_request_id")),
    )
    op.create_index("ix_cpo_tranches_cpo", "cpo_tranches", ["cpo_id", "year"], unique=False)
    op.create_index("ix_cpo_tranches_funder", "cpo_tranches", ["funder_id", "year"], unique=False)
    op.create_index(
        "uq_cpo_tranches_funder_year",
        "cpo_tranches",
        ["cpo_id", "funder_id", "year"],
        unique=True,
        postgresql_where="state <> 'dropped'",
    )
    op.create_table(
        "cpo_years",
        sa.Column("cpo_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("budget", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("planned_cents", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_cpo_years_ends_after_start")),
        sa.ForeignKeyConstraint(["cpo_id"], ["cpos.id"], name=op.f("fk_cpo_years_cpo_id_cpos")),
        sa.PrimaryKeyConstraint("cpo_id", "year", name=op.f("pk_cpo_years")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_cpo_years_dossier_id")),
    )
    op.create_table(
        "cpo_report_answers",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("accepted", "completion_requested", name="answer", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["cpo_reports.id"], name=op.f("fk_cpo_report_answers_report_id_cpo_reports")),
        sa.PrimaryKeyConstraint("report_id", "funder_id", name=op.f("pk_cpo_report_answers")),
    )


def downgrade() -> None:
    op.drop_table("cpo_report_answers")
    op.drop_table("cpo_years")
    op.drop_index("uq_cpo_tranches_funder_year", table_name="cpo_tranches", postgresql_where="state <> 'dropped'")
    op.drop_index("ix_cpo_tranches_funder", table_name="cpo_tranches")
    op.drop_index("ix_cpo_tranches_cpo", table_name="cpo_tranches")
    op.drop_table("cpo_tranches")
    op.drop_table("cpo_reports")
    op.drop_index("ix_cpo_funders_funder", table_name="cpo_funders")
    op.drop_table("cpo_funders")
    op.drop_index("uq_cpo_amendments_pending", table_name="cpo_amendments", postgresql_where="status = 'proposed'")
    op.drop_table("cpo_amendments")
    op.drop_index("uq_cpos_renews_id", table_name="cpos", postgresql_where="status <> 'terminated'")
    op.drop_index(op.f("ix_cpos_lead_organisation_id"), table_name="cpos")
    op.drop_index("ix_cpos_holder", table_name="cpos")
    op.drop_index("ix_cpos_contract", table_name="cpos")
    op.drop_index("ix_cpos_action", table_name="cpos")
    op.drop_table("cpos")
