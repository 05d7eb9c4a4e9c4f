"""Committees: déports, votes, printed agenda and minutes, reopenings; answers in bulk and corrected

Revision ID: 2026_11_22_committee_life
Revises: 2026_11_22_review_rounds
Create Date: 2026-11-22 18:02:37
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_committee_life"
down_revision = "2026_11_22_review_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_comment", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_bulk_notifications_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_notifications")),
    )
    op.create_index("ix_bulk_notifications_funder", "bulk_notifications", ["funder_id", "id"], unique=False)
    op.create_table(
        "advice_votes",
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum("for", "against", "abstain", name="choice", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("cast_by", sa.Uuid(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_advice_votes_committee_id_committees")),
        sa.PrimaryKeyConstraint("committee_id", "dossier_id", "organisation_id", name=op.f("pk_advice_votes")),
    )
    op.create_table(
        "advices",
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "result",
            sa.Enum("favourable", "unfavourable", "split", name="result", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("abstentions", sa.Integer(), nullable=False),
        sa.Column("voting_members", sa.Integer(), nullable=False),
        sa.Column("members_present", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0", name=op.f("ck_advices_counted")),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_advices_committee_id_committees")),
        sa.PrimaryKeyConstraint("committee_id", "dossier_id", name=op.f("pk_advices")),
    )
    op.create_table(
        "bulk_notification_lines",
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "notified", "failed", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("problem", sa.String(length=100), nullable=True),
        sa.Column("notification_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'failed') = (problem IS NOT NULL)", name=op.f("ck_bulk_notification_lines_failed_has_problem")
        ),
        sa.CheckConstraint(
            "(state = 'notified') = (notification_id IS NOT NULL)",
            name=op.f("ck_bulk_notification_lines_notified_has_notification"),
        ),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_notifications.id"], name=op.f("fk_bulk_notification_lines_bulk_id_bulk_notifications")
        ),
        sa.PrimaryKeyConstraint("bulk_id", "number", name=op.f("pk_bulk_notification_lines")),
    )
    op.create_index(
        "ix_bulk_notification_lines_waiting",
        "bulk_notification_lines",
        ["bulk_id", "number"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "deports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("interest", sa.String(length=1000), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("account_id IS NOT NULL OR person <> ''", name=op.f("ck_deports_somebody")),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_deports_committee_id_committees")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deports")),
    )
    op.create_index(
        "uq_deports_standing",
        "deports",
        ["committee_id", "dossier_id", "organisation_id", sa.literal_column("coalesce(account_id::text, person)")],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "session_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("agenda", "minutes", name="kind", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_key", sa.String(length=100), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("edition IS NULL OR edition = 1 OR reason <> ''", name=op.f("ck_session_papers_correction_has_reason")),
        sa.CheckConstraint("edition IS NULL OR kind = 'minutes'", name=op.f("ck_session_papers_minutes_are_signed")),
        sa.CheckConstraint("(file_key IS NULL) = (ready_at IS NULL)", name=op.f("ck_session_papers_file_when_ready")),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_session_papers_committee_id_committees")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_papers")),
        sa.UniqueConstraint("committee_id", "kind", "number", name=op.f("uq_session_papers_committee_id_kind_number")),
    )
    op.create_index(
        "uq_session_papers_edition",
        "session_papers",
        ["committee_id", "edition"],
        unique=True,
        postgresql_where=sa.text("edition IS NOT NULL"),
    )
    op.create_table(
        "notification_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("before_cents", sa.BigInteger(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("motive", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("corrected_by", sa.Uuid(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter_key", sa.String(length=100), nullable=True),
        sa.Column("letter_size", sa.Integer(), nullable=True),
        sa.Column("letter_sha256", sa.String(length=64), nullable=True),
        sa.Column("letter_ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_job_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "granted_cents >= 0 AND before_cents >= 0", name=op.f("ck_notification_corrections_amounts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name=op.f("fk_notification_corrections_notification_id_notifications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_corrections")),
        sa.UniqueConstraint("notification_id", "number", name=op.f("uq_notification_corrections_notification_id_number")),
    )
    op.create_table(
        "reopenings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_funder", sa.Uuid(), nullable=True),
        sa.Column("asked_by_team", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "asked_by_funder IS NOT NULL OR asked_by_team IS NOT NULL", name=op.f("ck_reopenings_asked_by_somebody")
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR (asked_by_funder IS NOT NULL AND asked_by_team IS NOT NULL)",
            name=op.f("ck_reopenings_opened_by_both"),
        ),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_reopenings_committee_id_committees")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_reopenings_decision_id_decisions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopenings")),
    )
    op.create_index(op.f("ix_reopenings_committee_id"), "reopenings", ["committee_id"], unique=False)
    op.create_index(
        "uq_reopenings_open", "reopenings", ["decision_id"], unique=True, postgresql_where=sa.text("settled_at IS NULL")
    )
    op.add_column("agenda_items", sa.Column("minutes", sa.Integer(), server_default="10", nullable=False))
    op.add_column("agenda_items", sa.Column("carried_from_id", sa.Uuid(), nullable=True))
    op.add_column("agenda_items", sa.Column("adjournments", sa.Integer(), server_default="0", nullable=False))
    op.add_column("committees", sa.Column("quorum_percent", sa.Integer(), server_default="50", nullable=False))
    op.create_check_constraint(op.f("ck_committees_quorum_is_a_share"), "committees", "quorum_percent BETWEEN 0 AND 100")
    op.add_column("decisions", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("notifications", sa.Column("mail_job_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "mail_job_id")
    op.drop_column("decisions", "version")
    op.drop_constraint(op.f("ck_committees_quorum_is_a_share"), "committees")
    op.drop_column("committees", "quorum_percent")
    op.drop_column("agenda_items", "adjournments")
    op.drop_column("agenda_items", "carried_from_id")
    op.drop_column("agenda_items", "minutes")
    op.drop_index("uq_reopenings_open", table_name="reopenings", postgresql_where=sa.text("settled_at IS NULL"))
    op.drop_index(op.f("ix_reopenings_committee_id"), table_name="reopenings")
    op.drop_table("reopenings")
    op.drop_table("notification_corrections")
    op.drop_index("uq_session_papers_edition", table_name="session_papers", postgresql_where=sa.text("edition IS NOT NULL"))
    op.drop_table("session_papers")
    op.drop_index("uq_deports_standing", table_name="deports", postgresql_where=sa.text("withdrawn_at IS NULL"))
    op.drop_table("deports")
    op.drop_index(
        "ix_bulk_notification_lines_waiting", table_name="bulk_notification_lines", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("bulk_notification_lines")
    op.drop_table("advices")
    op.drop_table("advice_votes")
    op.drop_index("ix_bulk_notifications_funder", table_name="bulk_notifications")
    op.drop_table("bulk_notifications")
