"""What events leave, proposed to centres, and what events are told of documents.

Revision ID: 2026_11_22_outcomes
Revises: 2026_11_22_published_kind
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_outcomes"
down_revision = "2026_11_22_published_kind"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_news",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("document_id", "event_id", name=op.f("pk_event_news")),
    )
    op.create_index("ix_event_news_untold", "event_news", ["outbox_id"], unique=False, postgresql_where="told_at IS NULL")
    op.create_table(
        "event_outcomes",
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", sa.Enum("waiting", "made", name="state", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (made_at IS NULL)", name=op.f("ck_event_outcomes_made_at")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_event_outcomes_document_id_documents"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("outcome_id", name=op.f("pk_event_outcomes")),
    )
    op.create_index("ix_event_outcomes_document", "event_outcomes", ["document_id"], unique=False)
    op.create_index(
        "ix_event_outcomes_waiting", "event_outcomes", ["outcome_id"], unique=False, postgresql_where="state = 'waiting'"
    )


def downgrade() -> None:
    op.drop_index("ix_event_outcomes_waiting", table_name="event_outcomes", postgresql_where="state = 'waiting'")
    op.drop_index("ix_event_outcomes_document", table_name="event_outcomes")
    op.drop_table("event_outcomes")
    op.drop_index("ix_event_news_untold", table_name="event_news", postgresql_where="told_at IS NULL")
    op.drop_table("event_news")
