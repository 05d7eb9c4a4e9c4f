"""The kind readers see is the published version's: the working copy's may be another one.

Revision ID: 2026_11_22_published_kind
Revises: 2026_11_22_search
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_published_kind"
down_revision = "2026_11_22_search"
branch_labels = None
depends_on = None

_KINDS = (
    *("thematic_dossier", "capitalisation", "experience", "study", "proceedings", "presentation", "video", "official_text"),
    *("newsletter", "reference", "faq"),
)


def upgrade() -> None:
    kind = sa.Enum(*_KINDS, name="published_kind", native_enum=False, create_constraint=True, length=40)
    op.add_column("documents", sa.Column("published_kind", kind, nullable=True))
    # The search engine was told the kind at publication.
    op.execute(
        """UPDATE documents d SET published_kind = coalesce((SELECT t.kind FROM search_texts t WHERE t.document_id = d.id), d.kind)
WHERE d.published_version IS NOT NULL"""
    )
    op.create_check_constraint(
        op.f("ck_documents_published_has_a_kind"), "documents", "(published_kind IS NULL) = (published_version IS NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_documents_published_has_a_kind"), "documents", type_="check")
    op.drop_column("documents", "published_kind")
