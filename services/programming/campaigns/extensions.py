"""Deadlines put off: an act of the contract's team, dated and public. The room above says whether instruction began, and tells holders."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import execute
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound

from ..announcements import announce
from ..contracts.errors import NotContractLead
from ..tables import KERNEL
from . import rules
from .errors import CampaignStateRefused, DeadlineReopeningRefused, ExtensionRefused, LocalTimeRefused
from .extension_schemas import ExtensionCreate
from .local_times import instant_of
from .models import Campaign, CampaignStatus, DeadlineExtension

_E: Any = DeadlineExtension.__table__  # type: ignore[attr-defined]

#: Deadlines of a campaign put off, in order, after a number.
HISTORY = (
    sa.select(*(column for column in _E.c if column.name not in {"extended_by", "told_until", "told_at"}))
    .where(_E.c.campaign_id == bindparam("campaign_id"), _E.c.number > bindparam("after"))
    .order_by(_E.c.number)
    .limit(bindparam("limit"))
)


async def awaited(session: AsyncSession, campaign_id: UUID) -> Campaign:
    """The campaign, locked and read again: an extension under way is waited for, so that what it will allow is not refused.

    Only who is about to be refused comes here: submissions in time never wait for each other on this row.
    """
    campaign = await session.get(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    if campaign is None:
        raise NotFound()
    return campaign


async def led(session: AsyncSession, caller: Principal, campaign_id: UUID, funders: set[UUID]) -> Campaign:
    """The campaign, locked, for a member of its team (404 while it is a draft not shown to them, 403 otherwise)."""
    campaign = await awaited(session, campaign_id)
    if caller.belongs_to(campaign.lead_organisation_id):
        return campaign
    if campaign.status is CampaignStatus.DRAFT and funders.isdisjoint(caller.memberships):
        raise NotFound()
    raise NotContractLead()


async def extend(
    session: AsyncSession,
    caller: Principal,
    campaign: Campaign,
    wish: ExtensionCreate,
    *,
    version: int,
    instructed: bool,
    reopening_days: int,
    now: datetime,
) -> DeadlineExtension:
    """Put the deadline off, and reopen what it had closed. `campaign` is locked by `led`; what is submitted keeps its own clocks."""
    if campaign.status not in {CampaignStatus.OPEN, CampaignStatus.CLOSED}:
        raise CampaignStateRefused(status_code=campaign.status.value, act="extension")
    require_version(campaign.version, version)
    closes_at = _later(campaign, wish, now)
    ended = rules.status_at(campaign.status, campaign.closes_at, now) is CampaignStatus.CLOSED
    if ended:
        _require_reopenable(campaign.closed_at or campaign.closes_at, now, reopening_days, instructed=instructed)
    extension = DeadlineExtension(
        campaign_id=campaign.id,
        number=await _count(session, campaign.id) + 1,
        closed_before_at=campaign.closes_at,
        closes_at=closes_at,
        reason=wish.reason,
        reopened=ended,
        extended_by=caller.account_id,
        extended_at=now,
    )
    session.add(extension)
    campaign.closes_at, campaign.status, campaign.closed_at = closes_at, CampaignStatus.OPEN, None
    campaign.version += 1
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="campaign.extended",
        resource=("campaign", campaign.id),
        actor=caller,
        organisation_id=campaign.lead_organisation_id,
        changes={"closes_at": [extension.closed_before_at.isoformat(), closes_at.isoformat()], "reopened": ended},
        reason=wish.reason,
    )
    facts = {**campaign.model_dump(), "campaign_id": campaign.id, "status": campaign.status.value}
    await announce(session, "campaign.extended", subject=campaign.id, at=now, facts=facts)
    return extension


def _later(campaign: Campaign, wish: ExtensionCreate, now: datetime) -> datetime:
    closes_at = instant_of(wish.closes_at, "/closes_at")
    if isinstance(closes_at, FieldError):
        raise LocalTimeRefused(closes_at.detail, errors=[closes_at])
    if closes_at <= campaign.closes_at:
        said = rules.deadline_said(campaign.closes_at)
        text = Text(f"La date limite est déjà fixée {said.fr}.", f"The deadline is already {said.en}.")
        raise ExtensionRefused(text, errors=[FieldError("/closes_at", text, "not_later")])
    if closes_at <= now:
        text = Text("Cette date limite serait déjà passée.", "This deadline would have passed already.")
        raise ExtensionRefused(text, errors=[FieldError("/closes_at", text, "deadline_passed")])
    return closes_at


def _require_reopenable(ended_at: datetime, now: datetime, days: int, *, instructed: bool) -> None:
    if instructed:
        raise DeadlineReopeningRefused(
            Text("L'instruction de dossiers a commencé.", "The instruction of dossiers has begun."), code="instruction_started"
        )
    until = ended_at + timedelta(days=days)
    if now > until:
        raise DeadlineReopeningRefused(
            Text(
                f"Elle est close depuis plus de {days} jours (depuis le {in_paris(ended_at):%d/%m/%Y}).",
                f"It has been closed for more than {days} days (since {in_paris(ended_at):%Y-%m-%d}).",
            ),
            code="too_late",
            reopenable_until=until.isoformat(),
        )


async def _count(session: AsyncSession, campaign_id: UUID) -> int:
    wanted = sa.select(sa.func.count()).select_from(_E).where(_E.c.campaign_id == campaign_id)
    return int((await execute(session, wanted)).scalar_one())


# Telling holders: for the room above, which knows their drafts.


async def to_tell(session: AsyncSession, extension_id: UUID) -> tuple[DeadlineExtension, Campaign] | None:
    """The extension, locked while a batch is written, with its campaign; None once all were told or a later one replaced it."""
    extension = await session.get(DeadlineExtension, extension_id, with_for_update=True, populate_existing=True)
    if extension is None or extension.told_at is not None:
        return None
    campaign = await session.get(Campaign, extension.campaign_id)
    if campaign is None or await _count(session, campaign.id) > extension.number:
        return None
    return extension, campaign


async def told(session: AsyncSession, extension: DeadlineExtension, until: Sequence[UUID], now: datetime) -> None:
    """Those drafts' holders are written to; none means that all are."""
    if until:
        extension.told_until = until[-1]
    else:
        extension.told_at = now
    await session.flush()
