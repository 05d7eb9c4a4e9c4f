"""open_data

Revision ID: 2026_11_22_open_data
Revises: 2026_11_22_cpos
Create Date: 2026-11-22 08:33:11
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_open_data"
down_revision = "2026_11_22_cpos"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "beneficiaries",
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("legal_person", sa.Boolean(), nullable=True),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("siret ~ '^[0-9]{14}$'", name=op.f("ck_beneficiaries_siret_shape")),
        sa.PrimaryKeyConstraint("funder_id", "holder_id", name=op.f("pk_beneficiaries")),
    )
    op.create_table(
        "publishers",
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=False),
        sa.Column(
            "licence",
            sa.Enum("licence-ouverte-2.0", "odbl-1.0", name="licence", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("contact_email", sa.String(length=320), nullable=False),
        sa.Column("budget_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("siret ~ '^[0-9]{14}$'", name=op.f("ck_publishers_siret_shape")),
        sa.PrimaryKeyConstraint("funder_id", name=op.f("pk_publishers")),
        sa.UniqueConstraint("slug", name=op.f("uq_publishers_slug")),
    )
    op.create_table(
        "subsidy_publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("departments", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "version > 0 AND rows >= 0 AND left_out >= 0 AND size > 0", name=op.f("ck_subsidy_publications_counted")
        ),
        sa.ForeignKeyConstraint(["funder_id"], ["publishers.funder_id"], name=op.f("fk_subsidy_publications_funder_id_publishers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_publications")),
        sa.UniqueConstraint("funder_id", "year", "version", name=op.f("uq_subsidy_publications_funder_id_year_version")),
    )
    op.create_index("ix_awards_funder_year", "awards", ["funder_id", "year", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_awards_funder_year", table_name="awards")
    op.drop_table("subsidy_publications")
    op.drop_table("publishers")
    op.drop_table("beneficiaries")
