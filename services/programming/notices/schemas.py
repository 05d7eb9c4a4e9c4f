"""What is sent and received about notices."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import Name, paragraphs

from ..campaigns.form_schemas import CampaignAmendment
from ..campaigns.schemas import LocalInstant

Body = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(paragraphs), Field()
]


class NoticeCreate(BaseModel):
    """A notice to holders, in French, and what it changes."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Name, Field(examples=["Une question sur la garde d'enfants s'ajoute"])]
    text: Annotated[Body, Field(examples=["La CAF demande désormais combien de places de garde vous proposez."])]
    effective_on: Annotated[
        date, Field(description="Day (of Paris) from which it applies: today or later.", examples=["2026-12-01"])
    ]
    amendment: CampaignAmendment


class NoticeRead(BaseModel):
    """A published notice: it never changes."""

    id: UUID
    campaign_id: UUID
    number: Annotated[int, Field(description="In the campaign, from 1.")]
    title: str
    text: str
    effective_on: date
    changes: Annotated[list[str], Field(description="What it touches.", examples=[["form", "charter"]])]
    amendment: CampaignAmendment
    form_number: Annotated[int | None, Field(description="The version of the form it brings, if any.")]
    published_at: LocalInstant
    applied_at: Annotated[LocalInstant | None, Field(description="When it entered into force; null while its day has not come.")]


class NoticeReach(BaseModel):
    """How far a notice went."""

    told: Annotated[int, Field(description="Dossiers whose holder was told.")]
    mailed: int
    without_address: Annotated[int, Field(description="Drafts that name no address yet: whoever manages the holder is written to.")]
    acknowledged: int


class DossierNotice(BaseModel):
    """A notice as it concerns a dossier."""

    notice_id: UUID
    number: int
    title: str
    text: str
    effective_on: date
    changes: list[str]
    form_number: int | None
    published_at: LocalInstant
    told_at: AwareDatetime
    missing_count: Annotated[int | None, Field(description="What the draft lacked under the new rules, when it was told.")]
    acknowledged_at: AwareDatetime | None
