"""payments

Revision ID: 2026_11_22_payments
Revises: 2026_11_22_bilans
Create Date: 2026-11-22 09:13:26
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_payments"
down_revision = "2026_11_22_bilans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed", "confirmed", "replaced", "rejected", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("iban_sealed", sa.Text(), nullable=False),
        sa.Column("iban_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("iban_masked", sa.String(length=40), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=True),
        sa.Column("account_holder", sa.String(length=200), nullable=False),
        sa.Column("rib_dossier_id", sa.Uuid(), nullable=True),
        sa.Column("rib_attachment_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_by", sa.Uuid(), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'rejected' OR reason IS NOT NULL", name=op.f("ck_bank_accounts_rejected_has_a_reason")),
        sa.CheckConstraint(
            "status NOT IN ('confirmed', 'replaced') OR confirmed_at IS NOT NULL",
            name=op.f("ck_bank_accounts_confirmed_has_a_date"),
        ),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_bank_accounts_confirmed_by_a_second_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )
    op.create_index("ix_bank_accounts_fingerprint", "bank_accounts", ["iban_fingerprint"], unique=False)
    op.create_index("ix_bank_accounts_organisation", "bank_accounts", ["organisation_id", "id"], unique=False)
    op.create_index(
        "uq_bank_accounts_confirmed", "bank_accounts", ["organisation_id"], unique=True, postgresql_where="status = 'confirmed'"
    )
    op.create_index(
        "uq_bank_accounts_proposed", "bank_accounts", ["organisation_id"], unique=True, postgresql_where="status = 'proposed'"
    )
    op.create_table(
        "payment_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("already_known", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("imported_cents", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_imports")),
    )
    op.create_index("ix_payment_imports_funder", "payment_imports", ["funder_id", "id"], unique=False)
    op.create_table(
        "payment_import_lines",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting", "imported", "already_known", "error", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("dossier_reference", sa.String(length=100), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("order_number", sa.String(length=100), nullable=False),
        sa.Column("siret", sa.String(length=20), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["payment_imports.id"], name=op.f("fk_payment_import_lines_import_id_payment_imports")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_payment_import_lines")),
    )
    op.create_index(
        "ix_payment_import_lines_waiting",
        "payment_import_lines",
        ["import_id", "number"],
        unique=False,
        postgresql_where="status = 'waiting'",
    )
    op.create_table(
        "payment_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("instalment", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("advance", "interim", "balance", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column(
            "status",
            sa.Enum("pending", "accepted", "refused", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("bank_account_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'refused' OR reason IS NOT NULL", name=op.f("ck_payment_requests_refused_has_a_reason")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_requests_asks_something")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_payment_requests_award_id_awards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_requests")),
    )
    op.create_index("ix_payment_requests_award", "payment_requests", ["award_id", "id"], unique=False)
    op.create_index("ix_payment_requests_funder", "payment_requests", ["funder_id", "id"], unique=False)
    op.create_index("ix_payment_requests_holder", "payment_requests", ["holder_id", "id"], unique=False)
    op.create_index(
        "uq_payment_requests_pending", "payment_requests", ["award_id"], unique=True, postgresql_where="status = 'pending'"
    )
    op.create_table(
        "payment_schedules",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_payment_schedules_award_id_awards")),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_payment_schedules")),
    )
    op.create_index(
        "ix_payment_schedules_due",
        "payment_schedules",
        ["funder_id", "next_due_on", "award_id"],
        unique=False,
        postgresql_where="next_due_on IS NOT NULL",
    )
    op.create_table(
        "repayments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("repaid_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_repayments_repays_something")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_repayments_award_id_awards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayments")),
        sa.UniqueConstraint("funder_id", "reference", name=op.f("uq_repayments_funder_id_reference")),
    )
    op.create_index("ix_repayments_award", "repayments", ["award_id", "id"], unique=False)
    op.create_table(
        "payment_instalments",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("advance", "interim", "balance", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("share_bp", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "none",
                "agreement_signed",
                "bilan_submitted",
                "bilan_accepted",
                "date",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("condition <> 'date' OR due_on IS NOT NULL", name=op.f("ck_payment_instalments_date_is_given")),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_payment_instalments_amount_not_negative")),
        sa.CheckConstraint("share_bp BETWEEN 1 AND 10000", name=op.f("ck_payment_instalments_share_within_whole")),
        sa.ForeignKeyConstraint(
            ["award_id"], ["payment_schedules.award_id"], name=op.f("fk_payment_instalments_award_id_payment_schedules")
        ),
        sa.PrimaryKeyConstraint("award_id", "number", name=op.f("pk_payment_instalments")),
    )
    op.create_table(
        "payment_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "paid", "cancelled", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("bank_account_id", sa.Uuid(), nullable=False),
        sa.Column("pay_before_on", sa.Date(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'cancelled' OR reason IS NOT NULL", name=op.f("ck_payment_orders_cancelled_has_a_reason")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_orders_orders_something")),
        sa.CheckConstraint("paid_cents BETWEEN 0 AND amount_cents", name=op.f("ck_payment_orders_paid_within_order")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_payment_orders_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["payment_requests.id"], name=op.f("fk_payment_orders_request_id_payment_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_orders")),
        sa.UniqueConstraint("funder_id", "number", name=op.f("uq_payment_orders_funder_id_number")),
    )
    op.create_index("ix_payment_orders_award", "payment_orders", ["award_id", "id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payments_pays_something")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_payments_award_id_awards")),
        sa.ForeignKeyConstraint(["import_id"], ["payment_imports.id"], name=op.f("fk_payments_import_id_payment_imports")),
        sa.ForeignKeyConstraint(["order_id"], ["payment_orders.id"], name=op.f("fk_payments_order_id_payment_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("funder_id", "reference", name=op.f("uq_payments_funder_id_reference")),
    )
    op.create_index("ix_payments_award", "payments", ["award_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_payments_award", table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_payment_orders_award", table_name="payment_orders")
    op.drop_table("payment_orders")
    op.drop_table("payment_instalments")
    op.drop_index("ix_repayments_award", table_name="repayments")
    op.drop_table("repayments")
    op.drop_index("ix_payment_schedules_due", table_name="payment_schedules", postgresql_where="next_due_on IS NOT NULL")
    op.drop_table("payment_schedules")
    op.drop_index("uq_payment_requests_pending", table_name="payment_requests", postgresql_where="status = 'pending'")
    op.drop_index("ix_payment_requests_holder", table_name="payment_requests")
    op.drop_index("ix_payment_requests_funder", table_name="payment_requests")
    op.drop_index("ix_payment_requests_award", table_name="payment_requests")
    op.drop_table("payment_requests")
    op.drop_index("ix_payment_import_lines_waiting", table_name="payment_import_lines", postgresql_where="status = 'waiting'")
    op.drop_table("payment_import_lines")
    op.drop_index("ix_payment_imports_funder", table_name="payment_imports")
    op.drop_table("payment_imports")
    op.drop_index("uq_bank_accounts_proposed", table_name="bank_accounts", postgresql_where="status = 'proposed'")
    op.drop_index("uq_bank_accounts_confirmed", table_name="bank_accounts", postgresql_where="status = 'confirmed'")
    op.drop_index("ix_bank_accounts_organisation", table_name="bank_accounts")
    op.drop_index("ix_bank_accounts_fingerprint", table_name="bank_accounts")
    op.drop_table("bank_accounts")
