"""What a funder chooses for its reviews of a campaign: due day, number of readings, hidden holders, rules followed or not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound, StaleVersion

from ..campaigns import service as campaigns
from ..tables import KERNEL
from . import readings_repository as repository
from .errors import FunderManagersOnly, ReadersRefused, ReviewsAlreadyOpen
from .models import ReviewSettings
from .reading_schemas import ReviewSettingsWrite


async def funder_in(session: AsyncSession, caller: Principal, campaign_id: UUID, funder_id: UUID) -> None:
    """The caller belongs to this funder, which takes part in the campaign (404 otherwise: it is the funder's kitchen)."""
    if not caller.belongs_to(funder_id) or funder_id not in await campaigns.funder_ids(session, campaign_id):
        raise NotFound()


async def managed(session: AsyncSession, caller: Principal, campaign_id: UUID, funder_id: UUID) -> None:
    """The same, for its managers (403 for its other members)."""
    await funder_in(session, caller, campaign_id, funder_id)
    if not caller.has_role(funder_id, "manager"):
        raise FunderManagersOnly()


async def read(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> dict[str, Any]:
    """What was chosen, or the defaults at version 0. For the rooms above too."""
    found = await repository.settings(session, campaign_id, funder_id)
    if found is not None:
        return found.model_dump()
    return {"campaign_id": campaign_id, "funder_id": funder_id, **ReviewSettingsWrite().model_dump(), "version": 0}


async def choose(
    session: AsyncSession,
    caller: Principal,
    campaign_id: UUID,
    funder_id: UUID,
    wish: ReviewSettingsWrite,
    *,
    version: int | None,
    now: datetime,
) -> ReviewSettings:
    """The funder's manager chooses; independence is settled before the first review opens."""
    await managed(session, caller, campaign_id, funder_id)
    if wish.hides_holder and wish.readings < 2:
        said = Text("Masquer le porteur suppose au moins deux lectures.", "Hiding the holder needs two readings or more.")
        raise ReadersRefused(errors=[FieldError("/hides_holder", said, "needs_readings")])
    kept = await repository.settings(session, campaign_id, funder_id, lock=True)
    if kept is None:
        if version:
            raise StaleVersion()
        kept = ReviewSettings(campaign_id=campaign_id, funder_id=funder_id, version=0)
        session.add(kept)
    elif version is None:
        raise StaleVersion()
    else:
        require_version(kept.version, version)
    settled = (kept.readings, kept.hides_holder) != (wish.readings, wish.hides_holder)
    if settled and await repository.has_reviews(session, campaign_id, funder_id):
        raise ReviewsAlreadyOpen()
    changes = {name: [str(getattr(kept, name)), str(value)] for name, value in wish if getattr(kept, name) != value}
    for name, value in wish:
        setattr(kept, name, value)
    kept.version += 1
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="reviews.settings_chosen",
        resource=("campaign", campaign_id),
        actor=caller,
        organisation_id=funder_id,
        changes=changes,
        confidential=True,
    )
    return kept


async def following(session: AsyncSession, campaign_id: UUID) -> set[UUID]:
    """Funders of the campaign whose reviews follow their rules as they open."""
    return await repository.following(session, campaign_id)
