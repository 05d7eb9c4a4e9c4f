"""What is sent and received about printed agendas and minutes."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from .models import PaperKind


class SessionPaperCreate(BaseModel):
    """Print the agenda, or a draft of the minutes, as the session stands now."""

    kind: PaperKind


class MinutesCorrectionCreate(BaseModel):
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S", description="Printed on the corrected minutes.")]


class SessionPaperRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    committee_id: UUID
    kind: PaperKind
    number: Annotated[int, Field(description="Of this kind, in the order asked for.")]
    edition: Annotated[int | None, Field(description="Of the signed minutes: 1, then 2, 3… for corrected ones.")]
    draft: Annotated[bool, Field(description="Carries the mark “projet”.")]
    reason: str
    asked_at: AwareDatetime
    ready_at: AwareDatetime | None
    file_sha256: Annotated[str | None, Field(description="Of the PDF, in hexadecimal; for signed minutes it is in the journal.")]

    @computed_field(description="Address of the PDF, once it is made.")  # type: ignore[prop-decorator]
    @property
    def file(self) -> str | None:
        return f"/programming/v1/session-papers/{self.id}/file" if self.ready_at else None
