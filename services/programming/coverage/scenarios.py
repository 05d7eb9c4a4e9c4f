"""Scenarios: what if these amounts were granted. Drafts that touch nothing, compared side by side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.problems import FieldError, Forbidden, NotFound

from ..campaigns import service as campaigns
from ..committees import service as committees
from ..dossiers import overview
from ..reviews import conflicts
from ..reviews import service as reviews
from ..tables import KERNEL
from . import repository, rules, service, shares
from .errors import NotYourRequests, ScenarioRefused
from .models import Scenario
from .records import (
    Comparison,
    Difference,
    ImaginedAmount,
    PlaceRead,
    ScenarioComputation,
    ScenarioCreate,
    SharingBasis,
    SharingRule,
)
from .schemas import MatrixRead, Stage

if TYPE_CHECKING:
    from ..campaigns.models import Campaign


async def imagine(session: AsyncSession, caller: Principal, campaign_id: UUID, wish: ScenarioCreate, *, now: datetime) -> Scenario:
    """The team imagines for every funder, a funder for itself. Amounts stay within what is asked."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    if not caller.belongs_to(wish.organisation_id):
        raise NotYourRequests()
    as_team = wish.organisation_id == campaign.lead_organisation_id
    if not as_team and wish.organisation_id not in await campaigns.funder_ids(session, campaign_id):
        raise NotYourRequests()
    asked = await overview.requests(session, campaign_id, [one.request_id for one in wish.amounts])
    if errors := _errors(wish.amounts, {request_id: row["amount_cents"] for request_id, row in asked.items()}):
        raise ScenarioRefused(errors=errors)
    if not as_team and any(row["funder_id"] != wish.organisation_id for row in asked.values()):
        raise NotYourRequests()
    scenario = Scenario(
        campaign_id=campaign_id,
        created_by=caller.account_id,
        created_at=now,
        **wish.model_dump(include={"organisation_id", "title", "shared"}),
    )
    session.add(scenario)
    await session.flush()
    await repository.keep_amounts(session, scenario.id, {one.request_id: one.amount_cents for one in wish.amounts})
    await _note(session, scenario, "scenario.imagined", caller, now, requests=len(wish.amounts))
    return scenario


async def compute(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: ScenarioComputation, *, now: datetime
) -> Scenario:
    """A scenario whose amounts follow from a rule: a funder's own, or any funder's for the team. Scores are the funder's reviews."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    as_team = wish.organisation_id == campaign.lead_organisation_id
    known = await campaigns.funder_ids(session, campaign_id)
    if (
        not caller.belongs_to(wish.organisation_id)
        or wish.funder_id not in known
        or not (as_team or wish.organisation_id == wish.funder_id)
    ):
        raise NotYourRequests()
    if wish.percent is not None and (wish.rule is not SharingRule.UNIFORM_CUT or wish.total_cents is not None):
        said = Text("Un pourcentage va seul, avec `uniform_cut`.", "A percentage goes alone, with `uniform_cut`.")
        raise ScenarioRefused(errors=[FieldError("/percent", said, "contradiction")])
    rows = await overview.asked_of(session, campaign_id, wish.funder_id)
    # A rule speaks of avis and scores: who has an interest in a dossier is told nothing of its own.
    silent = await conflicts.interests_of(session, caller.account_id, [row["dossier_id"] for row in rows])
    rows = [row for row in rows if row["dossier_id"] not in silent]
    if not rows:
        said = Text("Rien n'est demandé à ce financeur.", "Nothing is asked of this funder.")
        raise ScenarioRefused(errors=[FieldError("/funder_id", said, "nothing_asked")])
    scores = {r.request_id: r.weighted_score for r in await reviews.given(session, [row["dossier_id"] for row in rows])}
    by = "amount_cents" if wish.basis is SharingBasis.ASKED else "proposed_cents"
    claims = [shares.Claim(row["id"], row["budget_line"], row[by] or 0, scores.get(row["id"]), row["reference"]) for row in rows]
    held = await campaigns.envelopes_of_contract(session, campaign.contract_id, campaign.year)
    purses = {
        row["code"]: row["amount_cents"] for row in held if (row["campaign_id"], row["funder_id"]) == (campaign_id, wish.funder_id)
    }
    scenario = Scenario(
        campaign_id=campaign_id,
        created_by=caller.account_id,
        created_at=now,
        **wish.model_dump(include={"organisation_id", "title", "shared"}),
    )
    session.add(scenario)
    await session.flush()
    await repository.keep_amounts(session, scenario.id, _shared(wish, claims, purses))
    await _note(session, scenario, "scenario.imagined", caller, now, requests=len(claims), rule=wish.rule.value)
    return scenario


def _shared(wish: ScenarioComputation, claims: Sequence[shares.Claim], purses: Mapping[str, int]) -> dict[UUID, int]:
    if wish.percent is not None:
        return shares.cut(claims, wish.percent)
    if wish.rule is SharingRule.BY_SCORE:
        return shares.by_score(claims, purses) if wish.total_cents is None else shares.by_score_over_all(claims, wish.total_cents)
    if wish.total_cents is not None:
        return shares.within(claims, wish.total_cents)
    found: dict[UUID, int] = {}
    for code, cents in purses.items():
        found |= shares.within([claim for claim in claims if claim.budget_line == code], cents)
    return found


def _errors(amounts: Sequence[ImaginedAmount], asked: dict[UUID, int]) -> list[FieldError]:
    unknown = Text("Cette demande n'est pas d'un dossier déposé de la campagne.", "No submitted dossier of the campaign asks this.")
    repeated = Text("Cette demande figure déjà plus haut.", "This request is already above.")
    errors, seen = [], set[UUID]()
    for i, one in enumerate(amounts):
        limit = asked.get(one.request_id)
        if limit is None:
            errors.append(FieldError(f"/amounts/{i}/request_id", unknown, "unknown_request"))
        elif one.request_id in seen:
            errors.append(FieldError(f"/amounts/{i}/request_id", repeated, "repeated"))
        elif one.amount_cents > limit:
            said = Text(f"{euros(limit)} sont demandés.", f"{euros(limit)} are asked.")
            errors.append(FieldError(f"/amounts/{i}/amount_cents", said, "above_ask"))
        seen.add(one.request_id)
    return errors


async def seen(session: AsyncSession, caller: Principal | None, campaign_id: UUID, scenario_id: UUID) -> Scenario:
    """The scenario, for who wrote it and, when shared, for the team and the funders (404 for others)."""
    scenario = await repository.scenario(session, scenario_id)
    if caller is None or scenario is None or scenario.campaign_id != campaign_id:
        raise NotFound()
    await committees.seen_campaign(session, caller, campaign_id)
    if not (scenario.shared or caller.belongs_to(scenario.organisation_id)):
        raise NotFound()
    return scenario


async def forget(
    session: AsyncSession, caller: Principal, campaign_id: UUID, scenario_id: UUID, *, version: int, now: datetime
) -> None:
    scenario = await seen(session, caller, campaign_id, scenario_id)
    if not caller.belongs_to(scenario.organisation_id):
        raise Forbidden()
    require_version(scenario.version, version)
    await session.delete(scenario)
    await session.flush()
    await _note(session, scenario, "scenario.forgotten", caller, now, title=scenario.title)


async def amounts_of(session: AsyncSession, caller: Principal, campaign_id: UUID, scenario_id: UUID) -> list[ImaginedAmount]:
    """What the scenario imagines, without the requests of dossiers the caller declared an interest in: a rule may have drawn their
    amount from what is proposed, or from scores."""
    found = await repository.amounts(session, scenario_id)
    silent = await service.silent_for(session, caller, campaign_id)
    if silent:
        asked = await overview.requests(session, campaign_id, list(found))
        found = {one: cents for one, cents in found.items() if one not in asked or asked[one]["dossier_id"] not in silent}
    return [ImaginedAmount(request_id=request_id, amount_cents=cents) for request_id, cents in found.items()]


async def compare(
    session: AsyncSession, caller: Principal, campaign_id: UUID, left: UUID | None, right: UUID | None, *, now: datetime
) -> Comparison:
    """Two scenarios side by side, or a scenario and what is granted now."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    one, other = [await _side(session, caller, campaign, scenario_id, now) for scenario_id in (left, right)]
    covered, uncovered = rules.moved(one.uncovered, other.uncovered)
    return Comparison(
        left=_title(one),
        right=_title(other),
        total=Difference(
            code=None, label="Total", left_cents=one.total.granted.amount_cents, right_cents=other.total.granted.amount_cents
        ),
        by_funder=_by_funder(one, other),
        by_qpv=_differences(
            {t.qpv_code: t.granted.amount_cents for t in one.by_qpv},
            {t.qpv_code: t.granted.amount_cents for t in other.by_qpv},
            {None: "Hors QPV", **{qpv.code: qpv.name for qpv in one.qpvs}},
        ),
        by_objective=_differences(
            {t.objective_code: t.granted.amount_cents for t in one.by_objective},
            {t.objective_code: t.granted.amount_cents for t in other.by_objective},
            {objective.code: objective.title for objective in one.objectives},
        ),
        newly_covered=[PlaceRead(**place.model_dump()) for place in covered],
        newly_uncovered=[PlaceRead(**place.model_dump()) for place in uncovered],
    )


async def _side(
    session: AsyncSession, caller: Principal, campaign: "Campaign", scenario_id: UUID | None, now: datetime
) -> MatrixRead:
    scenario = await seen(session, caller, campaign.id, scenario_id) if scenario_id else None
    scope = await service.readable_campaign(session, caller, campaign.id)
    return await service.assemble(session, scope, Stage.GRANTED, scenario=scenario, now=now)


def _title(matrix: MatrixRead) -> str:
    return matrix.scenario.title if matrix.scenario else "Voté à ce jour"


def _by_funder(left: MatrixRead, right: MatrixRead) -> list[Difference]:
    sides = [{str(f.funder_id): f.granted_cents for f in matrix.total.funders} for matrix in (left, right)]
    return _differences(sides[0], sides[1], {str(funder.id): funder.short_name for funder in left.funders})


def _differences(left: Mapping[Any, int], right: Mapping[Any, int], labels: Mapping[Any, str]) -> list[Difference]:
    """By code, whatever stands on either side."""
    codes = [*left, *(code for code in right if code not in left)]
    return [
        Difference(code=code, label=labels.get(code) or code or "", left_cents=left.get(code, 0), right_cents=right.get(code, 0))
        for code in codes
    ]


async def _note(session: AsyncSession, scenario: Scenario, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("scenario", scenario.id),
        actor=caller,
        organisation_id=scenario.organisation_id,
        changes=changes,
        confidential=True,
    )
