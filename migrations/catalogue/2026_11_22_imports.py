"""Imports of files of documents: the files, their lines, what each said of a document.

Revision ID: 2026_11_22_imports
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_imports"
down_revision = "2026_11_22_harvests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "running", "done", "cancelled", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("overwrite", sa.Boolean(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unknown_columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('done', 'cancelled')) = (finished_at IS NOT NULL)", name=op.f("ck_document_imports_finished_at")
        ),
        sa.CheckConstraint(
            "done = created + updated + unchanged + refused AND done <= lines", name=op.f("ck_document_imports_counts")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_document_imports_centre_id_centres")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_imports")),
    )
    op.create_index("ix_document_imports_centre", "document_imports", ["centre_id", "id"], unique=False)
    op.create_index(
        "ix_document_imports_open",
        "document_imports",
        ["centre_id", "id"],
        unique=False,
        postgresql_where="state IN ('waiting', 'running')",
    )
    op.create_table(
        "document_import_lines",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "created",
                "updated",
                "unchanged",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(outcome = 'waiting') = (cells IS NOT NULL)", name=op.f("ck_document_import_lines_cells_wait")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["document_imports.id"],
            name=op.f("fk_document_import_lines_import_id_document_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_document_import_lines")),
    )
    op.create_index(
        "ix_document_import_lines_waiting",
        "document_import_lines",
        ["import_id", "number"],
        unique=False,
        postgresql_where="outcome = 'waiting'",
    )
    op.create_table(
        "imported_documents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("marks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_imported_documents_document_id_documents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["document_imports.id"], name=op.f("fk_imported_documents_import_id_document_imports")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_imported_documents")),
    )
    op.create_index(op.f("ix_imported_documents_import_id"), "imported_documents", ["import_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_imported_documents_import_id"), table_name="imported_documents")
    op.drop_table("imported_documents")
    op.drop_index("ix_document_import_lines_waiting", table_name="document_import_lines", postgresql_where="outcome = 'waiting'")
    op.drop_table("document_import_lines")
    op.drop_index("ix_document_imports_open", table_name="document_imports", postgresql_where="state IN ('waiting', 'running')")
    op.drop_index("ix_document_imports_centre", table_name="document_imports")
    op.drop_table("document_imports")
