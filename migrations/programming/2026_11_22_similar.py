"""similar

Revision ID: 2026_11_22_similar
Revises: 2026_11_22_retroplanning
Create Date: 2026-11-22 19:17:16.765333
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_similar"
down_revision = "2026_11_22_retroplanning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_profile_marks_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_marks")),
    )
    op.create_table(
        "action_profiles",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("contract_code", sa.String(length=8), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("theme_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("qpv_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("publics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("charges_cents", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("sketch", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_action_profiles_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_action_profiles")),
    )
    op.create_index(
        "ix_action_profiles_holder", "action_profiles", ["holder_id", sa.literal_column("submitted_at DESC")], unique=False
    )
    op.create_index("ix_action_profiles_sketch", "action_profiles", ["sketch"], unique=False, postgresql_using="gin")
    op.create_index("ix_action_profiles_theme", "action_profiles", ["theme_keys", "qpv_keys"], unique=False, postgresql_using="gin")
    op.create_table(
        "holder_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_dossier_id", sa.Uuid(), nullable=False),
        sa.Column("to_dossier_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_dossier_id <> to_dossier_id", name=op.f("ck_holder_contacts_to_another")),
        sa.ForeignKeyConstraint(["from_dossier_id"], ["dossiers.id"], name=op.f("fk_holder_contacts_from_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["to_dossier_id"], ["dossiers.id"], name=op.f("fk_holder_contacts_to_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_contacts")),
    )
    op.create_index("ix_holder_contacts_from", "holder_contacts", ["from_dossier_id"], unique=False)
    op.create_index("ix_holder_contacts_lately", "holder_contacts", ["holder_id", "written_at"], unique=False)
    op.create_index("ix_holder_contacts_to", "holder_contacts", ["to_dossier_id"], unique=False)
    op.create_table(
        "holder_visibilities",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_holder_visibilities_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_holder_visibilities")),
    )
    op.create_table(
        "action_overlaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("first_campaign_id", sa.Uuid(), nullable=False),
        sa.Column("second_campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("probable_duplicate", "overlap", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("score_bp", sa.Integer(), nullable=False),
        sa.Column("text_bp", sa.Integer(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("passages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_action_overlaps_once_each")),
        sa.CheckConstraint("score_bp BETWEEN 0 AND 10000", name=op.f("ck_action_overlaps_score_is_a_share")),
        sa.CheckConstraint("text_bp BETWEEN 0 AND 10000", name=op.f("ck_action_overlaps_text_is_a_share")),
        sa.ForeignKeyConstraint(["first_id"], ["dossiers.id"], name=op.f("fk_action_overlaps_first_id_dossiers")),
        sa.ForeignKeyConstraint(["second_id"], ["dossiers.id"], name=op.f("fk_action_overlaps_second_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_overlaps")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_action_overlaps_first_id_second_id")),
    )
    op.create_index("ix_action_overlaps_first_campaign", "action_overlaps", ["first_campaign_id"], unique=False)
    op.create_index("ix_action_overlaps_second", "action_overlaps", ["second_id"], unique=False)
    op.create_index("ix_action_overlaps_second_campaign", "action_overlaps", ["second_campaign_id"], unique=False)
    op.create_table(
        "overlap_dismissals",
        sa.Column("overlap_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["overlap_id"],
            ["action_overlaps.id"],
            name=op.f("fk_overlap_dismissals_overlap_id_action_overlaps"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("overlap_id", "organisation_id", name=op.f("pk_overlap_dismissals")),
    )


def downgrade() -> None:
    op.drop_table("overlap_dismissals")
    op.drop_index("ix_action_overlaps_second_campaign", table_name="action_overlaps")
    op.drop_index("ix_action_overlaps_second", table_name="action_overlaps")
    op.drop_index("ix_action_overlaps_first_campaign", table_name="action_overlaps")
    op.drop_table("action_overlaps")
    op.drop_table("holder_visibilities")
    op.drop_index("ix_holder_contacts_to", table_name="holder_contacts")
    op.drop_index("ix_holder_contacts_lately", table_name="holder_contacts")
    op.drop_index("ix_holder_contacts_from", table_name="holder_contacts")
    op.drop_table("holder_contacts")
    op.drop_index("ix_action_profiles_theme", table_name="action_profiles", postgresql_using="gin")
    op.drop_index("ix_action_profiles_sketch", table_name="action_profiles", postgresql_using="gin")
    op.drop_index("ix_action_profiles_holder", table_name="action_profiles")
    op.drop_table("action_profiles")
    op.drop_table("profile_marks")
