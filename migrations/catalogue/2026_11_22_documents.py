"""Resource centres, the vocabulary with the acronyms of the trade, documents and their versions.

Revision ID: 2026_11_22_documents
Revises: 2026_11_22_initial
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_documents"
down_revision = "2026_11_22_initial"
branch_labels = None
depends_on = None

#: Acronyms of the politique de la ville and of those it works with; documentalists keep them from here on.
ACRONYMS = {
    "QPV": ["quartier prioritaire de la politique de la ville", "quartier prioritaire"],
    "NPNRU": ["nouveau programme national de renouvellement urbain"],
    "PNRU": ["programme national de rénovation urbaine"],
    "ANRU": ["agence nationale pour la rénovation urbaine"],
    "ANCT": ["agence nationale de la cohésion des territoires"],
    "CGET": ["commissariat général à l'égalité des territoires"],
    "CRTE": ["contrat de relance et de transition écologique", "contrat pour la réussite de la transition écologique"],
    "ASV": ["atelier santé ville"],
    "CLS": ["contrat local de santé"],
    "CLSM": ["conseil local de santé mentale"],
    "CLSPD": ["conseil local de sécurité et de prévention de la délinquance"],
    "CISPD": ["conseil intercommunal de sécurité et de prévention de la délinquance"],
    "CPO": ["convention pluriannuelle d'objectifs"],
    "CER": ["contrat d'engagement républicain"],
    "CUCS": ["contrat urbain de cohésion sociale"],
    "ZUS": ["zone urbaine sensible"],
    "ZRR": ["zone de revitalisation rurale"],
    "ZFU": ["zone franche urbaine"],
    "GUSP": ["gestion urbaine et sociale de proximité"],
    "GUP": ["gestion urbaine de proximité"],
    "TFPB": ["taxe foncière sur les propriétés bâties"],
    "DSU": ["développement social urbain", "dotation de solidarité urbaine"],
    "FLE": ["français langue étrangère"],
    "PRE": ["programme de réussite éducative", "réussite éducative"],
    "CLAS": ["contrat local d'accompagnement à la scolarité", "accompagnement à la scolarité"],
    "REP": ["réseau d'éducation prioritaire", "éducation prioritaire"],
    "IAE": ["insertion par l'activité économique"],
    "ESS": ["économie sociale et solidaire"],
    "PLIE": ["plan local pour l'insertion et l'emploi"],
    "RSA": ["revenu de solidarité active"],
    "LCD": ["lutte contre les discriminations"],
    "VVV": ["ville vie vacances"],
    "FPH": ["fonds de participation des habitants"],
    "FIPD": ["fonds interministériel de prévention de la délinquance"],
    "EPCI": ["établissement public de coopération intercommunale", "intercommunalité"],
    "CAF": ["caisse d'allocations familiales"],
    "ARS": ["agence régionale de santé"],
    "DRAJES": ["délégation régionale académique à la jeunesse, à l'engagement et aux sports"],
    "DDETS": ["direction départementale de l'emploi, du travail et des solidarités"],
    "PSL": ["plan stratégique local"],
    "AFOM": ["atouts faiblesses opportunités menaces"],
}


def upgrade() -> None:
    _centres()
    _vocabulary()
    _documents()
    _versions()


def downgrade() -> None:
    for table in ("document_versions", "document_relations", "documents", "reference_counters", "centre_members", "centres"):
        op.drop_table(table)
    for table in ("territories", "themes", "terms"):
        op.drop_table(table)


def _centres() -> None:
    op.create_table(
        "centres",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=2000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z][A-Z0-9]{1,11}$'", name=op.f("ck_centres_code_shape")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centres")),
        sa.UniqueConstraint("code", name=op.f("uq_centres_code")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_centres_organisation_id")),
    )
    op.create_table(
        "centre_members",
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_centre_members_centre_id_centres")),
        sa.PrimaryKeyConstraint("centre_id", "organisation_id", name=op.f("pk_centre_members")),
    )
    op.create_index(op.f("ix_centre_members_organisation_id"), "centre_members", ["organisation_id"], unique=False)
    op.create_table(
        "reference_counters",
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_reference_counters_centre_id_centres")),
        sa.PrimaryKeyConstraint("centre_id", "year", name=op.f("pk_reference_counters")),
    )


def _vocabulary() -> None:
    op.create_table(
        "terms",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("equivalents", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_terms")),
    )
    op.create_table(
        "territories",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_territories")),
    )
    op.create_index(op.f("ix_territories_heard_at"), "territories", ["heard_at"], unique=False)
    op.create_table(
        "themes",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("parent_code", sa.String(length=60), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("synonyms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_themes")),
    )
    now = sa.func.now()
    terms = sa.table("terms", *(sa.column(name) for name in ("key", "label", "equivalents", "note", "updated_at", "version")))
    for label, equivalents in ACRONYMS.items():
        row = {"key": label.lower(), "label": label, "equivalents": sa.cast(equivalents, postgresql.ARRAY(sa.Text()))}
        op.execute(sa.insert(terms).values(**row, note="", updated_at=now, version=1))


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "thematic_dossier",
                "capitalisation",
                "experience",
                "study",
                "proceedings",
                "presentation",
                "video",
                "official_text",
                "newsletter",
                "reference",
                "faq",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "withdrawn", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "work",
            sa.Enum("clean", "draft", "in_review", name="work", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("origin", sa.String(length=400), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column(
            "access",
            sa.Enum("public", "members", name="access", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("embargo_until", sa.Date(), nullable=True),
        sa.Column("theme_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("territory_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("datestamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (published_version IS NULL)", name=op.f("ck_documents_published_has_a_version")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_documents_withdrawn_at")),
        sa.CheckConstraint(
            "state = 'draft' OR (available_at IS NOT NULL AND datestamp IS NOT NULL)", name=op.f("ck_documents_published_is_dated")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_documents_centre_id_centres")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["documents.id"], name=op.f("fk_documents_replaced_by_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("origin", name=op.f("uq_documents_origin")),
        sa.UniqueConstraint("reference", name=op.f("uq_documents_reference")),
    )
    op.create_index(
        "ix_documents_datestamp", "documents", ["datestamp", "id"], unique=False, postgresql_where="datestamp IS NOT NULL"
    )
    op.create_index(
        "ix_documents_listing", "documents", ["published_at", "id"], unique=False, postgresql_where="state = 'published'"
    )
    op.create_index("ix_documents_workbench", "documents", ["centre_id", "id"], unique=False)


def _versions() -> None:
    op.create_table(
        "document_relations",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "part_of",
                "synthesis_of",
                "support_of",
                "replaces",
                "result_of",
                "about",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "target_kind",
            sa.Enum("document", "event", "dossier", name="target_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_relations_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "kind", "target_kind", "target_id", name=op.f("pk_document_relations")),
    )
    op.create_index("ix_document_relations_target", "document_relations", ["target_kind", "target_id"], unique=False)
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_versions_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_document_versions")),
    )
