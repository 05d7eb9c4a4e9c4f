"""What callers send and receive about files."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from .models import FileStatus, ReadingStatus

__all__ = ["FileStatus", "ReadingStatus"]

#: How much of a file's text documentalists are shown.
EXCERPT = 500


class StoredFileSummary(BaseModel):
    """A file the centre keeps."""

    id: UUID
    centre_id: UUID
    name: str = Field(examples=["conseils-citoyens.pdf"])
    size: int = Field(description="Bytes.", examples=[1_482_113])
    sha256: str = Field(description="Of the content, in hexadecimal.")
    media_type: str = Field(description="By the content, whatever the name says.", examples=["application/pdf"])
    status: FileStatus = Field(description="Only a `ready` file is served to readers; a `refused` one to nobody.")
    status_reason: str | None = Field(description="Why the scan is late, or what it found.")
    text_status: ReadingStatus = Field(description="Whether its words are found by searches.")
    text_reason: str | None = Field(
        description="Why its text could not be read.", examples=["Le fichier est protégé par un mot de passe."]
    )
    pages: int | None = Field(examples=[112])
    has_thumbnail: bool
    uploaded_by: UUID
    uploaded_at: datetime
    version: int = Field(examples=[1])


class StoredFileRead(StoredFileSummary):
    """The same with the beginning of its text."""

    characters: int | None = Field(description="How long the text read in it is.", examples=[214_302])
    excerpt: str | None = Field(description="The first 500 characters of it.", examples=["Les conseils citoyens…"])
