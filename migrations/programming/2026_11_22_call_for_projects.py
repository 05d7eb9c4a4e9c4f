"""call_for_projects

Revision ID: 2026_11_22_call_for_projects
Revises: 2026_11_22_initial
Create Date: 2026-11-22 05:42:30.664676
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_call_for_projects"
down_revision = "2026_11_22_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("mid_term_review_year", sa.Integer(), nullable=True),
        sa.Column("qpvs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signatories", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("framework_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_contracts_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("code", name=op.f("uq_contracts_code")),
    )
    op.create_index(op.f("ix_contracts_lead_organisation_id"), "contracts", ["lead_organisation_id"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "under_review",
                "decided",
                "archived",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_within_months", sa.Integer(), nullable=False),
        sa.Column("silence_rejects_after_months", sa.Integer(), nullable=False),
        sa.Column("framework_number", sa.Integer(), nullable=False),
        sa.Column("qpv_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("objective_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("transversal_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("outside_qpv_allowed", sa.Boolean(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("required_attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("last_reference", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_campaigns_closes_after_opening")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_campaigns_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("year", "code", name="uq_campaigns_year_code"),
    )
    op.create_index(op.f("ix_campaigns_lead_organisation_id"), "campaigns", ["lead_organisation_id"], unique=False)
    op.create_index("ix_campaigns_listing", "campaigns", ["year", "id"], unique=False)
    op.create_table(
        "framework_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("tree", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_framework_versions_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_versions")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_framework_versions_contract_id_number")),
    )
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("natures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("cap_cents", sa.BigInteger(), nullable=True),
        sa.Column("max_share_bp", sa.Integer(), nullable=True),
        sa.Column("excluded_objective_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("excluded_holder_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("qpv_required", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "granted_cents >= 0 AND granted_cents <= amount_cents", name=op.f("ck_budget_lines_envelope_not_exceeded")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_budget_lines_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint("campaign_id", "funder_id", "code", name=op.f("uq_budget_lines_campaign_id_funder_id_code")),
    )
    op.create_table(
        "campaign_funders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column("letter_signatory", sa.String(length=200), nullable=False),
        sa.Column("letter_signatory_function", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_funders_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_funders")),
        sa.UniqueConstraint("campaign_id", "organisation_id", name=op.f("uq_campaign_funders_campaign_id_organisation_id")),
    )
    op.create_index(op.f("ix_campaign_funders_organisation_id"), "campaign_funders", ["organisation_id"], unique=False)
    op.create_table(
        "committees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("technical", "steering", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "agenda_sent",
                "held",
                "minutes_signed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attendance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_committees_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committees")),
    )
    op.create_index("ix_committees_campaign", "committees", ["campaign_id", "id"], unique=False)
    op.create_table(
        "dossiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("holder", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "admissible",
                "inadmissible",
                "under_review",
                "ready_for_committee",
                "decided",
                "notified",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "action", "fonctionnement", "investissement", name="nature", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("renewal", sa.Boolean(), nullable=False),
        sa.Column("multi_year", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("qpv_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("objective_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("transversal_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("budget", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("charges_cents", sa.BigInteger(), nullable=False),
        sa.Column("asked_cents", sa.BigInteger(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_promised_on", sa.Date(), nullable=True),
        sa.Column("silence_rejects_on", sa.Date(), nullable=True),
        sa.Column("inadmissible_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' OR (reference IS NOT NULL AND submitted_at IS NOT NULL)",
            name=op.f("ck_dossiers_submitted_has_reference"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_dossiers_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("reference", name=op.f("uq_dossiers_reference")),
    )
    op.create_index("ix_dossiers_campaign", "dossiers", ["campaign_id", "id"], unique=False)
    op.create_index("ix_dossiers_holder", "dossiers", ["organisation_id"], unique=False)
    op.create_table(
        "agenda_items",
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("holder_name", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_agenda_items_committee_id_committees")),
        sa.PrimaryKeyConstraint("committee_id", "dossier_id", name=op.f("pk_agenda_items")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_attachments_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_dossier", "attachments", ["dossier_id"], unique=False)
    op.create_table(
        "dossier_readers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("as_holder", sa.Boolean(), nullable=False),
        sa.Column("as_funder", sa.Boolean(), nullable=False),
        sa.Column("as_lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_dossier_readers_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("organisation_id", "dossier_id", name=op.f("pk_dossier_readers")),
    )
    op.create_index(
        "ix_dossier_readers_campaign",
        "dossier_readers",
        ["organisation_id", "campaign_id", sa.literal_column("dossier_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_dossier_readers_latest",
        "dossier_readers",
        ["organisation_id", sa.literal_column("submitted_at DESC"), sa.literal_column("dossier_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_dossier_readers_newest", "dossier_readers", ["organisation_id", sa.literal_column("dossier_id DESC")], unique=False
    )
    op.create_index(
        "ix_dossier_readers_submitted",
        "dossier_readers",
        ["organisation_id", "campaign_id", sa.literal_column("submitted_at DESC"), sa.literal_column("dossier_id DESC")],
        unique=False,
    )
    op.create_table(
        "funding_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("budget_line", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "reviewed",
                "proposed",
                "granted",
                "adjourned",
                "refused",
                "notified",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "opinion",
            sa.Enum("favourable", "reserved", "unfavourable", name="opinion", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("proposed_cents", sa.BigInteger(), nullable=True),
        sa.Column("granted_cents", sa.BigInteger(), nullable=True),
        sa.Column("motive", sa.String(length=2000), nullable=True),
        sa.Column("conditions", sa.String(length=2000), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_funding_requests_asks_something")),
        sa.CheckConstraint("granted_cents BETWEEN 0 AND amount_cents", name=op.f("ck_funding_requests_granted_within_ask")),
        sa.CheckConstraint("proposed_cents BETWEEN 0 AND amount_cents", name=op.f("ck_funding_requests_proposed_within_ask")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_funding_requests_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_requests")),
        sa.UniqueConstraint("dossier_id", "funder_id", name=op.f("uq_funding_requests_dossier_id_funder_id")),
    )
    op.create_index("ix_funding_requests_funder", "funding_requests", ["campaign_id", "funder_id", "status"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("signatory_name", sa.String(length=200), nullable=False),
        sa.Column("signatory_function", sa.String(length=200), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_submissions_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_submissions_dossier_id_number")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "proposed", "granted", "adjourned", "refused", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("motive", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome = 'proposed' OR (outcome = 'granted') = (amount_cents > 0)", name=op.f("ck_decisions_amount_follows_outcome")
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_decisions_amount_not_negative")),
        sa.ForeignKeyConstraint(["committee_id"], ["committees.id"], name=op.f("fk_decisions_committee_id_committees")),
        sa.ForeignKeyConstraint(["request_id"], ["funding_requests.id"], name=op.f("fk_decisions_request_id_funding_requests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("committee_id", "request_id", name=op.f("uq_decisions_committee_id_request_id")),
    )
    op.create_index("ix_decisions_request", "decisions", ["request_id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("motive", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("holder_comment", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("notified_by", sa.Uuid(), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter_key", sa.String(length=100), nullable=True),
        sa.Column("letter_size", sa.Integer(), nullable=True),
        sa.Column("letter_sha256", sa.String(length=64), nullable=True),
        sa.Column("letter_ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["funding_requests.id"], name=op.f("fk_notifications_request_id_funding_requests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("request_id", name=op.f("uq_notifications_request_id")),
    )
    op.create_index("ix_notifications_dossier", "notifications", ["dossier_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("lead_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("holder_name", sa.String(length=300), nullable=False),
        sa.Column("asked_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("to_review", "in_progress", "completed", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weighted_score", sa.Float(), nullable=True),
        sa.Column(
            "opinion",
            sa.Enum("favourable", "reserved", "unfavourable", name="opinion", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("proposed_cents", sa.BigInteger(), nullable=True),
        sa.Column("internal_comment", sa.String(), nullable=False),
        sa.Column("holder_comment", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("proposed_cents BETWEEN 0 AND asked_cents", name=op.f("ck_reviews_proposed_within_ask")),
        sa.ForeignKeyConstraint(["request_id"], ["funding_requests.id"], name=op.f("fk_reviews_request_id_funding_requests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("request_id", name=op.f("uq_reviews_request_id")),
    )
    op.create_index("ix_reviews_campaign", "reviews", ["campaign_id", "id"], unique=False)
    op.create_index("ix_reviews_dossier", "reviews", ["dossier_id"], unique=False)
    op.create_index("ix_reviews_queue", "reviews", ["funder_id", "campaign_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_reviews_queue", table_name="reviews")
    op.drop_index("ix_reviews_dossier", table_name="reviews")
    op.drop_index("ix_reviews_campaign", table_name="reviews")
    op.drop_table("reviews")
    op.drop_index("ix_notifications_dossier", table_name="notifications")
    op.drop_table("notifications")
    op.drop_index("ix_decisions_request", table_name="decisions")
    op.drop_table("decisions")
    op.drop_table("submissions")
    op.drop_index("ix_funding_requests_funder", table_name="funding_requests")
    op.drop_table("funding_requests")
    op.drop_index("ix_dossier_readers_submitted", table_name="dossier_readers")
    op.drop_index("ix_dossier_readers_newest", table_name="dossier_readers")
    op.drop_index("ix_dossier_readers_latest", table_name="dossier_readers")
    op.drop_index("ix_dossier_readers_campaign", table_name="dossier_readers")
    op.drop_table("dossier_readers")
    op.drop_index("ix_attachments_dossier", table_name="attachments")
    op.drop_table("attachments")
    op.drop_table("agenda_items")
    op.drop_index("ix_dossiers_holder", table_name="dossiers")
    op.drop_index("ix_dossiers_campaign", table_name="dossiers")
    op.drop_table("dossiers")
    op.drop_index("ix_committees_campaign", table_name="committees")
    op.drop_table("committees")
    op.drop_index(op.f("ix_campaign_funders_organisation_id"), table_name="campaign_funders")
    op.drop_table("campaign_funders")
    op.drop_table("budget_lines")
    op.drop_table("framework_versions")
    op.drop_index("ix_campaigns_listing", table_name="campaigns")
    op.drop_index(op.f("ix_campaigns_lead_organisation_id"), table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_index(op.f("ix_contracts_lead_organisation_id"), table_name="contracts")
    op.drop_table("contracts")
