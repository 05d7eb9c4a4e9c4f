"""Files of documents, uploads that arrive piece by piece; which documents join a file.

Revision ID: 2026_11_22_files
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_files"
down_revision = "2026_11_22_questions_usage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting_scan", "ready", "refused", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "text_status",
            sa.Enum(
                "pending",
                "done",
                "failed",
                "not_applicable",
                name="text_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text_reason", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("thumbnail_key", sa.String(length=80), nullable=True),
        sa.Column("thumbnail_size", sa.Integer(), nullable=True),
        sa.Column("thumbnail_sha256", sa.String(length=64), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(text_status = 'done') = (text IS NOT NULL)", name=op.f("ck_files_done_has_its_text")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_files_sha256")),
        sa.CheckConstraint("text_status <> 'failed' OR text_reason IS NOT NULL", name=op.f("ck_files_failed_says_why")),
        sa.CheckConstraint("size > 0", name=op.f("ck_files_size")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_files_centre_id_centres")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("key", name=op.f("uq_files_key")),
    )
    op.create_index("ix_files_centre", "files", ["centre_id", "id"], unique=False)
    op.create_index("ix_files_waiting", "files", ["id"], unique=False, postgresql_where="status = 'waiting_scan'")
    op.create_index("ix_files_unread", "files", ["id"], unique=False, postgresql_where="read_at IS NULL")
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("file_id IS NULL OR received = length", name=op.f("ck_uploads_a_file_is_whole")),
        sa.CheckConstraint("length > 0 AND received BETWEEN 0 AND length", name=op.f("ck_uploads_received")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_uploads_centre_id_centres")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_uploads_file_id_files"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_expires_at"), "uploads", ["expires_at"], unique=False)
    op.create_index(op.f("ix_uploads_file_id"), "uploads", ["file_id"], unique=False)
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_upload_parts_upload_id_uploads"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id", "start", name=op.f("pk_upload_parts")),
    )
    op.create_index(
        "ix_document_versions_files",
        "document_versions",
        [sa.literal_column("(content -> 'files') jsonb_path_ops")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_documents_files",
        "documents",
        [sa.literal_column("(content -> 'files') jsonb_path_ops")],
        unique=False,
        postgresql_using="gin",
    )


def downgrade() -> None:
    op.drop_index("ix_documents_files", table_name="documents", postgresql_using="gin")
    op.drop_index("ix_document_versions_files", table_name="document_versions", postgresql_using="gin")
    op.drop_table("upload_parts")
    op.drop_index(op.f("ix_uploads_file_id"), table_name="uploads")
    op.drop_index(op.f("ix_uploads_expires_at"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_index("ix_files_unread", table_name="files", postgresql_where="read_at IS NULL")
    op.drop_index("ix_files_waiting", table_name="files", postgresql_where="status = 'waiting_scan'")
    op.drop_index("ix_files_centre", table_name="files")
    op.drop_table("files")
