"""Tables of coverage: measures of droit commun, TFPB counterparts, action leads and their links, scenarios. Euro cents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant, jsonb, strings

from ..tables import Base


class Measure(Base, table=True):
    """What a partner does for the neighbourhoods with its ordinary means (droit commun): money, people, or both."""

    __tablename__ = "droit_commun_measures"
    __table_args__ = (
        CheckConstraint("amount_cents IS NOT NULL OR staff_hundredths IS NOT NULL", name="means_something"),
        CheckConstraint("amount_cents >= 0 AND staff_hundredths >= 0", name="means_not_negative"),
        Index("ix_droit_commun_measures_contract", "contract_id", "id"),
    )

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    organisation_id: UUID
    label: str = Field(max_length=300)
    description: str = Field(default="", max_length=5000)
    objective_codes: list[str] = strings()
    qpv_codes: list[str] = strings()
    year: int
    amount_cents: int | None = Field(default=None, sa_type=BigInteger)
    #: Full-time equivalents × 100.
    staff_hundredths: int | None = None
    created_at: datetime = instant()
    version: int = 1


class Counterpart(Base, table=True):
    """What a landlord gives back, in one QPV and one year, for its abatement of the TFPB: followed, never a subsidy."""

    __tablename__ = "tfpb_counterparts"
    __table_args__ = (
        UniqueConstraint("contract_id", "landlord", "qpv_code", "year"),
        CheckConstraint("abatement_cents >= 0", name="abatement_not_negative"),
    )

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    organisation_id: UUID
    landlord: str = Field(max_length=200)
    qpv_code: str = Field(max_length=8)
    year: int
    abatement_cents: int = Field(sa_type=BigInteger)
    actions: list[dict[str, Any]] = jsonb(list)
    created_at: datetime = instant()
    version: int = 1


class ActionLead(Base, table=True):
    """A piste d'action of the contract: what somebody should do one day. What covers it is derived, never stored."""

    __tablename__ = "action_leads"
    __table_args__ = (Index("ix_action_leads_contract", "contract_id", "id"),)

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    objective_code: str = Field(max_length=40)
    title: str = Field(max_length=300)
    description: str = Field(default="", max_length=5000)
    qpv_codes: list[str] = strings()
    #: The team declares that what covers it covers only a part.
    partial: bool = False
    created_at: datetime = instant()
    version: int = 1


class LeadDossier(Base, table=True):
    """A dossier that answers an action lead."""

    __tablename__ = "action_lead_dossiers"

    lead_id: UUID = Field(primary_key=True, foreign_key="action_leads.id", ondelete="CASCADE")
    dossier_id: UUID = Field(primary_key=True, foreign_key="dossiers.id", index=True)


class LeadMeasure(Base, table=True):
    """A measure of droit commun that answers an action lead."""

    __tablename__ = "action_lead_measures"

    lead_id: UUID = Field(primary_key=True, foreign_key="action_leads.id", ondelete="CASCADE")
    measure_id: UUID = Field(primary_key=True, foreign_key="droit_commun_measures.id", ondelete="CASCADE", index=True)


class Scenario(Base, table=True):
    """What if these amounts were granted: a draft of one organisation, which touches nothing."""

    __tablename__ = "scenarios"
    __table_args__ = (Index("ix_scenarios_campaign", "campaign_id", "id"),)

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    organisation_id: UUID
    title: str = Field(max_length=200)
    #: Shown to the team and to every funder of the campaign, not only to who wrote it.
    shared: bool = False
    created_by: UUID
    created_at: datetime = instant()
    version: int = 1


class ScenarioAmount(Base, table=True):
    """What a scenario grants to one request."""

    __tablename__ = "scenario_amounts"
    __table_args__ = (
        Index("ix_scenario_amounts_request", "request_id"),
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
    )

    scenario_id: UUID = Field(primary_key=True, foreign_key="scenarios.id", ondelete="CASCADE")
    request_id: UUID = Field(primary_key=True, foreign_key="funding_requests.id")
    amount_cents: int = Field(sa_type=BigInteger)
