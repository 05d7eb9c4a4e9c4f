"""Drawing up: from nothing, from candidate dossiers, or from the agreement that ends; and changing a draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError
from services.common.siblings import Siblings

from .. import clients
from ..campaigns.schemas import Nature
from ..contracts import rules as contract_rules
from ..contracts import service as contracts
from ..dossiers import instruction
from ..dossiers.errors import HolderDissolved
from ..dossiers.schemas import Budget, Contact, Content
from ..organisations import service as organisations
from . import life, repository, rules, service
from .errors import CpoAlreadyRenewed, CpoAlreadySigned, CpoRefused, NotPartyToCpo
from .models import Cpo, CpoFunder, CpoStatus, CpoTranche, CpoYear, TrancheState
from .schemas import CpoCreate, CpoFunderWrite, CpoUpdate, CpoYearBudget, SplitWrite, TrancheWrite

if TYPE_CHECKING:
    from ..contracts.models import Contract
    from ..dossiers.models import Dossier

#: What a renewal takes over as it stands.
_RENEWED = (
    "contract_id", "lead_organisation_id", "title", "nature", "description", "objectives", "indicators",
    "objective_codes", "transversal_codes", "qpv_codes", "content", "contact", "years", "action_id",
)  # fmt: skip
_PLAIN = ("title", "nature", "description", "objective_codes", "transversal_codes", "qpv_codes")


async def draw_up(session: AsyncSession, siblings: Siblings, caller: Principal, wish: CpoCreate, *, now: datetime) -> Cpo:
    """The contract's team draws up an agreement; the last of the candidate dossiers gives what is not said."""
    contract = await contracts.get(session, wish.contract_id)
    if not caller.belongs_to(contract.lead_organisation_id):
        raise NotPartyToCpo()
    model, sources = await _candidates(session, caller, contract, wish)
    if model is not None:
        holder_id, holder = await _of_model(session, model)
    elif wish.holder_id is None:
        said = Text("Nommez le porteur, ou un dossier de ce porteur.", "Name the holder, or a dossier of it.")
        raise CpoRefused(errors=[FieldError("/holder_id", said, "missing")])
    else:
        organisation = await clients.organisation(siblings, caller, wish.holder_id)
        if await organisations.is_dissolved(session, organisation):
            raise HolderDissolved(successor_id=organisation.successor_id)
        holder_id, holder = organisation.id, organisation.snapshot()
    cpo = Cpo(
        contract_id=contract.id,
        lead_organisation_id=contract.lead_organisation_id,
        holder_id=holder_id,
        holder=holder,
        reference="",
        title=wish.title or (model.title if model else ""),
        nature=wish.nature or (model and model.nature) or Nature.ACTION,
        description=wish.description or str((model.content if model else {}).get("description", "")),
        objectives=[one.model_dump(mode="json") for one in wish.objectives],
        indicators=[one.model_dump(mode="json") for one in wish.indicators],
        objective_codes=_given(wish.objective_codes, model.objective_codes if model else []),
        transversal_codes=_given(wish.transversal_codes, model.transversal_codes if model else []),
        qpv_codes=_given(wish.qpv_codes, model.qpv_codes if model else []),
        content=_content(wish.content, model),
        contact=_contact(wish, model),
        starts_on=wish.starts_on,
        ends_on=wish.starts_on,
        years=wish.years,
        total_cents=0,
        source_dossier_ids=[str(one.id) for one in sources],
        created_by=caller.account_id,
        created_at=now,
        action_id=model.action_id if model else new_id(),
    )
    budgets = wish.budgets or (_budget_of(model, wish.starts_on.year) if model else [])
    plan = _plan(cpo, wish.funders, wish.tranches, budgets, splits=wish.splits, total_cents=wish.total_cents)
    return await _file(session, caller, contract, cpo, plan, wish.funders, now)


async def _candidates(
    session: AsyncSession, caller: Principal, contract: "Contract", wish: CpoCreate
) -> tuple["Dossier | None", list["Dossier"]]:
    """The candidate dossiers, submitted, of one holder: the last one is the model."""
    found = [await instruction.seen(session, caller, dossier_id) for dossier_id in wish.dossier_ids]
    holders = {dossier.acting_holder_id for dossier in found} | ({wish.holder_id} if wish.holder_id else set())
    if found and len(holders) > 1:
        said = Text("Ces dossiers ne sont pas du même porteur.", "These dossiers are not of the same holder.")
        raise CpoRefused(errors=[FieldError("/dossier_ids", said, "several_holders")])
    if any(dossier.lead_organisation_id != contract.lead_organisation_id for dossier in found):
        said = Text("Ces dossiers ne sont pas de ce contrat.", "These dossiers are not of this contract.")
        raise CpoRefused(errors=[FieldError("/dossier_ids", said, "other_contract")])
    return (found[-1] if found else None), found


async def _of_model(session: AsyncSession, model: "Dossier") -> tuple[UUID, dict[str, Any]]:
    """Who holds the dossier today, and what is known of it: what the dossier says, or what the directory told of a successor."""
    told = model.successor_id and await organisations.face_of(session, model.successor_id)
    return model.acting_holder_id, dict(told or model.holder)


def _given(wish: list[str] | None, model: list[str]) -> list[str]:
    return list(dict.fromkeys(model if wish is None else wish))


def _content(wish: Content | None, model: "Dossier | None") -> dict[str, Any]:
    if wish is not None:
        return wish.model_dump(mode="json")
    return dict(model.content) if model else Content().model_dump(mode="json")


def _contact(wish: CpoCreate, model: "Dossier | None") -> dict[str, Any]:
    if wish.contact is not None:
        return Contact.model_validate(wish.contact.model_dump(exclude_none=True)).model_dump(mode="json")
    return dict(model.contact) if model else Contact(email=None).model_dump(mode="json")


def _budget_of(model: "Dossier", year: int) -> list[CpoYearBudget]:
    """The dossier's budget without what funders of the platform were asked: the tranches take their place."""
    budget = Budget.model_validate(model.budget).model_dump()
    own = [line for line in budget["produits"] if line["funder_id"] is None]
    return [CpoYearBudget.model_validate({**budget, "produits": own, "year": year})]


async def update(session: AsyncSession, caller: Principal, cpo_id: UUID, wish: CpoUpdate, *, version: int, now: datetime) -> Cpo:
    """The team changes a draft, or what is approved while nobody has signed: approvals then start again."""
    cpo = await service.led_by(session, caller, cpo_id, version, now)
    service.require_status(cpo, CpoStatus.DRAFT, CpoStatus.APPROVED)
    funders = await repository.funders(session, cpo.id)
    if cpo.holder_signature or any(funder.signature for funder in funders):
        raise CpoAlreadySigned()
    sent = {name for name in wish.model_fields_set if getattr(wish, name) is not None}
    _keep_content(cpo, wish, sent)
    named = wish.funders or [CpoFunderWrite(funder_id=one.funder_id, name=one.name) for one in funders]
    tranches = list(wish.tranches or ())
    if not sent & {"tranches", "splits"}:
        tranches = [_wished(one) for one in await repository.tranches(session, cpo.id)]
    budgets = wish.budgets
    if budgets is None:
        kept = await repository.years(session, cpo.id)
        budgets = [CpoYearBudget.model_validate({**one.budget, "year": one.year}) for one in kept]
    plan = _plan(cpo, named, tranches, budgets, splits=wish.splits or (), total_cents=wish.total_cents)
    await _require_sound(session, cpo, plan)
    cpo.approved_at = None
    return await _draw(session, cpo, plan, named, "cpo.updated", caller, now, said={"fields": sorted(sent)})


def _keep_content(cpo: Cpo, wish: CpoUpdate, sent: set[str]) -> None:
    for name in sent.intersection(_PLAIN):
        setattr(cpo, name, getattr(wish, name))
    for name in sent.intersection({"objectives", "indicators"}):
        setattr(cpo, name, [one.model_dump(mode="json") for one in getattr(wish, name)])
    if wish.content is not None:
        cpo.content = wish.content.model_dump(mode="json")
    if wish.contact is not None:
        cpo.contact = {**cpo.contact, **wish.contact.model_dump(mode="json", exclude_unset=True)}


def _wished(one: CpoTranche, shift: int = 0) -> TrancheWrite:
    return TrancheWrite(
        funder_id=one.funder_id,
        year=one.year + shift,
        budget_line=one.budget_line,
        amount_cents=one.amount_cents,
        firm=one.firm and not shift,
    )


async def renew(session: AsyncSession, caller: Principal, cpo_id: UUID, *, version: int, now: datetime) -> Cpo:
    """A draft that goes on from the agreement that ends: same parties, same action, same amounts, its years after the last."""
    before = await service.led_by(session, caller, cpo_id, version, now)
    service.require_status(before, CpoStatus.SIGNED, CpoStatus.IN_FORCE, CpoStatus.ENDED)
    if (renewal := await repository.renewal_of(session, before.id)) is not None:
        raise CpoAlreadyRenewed(cpo_id=str(renewal))
    starts_on = before.ends_on + timedelta(days=1)
    cpo = Cpo(
        **{name: getattr(before, name) for name in _RENEWED},
        holder_id=before.acting_holder_id,
        holder=(before.successor_id and await organisations.face_of(session, before.successor_id)) or before.holder,
        reference="",
        starts_on=starts_on,
        ends_on=starts_on,
        total_cents=0,
        renews_id=before.id,
        created_by=caller.account_id,
        created_at=now,
    )
    shift = starts_on.year - before.starts_on.year
    named = [CpoFunderWrite(funder_id=one.funder_id, name=one.name) for one in await service.living_funders(session, before)]
    staying = {one.funder_id for one in named}
    tranches = [
        _wished(one, shift)
        for one in await repository.tranches(session, before.id)
        if one.state is not TrancheState.DROPPED and one.funder_id in staying
    ]
    bringing = {one.funder_id for one in tranches}
    named = [one for one in named if one.funder_id in bringing]
    budgets = [
        CpoYearBudget.model_validate({**one.budget, "year": one.year + shift}) for one in await repository.years(session, before.id)
    ]
    contract = await contracts.get(session, before.contract_id)
    await _file(session, caller, contract, cpo, _plan(cpo, named, tranches, budgets), named, now)
    await service.note(session, before, "cpo.renewal_drawn_up", caller, now, changes={"renewal_id": str(cpo.id)})
    return cpo


def _plan(
    cpo: Cpo,
    funders: Sequence[CpoFunderWrite],
    tranches: Sequence[TrancheWrite],
    budgets: Sequence[CpoYearBudget],
    *,
    splits: Sequence[SplitWrite] = (),
    total_cents: int | None = None,
) -> rules.Plan:
    return rules.Plan(
        title=cpo.title,
        contact=cpo.contact,
        starts_on=cpo.starts_on,
        years=cpo.years,
        funder_ids=[one.funder_id for one in funders],
        tranches=tranches,
        splits=splits,
        total_cents=total_cents,
        budgets=budgets,
        objective_codes=cpo.objective_codes,
        transversal_codes=cpo.transversal_codes,
        qpv_codes=cpo.qpv_codes,
    )


async def _require_sound(session: AsyncSession, cpo: Cpo, plan: rules.Plan) -> None:
    contract = await contracts.get(session, cpo.contract_id)
    frame = rules.Frame(contract.starts_on, contract.ends_on, *await _codes(session, contract))
    if errors := rules.plan_errors(plan, frame):
        raise CpoRefused(errors=errors)


async def _codes(session: AsyncSession, contract: "Contract") -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Objectives, transversal concerns and neighbourhoods of the contract as it stands."""
    qpvs = frozenset(qpv["code"] for qpv in contract.qpvs)
    if not contract.framework_number:
        return frozenset(), frozenset(), qpvs
    framework = await contracts.framework_of(session, contract.id, contract.framework_number)
    objectives = frozenset(objective.code for _, objective in contract_rules.objectives(framework))
    return objectives, frozenset(concern.code for concern in framework.transversal_concerns), qpvs


async def _file(
    session: AsyncSession,
    caller: Principal,
    contract: "Contract",
    cpo: Cpo,
    plan: rules.Plan,
    funders: Sequence[CpoFunderWrite],
    now: datetime,
) -> Cpo:
    await _require_sound(session, cpo, plan)
    cpo.ends_on = rules.years_of(cpo.starts_on, cpo.years)[-1].last
    prefix = f"CPO-{contract.code}-{cpo.starts_on.year}-"
    cpo.reference = f"{prefix}{await repository.next_number(session, prefix):02d}"
    session.add(cpo)
    await session.flush()
    return await _draw(session, cpo, plan, funders, "cpo.drawn_up", caller, now)


async def _draw(
    session: AsyncSession,
    cpo: Cpo,
    plan: rules.Plan,
    funders: Sequence[CpoFunderWrite],
    act: str,
    caller: Principal,
    now: datetime,
    said: Mapping[str, Any] | None = None,
) -> Cpo:
    """Parties, years and tranches of a draft, anew; a tranche of the same funder and year keeps its id."""
    cpo.starts_on, cpo.years = plan.starts_on, plan.years
    cpo.ends_on = rules.years_of(plan.starts_on, plan.years)[-1].last
    for row in (*await repository.funders(session, cpo.id), *await repository.years(session, cpo.id)):
        await session.delete(row)
    await session.flush()
    for position, one in enumerate(funders):
        session.add(CpoFunder(cpo_id=cpo.id, funder_id=one.funder_id, position=position, name=one.name))
    state = await service.state_of(session, cpo)
    ids = {(one.funder_id, one.year): one.id for one in state.tranches.values()}
    tranches = [_tranche(one, ids) for one in rules.tranches_of(plan)]
    for year in rules.years_of(plan.starts_on, plan.years):
        budget = rules.budget_of(plan.budgets, year.year).model_dump(mode="json", exclude={"year"})
        planned = sum(one.amount_cents for one in tranches if one.year == year.year)
        session.add(
            CpoYear(cpo_id=cpo.id, year=year.year, starts_on=year.first, ends_on=year.last, budget=budget, planned_cents=planned)
        )
    return await service.keep(session, cpo, state, life.draw_up(state, tranches), act, caller, now, said=said)


def _tranche(one: TrancheWrite, ids: Mapping[tuple[str, int], str]) -> life.Tranche:
    funder_id = str(one.funder_id)
    known = ids.get((funder_id, one.year)) or str(new_id())
    return life.Tranche(known, one.year, funder_id, one.budget_line, one.amount_cents, one.firm)
