"""What the opening of a campaign freezes: its form, charter, criteria, required attachments and dates."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.problems import FieldError

from . import form_rules
from .errors import CampaignFrozen
from .models import Campaign, CampaignForm, CampaignStatus
from .rules import Line


def require_draft(campaign: Campaign, act: str) -> None:
    """Refuse to change the rules of a campaign that was opened, and say how they are amended."""
    if campaign.status is not CampaignStatus.DRAFT:
        notices = f"/programming/v1/campaigns/{campaign.id}/notices"
        raise CampaignFrozen(status_code=campaign.status.value, act=act, notices=notices)


def form_errors(campaign: Campaign, lines: Sequence[Line]) -> list[FieldError]:
    """Conditions of the form that name no funder or line of the campaign: known only once all have joined."""
    return form_rules.unknown_choices(campaign.asked_when, [(line.funder_id, line.code) for line in lines], "/asked_when")


def keep_form(session: AsyncSession, campaign: Campaign, now: datetime) -> None:
    """The form as holders are given it from now on, for good."""
    if campaign.form is None:
        return
    version = CampaignForm(
        campaign_id=campaign.id,
        number=campaign.form_number,
        form=campaign.form,
        asked_when=campaign.asked_when,
        published_at=now,
    )
    session.add(version)
