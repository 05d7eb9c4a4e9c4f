"""For the rooms above: the calls for projects a due list is written from, as subqueries."""

from typing import Any

import sqlalchemy as sa

from ..due_lines import among
from .models import Campaign, CampaignFunder, CampaignStatus

_C: Any = Campaign.__table__  # type: ignore[attr-defined]
_F: Any = CampaignFunder.__table__  # type: ignore[attr-defined]

#: Where dossiers are instructed; `status` is compared as text by the rooms above.
_LIVING = (CampaignStatus.OPEN, CampaignStatus.CLOSED, CampaignStatus.UNDER_REVIEW, CampaignStatus.DECIDED)


def calls() -> Any:
    """Living campaigns: id, contract_id, year, lead_organisation_id, code, title, is_open, closes_at."""
    return (
        sa.select(
            *(_C.c.id, _C.c.contract_id, _C.c.year, _C.c.lead_organisation_id, _C.c.code, _C.c.title, _C.c.closes_at),
            (_C.c.status == CampaignStatus.OPEN).label("is_open"),
        )
        .where(among(_C.c.status, _LIVING))
        .subquery("calls")
    )


def funders() -> Any:
    """Who funds which campaign: campaign_id, organisation_id."""
    return sa.select(_F.c.campaign_id, _F.c.organisation_id).subquery("funders")


def not_archived() -> Any:
    """Campaigns somebody still works on, those in preparation included: id, code, title."""
    return sa.select(_C.c.id, _C.c.code, _C.c.title).where(_C.c.status != CampaignStatus.ARCHIVED).subquery("at_work")
