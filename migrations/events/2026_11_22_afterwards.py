"""After the event: surveys, outcomes told to the catalogue, erasures and requests about personal data.

Revision ID: 2026_11_22_afterwards
Revises: 2026_11_22_agenda
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_afterwards"
down_revision = "2026_11_22_invitations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0 AND count >= 0", name=op.f("ck_erasures_counted")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasures")),
        sa.UniqueConstraint("previous", name=op.f("uq_erasures_previous")),
    )
    op.create_table(
        "personal_data_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("export", "erasure", name="kind", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data_requests")),
    )
    op.create_index("ix_personal_data_requests_address", "personal_data_requests", ["email_hash", "asked_at"], unique=False)
    op.create_index("ix_personal_data_requests_asked", "personal_data_requests", ["asked_at"], unique=False)
    op.create_index("ix_personal_data_requests_origin", "personal_data_requests", ["origin", "asked_at"], unique=False)
    op.create_table(
        "told_organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_organisations")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("replay", "proceedings", "support", name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("permalink", sa.String(length=2000), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("published_at IS NULL OR document_id IS NOT NULL", name=op.f("ck_outcomes_published_is_a_document")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_outcomes_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("event_id", "role", "title", name=op.f("uq_outcomes_event_id_role_title")),
    )
    op.create_index("ix_outcomes_event", "outcomes", ["event_id", "id"], unique=False)
    op.create_index("ix_outcomes_untold", "outcomes", ["id"], unique=False, postgresql_where="told_at IS NULL")
    op.create_table(
        "surveys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_surveys_closed_was_open")),
        sa.CheckConstraint("opened_at IS NULL OR closes_on IS NOT NULL", name=op.f("ck_surveys_open_has_an_end")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_surveys_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("event_id", name=op.f("uq_surveys_event_id")),
    )
    op.create_index(
        "ix_surveys_unsent", "surveys", ["id"], unique=False, postgresql_where="opened_at IS NOT NULL AND sent_at IS NULL"
    )
    op.create_table(
        "told_publications",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_told_publications_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", "document_id", name=op.f("pk_told_publications")),
    )
    op.create_table(
        "survey_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_answers_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answers")),
    )
    op.create_index("ix_survey_answers_survey", "survey_answers", ["survey_id", "id"], unique=False)
    op.create_table(
        "survey_invitations",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendees.id"], name=op.f("fk_survey_invitations_attendee_id_attendees")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_invitations_survey_id_surveys")),
        sa.PrimaryKeyConstraint("survey_id", "attendee_id", name=op.f("pk_survey_invitations")),
    )
    op.create_index(op.f("ix_survey_invitations_attendee_id"), "survey_invitations", ["attendee_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_survey_invitations_attendee_id"), table_name="survey_invitations")
    op.drop_table("survey_invitations")
    op.drop_index("ix_survey_answers_survey", table_name="survey_answers")
    op.drop_table("survey_answers")
    op.drop_table("told_publications")
    op.drop_index("ix_surveys_unsent", table_name="surveys", postgresql_where="opened_at IS NOT NULL AND sent_at IS NULL")
    op.drop_table("surveys")
    op.drop_index("ix_outcomes_untold", table_name="outcomes", postgresql_where="told_at IS NULL")
    op.drop_index("ix_outcomes_event", table_name="outcomes")
    op.drop_table("outcomes")
    op.drop_table("told_organisations")
    op.drop_index("ix_personal_data_requests_origin", table_name="personal_data_requests")
    op.drop_index("ix_personal_data_requests_asked", table_name="personal_data_requests")
    op.drop_index("ix_personal_data_requests_address", table_name="personal_data_requests")
    op.drop_table("personal_data_requests")
    op.drop_table("erasures")
