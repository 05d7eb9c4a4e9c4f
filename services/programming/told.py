"""What each event tells the information systems of others: ids, reference, status, amounts; no person, no text somebody wrote."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

#: The journal writes `[before, after]` where both matter: what is told is what it became.
_Became = BeforeValidator(lambda value: value[-1] if isinstance(value, list | tuple) and value else value)
_CENTS = Field(description="Euro cents.", examples=[800_000])


class Told(BaseModel):
    model_config = ConfigDict(extra="ignore", from_attributes=True)


class DossierTold(Told):
    """A dossier; read it for its state."""

    dossier_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f001"])
    reference: str | None = Field(None, description="What people call it.", examples=["2027-CARC-0042"])
    campaign_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f002"])
    holder_id: UUID = Field(
        description="The organisation that answers for it today.", examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f003"]
    )


class DossierSubmittedTold(DossierTold):
    """A dossier, with what it asks of all its funders."""

    asked_cents: int = _CENTS


class RequestTold(DossierTold):
    """What one funder is asked in a dossier."""

    request_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f004"])
    funder_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f005"])


class RequestNotifiedTold(RequestTold):
    """A funder's answer."""

    granted_cents: int = Field(description="Euro cents; 0: refused.", examples=[500_000])
    award_id: UUID | None = Field(None, description="Null when refused.", examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f006"])


class RequestCorrectedTold(RequestTold):
    """A funder's answer, set right after it was told."""

    notification_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f00e"])
    granted_cents: Annotated[int, _Became] = Field(description="What it became, euro cents; 0: refused.", examples=[450_000])


class ChangesTold(DossierTold):
    """A request for changes on named fields of a dossier; read it for the fields, the words and the day."""

    change_request_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f00f"])


class ReviewTold(DossierTold):
    """A funder's instruction of a dossier."""

    review_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f007"])
    funder_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f005"])


class AwardTold(DossierTold):
    """What a funder granted to a dossier."""

    award_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f006"])
    funder_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f005"])


class AwardCommittedTold(AwardTold):
    """An award, with all that is committed of it."""

    committed_cents: Annotated[int, _Became] = _CENTS


class AwardMoneyTold(AwardTold):
    """An award, and the amount of the act."""

    amount_cents: int = _CENTS


class CampaignTold(Told):
    """A call for projects."""

    campaign_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f002"])
    contract_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f008"])
    code: str = Field(examples=["CARC"])
    year: int = Field(examples=[2027])
    status: str = Field(description="What it became.", examples=["open"])
    closes_at: datetime = Field(examples=["2027-01-31T22:59:59Z"])


class NoticeTold(CampaignTold):
    """A dated change of an open call's form or charter, published to all."""

    notice: int = Field(description="Its number in the call.", examples=[1])
    effective_on: date = Field(description="From that day on it applies.", examples=["2026-12-01"])


class AgreementTold(Told):
    """An agreement between a funder and a holder, for a year."""

    agreement_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f009"])
    funder_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f005"])
    holder_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f003"])
    year: int = Field(examples=[2027])


class CpoTold(Told):
    """A multi-year agreement (convention pluriannuelle d'objectifs)."""

    cpo_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f00a"])
    holder_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f003"])
    lead_organisation_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f00b"])


class CommitteeTold(Told):
    """A committee's session."""

    committee_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f00c"])
    campaign_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f002"])
    kind: str = Field(examples=["steering"])
    status: str = Field(description="What it became.", examples=["held"])


class TrialTold(Told):
    """Nothing happened: a subscriber tries its receiver."""

    webhook_id: UUID = Field(examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f00d"])
