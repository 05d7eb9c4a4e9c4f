"""The search engine: narrow entries with their words out of line, what results show, the words documents are made of.

Revision ID: 2026_11_22_search
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_search"
down_revision = "2026_11_22_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Trusted: the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "search_entries",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("shape_id", sa.Integer(), nullable=False),
        sa.Column("themes_id", sa.Integer(), nullable=False),
        sa.Column("territories_id", sa.Integer(), nullable=False),
        sa.Column("organisations_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("members_only", sa.Boolean(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("readable_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=False),
        sa.Column("title_key", sa.String(length=80), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_search_entries")),
    )
    # Words are kept out of the rows, which are read by the hundred thousand when a broad search is counted.
    op.execute("ALTER TABLE search_entries SET (toast_tuple_target = 128)")
    op.execute("ALTER TABLE search_entries ALTER words SET STORAGE EXTERNAL, ALTER title_key SET STORAGE MAIN")
    op.create_index("ix_search_entries_indexed", "search_entries", ["indexed_at", "document_id"], unique=False)
    op.create_index("ix_search_entries_published", "search_entries", ["published_at", "document_id"], unique=False)
    op.create_index("ix_search_entries_readable", "search_entries", ["readable_at", "document_id"], unique=False)
    op.create_index("ix_search_entries_title", "search_entries", ["title_key", "document_id"], unique=False)
    op.create_index(
        "ix_search_entries_words",
        "search_entries",
        ["words"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "search_marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_marks")),
    )
    op.create_table(
        "search_sets",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "dimension",
            sa.Enum(
                "shape",
                "themes",
                "territories",
                "organisations",
                name="dimension",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("members", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_sets")),
        sa.UniqueConstraint("dimension", "fingerprint", name=op.f("uq_search_sets_dimension_fingerprint")),
    )
    op.create_index("ix_search_sets_members", "search_sets", ["members"], unique=False, postgresql_using="gin")
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("spelt", sa.String(length=80), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
    )
    op.create_index(
        "ix_search_words_trigrams",
        "search_words",
        ["word"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_table(
        "unanswered_searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_searches")),
        sa.UniqueConstraint("text", name=op.f("uq_unanswered_searches_text")),
    )
    op.create_index("ix_unanswered_searches_count", "unanswered_searches", ["count", "id"], unique=False)
    op.create_table(
        "search_texts",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["search_entries.document_id"],
            name=op.f("fk_search_texts_document_id_search_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_search_texts")),
    )


def downgrade() -> None:
    for table in ("search_texts", "unanswered_searches", "search_words", "search_sets", "search_marks", "search_entries"):
        op.drop_table(table)
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")
