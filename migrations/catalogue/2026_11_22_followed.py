"""What documents follow: their links, the organisations they name, the dossiers that close.

Revision ID: 2026_11_22_followed
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_followed"
down_revision = "2026_11_22_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _followed_by_documents()
    _named_organisations()
    _experiences()


def downgrade() -> None:
    op.drop_index("ix_documents_organisations", table_name="documents", postgresql_using="gin")
    op.drop_column("documents", "organisation_ids")
    op.drop_index("ix_experience_proposals_holder", table_name="experience_proposals")
    op.drop_index("ix_experience_proposals_document", table_name="experience_proposals")
    op.drop_index("ix_experience_proposals_contract", table_name="experience_proposals")
    op.drop_table("experience_proposals")
    op.drop_index(op.f("ix_document_links_key"), table_name="document_links")
    op.drop_table("document_links")
    op.drop_table("followed_contracts")
    op.drop_index("ix_watched_links_due", table_name="watched_links")
    op.drop_table("watched_links")
    op.drop_table("organisations")


def _followed_by_documents() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "watched_links",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "fine", "failing", "broken", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "failure",
            sa.Enum(
                "status",
                "timeout",
                "unreachable",
                "redirects",
                "private",
                name="failure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state IN ('failing', 'broken')) = (failing_since IS NOT NULL)", name=op.f("ck_watched_links_failing_since")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_watched_links")),
    )
    op.create_index("ix_watched_links_due", "watched_links", ["next_check_at"], unique=False)
    op.create_table(
        "document_links",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_links_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["key"], ["watched_links.key"], name=op.f("fk_document_links_key_watched_links")),
        sa.PrimaryKeyConstraint("document_id", "key", name=op.f("pk_document_links")),
    )
    op.create_index(op.f("ix_document_links_key"), "document_links", ["key"], unique=False)


def _named_organisations() -> None:
    column = sa.Column("organisation_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}")
    op.add_column("documents", column)
    op.alter_column("documents", "organisation_ids", server_default=None)
    # Of the working copy and of every version.
    op.execute(
        "UPDATE documents SET organisation_ids = named.ids FROM ("
        " SELECT id, array_agg(DISTINCT (organisation ->> 'organisation_id')::uuid) AS ids FROM ("
        "  SELECT id, content FROM documents UNION ALL SELECT document_id, content FROM document_versions"
        " ) AS kept, jsonb_array_elements(kept.content -> 'organisations') AS organisation"
        " WHERE organisation ->> 'organisation_id' IS NOT NULL GROUP BY id"
        ") AS named WHERE named.id = documents.id"
    )
    op.create_index("ix_documents_organisations", "documents", ["organisation_ids"], unique=False, postgresql_using="gin")


def _experiences() -> None:
    op.create_table(
        "followed_contracts",
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_followed_contracts_centre_id_centres")),
        sa.PrimaryKeyConstraint("centre_id", "contract_id", name=op.f("pk_followed_contracts")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_followed_contracts_contract_id")),
    )
    op.create_table(
        "experience_proposals",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", sa.Enum("waiting", "made", name="state", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("centre_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (made_at IS NULL)", name=op.f("ck_experience_proposals_made_at")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_experience_proposals_centre_id_centres")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_experience_proposals_document_id_documents"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_experience_proposals")),
    )
    op.create_index("ix_experience_proposals_contract", "experience_proposals", ["contract_id", "dossier_id"], unique=False)
    op.create_index("ix_experience_proposals_document", "experience_proposals", ["document_id"], unique=False)
    op.create_index("ix_experience_proposals_holder", "experience_proposals", ["holder_id"], unique=False)
