"""Tables of the files of documents: what is stored, and what is still arriving piece by piece."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class FileStatus(Enum):
    """Whether a file may be served: not before its scan when there is a scanner, never when it is infected."""

    WAITING_SCAN = "waiting_scan"
    READY = "ready"
    REFUSED = "refused"


class ReadingStatus(Enum):
    """How far the words of a file are found by searches."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


class File(Base, table=True):
    """A file a centre keeps. `media_type` is what the content shows; `text` what was read in it, bounded."""

    __tablename__ = "files"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("(text_status = 'done') = (text IS NOT NULL)", name="done_has_its_text"),
        CheckConstraint("text_status <> 'failed' OR text_reason IS NOT NULL", name="failed_says_why"),
        Index("ix_files_centre", "centre_id", "id"),
        Index("ix_files_waiting", "id", postgresql_where="status = 'waiting_scan'"),
        Index("ix_files_unread", "id", postgresql_where="read_at IS NULL"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    name: str = Field(max_length=120)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    media_type: str = Field(max_length=120)
    #: Where the bytes are, in the service's store.
    key: str = Field(max_length=80)
    status: FileStatus = choice(FileStatus, "status")
    #: Why the scan is late, or what it found.
    status_reason: str | None = Field(default=None, sa_type=SqlText)
    scanned_at: datetime | None = instant(optional=True)
    text_status: ReadingStatus = choice(ReadingStatus, "text_status")
    text_reason: str | None = Field(default=None, sa_type=SqlText)
    text: str | None = Field(default=None, sa_type=SqlText)
    #: When its text and its first page were looked at, whatever came of it.
    read_at: datetime | None = instant(optional=True)
    pages: int | None = None
    thumbnail_key: str | None = Field(default=None, max_length=80)
    thumbnail_size: int | None = None
    thumbnail_sha256: str | None = Field(default=None, max_length=64)
    uploaded_by: UUID
    uploaded_at: datetime = instant()
    version: int = 1


class Upload(Base, table=True):
    """A file that arrives piece by piece (tus 1.0.0). `received` is the offset; once whole it becomes `file_id`."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("length > 0 AND received BETWEEN 0 AND length", name="received"),
        CheckConstraint("file_id IS NULL OR received = length", name="a_file_is_whole"),
        ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="CASCADE"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    name: str = Field(max_length=120)
    length: int = Field(sa_type=BigInteger)
    received: int = Field(default=0, sa_type=BigInteger)
    file_id: UUID | None = Field(default=None, index=True)
    uploaded_by: UUID
    created_at: datetime = instant()
    expires_at: datetime = instant(index=True)


class UploadPart(Base, table=True):
    """Bytes of an upload as they came: `size` of them from `start`, an object of the store."""

    __tablename__ = "upload_parts"
    __table_args__ = (ForeignKeyConstraint(["upload_id"], ["uploads.id"], ondelete="CASCADE"),)

    upload_id: UUID = Field(primary_key=True)
    start: int = Field(primary_key=True, sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    key: str = Field(max_length=80)
