"""Use cases of a campaign's form: the team writes it while the campaign is a draft."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import questions
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.forms import BadForm

from . import form_rules, freeze, service
from .form_schemas import CampaignFormWrite
from .models import Campaign


def require_askable(wish: CampaignFormWrite, at: str = "") -> None:
    """Refuse (`BadForm`) a form that cannot be drawn or followed, and conditions on questions it does not ask."""
    questions.require_drawable(wish.form, f"{at}/form")
    if errors := form_rules.unknown_questions(wish.asked_when, wish.form, f"{at}/asked_when"):
        raise BadForm(errors=errors)


async def write(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: CampaignFormWrite | None, *, version: int, now: datetime
) -> Campaign:
    """The team gives the campaign its questions, or (None) takes them away. Funders named are checked at the opening."""
    campaign = await service.led_by(session, caller, campaign_id)
    freeze.require_draft(campaign, "form")
    require_version(campaign.version, version)
    if wish is not None:
        require_askable(wish)
    campaign.form = wish.form if wish else None
    campaign.asked_when = wish.model_dump(mode="json")["asked_when"] if wish else {}
    campaign.form_number = 1 if wish else 0
    campaign.version += 1
    await session.flush()
    asked = len(questions.declared(wish.form)) if wish else 0
    await service.note(session, campaign, "campaign.form_written", caller, now, questions=asked)
    return campaign
