"""What is received about the money of CPOs: tranches through their years, promises, the multi-year share."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from ..dossiers.schemas import Total


class MoneyWhen(Enum):
    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"


class CpoAmounts(BaseModel):
    """Euro cents, from what was forecast to what is justified."""

    forecast_cents: Total = 0
    confirmed_cents: Total = 0
    dropped_cents: Annotated[Total, Field(description="Forecasts that were dropped.")] = 0
    granted_cents: Annotated[Total, Field(description="Drawn on the envelope of the year's campaign.")] = 0
    committed_cents: Total = 0
    paid_cents: Annotated[Total, Field(description="What the holder has: paid, less what came back.")] = 0
    justified_cents: Total = 0


class CpoMoneyLine(CpoAmounts):
    year: int
    when: MoneyWhen
    funder_id: UUID
    budget_line: str


class CpoMoneyYear(CpoAmounts):
    year: int
    when: MoneyWhen


class CpoMoney(BaseModel):
    """Past, present and future of an agreement's money."""

    lines: Annotated[list[CpoMoneyLine], Field(description="Per year, funder and budget line.")]
    by_year: list[CpoMoneyYear]
    total: CpoAmounts


class PromisedEnvelope(BaseModel):
    """What the line of a campaign holds."""

    campaign_id: UUID
    amount_cents: Total
    granted_cents: Total


class Promise(BaseModel):
    """What agreements already promise on one line of one funder for one year."""

    year: int
    funder_id: UUID
    budget_line: str
    confirmed_cents: Annotated[Total, Field(description="Confirmed by the funder.")]
    firm_cents: Annotated[Total, Field(description="Promised without condition, not confirmed yet.")]
    forecast_cents: Annotated[Total, Field(description="Forecast, to be confirmed.")]
    drawn_cents: Annotated[Total, Field(description="Of what is confirmed, already granted in a campaign.")]
    envelopes: Annotated[list[PromisedEnvelope], Field(description="The line in the campaigns of that year, when there are.")]
    left_cents: Annotated[
        int | None,
        Field(description="What promises leave of these envelopes once kept (negative: too little); null without a campaign."),
    ]


class Promises(BaseModel):
    items: list[Promise]


class MultiYearFigures(BaseModel):
    """How much is multi-year, counted two ways. Shares in basis points (5000 = 50 %), rounded down; null when nothing is granted."""

    agreements: Annotated[int, Field(description="Funder × holder × year with at least one award.")]
    agreements_multi_year: Annotated[int, Field(description="Those of them under a CPO.")]
    granted_cents: Total
    multi_year_cents: Annotated[Total, Field(description="Granted under a CPO.")]
    share_agreements_bp: int | None
    share_euros_bp: int | None
    missing_agreements: Annotated[
        int, Field(description="Agreements of today that would have to be multi-year to reach the target.")
    ]
    missing_cents: Annotated[Total, Field(description="Euros granted today that would have to be under a CPO to reach it.")]


class FunderShare(MultiYearFigures):
    funder_id: UUID


class CpoCandidate(BaseModel):
    """An action granted three years running without a CPO."""

    action_id: UUID
    holder_id: UUID
    holder_name: str
    title: str
    years: list[int]
    dossier_ids: Annotated[list[UUID], Field(description="Its dossiers, oldest first: `POST /cpos` takes them.")]
    granted_cents: Annotated[Total, Field(description="Granted the last of these years, by every funder.")]


class MultiYearShare(MultiYearFigures):
    """Against the target of the contrats de ville, with what it would take to reach it."""

    target_bp: Annotated[int, Field(examples=[5000])]
    by_funder: list[FunderShare]
    candidates: Annotated[list[CpoCandidate], Field(description="Largest first.")]
