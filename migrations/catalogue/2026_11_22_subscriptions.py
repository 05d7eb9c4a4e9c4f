"""Saved searches, followed documents, newsletters and their addresses.

Revision ID: 2026_11_22_subscriptions
Revises: 2026_11_22_documents
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_subscriptions"
down_revision = "2026_11_22_followed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _subscriptions()
    _newsletters()


def downgrade() -> None:
    for table in ("newsletter_requests", "newsletter_recipients", "newsletter_subscribers", "newsletters"):
        op.drop_table(table)
    for table in ("follows", "subscribers", "saved_searches"):
        op.drop_table(table)


def _subscriptions() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum("daily", "weekly", "never", name="frequency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("looked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("feed_serial", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("feed_serial >= 0", name=op.f("ck_saved_searches_feed_serial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(
        "ix_saved_searches_due",
        "saved_searches",
        ["frequency", "looked_until"],
        unique=False,
        postgresql_where="frequency <> 'never'",
    )
    op.create_index("ix_saved_searches_person", "saved_searches", ["account_id", "id"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("looked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "follows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        sa.Column("told_withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_follows_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint("account_id", "document_id", name=op.f("uq_follows_account_id_document_id")),
    )
    op.create_index(op.f("ix_follows_document_id"), "follows", ["document_id"], unique=False)


def _newsletters() -> None:
    op.create_table(
        "newsletters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "sending", "sent", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (document_id IS NULL)", name=op.f("ck_newsletters_archived_when_sent")),
        sa.CheckConstraint("(state = 'draft') = (sending_at IS NULL)", name=op.f("ck_newsletters_sending_is_dated")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_newsletters_centre_id_centres")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_newsletters_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters")),
        sa.UniqueConstraint("document_id", name=op.f("uq_newsletters_document_id")),
    )
    op.create_index("ix_newsletters_centre", "newsletters", ["centre_id", "id"], unique=False)
    op.create_table(
        "newsletter_subscribers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum("pending", "confirmed", "unsubscribed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'unsubscribed') = (email IS NULL)", name=op.f("ck_newsletter_subscribers_erased_when_unsubscribed")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_newsletter_subscribers_confirmed_is_dated")
        ),
        sa.CheckConstraint(
            "state <> 'unsubscribed' OR unsubscribed_at IS NOT NULL", name=op.f("ck_newsletter_subscribers_unsubscribed_is_dated")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_newsletter_subscribers_centre_id_centres")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_subscribers")),
        sa.UniqueConstraint("centre_id", "email_hash", name=op.f("uq_newsletter_subscribers_centre_id_email_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_newsletter_subscribers_token_hash")),
    )
    op.create_table(
        "newsletter_recipients",
        sa.Column("newsletter_id", sa.Uuid(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletters.id"], name=op.f("fk_newsletter_recipients_newsletter_id_newsletters")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["newsletter_subscribers.id"],
            name=op.f("fk_newsletter_recipients_subscriber_id_newsletter_subscribers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "subscriber_id", name=op.f("pk_newsletter_recipients")),
    )
    op.create_index(op.f("ix_newsletter_recipients_subscriber_id"), "newsletter_recipients", ["subscriber_id"], unique=False)
    op.create_index(
        "ix_newsletter_recipients_waiting",
        "newsletter_recipients",
        ["newsletter_id", "subscriber_id"],
        unique=False,
        postgresql_where="written_at IS NULL",
    )
    op.create_table(
        "newsletter_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_requests")),
    )
    op.create_index(op.f("ix_newsletter_requests_at"), "newsletter_requests", ["at"], unique=False)
    op.create_index("ix_newsletter_requests_email", "newsletter_requests", ["email_hash", "at"], unique=False)
    op.create_index("ix_newsletter_requests_origin", "newsletter_requests", ["origin", "at"], unique=False)
