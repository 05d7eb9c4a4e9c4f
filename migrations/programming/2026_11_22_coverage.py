"""coverage

Revision ID: 2026_11_22_coverage
Revises: 2026_11_22_open_data
Create Date: 2026-11-22 08:23:36
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_coverage"
down_revision = "2026_11_22_open_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_leads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("objective_code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.String(length=5000), nullable=False),
        sa.Column("qpv_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_action_leads_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_leads")),
    )
    op.create_index("ix_action_leads_contract", "action_leads", ["contract_id", "id"], unique=False)
    op.create_table(
        "droit_commun_measures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("description", sa.String(length=5000), nullable=False),
        sa.Column("objective_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("qpv_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("staff_hundredths", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0 AND staff_hundredths >= 0", name=op.f("ck_droit_commun_measures_means_not_negative")),
        sa.CheckConstraint(
            "amount_cents IS NOT NULL OR staff_hundredths IS NOT NULL", name=op.f("ck_droit_commun_measures_means_something")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_droit_commun_measures_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_droit_commun_measures")),
    )
    op.create_index("ix_droit_commun_measures_contract", "droit_commun_measures", ["contract_id", "id"], unique=False)
    op.create_table(
        "tfpb_counterparts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("landlord", sa.String(length=200), nullable=False),
        sa.Column("qpv_code", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("abatement_cents", sa.BigInteger(), nullable=False),
        sa.Column("actions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("abatement_cents >= 0", name=op.f("ck_tfpb_counterparts_abatement_not_negative")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_tfpb_counterparts_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tfpb_counterparts")),
        sa.UniqueConstraint(
            "contract_id", "landlord", "qpv_code", "year", name=op.f("uq_tfpb_counterparts_contract_id_landlord_qpv_code_year")
        ),
    )
    op.create_table(
        "action_lead_measures",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["action_leads.id"], name=op.f("fk_action_lead_measures_lead_id_action_leads"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"],
            ["droit_commun_measures.id"],
            name=op.f("fk_action_lead_measures_measure_id_droit_commun_measures"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lead_id", "measure_id", name=op.f("pk_action_lead_measures")),
    )
    op.create_index(op.f("ix_action_lead_measures_measure_id"), "action_lead_measures", ["measure_id"], unique=False)
    op.create_table(
        "scenarios",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_scenarios_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenarios")),
    )
    op.create_index("ix_scenarios_campaign", "scenarios", ["campaign_id", "id"], unique=False)
    op.create_table(
        "action_lead_dossiers",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_action_lead_dossiers_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["action_leads.id"], name=op.f("fk_action_lead_dossiers_lead_id_action_leads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", "dossier_id", name=op.f("pk_action_lead_dossiers")),
    )
    op.create_index(op.f("ix_action_lead_dossiers_dossier_id"), "action_lead_dossiers", ["dossier_id"], unique=False)
    op.create_table(
        "scenario_amounts",
        sa.Column("scenario_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_scenario_amounts_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["funding_requests.id"], name=op.f("fk_scenario_amounts_request_id_funding_requests")
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenarios.id"], name=op.f("fk_scenario_amounts_scenario_id_scenarios"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scenario_id", "request_id", name=op.f("pk_scenario_amounts")),
    )
    op.add_column("budget_lines", sa.Column("counts_for_outside_qpv_cap", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE budget_lines SET counts_for_outside_qpv_cap = true WHERE lower(code) LIKE 'p147%'")
    op.add_column("dossiers", sa.Column("publics_count", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(
        "UPDATE dossiers SET publics_count = (SELECT coalesce(sum((public ->> 'count')::bigint), 0)"
        " FROM jsonb_array_elements(content -> 'publics') AS public) WHERE submitted_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("dossiers", "publics_count")
    op.drop_column("budget_lines", "counts_for_outside_qpv_cap")
    op.drop_table("scenario_amounts")
    op.drop_index(op.f("ix_action_lead_dossiers_dossier_id"), table_name="action_lead_dossiers")
    op.drop_table("action_lead_dossiers")
    op.drop_index("ix_scenarios_campaign", table_name="scenarios")
    op.drop_table("scenarios")
    op.drop_index(op.f("ix_action_lead_measures_measure_id"), table_name="action_lead_measures")
    op.drop_table("action_lead_measures")
    op.drop_table("tfpb_counterparts")
    op.drop_index("ix_droit_commun_measures_contract", table_name="droit_commun_measures")
    op.drop_table("droit_commun_measures")
    op.drop_index("ix_action_leads_contract", table_name="action_leads")
    op.drop_table("action_leads")
