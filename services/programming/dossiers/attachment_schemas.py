"""What is sent and received about the documents joined to a dossier."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from ..permanent_files.schemas import SCAN_LABELS, ScanStatus


class AttachmentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    name: str
    size: Annotated[int, Field(description="Bytes.")]
    sha256: str
    media_type: str
    permanent_file_id: Annotated[UUID | None, Field(description="The version of the holder's permanent file it refers to.")] = None
    status: Annotated[ScanStatus, Field(description="Readers open it once it is `ready`; nobody when it is `refused`.")] = (
        ScanStatus.READY
    )
    status_reason: Annotated[str | None, Field(description="Why its scan is late, or what it found.")] = None
    added_at: AwareDatetime

    @computed_field(examples=["Disponible"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return SCAN_LABELS[self.status]


class AttachmentAdded(AttachmentRead):
    """The attachment, and the dossier's new ETag: no need to read the dossier again before its next change."""

    renamed: Annotated[bool, Field(description="The name given held what a file name may not: `name` is what is kept of it.")]
    dossier_etag: Annotated[str, Field(description="Send it in `If-Match`.", examples=['"4-holder"'])]


class PermanentFileUse(BaseModel):
    """One document named by the holder."""

    permanent_file_id: UUID
    kind: Annotated[
        str | None,
        Field(None, pattern=r"^[a-z0-9_-]{1,40}$", description="The required document it stands for; its own kind by default."),
    ]


class PermanentFilesUse(BaseModel):
    """Documents named one by one; by default every required one that the permanent file answers."""

    files: Annotated[list[PermanentFileUse], Field(max_length=30)] = []


class PermanentFilesUsed(BaseModel):
    """What was attached by reference, and the required documents that are still to be provided."""

    attached: list[AttachmentRead]
    missing: Annotated[list[str], Field(description="Codes of required documents.", examples=[["assurance"]])]
    dossier_etag: Annotated[str, Field(description="Send it in `If-Match`.", examples=['"4-holder"'])]
