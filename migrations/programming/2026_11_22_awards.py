"""awards

Revision ID: 2026_11_22_awards
Revises: 2026_11_22_call_for_projects
Create Date: 2026-11-22 08:00:28
"""

from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_awards"
down_revision = "2026_11_22_call_for_projects"
branch_labels = None
depends_on = None

#: By table: the statuses there were, and those that come.
_STATUSES = {
    "dossiers": (
        ["draft", "submitted", "admissible", "inadmissible", "under_review", "ready_for_committee", "decided", "notified"],
        ["running", "report_due", "report_submitted", "closed"],
    ),
    "funding_requests": (
        ["asked", "reviewed", "proposed", "granted", "adjourned", "refused", "notified"],
        ["agreed", "committed", "partly_paid", "paid", "to_repay", "justified"],
    ),
}

#: What the texts say when the platform starts to follow money; an administrator records what comes after.
_PARAMETERS = [
    ("agreement_above_cents", date(2001, 6, 6), 2_300_000, "loi n° 2000-321, art. 10 ; décret n° 2001-495, art. 1"),
    ("accounts_published_above_cents", date(2006, 5, 1), 15_300_000, "code de commerce, art. L612-4 et D612-5"),
    ("report_due_months", date(2000, 4, 12), 6, "loi n° 2000-321, art. 10"),
    ("payment_within_days", date(2001, 6, 6), 60, "circulaire du 29 septembre 2015, annexe : sauf accord contraire"),
    ("open_data_within_months", date(2017, 5, 5), 3, "décret n° 2017-779, art. 2"),
    ("outside_qpv_cap_bp", date(2024, 1, 1), 250, "contrats de ville 2024-2030 : poches de pauvreté, 2,5 % de l'enveloppe P147"),
    ("multi_year_target_bp", date(2024, 1, 1), 5_000, "contrats de ville 2024-2030 : objectif de 50 % en CPO"),
    ("cpo_renewal_months", date(2024, 1, 1), 9, "usage : renouvellement préparé neuf mois avant le terme"),
]


def _status(table: str, values: list[str]) -> None:
    name = op.f(f"ck_{table}_status")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"status IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    op.create_table(
        "legal_parameters",
        sa.Column(
            "parameter",
            sa.Enum(
                "agreement_above_cents",
                "accounts_published_above_cents",
                "report_due_months",
                "payment_within_days",
                "open_data_within_months",
                "outside_qpv_cap_bp",
                "multi_year_target_bp",
                "cpo_renewal_months",
                name="parameter",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_legal_parameters_value_not_negative")),
        sa.PrimaryKeyConstraint("parameter", "applies_from", name=op.f("pk_legal_parameters")),
    )
    op.create_table(
        "awards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("cpo_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("budget_line", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("holder_name", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "reviewed",
                "proposed",
                "granted",
                "adjourned",
                "refused",
                "notified",
                "agreed",
                "committed",
                "partly_paid",
                "paid",
                "to_repay",
                "justified",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("committed_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("repaid_cents", sa.BigInteger(), nullable=False),
        sa.Column("justified_cents", sa.BigInteger(), nullable=True),
        sa.Column("agreement_required", sa.Boolean(), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_paid_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("justified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pay_before_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("committed_cents >= 0", name=op.f("ck_awards_committed_not_negative")),
        sa.CheckConstraint("committed_cents >= paid_cents - repaid_cents", name=op.f("ck_awards_paid_within_commitment")),
        sa.CheckConstraint("granted_cents >= committed_cents", name=op.f("ck_awards_committed_within_grant")),
        sa.CheckConstraint("justified_cents BETWEEN 0 AND granted_cents", name=op.f("ck_awards_justified_within_grant")),
        sa.CheckConstraint("paid_cents >= repaid_cents AND repaid_cents >= 0", name=op.f("ck_awards_repaid_within_paid")),
        sa.ForeignKeyConstraint(["request_id"], ["funding_requests.id"], name=op.f("fk_awards_request_id_funding_requests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("request_id", name=op.f("uq_awards_request_id")),
    )
    op.create_index("ix_awards_campaign", "awards", ["campaign_id", "id"], unique=False)
    op.create_index("ix_awards_cpo", "awards", ["cpo_id"], unique=False, postgresql_where="cpo_id IS NOT NULL")
    op.create_index("ix_awards_dossier", "awards", ["dossier_id"], unique=False)
    op.create_index("ix_awards_funder", "awards", ["funder_id", "id"], unique=False)
    op.create_index("ix_awards_holder", "awards", ["holder_id", "id"], unique=False)
    op.create_index("ix_awards_party_year", "awards", ["funder_id", "holder_id", "year"], unique=False)
    op.add_column("dossiers", sa.Column("action_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE dossiers SET action_id = id")
    op.alter_column("dossiers", "action_id", nullable=False)
    op.add_column("dossiers", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.add_column("dossiers", sa.Column("renews_id", sa.Uuid(), nullable=True))
    op.add_column("dossiers", sa.Column("cpo_id", sa.Uuid(), nullable=True))
    op.add_column("dossiers", sa.Column("exercise_starts_on", sa.Date(), nullable=True))
    op.add_column("dossiers", sa.Column("exercise_ends_on", sa.Date(), nullable=True))
    op.add_column("dossiers", sa.Column("report_due_on", sa.Date(), nullable=True))
    op.add_column("dossiers", sa.Column("report_submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_dossiers_report_due", "dossiers", ["report_due_on"], unique=False, postgresql_where="report_submitted_at IS NULL"
    )
    op.add_column("funding_requests", sa.Column("tranche_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_dossiers_exercise_is_dated"), "dossiers", "status = 'draft' OR exercise_ends_on > exercise_starts_on"
    )
    for table, (before, added) in _STATUSES.items():
        _status(table, before + added)
    op.bulk_insert(
        sa.table(
            "legal_parameters", *(sa.column(name) for name in ("parameter", "applies_from", "value", "source", "recorded_at"))
        ),
        [
            {
                "parameter": name,
                "applies_from": since,
                "value": value,
                "source": source,
                "recorded_at": datetime.combine(since, time(), UTC),
            }
            for name, since, value, source in _PARAMETERS
        ],
    )


def downgrade() -> None:
    for table, (before, _) in _STATUSES.items():
        _status(table, before)
    op.drop_constraint(op.f("ck_dossiers_exercise_is_dated"), "dossiers", type_="check")
    op.drop_column("funding_requests", "tranche_id")
    op.drop_index("ix_dossiers_report_due", table_name="dossiers", postgresql_where="report_submitted_at IS NULL")
    op.drop_column("dossiers", "report_submitted_at")
    op.drop_column("dossiers", "report_due_on")
    op.drop_column("dossiers", "exercise_ends_on")
    op.drop_column("dossiers", "exercise_starts_on")
    op.drop_column("dossiers", "cpo_id")
    op.drop_column("dossiers", "successor_id")
    op.drop_column("dossiers", "renews_id")
    op.drop_column("dossiers", "action_id")
    op.drop_index("ix_awards_party_year", table_name="awards")
    op.drop_index("ix_awards_holder", table_name="awards")
    op.drop_index("ix_awards_funder", table_name="awards")
    op.drop_index("ix_awards_dossier", table_name="awards")
    op.drop_index("ix_awards_cpo", table_name="awards", postgresql_where="cpo_id IS NOT NULL")
    op.drop_index("ix_awards_campaign", table_name="awards")
    op.drop_table("awards")
    op.drop_table("legal_parameters")
