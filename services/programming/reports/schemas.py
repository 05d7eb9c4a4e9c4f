"""What is sent and received about booklets and annual reports."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field


class BookletRead(BaseModel):
    """The booklet of a session: whether one is being made, and the last one made."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    committee_id: UUID
    asked_at: AwareDatetime
    wanted: Annotated[int, Field(description="Number of the making asked for; it is under way while above `made`.")]
    made: Annotated[int, Field(description="Number of the last making finished; 0 before the first.")]
    committee_version: Annotated[int | None, Field(description="Version of the session the last one was made from.")]
    dossiers: int
    made_at: AwareDatetime | None

    @computed_field(description="Address of the booklet (PDF); 409 until it is ready.")  # type: ignore[prop-decorator]
    @property
    def document(self) -> str:
        return f"/programming/v1/committees/{self.committee_id}/booklet"


class AnnualReportCreate(BaseModel):
    year: Annotated[int, Field(ge=2015, le=2100, examples=[2027])]


class AnnualReportRead(BaseModel):
    """One edition of the annual report."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contract_id: UUID
    year: int
    edition: Annotated[int, Field(description="1 for the first of its year.")]
    asked_at: AwareDatetime
    ready_at: AwareDatetime | None
    published_at: Annotated[AwareDatetime | None, Field(description="From then on anybody reads it.")]

    @computed_field(description="Address of the report (PDF), once it is made.")  # type: ignore[prop-decorator]
    @property
    def document(self) -> str | None:
        return f"/programming/v1/annual-reports/{self.id}/document" if self.ready_at else None
