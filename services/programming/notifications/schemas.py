"""What is sent and received about notifications."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from ..campaigns.schemas import Cents


class NotificationCreate(BaseModel):
    """A funder answers the holder."""

    funder_id: UUID
    holder_comment: Annotated[str, Field(max_length=5000, description="A word to the holder, in the letter.")] = ""


class NotificationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    request_id: UUID
    funder_id: UUID
    granted_cents: Annotated[Cents, Field(description="Zero when refused.")]
    motive: str
    conditions: str
    holder_comment: str
    notified_at: AwareDatetime
    letter_ready_at: AwareDatetime | None

    @computed_field(description="Address of the letter (PDF), once it is made.")  # type: ignore[prop-decorator]
    @property
    def letter(self) -> str | None:
        return f"/programming/v1/notifications/{self.id}/letter" if self.letter_ready_at else None
