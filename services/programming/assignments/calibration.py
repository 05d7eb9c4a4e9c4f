"""Calibration: how a funder's people score, against each other on what they read in common. Never for the holder."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.problems import NotFound
from services.common.resources import Resources

from .. import clients
from ..campaigns import service as campaigns
from ..reviews import conflicts, review_settings, work
from ..reviews.errors import FunderManagersOnly
from . import calibration_rules as rules
from .errors import FinishOwnFirst
from .service import Desk


async def whole(session: AsyncSession, resources: Resources, caller: Principal, desk: Desk) -> dict[str, Any]:
    """For the funder's managers; the contract's team reads the counts alone."""
    campaign = await campaigns.get(session, desk.campaign_id)
    member, team = caller.belongs_to(desk.funder_id), caller.belongs_to(campaign.lead_organisation_id)
    if not (member or team) or desk.funder_id not in await campaigns.funder_ids(session, desk.campaign_id):
        raise NotFound()
    manager = caller.has_role(desk.funder_id, "manager")
    if not (manager or team):
        raise FunderManagersOnly()
    scored = await _scored(session, desk)
    if manager:  # who has an interest in a dossier has no access to its scores, manager or not
        silent = await conflicts.interests_of(session, caller.account_id, list({one.dossier_id for one in scored}))
        scored = [one for one in scored if one.dossier_id not in silent]
    people = sorted({one.account_id for one in scored})
    counts = {
        "reviewers": len(people),
        "dossiers": len({one.dossier_id for one in scored}),
        "scored_twice": len(_read_twice(scored)),
    }
    if not manager:
        return {**counts, "people": None, "criteria": None, "disagreements": None}
    members = await clients.members(resources.siblings, caller, desk.funder_id)
    names = {account: one.full_name for account, one in members.items()}
    return {
        **counts,
        "people": [{"account_id": i, "full_name": names.get(i), **rules.of_person(i, scored)} for i in people],
        "criteria": rules.group(scored),
        "disagreements": rules.disagreements(scored),
    }


async def own(session: AsyncSession, caller: Principal, desk: Desk) -> dict[str, Any]:
    """One's own, against the others without names, once everything of one's own is given."""
    await review_settings.funder_in(session, caller, desk.campaign_id, desk.funder_id)
    left = (await work.loads(session, desk.campaign_id, desk.funder_id)).get(caller.account_id, 0)
    if left:
        raise FinishOwnFirst(left=left)
    scored = await _scored(session, desk)
    mine = rules.of_person(caller.account_id, scored)
    silent = await conflicts.interests_of(session, caller.account_id, list({one.dossier_id for one in scored}))
    scored = [one for one in scored if one.dossier_id not in silent]
    others = {one.account_id for one in scored} - {caller.account_id}
    # One colleague alone is not a group: their scores would be read in the difference.
    if len(others) < _ANONYMOUS:
        return {**mine, **_without_differences(mine), "group": {}}
    return {**mine, "group": rules.group(scored, but=caller.account_id)}


#: Others among whom nobody is recognised.
_ANONYMOUS = 2


def _without_differences(mine: dict[str, Any]) -> dict[str, Any]:
    bare = {"difference": None, "in_common": 0}
    return {
        "criteria": {code: {**spread, **bare} for code, spread in mine["criteria"].items()},
        "weighted": {**mine["weighted"], **bare},
    }


def _read_twice(scored: list[rules.Scored]) -> set[UUID]:
    seen: set[UUID] = set()
    twice: set[UUID] = set()
    for one in scored:
        (twice if one.dossier_id in seen else seen).add(one.dossier_id)
    return twice


async def _scored(session: AsyncSession, desk: Desk) -> list[rules.Scored]:
    rows = await work.scores(session, desk.campaign_id, desk.funder_id)
    return [
        rules.Scored(row["account_id"], row["dossier_id"], row["reference"], row["scores"], row["weighted_score"]) for row in rows
    ]
