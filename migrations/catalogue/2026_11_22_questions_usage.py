"""The question desk, and how much documents are read.

Revision ID: 2026_11_22_questions_usage
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_questions_usage"
down_revision = "2026_11_22_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _usage()
    _desks()
    _questions()
    _messages()


def downgrade() -> None:
    for table in ("question_messages", "questions", "question_counters", "desks", "document_usage"):
        op.drop_table(table)


def _usage() -> None:
    op.create_table(
        "document_usage",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_document_usage_month_begins")),
        sa.CheckConstraint("views >= 0 AND downloads >= 0", name=op.f("ck_document_usage_counts")),
        sa.PrimaryKeyConstraint("document_id", "month", name=op.f("pk_document_usage")),
    )
    op.create_index("ix_document_usage_centre", "document_usage", ["centre_id", "month", "document_id"], unique=False)
    op.create_index(
        "ix_document_usage_month",
        "document_usage",
        ["month", "document_id"],
        unique=False,
        postgresql_include=["views", "downloads"],
    )


def _desks() -> None:
    op.create_table(
        "desks",
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("answer_within_days", sa.Integer(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer_within_days BETWEEN 1 AND 90", name=op.f("ck_desks_promise")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_desks_centre_id_centres")),
        sa.PrimaryKeyConstraint("centre_id", name=op.f("pk_desks")),
    )
    op.create_table(
        "question_counters",
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_question_counters_centre_id_centres")),
        sa.PrimaryKeyConstraint("centre_id", "year", name=op.f("pk_question_counters")),
    )


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "taken",
                "answered",
                "reopened",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asker_id", sa.Uuid(), nullable=True),
        sa.Column("asker_organisation_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reply_email", sa.String(length=254), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("theme_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("theme_paths", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_of", sa.Date(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "closing",
            sa.Enum("thanked", "by_desk", "lapsed", name="closing_kind", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("closing_reason", sa.Text(), nullable=False),
        sa.Column("faq_document_id", sa.Uuid(), nullable=True),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(anonymised_at IS NULL) = (asker_id IS NOT NULL AND reply_email IS NOT NULL) AND (anonymised_at IS NULL OR (subject = '' AND details = '' AND taken_by IS NULL))",
            name=op.f("ck_questions_anonymised_is_empty"),
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_questions_closed_at")),
        sa.CheckConstraint("anonymised_at IS NULL OR state = 'closed'", name=op.f("ck_questions_closed_before_anonymised")),
        sa.CheckConstraint("state <> 'answered' OR answered_at IS NOT NULL", name=op.f("ck_questions_answered_at")),
        sa.CheckConstraint("state <> 'asked' OR taken_by IS NULL", name=op.f("ck_questions_waits_for_somebody")),
        sa.CheckConstraint("state <> 'taken' OR taken_by IS NOT NULL", name=op.f("ck_questions_taken_by_somebody")),
        sa.CheckConstraint("(closing IS NULL) = (closed_at IS NULL)", name=op.f("ck_questions_closing")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_questions_centre_id_centres")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("reference", name=op.f("uq_questions_reference")),
    )
    op.create_index("ix_questions_asker", "questions", ["asker_id", "id"], unique=False)
    op.create_index("ix_questions_desk", "questions", ["centre_id", "due_on", "id"], unique=False)
    op.create_index(
        "ix_questions_due", "questions", ["due_on"], unique=False, postgresql_where="state IN ('asked', 'taken', 'reopened')"
    )
    op.create_index(
        "ix_questions_kept", "questions", ["closed_at"], unique=False, postgresql_where="state = 'closed' AND anonymised_at IS NULL"
    )


def _messages() -> None:
    op.create_table(
        "question_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side", sa.Enum("asker", "desk", name="side", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("document_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_question_messages_question_id_questions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_messages")),
    )
    op.create_index("ix_question_messages_thread", "question_messages", ["question_id", "id"], unique=False)
