"""agreements

Revision ID: 2026_11_22_agreements
Revises: 2026_11_22_awards
Create Date: 2026-11-22 08:34:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_agreements"
down_revision = "2026_11_22_awards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("funder_name", sa.String(length=200), nullable=False),
        sa.Column("holder_name", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "not_due",
                "due",
                "drafted",
                "signed",
                "terminated",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("in_kind_cents", sa.BigInteger(), nullable=False),
        sa.Column("in_kind_label", sa.String(length=1000), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("text_due", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("terminated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("termination_reason", sa.String(length=2000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'due' OR due_at IS NOT NULL", name=op.f("ck_agreements_due_is_dated")),
        sa.CheckConstraint(
            "status <> 'signed' OR (signed_at IS NOT NULL AND in_force_on IS NOT NULL)", name=op.f("ck_agreements_signed_is_dated")
        ),
        sa.CheckConstraint(
            "status <> 'terminated' OR termination_reason IS NOT NULL", name=op.f("ck_agreements_termination_has_reason")
        ),
        sa.CheckConstraint("granted_cents >= 0", name=op.f("ck_agreements_granted_not_negative")),
        sa.CheckConstraint("in_kind_cents >= 0", name=op.f("ck_agreements_in_kind_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("funder_id", "holder_id", "year", name=op.f("uq_agreements_funder_id_holder_id_year")),
    )
    op.create_index("ix_agreements_funder", "agreements", ["funder_id", "id"], unique=False)
    op.create_index("ix_agreements_holder", "agreements", ["holder_id", "id"], unique=False)
    op.create_index(
        "ix_agreements_successor", "agreements", ["successor_id", "id"], unique=False, postgresql_where="successor_id IS NOT NULL"
    )
    op.create_index("ix_agreements_text_due", "agreements", ["funder_id", "id"], unique=False, postgresql_where="text_due")
    op.create_table(
        "agreement_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "drafted", "signed", "withdrawn", "terminated", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("in_kind_cents", sa.BigInteger(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status <> 'signed' OR signed_at IS NOT NULL", name=op.f("ck_agreement_texts_signed_is_dated")),
        sa.CheckConstraint("(file_key IS NULL) = (ready_at IS NULL)", name=op.f("ck_agreement_texts_file_when_ready")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_agreement_texts_number_not_negative")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_texts_agreement_id_agreements")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_texts")),
    )
    op.create_index("ix_agreement_texts_agreement", "agreement_texts", ["agreement_id", "id"], unique=False)
    op.create_index(
        "uq_agreement_texts_number",
        "agreement_texts",
        ["agreement_id", "number"],
        unique=True,
        postgresql_where=sa.text("status IN ('drafted', 'signed')"),
    )
    op.create_index(
        "uq_agreement_texts_open", "agreement_texts", ["agreement_id"], unique=True, postgresql_where=sa.text("status = 'drafted'")
    )
    op.create_table(
        "agreement_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party", sa.Enum("holder", "funder", name="party", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["text_id"], ["agreement_texts.id"], name=op.f("fk_agreement_signatures_text_id_agreement_texts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signatures")),
        sa.UniqueConstraint("text_id", "party", name=op.f("uq_agreement_signatures_text_id_party")),
    )


def downgrade() -> None:
    op.drop_table("agreement_signatures")
    op.drop_index("uq_agreement_texts_open", table_name="agreement_texts", postgresql_where=sa.text("status = 'drafted'"))
    op.drop_index(
        "uq_agreement_texts_number", table_name="agreement_texts", postgresql_where=sa.text("status IN ('drafted', 'signed')")
    )
    op.drop_index("ix_agreement_texts_agreement", table_name="agreement_texts")
    op.drop_table("agreement_texts")
    op.drop_index("ix_agreements_text_due", table_name="agreements", postgresql_where="text_due")
    op.drop_index("ix_agreements_successor", table_name="agreements", postgresql_where="successor_id IS NOT NULL")
    op.drop_index("ix_agreements_holder", table_name="agreements")
    op.drop_index("ix_agreements_funder", table_name="agreements")
    op.drop_table("agreements")
