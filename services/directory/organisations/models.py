"""Tables of the organisations and of who has a part in them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, strings
from services.common.ids import new_id

from ..tables import Base


class Kind(StrEnum):
    """What an organisation is. Public ones may fund or lead a contract: only the platform's administrators open them."""

    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    COMPANY = "company"
    SOCIAL_LANDLORD = "social_landlord"
    SCHOOL = "school"
    PUBLIC_BODY = "public_body"
    STATE = "state"
    REGION = "region"
    DEPARTEMENT = "departement"
    EPCI = "epci"
    COMMUNE = "commune"
    CAF = "caf"
    RESOURCE_CENTRE = "resource_centre"
    OTHER_PUBLIC = "other_public"


class DissolutionReason(StrEnum):
    """How an organisation came to its end: wound up, or merged into another, which is then its successor."""

    DISSOLUTION = "dissolution"
    MERGER = "merger"


class Organisation(Base, table=True):
    """A legal person, known by its SIRET or, for an association, by its RNA number. Once dissolved it keeps its page."""

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("siret"),
        UniqueConstraint("rna"),
        CheckConstraint("siret ~ '^[0-9]{14}$'", name="siret_shape"),
        CheckConstraint("rna IS NULL OR (kind = 'association' AND rna ~ '^W[0-9][A-Z0-9][0-9]{7}$')", name="rna_shape"),
        CheckConstraint("siret IS NOT NULL OR (kind = 'association' AND rna IS NOT NULL)", name="identified"),
        CheckConstraint("cer_signed_on IS NULL OR kind IN ('association', 'foundation')", name="cer_of_associations"),
        CheckConstraint("(cer_signed_on IS NULL) = (cer_signatory_name IS NULL)", name="cer_whole"),
        CheckConstraint("(dissolved_on IS NULL) = (dissolution_reason IS NULL)", name="dissolution_whole"),
        CheckConstraint(
            "dissolved_on IS NOT NULL OR (successor_id IS NULL AND dissolution_note IS NULL)", name="successor_of_the_dissolved"
        ),
        CheckConstraint("dissolution_reason <> 'merger' OR successor_id IS NOT NULL", name="merger_has_successor"),
        CheckConstraint("successor_id <> id", name="succeeded_by_another"),
        ForeignKeyConstraint(["successor_id"], ["organisations.id"]),
        Index("ix_organisations_listing", "sort_name", "id"),
    )

    id: UUID = identity()
    kind: Kind = choice(Kind, "kind")
    name: str = Field(sa_type=String(200))
    legal_name: str | None = Field(default=None, sa_type=String(200))
    siret: str | None = Field(default=None, sa_type=String(14))
    rna: str | None = Field(default=None, sa_type=String(10))
    street: str | None = Field(default=None, sa_type=String(200))
    postcode: str | None = Field(default=None, sa_type=String(5))
    city: str | None = Field(default=None, sa_type=String(120))
    representative_name: str | None = Field(default=None, sa_type=String(120))
    representative_function: str | None = Field(default=None, sa_type=String(120))
    website: str | None = Field(default=None, sa_type=String(500))
    cer_signed_on: date | None = Field(default=None, sa_type=Date)
    cer_signatory_name: str | None = Field(default=None, sa_type=String(120))
    dissolved_on: date | None = Field(default=None, sa_type=Date)
    dissolution_reason: DissolutionReason | None = choice(DissolutionReason, "dissolution_reason", default=None, nullable=True)
    #: Who takes over its rights and duties; living when it was recorded, it may have been dissolved since.
    successor_id: UUID | None = None
    dissolution_note: str | None = Field(default=None, sa_type=String(2000))
    sort_name: str = Field(sa_type=SqlText)
    search_text: str = Field(sa_type=SqlText)
    created_at: datetime = instant()
    version: int = 1


class Membership(Base, table=True):
    """A person's part in an organisation."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['member', 'manager', 'signatory', 'payer']::text[]", name="known_roles"
        ),
        CheckConstraint("NOT is_legal_representative OR 'signatory' = ANY (roles)", name="representatives_sign"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        Index("ix_memberships_account_id", "account_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    roles: list[str] = strings()
    #: Binds the organisation by law (président·e, directeur·rice…); several may.
    is_legal_representative: bool = False
    #: What access tokens stand on: another one as soon as a role is taken back.
    grant_id: UUID = Field(default_factory=new_id)
    created_at: datetime = instant()
    version: int = 1
