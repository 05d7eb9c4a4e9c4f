"""Tables of the documents: what is being written, what is published, and every version that was."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, Uuid, text
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class DocumentKind(Enum):
    """What a resource centre keeps."""

    THEMATIC_DOSSIER = "thematic_dossier"
    CAPITALISATION = "capitalisation"
    EXPERIENCE = "experience"
    STUDY = "study"
    PROCEEDINGS = "proceedings"
    PRESENTATION = "presentation"
    VIDEO = "video"
    OFFICIAL_TEXT = "official_text"
    NEWSLETTER = "newsletter"
    REFERENCE = "reference"
    FAQ = "faq"


class Access(Enum):
    """Who reads a published document; an embargo comes on top."""

    PUBLIC = "public"
    MEMBERS = "members"


class DocumentState(Enum):
    """A document's life, seen by readers."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Work(Enum):
    """Its working copy, seen by documentalists: the same as what is published, being written, or waiting for its review."""

    CLEAN = "clean"
    DRAFT = "draft"
    IN_REVIEW = "in_review"


class RelationKind(Enum):
    """How a document relates to another thing."""

    PART_OF = "part_of"
    SYNTHESIS_OF = "synthesis_of"
    SUPPORT_OF = "support_of"
    REPLACES = "replaces"
    RESULT_OF = "result_of"
    ABOUT = "about"


class TargetKind(Enum):
    """What a relation leads to."""

    DOCUMENT = "document"
    EVENT = "event"
    DOSSIER = "dossier"


class Document(Base, table=True):
    """A document. `kind` and `content` are the working copy's; what readers see is the version numbered `published_version`.

    Columns from `published_kind` to `datestamp` describe what is published, None or empty before. `datestamp` is when it last changed for
    readers (OAI-PMH): its publication, the end of its embargo, or its withdrawal.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("origin"),
        CheckConstraint("(state = 'draft') = (published_version IS NULL)", name="published_has_a_version"),
        CheckConstraint("(published_kind IS NULL) = (published_version IS NULL)", name="published_has_a_kind"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at"),
        CheckConstraint("state = 'draft' OR (available_at IS NOT NULL AND datestamp IS NOT NULL)", name="published_is_dated"),
        Index("ix_documents_workbench", "centre_id", "id"),
        Index("ix_documents_datestamp", "datestamp", "id", postgresql_where="datestamp IS NOT NULL"),
        Index("ix_documents_files", text("(content -> 'files') jsonb_path_ops"), postgresql_using="gin"),
        Index("ix_documents_listing", "published_at", "id", postgresql_where="state = 'published'"),
        Index("ix_documents_organisations", "organisation_ids", postgresql_using="gin"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    reference: str = Field(max_length=40)
    kind: DocumentKind = choice(DocumentKind, "kind")
    state: DocumentState = choice(DocumentState, "state", default=DocumentState.DRAFT)
    work: Work = choice(Work, "work", default=Work.DRAFT)
    content: dict[str, Any] = jsonb(dict)
    #: Where it comes from, once for all: `dossier:<id>`, `import:<centre>:<identifier>`, `oai:<source>:<identifier>`.
    origin: str | None = Field(default=None, max_length=400)
    #: Why the review sent it back.
    review_note: str | None = Field(default=None, sa_type=SqlText)
    published_version: int | None = None
    published_kind: DocumentKind | None = choice(DocumentKind, "published_kind", default=None, nullable=True)
    access: Access | None = choice(Access, "access", default=None, nullable=True)
    embargo_until: date | None = None
    theme_codes: list[str] = strings()
    territory_codes: list[str] = strings()
    #: Organisations of the directory named by its working copy or by any of its versions.
    organisation_ids: list[UUID] = Field(
        sa_type=ARRAY(Uuid), default_factory=list, nullable=False, sa_column_kwargs={"server_default": "{}"}
    )
    first_published_at: datetime | None = instant(optional=True)
    published_at: datetime | None = instant(optional=True)
    available_at: datetime | None = instant(optional=True)
    datestamp: datetime | None = instant(optional=True)
    withdrawn_at: datetime | None = instant(optional=True)
    withdrawal_reason: str | None = Field(default=None, sa_type=SqlText)
    replaced_by_id: UUID | None = Field(default=None, foreign_key="documents.id")
    created_by: UUID | None = None
    created_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class DocumentVersion(Base, table=True):
    """A version as it was published; never rewritten, but for what the law has forgotten (a contact, an erased organisation)."""

    __tablename__ = "document_versions"
    __table_args__ = (Index("ix_document_versions_files", text("(content -> 'files') jsonb_path_ops"), postgresql_using="gin"),)

    document_id: UUID = Field(foreign_key="documents.id", primary_key=True)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = jsonb(dict)
    #: What changed, in the words of who published it.
    note: str = Field(default="", sa_type=SqlText)
    published_at: datetime = instant()
    published_by: UUID | None = None


class DocumentRelation(Base, table=True):
    """A relation of the published version, to be followed both ways. Events and dossiers are other services'."""

    __tablename__ = "document_relations"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        Index("ix_document_relations_target", "target_kind", "target_id"),
    )

    document_id: UUID = Field(primary_key=True)
    kind: RelationKind = choice(RelationKind, "kind", primary_key=True)
    target_kind: TargetKind = choice(TargetKind, "target_kind", primary_key=True)
    target_id: UUID = Field(primary_key=True)


class LinkState(Enum):
    """What is known of an external link: broken after two failures on different days."""

    WAITING = "waiting"
    FINE = "fine"
    FAILING = "failing"
    BROKEN = "broken"


class LinkFailure(Enum):
    """Why a link did not answer."""

    STATUS = "status"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REDIRECTS = "redirects"
    PRIVATE = "private"


class WatchedLink(Base, table=True):
    """An external address some published document gives, and what it last answered; looked at once for all of them."""

    __tablename__ = "watched_links"
    __table_args__ = (
        CheckConstraint("(state IN ('failing', 'broken')) = (failing_since IS NOT NULL)", name="failing_since"),
        Index("ix_watched_links_due", "next_check_at"),
    )

    #: SHA-256 of the address: addresses may be longer than an index takes.
    key: str = Field(primary_key=True, max_length=64)
    url: str = Field(sa_type=SqlText)
    state: LinkState = choice(LinkState, "state", default=LinkState.WAITING)
    failure: LinkFailure | None = choice(LinkFailure, "failure", default=None, nullable=True)
    http_status: int | None = None
    checked_at: datetime | None = instant(optional=True)
    failing_since: datetime | None = instant(optional=True)
    next_check_at: datetime = instant()


class DocumentLink(Base, table=True):
    """An external address of a published version."""

    __tablename__ = "document_links"
    __table_args__ = (ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),)

    document_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, index=True, max_length=64, foreign_key="watched_links.key")
    label: str = Field(max_length=200)


class KnownOrganisation(Base, table=True):
    """An organisation as the directory last told it; an older word never replaces a newer one, and nothing replaces an erasure."""

    __tablename__ = "organisations"

    id: UUID = Field(primary_key=True)
    #: The directory's.
    version: int
    name: str = Field(max_length=200)
    dissolved_on: date | None = None
    successor_id: UUID | None = None
    erased: bool = False


class DocumentDisappearance(Base, table=True):
    """A document everybody could read and no longer can: withdrawn, kept for members, or under embargo again. Harvesters are told.

    Kind and themes are the last everybody saw: those of what is now kept from them stay unknown.
    """

    __tablename__ = "document_disappearances"
    __table_args__ = (Index("ix_document_disappearances_at", "at", "document_id"),)

    document_id: UUID = Field(foreign_key="documents.id", primary_key=True)
    at: datetime = instant()
    kind: str = Field(max_length=40)
    theme_codes: list[str] = strings()


class DocumentMark(Base, table=True):
    """What tells a document whatever its wording (`marks.of`): two documents with a mark in common may be one."""

    __tablename__ = "document_marks"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        Index("ix_document_marks_lookup", "centre_id", "mark"),
    )

    document_id: UUID = Field(primary_key=True)
    mark: str = Field(max_length=300, primary_key=True)
    centre_id: UUID = Field(foreign_key="centres.id")
