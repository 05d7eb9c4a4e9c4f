"""The matrix: who may read what of it, and how it is put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus
from ..contracts import rules as contract_rules
from ..contracts import service as contracts
from ..dossiers import overview
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from ..reviews import conflicts
from . import repository, rules
from .errors import CoverageNotPublished
from .schemas import (
    OUTSIDE_QPV,
    CoveredCampaign,
    CoveredObjective,
    CoveredQpv,
    CoveringFunder,
    MatrixRead,
    OutsideQpv,
    ScenarioShown,
    Signatories,
    Stage,
    TakingPart,
)

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..contracts.models import Contract
    from .models import Scenario

_PUBLIC = {CampaignStatus.DECIDED, CampaignStatus.ARCHIVED}


@dataclass(frozen=True)
class Scope:
    """What a reader's matrix is made of: campaigns, and whether all of it is shown or only what they granted."""

    contract: "Contract"
    campaigns: Sequence["Campaign"]
    live: bool
    #: The one campaign it is about; None for a whole contract.
    campaign: "Campaign | None" = None
    #: Of a contract, the only year whose campaigns and measures are looked at; None for all of them.
    year: int | None = None
    #: Dossiers the reader has declared an interest in: no figure shows what is proposed for them.
    silent: frozenset[UUID] = frozenset()

    @property
    def campaign_ids(self) -> list[UUID]:
        return [campaign.id for campaign in self.campaigns]


async def matrix(
    session: AsyncSession,
    *,
    campaign_id: UUID | None = None,
    contract_id: UUID | None = None,
    year: int | None = None,
    scenario_id: UUID | None = None,
    stage: Stage = Stage.GRANTED,
    granted_only: bool = False,
    now: datetime | None = None,
) -> MatrixRead:
    """For the rooms above: the whole matrix of one campaign or of one contract, whoever asks (404 without either).

    `year`: of the contract, that year alone; when one campaign was called in it, the matrix is that campaign's. `granted_only`:
    what anyone may read, that is what decided campaigns granted.
    """
    scope = await _scope(session, campaign_id, contract_id, live=not granted_only)
    if year is not None and campaign_id is None:
        called = [campaign for campaign in scope.campaigns if campaign.year == year]
        scope = replace(scope, campaigns=called, campaign=called[0] if len(called) == 1 else None, year=year)
    if granted_only:
        scope = replace(scope, campaigns=[campaign for campaign in scope.campaigns if campaign.status in _PUBLIC])
    scenario = await repository.scenario(session, scenario_id) if scenario_id else None
    return await assemble(session, scope, stage, scenario=scenario, now=now or await repository.now(session))


async def _scope(session: AsyncSession, campaign_id: UUID | None, contract_id: UUID | None, *, live: bool) -> Scope:
    if campaign_id is not None:
        campaign = await campaigns.get(session, campaign_id)
        return Scope(await contracts.get(session, campaign.contract_id), [campaign], live, campaign)
    if contract_id is None:
        raise NotFound()
    return Scope(await contracts.get(session, contract_id), await campaigns.of_contract(session, contract_id), live)


async def readable_campaign(session: AsyncSession, caller: Principal | None, campaign_id: UUID) -> Scope:
    """The team and the campaign's funders read everything live; others what is granted, once the campaign is decided."""
    scope = await _scope(session, campaign_id, None, live=True)
    (campaign,) = scope.campaigns
    if await _takes_part(session, caller, campaign):
        return await _kept_from(session, caller, scope)
    if campaign.status is CampaignStatus.DRAFT:
        raise NotFound()
    if campaign.status not in _PUBLIC:
        raise CoverageNotPublished()
    return Scope(scope.contract, scope.campaigns, False, campaign)


async def campaign_scope(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Scope:
    """All of a campaign that is called, for readings that start from what the caller may see of its dossiers."""
    scope = await _scope(session, campaign_id, None, live=True)
    if scope.campaigns[0].status is CampaignStatus.DRAFT and not await _takes_part(session, caller, scope.campaigns[0]):
        raise NotFound()
    return await _kept_from(session, caller, scope)


async def _kept_from(session: AsyncSession, caller: Principal | None, scope: Scope) -> Scope:
    if caller is None:
        return scope
    return replace(scope, silent=await conflicts.kept_from(session, caller.account_id, scope.campaign_ids))


async def silent_for(session: AsyncSession, caller: Principal, campaign_id: UUID) -> frozenset[UUID]:
    """Dossiers of the campaign the caller declared an interest in."""
    return await conflicts.kept_from(session, caller.account_id, [campaign_id])


async def whole_campaign(session: AsyncSession, campaign_id: UUID, silent: frozenset[UUID] = frozenset()) -> Scope:
    """All of a campaign, for readers whose right was judged already; `silent` dossiers are those they are kept from."""
    return replace(await _scope(session, campaign_id, None, live=True), silent=silent)


async def contract_scope(session: AsyncSession, caller: Principal, contract_id: UUID) -> Scope:
    """All the campaigns of a contract, for readings that start from what the caller may see of their dossiers."""
    return await _kept_from(session, caller, await _scope(session, None, contract_id, live=True))


async def readable_contract(session: AsyncSession, caller: Principal | None, contract_id: UUID) -> Scope:
    """The team reads all campaigns live. Others read the decided ones and those they fund: live only if they fund them all."""
    scope = await _scope(session, None, contract_id, live=True)
    if caller is not None and caller.belongs_to(scope.contract.lead_organisation_id):
        return await _kept_from(session, caller, scope)
    funded = {
        row["campaign_id"]
        for row in await campaigns.funders_of_all(session, scope.campaign_ids)
        if caller is not None and caller.belongs_to(row["organisation_id"])
    }
    kept = [campaign for campaign in scope.campaigns if campaign.id in funded or campaign.status in _PUBLIC]
    live = bool(kept) and all(campaign.id in funded for campaign in kept)
    return await _kept_from(session, caller, Scope(scope.contract, kept, live))


async def _takes_part(session: AsyncSession, caller: Principal | None, campaign: "Campaign") -> bool:
    if caller is None:
        return False
    if caller.belongs_to(campaign.lead_organisation_id):
        return True
    return not (await campaigns.funder_ids(session, campaign.id)).isdisjoint(caller.memberships)


async def assemble(
    session: AsyncSession, scope: Scope, stage: Stage, *, scenario: "Scenario | None" = None, now: datetime
) -> MatrixRead:
    """The matrix of a scope, under a scenario if there is one. The figures are those of one instant: one statement."""
    stage = stage if scope.live else Stage.GRANTED
    amounts = await repository.amounts(session, scenario.id) if scenario else None
    sums = rules.gather(await overview.matrix(session, scope.campaign_ids, amounts, silent=scope.silent))
    axes = await _axes(session, scope, sums)
    funders = await campaigns.funders_of_all(session, scope.campaign_ids)
    year = scope.campaign.year if scope.campaign else scope.year
    made = rules.table(sums, axes, stage, live=scope.live)
    return MatrixRead(
        scope="campaign" if scope.campaign else "contract",
        id=scope.campaign.id if scope.campaign else scope.contract.id,
        title=f"{scope.campaign.title} – {scope.contract.name}" if scope.campaign else scope.contract.name,
        stage=stage,
        computed_at=now,
        live=scope.live,
        scenario=scenario and ScenarioShown(id=scenario.id, title=scenario.title),
        campaigns=[CoveredCampaign(id=c.id, title=c.title, year=c.year, status=c.status) for c in scope.campaigns],
        objectives=list(axes.objectives),
        qpvs=list(axes.qpvs),
        funders=_once_each(funders),
        cells=made.cells,
        by_objective=made.by_objective,
        by_qpv=made.by_qpv,
        total=made.total,
        uncovered=made.uncovered,
        droit_commun=rules.droit_commun(await repository.measures(session, scope.contract.id, year)),
        tfpb=rules.tfpb(await repository.counterparts(session, scope.contract.id, year)),
        outside_qpv=await _outside_qpv(session, scope, amounts, now) if scope.live else None,
        kept_from=len(scope.silent),
        signatories=_signatories(scope.contract.signatories, {row["organisation_id"] for row in funders}),
        rules=list(rules.RULES),
    )


async def cell_dossiers(
    session: AsyncSession,
    caller: Principal,
    scope: Scope,
    *,
    objective: str,
    qpv: str,
    after: str,
    limit: int,
    scenario: "Scenario | None" = None,
) -> list[dict[str, Any]]:
    """Dossiers of one cell that the caller may see, by reference, each with its share of the money."""
    amounts = await repository.amounts(session, scenario.id) if scenario else None
    return await overview.cell(
        session,
        scope.campaign_ids,
        caller.organisation_ids,
        objective=objective,
        qpv="" if qpv == OUTSIDE_QPV else qpv,
        after=after,
        limit=limit,
        amounts=amounts,
        silent=scope.silent,
    )


async def _axes(session: AsyncSession, scope: Scope, sums: Iterable[rules.Key]) -> rules.Axes:
    """Codes in force in their order, then those earlier dossiers name, sorted. A code whose name is lost is its own name."""
    named = {code for code, _ in sums if code is not None}
    numbers = sorted({c.framework_number for c in scope.campaigns} | {scope.contract.framework_number}, reverse=True)
    if scope.campaign and scope.campaign.framework_number:
        numbers = [scope.campaign.framework_number, *(n for n in numbers if n != scope.campaign.framework_number)]
    titles: dict[str, str] = {}
    current: list[str] | None = None
    for number in filter(None, numbers):
        framework = await contracts.framework_of(session, scope.contract.id, number)
        found = {objective.code: objective.title for _, objective in contract_rules.objectives(framework)}
        current = list(found) if current is None else current
        titles = found | titles
    current = (scope.campaign.objective_codes if scope.campaign else None) or current or []
    objectives = [
        CoveredObjective(code=code, title=titles.get(code) or code or "Sans objectif", in_force=code in current)
        for code in [*current, *sorted(named - set(current))]
    ]
    return rules.Axes(objectives, _qpvs(scope, {code for _, code in sums if code}))


def _qpvs(scope: Scope, named: set[str]) -> list[CoveredQpv]:
    known = {str(qpv["code"]): qpv for qpv in scope.contract.qpvs}
    successors = {old: code for code, qpv in known.items() for old in qpv.get("former_codes", ())}
    current = (scope.campaign.qpv_codes if scope.campaign else None) or list(known)

    def shown(code: str) -> CoveredQpv:
        successor = None if code in known else successors.get(code)
        qpv: Mapping[str, Any] = known.get(code) or known.get(successor or "", {})
        in_force = code in current
        return CoveredQpv(
            code=code, name=qpv.get("name", code), population=qpv.get("population"), in_force=in_force, succeeded_by=successor
        )

    return [shown(code) for code in [*current, *sorted(named - set(current))]]


def _once_each(rows: Iterable[Mapping[str, Any]]) -> list[CoveringFunder]:
    """A funder of several campaigns comes once, under its latest name."""
    latest = {row["organisation_id"]: row for row in rows}
    return [CoveringFunder(id=i, name=row["name"], short_name=row["short_name"]) for i, row in latest.items()]


async def _outside_qpv(session: AsyncSession, scope: Scope, amounts: overview.Amounts | None, now: datetime) -> OutsideQpv | None:
    lines = await campaigns.lines_of(session, scope.campaign_ids)
    if not any(line["counted"] for line in lines):
        return None
    used = await overview.outside_qpv(session, scope.campaign_ids, amounts, silent=scope.silent)
    return rules.outside_qpv(lines, used, await parameters.value(session, Parameter.OUTSIDE_QPV_CAP_BP, today_in_paris(now)))


def _signatories(signatories: Sequence[Mapping[str, Any]], funders: set[UUID]) -> Signatories:
    shown = []
    for one in signatories:
        organisation_id = UUID(one["organisation_id"]) if one.get("organisation_id") else None
        shown.append(TakingPart(name=one["name"], organisation_id=organisation_id, takes_part=organisation_id in funders))
    return Signatories(signed=len(shown), taking_part=sum(one.takes_part for one in shown), signatories=shown)
