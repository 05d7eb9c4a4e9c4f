"""How much is multi-year, and what agreements already promise: figures of a contract or a campaign, for the team and the funders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row
from services.common.problems import NotFound

from ..awards import service as awards
from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus
from ..contracts import service as contracts
from ..dossiers import instruction
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import repository, share_rules
from .errors import FiguresForFunders
from .money_schemas import MultiYearShare, Promise, PromisedEnvelope, Promises


async def multi_year_share(
    session: AsyncSession, *, contract_id: UUID | None = None, campaign_id: UUID | None = None, now: datetime | None = None
) -> MultiYearShare:
    """For this room's routes and the rooms above: the share by agreements and by euros, per funder, and who could join.

    One of the two ids is given (404 when it is nobody's). The target is the legal parameter's of the campaign's year, or of the
    last year something was granted for in the contract (`now` decides when nothing was).
    """
    campaign = await campaigns.get(session, campaign_id) if campaign_id else None
    contract = await contracts.get(session, campaign.contract_id if campaign else contract_id or UUID(int=0))
    last_year = campaign.year if campaign else await awards.last_year(session, contract.id)
    day = contract.starts_on if now is None else today_in_paris(now)
    if last_year is not None:
        day = max(contract.starts_on, day.replace(year=last_year, month=12, day=31))
    target_bp = await parameters.value(session, Parameter.MULTI_YEAR_TARGET_BP, day)
    rows = await awards.multi_year_shares(session, contract_id=contract_id, campaign_id=campaign_id)
    whole, by_funder = share_rules.totals(rows)
    return MultiYearShare.model_validate(
        {
            **share_rules.described(whole, target_bp),
            "target_bp": target_bp,
            "by_funder": [{**share_rules.described(part, target_bp), "funder_id": one} for one, part in by_funder.items()],
            "candidates": await _candidates(session, contract.id, last_year) if last_year is not None else [],
        }
    )


async def _candidates(session: AsyncSession, contract_id: UUID, last_year: int) -> list[dict[str, Any]]:
    rows = await awards.granted_between(session, contract_id, last_year - share_rules.RUNNING_YEARS + 1, last_year)
    actions = await instruction.action_ids(session, [row["dossier_id"] for row in rows])
    granted = [
        share_rules.Granted(
            dossier_id=row["dossier_id"],
            action_id=actions[row["dossier_id"]],
            holder_id=row["holder_id"],
            holder_name=row["holder_name"],
            title=row["title"],
            year=row["year"],
            cents=row["granted_cents"],
            under_cpo=row["cpo_id"] is not None,
        )
        for row in rows
    ]
    return share_rules.candidates(granted, last_year, await repository.actions(session, contract_id))


async def share_of_contract(session: AsyncSession, caller: Principal, contract_id: UUID, *, now: datetime) -> MultiYearShare:
    """For the contract's team and whoever funds one of its campaigns."""
    await _require_funder(session, caller, contract_id)
    return await multi_year_share(session, contract_id=contract_id, now=now)


async def share_of_campaign(session: AsyncSession, caller: Principal, campaign_id: UUID, *, now: datetime) -> MultiYearShare:
    campaign = await campaigns.get(session, campaign_id)
    await _require_funder(session, caller, campaign.contract_id, hidden=campaign.status is CampaignStatus.DRAFT)
    return await multi_year_share(session, campaign_id=campaign_id, now=now)


async def _require_funder(session: AsyncSession, caller: Principal, contract_id: UUID, *, hidden: bool = False) -> set[UUID]:
    """The funders the caller belongs to, or none when it is the team that asks; 403 for others (404 of what is hidden)."""
    contract = await contracts.get(session, contract_id)
    if caller.belongs_to(contract.lead_organisation_id):
        return set()
    own = {one for one in await campaigns.funders_of_contract(session, contract_id) if caller.belongs_to(one)}
    own |= await repository.funders_among(session, contract_id, caller.organisation_ids)
    if not own:
        raise NotFound() if hidden else FiguresForFunders()
    return own


async def promises(
    session: AsyncSession, caller: Principal, contract_id: UUID, *, funder_id: UUID | None, from_year: int | None, now: datetime
) -> Promises:
    """What agreements promise year by year, beside the campaigns' envelopes. The team sees all, a funder its own."""
    own = await _require_funder(session, caller, contract_id)
    if own and funder_id is not None and funder_id not in own:
        raise FiguresForFunders()
    wanted = [funder_id] if funder_id else sorted(own) or None
    first = from_year or today_in_paris(now).year
    rows = await repository.promises(session, contract_id, first, wanted)
    envelopes = await campaigns.envelopes_of_contract(session, contract_id, first)
    return Promises(items=[_promise(row, envelopes) for row in rows])


def _promise(row: Row, envelopes: list[Row]) -> Promise:
    of_line = (row["year"], row["funder_id"], row["budget_line"])
    beside = [
        PromisedEnvelope(campaign_id=one["campaign_id"], amount_cents=one["amount_cents"], granted_cents=one["granted_cents"])
        for one in envelopes
        if (one["year"], one["funder_id"], one["code"]) == of_line
    ]
    waiting = row["confirmed_cents"] + row["firm_cents"] + row["forecast_cents"] - row["drawn_cents"]
    left = sum(one.amount_cents - one.granted_cents for one in beside) - waiting if beside else None
    return Promise(**row, envelopes=beside, left_cents=left)
