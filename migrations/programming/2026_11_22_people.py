"""People who write a dossier together, sign-offs, messages, changes requested, withdrawal

Revision ID: 2026_11_22_people
Revises: 2026_11_22_notices
Create Date: 2026-11-22 18:13:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_people"
down_revision = "2026_11_22_notices"
branch_labels = None
depends_on = None

_DOSSIER = (
    *("draft", "submitted", "admissible", "inadmissible", "under_review", "ready_for_committee", "decided", "notified", "running"),
    *("report_due", "report_submitted", "closed"),
)
_DOSSIER_NOW = (*_DOSSIER, "changes_requested", "withdrawn", "dropped")
_REQUEST = (
    *("asked", "reviewed", "proposed", "granted", "adjourned", "refused", "notified", "agreed", "committed", "partly_paid", "paid"),
    *("to_repay", "justified"),
)
_REVIEW = ("to_review", "in_progress", "completed")
_PARAMETERS = (
    *("agreement_above_cents", "accounts_published_above_cents", "report_due_months", "payment_within_days"),
    *("open_data_within_months", "outside_qpv_cap_bp", "multi_year_target_bp", "cpo_renewal_months"),
)
_SUSPENDS = "incomplete_suspends_silence"
_SENT = "reference IS NOT NULL AND submitted_at IS NOT NULL"
_DATED = "exercise_ends_on > exercise_starts_on"


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _check(table: str, name: str, condition: str, *, replaces: bool = True) -> None:
    """The constraint anew: readers and writers wait for no longer than it takes to declare it, the rows are looked at after."""
    if replaces:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def upgrade() -> None:
    op.create_table(
        "sign_off_policies",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_sign_off_policies")),
    )
    op.create_table(
        "change_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_name", sa.String(length=300), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_email", sa.String(length=320), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("word", sa.String(length=4000), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "cancelled",
                "unanswered",
                "moot",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("submission_number", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("ck_change_requests_ended_is_dated")),
        sa.CheckConstraint(
            "status <> 'answered' OR submission_number IS NOT NULL", name=op.f("ck_change_requests_answered_by_a_submission")
        ),
        sa.CheckConstraint("due_on >= asked_on", name=op.f("ck_change_requests_due_after_asking")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_change_requests_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
    )
    op.create_index("ix_change_requests_dossier", "change_requests", ["dossier_id", "id"], unique=False)
    op.create_index("ix_change_requests_open", "change_requests", ["due_on"], unique=False, postgresql_where="status = 'open'")
    op.create_table(
        "collaborators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column(
            "part", sa.Enum("reader", "editor", name="part", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column(
            "status",
            sa.Enum("invited", "active", "withdrawn", "left", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('withdrawn', 'left')) = (ended_at IS NOT NULL)", name=op.f("ck_collaborators_ended_is_dated")
        ),
        sa.CheckConstraint(
            "status <> 'active' OR (account_id IS NOT NULL AND accepted_at IS NOT NULL)",
            name=op.f("ck_collaborators_active_is_somebody"),
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_collaborators_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaborators")),
    )
    op.create_index(
        "ix_collaborators_account", "collaborators", ["account_id", "id"], unique=False, postgresql_where="account_id IS NOT NULL"
    )
    op.create_index(
        "uq_collaborators_account", "collaborators", ["dossier_id", "account_id"], unique=True, postgresql_where="status = 'active'"
    )
    op.create_index(
        "uq_collaborators_address",
        "collaborators",
        ["dossier_id", "email"],
        unique=True,
        postgresql_where="status IN ('invited', 'active')",
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("holder", "instructors", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_name", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("dossier_title", sa.String(length=300), nullable=False),
        sa.Column("holder_name", sa.String(length=300), nullable=False),
        sa.Column("last_message_id", sa.Uuid(), nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("messages_count", sa.Integer(), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_until", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("messages_count >= 0", name=op.f("ck_conversations_messages_count_not_negative")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_conversations_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("dossier_id", "kind", "organisation_id", name=op.f("uq_conversations_dossier_id_kind_organisation_id")),
    )
    op.create_index("ix_conversations_latest", "conversations", ["last_message_id"], unique=False)
    op.create_table(
        "sign_offs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_title", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum("pending", "approved", "returned", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word", sa.String(length=2000), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_version", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name=op.f("ck_sign_offs_decided_is_dated")),
        sa.CheckConstraint("status <> 'approved' OR content_version IS NOT NULL", name=op.f("ck_sign_offs_approved_on_a_version")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_sign_offs_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
    )
    op.create_index("ix_sign_offs_dossier", "sign_offs", ["dossier_id", "id"], unique=False)
    op.create_index("ix_sign_offs_organisation", "sign_offs", ["organisation_id", "id"], unique=False)
    op.create_index("uq_sign_offs_pending", "sign_offs", ["dossier_id"], unique=True, postgresql_where="status = 'pending'")
    op.create_table(
        "change_request_fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_request_id", sa.Uuid(), nullable=False),
        sa.Column("pointer", sa.String(length=300), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "state",
            sa.Enum("pending", "changed", "explained", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("explanation", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_request_id"], ["change_requests.id"], name=op.f("fk_change_request_fields_change_request_id_change_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request_fields")),
        sa.UniqueConstraint("change_request_id", "pointer", name=op.f("uq_change_request_fields_change_request_id_pointer")),
    )
    op.create_table(
        "change_request_reminders",
        sa.Column("change_request_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_requests.id"],
            name=op.f("fk_change_request_reminders_change_request_id_change_requests"),
        ),
        sa.PrimaryKeyConstraint("change_request_id", "due_on", "step", name=op.f("pk_change_request_reminders")),
    )
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("holder", "instruction", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_name", sa.String(length=300), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_messages_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_messages")),
    )
    op.create_index("ix_conversation_messages_thread", "conversation_messages", ["conversation_id", "id"], unique=False)
    op.create_table(
        "conversation_participants",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("holder", "instruction", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("read_until", sa.Uuid(), nullable=True),
        sa.Column("is_collaborator", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_participants_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "account_id", name=op.f("pk_conversation_participants")),
    )
    op.create_index(op.f("ix_conversation_participants_account_id"), "conversation_participants", ["account_id"], unique=False)
    op.add_column("agenda_items", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("campaigns", sa.Column("sign_off_required", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("dossier_readers", sa.Column("as_collaborator", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("dossier_readers", sa.Column("may_edit", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("dossiers", sa.Column("content_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "dossiers", sa.Column("field_marks", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("dossiers", sa.Column("open_fields", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("dossiers", sa.Column("changes_due_on", sa.Date(), nullable=True))
    op.add_column("dossiers", sa.Column("status_before_changes", sa.String(length=40), nullable=True))
    op.add_column("dossiers", sa.Column("suspended_days", sa.Integer(), server_default="0", nullable=False))
    op.add_column("dossiers", sa.Column("suspended_since", sa.Date(), nullable=True))
    op.add_column("dossiers", sa.Column("signed_off_version", sa.Integer(), nullable=True))
    op.add_column("dossiers", sa.Column("signed_off_by", sa.Uuid(), nullable=True))
    op.add_column("dossiers", sa.Column("signed_off_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossiers", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossiers", sa.Column("withdrawn_reason", sa.String(length=2000), nullable=True))
    op.add_column("dossiers", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_dossiers_dropped", "dossiers", ["dropped_at"], unique=False, postgresql_where="dropped_at IS NOT NULL")

    _check("dossiers", "status", _one_of("status", _DOSSIER_NOW))
    _check("dossiers", "submitted_has_reference", f"status IN ('draft', 'dropped') OR ({_SENT})")
    _check("dossiers", "exercise_is_dated", f"status IN ('draft', 'dropped') OR {_DATED}")
    _check("dossiers", "status_before_changes", _one_of("status_before_changes", _DOSSIER_NOW), replaces=False)
    changed = "(status = 'changes_requested') = (status_before_changes IS NOT NULL)"
    _check("dossiers", "changes_come_from_a_status", changed, replaces=False)
    _check("dossiers", "dropped_is_dated", "(status = 'dropped') = (dropped_at IS NOT NULL)", replaces=False)
    _check("dossiers", "withdrawn_is_dated", "status <> 'withdrawn' OR withdrawn_at IS NOT NULL", replaces=False)
    _check("dossiers", "suspended_days_not_negative", "suspended_days >= 0", replaces=False)
    _check("funding_requests", "status", _one_of("status", (*_REQUEST, "withdrawn")))
    _check("reviews", "status", _one_of("status", (*_REVIEW, "void")))
    _check("legal_parameters", "parameter", _one_of("parameter", (*_PARAMETERS, _SUSPENDS)))
    op.execute(
        sa.text(
            "INSERT INTO legal_parameters (parameter, applies_from, value, source, recorded_at) "
            "VALUES (:parameter, '2016-01-01', 1, :source, now())"
        ).bindparams(
            parameter=_SUSPENDS, source="CRPA art. L114-5 : délai suspendu pendant le délai imparti pour produire les pièces"
        )
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM legal_parameters WHERE parameter = :parameter").bindparams(parameter=_SUSPENDS))
    _check("legal_parameters", "parameter", _one_of("parameter", _PARAMETERS))
    _check("reviews", "status", _one_of("status", _REVIEW))
    _check("funding_requests", "status", _one_of("status", _REQUEST))
    added = ("suspended_days_not_negative", "withdrawn_is_dated", "dropped_is_dated", "changes_come_from_a_status")
    for name in added:
        op.drop_constraint(op.f(f"ck_dossiers_{name}"), "dossiers", type_="check")
    _check("dossiers", "exercise_is_dated", f"status = 'draft' OR {_DATED}")
    _check("dossiers", "submitted_has_reference", f"status = 'draft' OR ({_SENT})")
    _check("dossiers", "status", _one_of("status", _DOSSIER))
    op.drop_index("ix_dossiers_dropped", table_name="dossiers", postgresql_where="dropped_at IS NOT NULL")
    op.drop_column("dossiers", "dropped_at")
    op.drop_column("dossiers", "withdrawn_reason")
    op.drop_column("dossiers", "withdrawn_at")
    op.drop_column("dossiers", "signed_off_at")
    op.drop_column("dossiers", "signed_off_by")
    op.drop_column("dossiers", "signed_off_version")
    op.drop_column("dossiers", "suspended_since")
    op.drop_column("dossiers", "suspended_days")
    op.drop_column("dossiers", "status_before_changes")
    op.drop_column("dossiers", "changes_due_on")
    op.drop_column("dossiers", "open_fields")
    op.drop_column("dossiers", "field_marks")
    op.drop_column("dossiers", "content_version")
    op.drop_column("dossier_readers", "may_edit")
    op.drop_column("dossier_readers", "as_collaborator")
    op.drop_column("campaigns", "sign_off_required")
    op.drop_column("agenda_items", "withdrawn_at")
    op.drop_index(op.f("ix_conversation_participants_account_id"), table_name="conversation_participants")
    op.drop_table("conversation_participants")
    op.drop_index("ix_conversation_messages_thread", table_name="conversation_messages")
    op.drop_table("conversation_messages")
    op.drop_table("change_request_reminders")
    op.drop_table("change_request_fields")
    op.drop_index("uq_sign_offs_pending", table_name="sign_offs", postgresql_where="status = 'pending'")
    op.drop_index("ix_sign_offs_organisation", table_name="sign_offs")
    op.drop_index("ix_sign_offs_dossier", table_name="sign_offs")
    op.drop_table("sign_offs")
    op.drop_index("ix_conversations_latest", table_name="conversations")
    op.drop_table("conversations")
    op.drop_index("uq_collaborators_address", table_name="collaborators", postgresql_where="status IN ('invited', 'active')")
    op.drop_index("uq_collaborators_account", table_name="collaborators", postgresql_where="status = 'active'")
    op.drop_index("ix_collaborators_account", table_name="collaborators", postgresql_where="account_id IS NOT NULL")
    op.drop_table("collaborators")
    op.drop_index("ix_change_requests_open", table_name="change_requests", postgresql_where="status = 'open'")
    op.drop_index("ix_change_requests_dossier", table_name="change_requests")
    op.drop_table("change_requests")
    op.drop_table("sign_off_policies")
