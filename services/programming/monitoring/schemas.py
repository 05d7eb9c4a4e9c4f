"""What monitoring tells."""

from datetime import date
from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..dossiers.schemas import RequestStatus
from .models import AwaitedStep as AwaitedStep
from .models import ClockName as ClockName
from .models import Step as Step
from .models import Turn as Turn

STEP_LABELS = {
    Step.REVIEWED: "Instruit",
    Step.DECIDED: "Décidé",
    Step.NOTIFIED: "Notifié",
    Step.AGREED: "Conventionné",
    Step.FIRST_PAID: "Premier versement",
    Step.PAID: "Payé en totalité",
    Step.REPORTED: "Bilan déposé",
    Step.JUSTIFIED: "Justifié",
}
CLOCK_LABELS = {
    ClockName.PROMISE: "Réponse promise",
    ClockName.SILENCE: "Silence valant rejet",
    ClockName.PAYMENT: "Délai de paiement",
}
MISSING_LABELS = {
    AwaitedStep.CHANGES: "Les compléments demandés au porteur",
    AwaitedStep.ADMISSIBILITY: "La recevabilité",
    AwaitedStep.REVIEW: "L'avis de l'instructeur",
    AwaitedStep.DECISION: "La décision du financeur en comité",
    AwaitedStep.NOTIFICATION: "La notification",
    AwaitedStep.AGREEMENT: "La convention signée",
    AwaitedStep.COMMITMENT: "L'engagement comptable",
    AwaitedStep.PAYMENT: "Le versement",
}
TURN_LABELS = {Turn.TEAM: "L'équipe du contrat", Turn.HOLDER: "Le porteur", Turn.FUNDER: "Le financeur"}

Days = Annotated[float | None, Field(description="Days in Paris; null when nothing was measured.", examples=[41.5])]
WholeDays = Annotated[int | None, Field(description="Days in Paris; null when nothing was measured.", examples=[63])]


class Spread(BaseModel):
    """How many days it took: half of them, nine in ten, all of them within."""

    median: Days
    p90: Days
    slowest: WholeDays


class StepFigures(BaseModel):
    """How many requests came to a step, and in how many days."""

    step: Step
    count: int
    leg: Annotated[Spread, Field(description="From the latest of the steps before it that had come by then.")]
    cumulated: Annotated[Spread, Field(description="From the submission.")]

    @computed_field(examples=["Notifié"])  # type: ignore[prop-decorator]
    @property
    def label(self) -> str:
        return STEP_LABELS[self.step]


class ClockFigures(BaseModel):
    """How a clock is held. What is still within its time, and not done, counts on neither side."""

    clock: ClockName
    kept: Annotated[int, Field(description="Done by the day.")]
    broken: Annotated[int, Field(description="Done after the day, or not done though it has passed.")]
    share_kept: Annotated[float | None, Field(description="kept ÷ (kept + broken); null before any is known.", examples=[0.84])]
    late_now: Annotated[int, Field(description="Not done though the day has passed.")]
    at_risk: Annotated[int, Field(description="Not done, and the day is today or within the seven days to come.")]

    @computed_field(examples=["Réponse promise"])  # type: ignore[prop-decorator]
    @property
    def label(self) -> str:
        return CLOCK_LABELS[self.clock]


class FunderMonitoring(BaseModel):
    """One funder's requests in the campaign, or all of them."""

    funder_id: Annotated[UUID | None, Field(description="Null on the line of the totals.")]
    funder: Annotated[str, Field(examples=["CAF"])]
    asked: Annotated[int, Field(description="Requests submitted.")]
    inadmissible: Annotated[int, Field(description="Of those, in a dossier found inadmissible: no clock runs on them.")]
    granted: Annotated[int, Field(description="Grants notified.")]
    steps: list[StepFigures]
    clocks: list[ClockFigures]


class MonitoringRead(BaseModel):
    """The dashboard of a campaign on a day."""

    campaign_id: UUID
    as_of: Annotated[date, Field(description="Day in Paris the figures stand for.")]
    funders: Annotated[list[FunderMonitoring], Field(description="Every funder for the team, oneself for a funder.")]
    total: FunderMonitoring


class AtRiskListing(BaseModel):
    """Filters of the listing: together they narrow."""

    limit: Limit = 20
    cursor: Cursor = None
    clock: ClockName | None = None
    funder_id: UUID | None = None


class AtRisk(BaseModel):
    """A request, and a clock that has passed or will within seven days."""

    clock: ClockName
    day: Annotated[date, Field(description="Last day to act.")]
    days_left: Annotated[int, Field(description="0 on the day itself, negative once it has passed.", examples=[3])]
    late: bool
    missing: AwaitedStep
    turn: Annotated[Turn, Field(description="Who is to act.")]
    request_id: UUID
    dossier_id: UUID
    award_id: UUID | None
    funder_id: UUID
    funder: str
    status: RequestStatus
    reference: str
    title: str
    holder_name: str

    @computed_field(examples=["La notification"])  # type: ignore[prop-decorator]
    @property
    def missing_label(self) -> str:
        return MISSING_LABELS[self.missing]

    @computed_field(examples=["Le financeur"])  # type: ignore[prop-decorator]
    @property
    def turn_label(self) -> str:
        return TURN_LABELS[self.turn]


class ExportFormat(Enum):
    CSV = "csv"
    XLSX = "xlsx"
