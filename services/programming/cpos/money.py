"""Reading an agreement: where each tranche is, what is left uncovered, and its money past, present and future read together."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris

from ..awards import service as awards
from . import repository, rules, service
from .models import Cpo, CpoTranche, CpoYear, TrancheState
from .money_schemas import CpoAmounts, CpoMoney, CpoMoneyLine, CpoMoneyYear, MoneyWhen
from .schemas import TrancheStatus

if TYPE_CHECKING:
    from ..awards.models import Award


async def shown(session: AsyncSession, cpo: Cpo, *, now: datetime) -> dict[str, Any]:
    """The whole agreement as its parties read it today."""
    tranches = await repository.tranches(session, cpo.id)
    awarded = await _by_request(session, cpo)
    years = await repository.years(session, cpo.id)
    return {
        **cpo.model_dump(),
        "status": rules.status_at(cpo.status, cpo.starts_on, cpo.ends_on, today_in_paris(now)),
        "holder_name": str(cpo.holder.get("name", "")),
        "funders": [one.model_dump() for one in await repository.funders(session, cpo.id)],
        "year_list": [_year(one, tranches) for one in years],
        "tranches": [{**one.model_dump(), "status": _status(one, awarded.get(one.request_id))} for one in tranches],
    }


def _year(year: CpoYear, tranches: Sequence[CpoTranche]) -> dict[str, Any]:
    living = sum(one.amount_cents for one in tranches if one.year == year.year and one.state is not TrancheState.DROPPED)
    return {
        **year.model_dump(),
        "budget": {**year.budget, "year": year.year},
        "tranches_cents": living,
        "gap_cents": max(0, year.planned_cents - living),
        "charges_cents": rules.sum_of(year.budget.get("charges") or []),
    }


async def _by_request(session: AsyncSession, cpo: Cpo) -> dict[UUID | None, "Award"]:
    return {award.request_id: award for award in await awards.of_cpo(session, cpo.id)}


def _status(tranche: CpoTranche, award: "Award | None") -> TrancheStatus:
    if award is None:
        return rules.tranche_status(tranche.state)
    money = awards.money_of(award)
    return rules.tranche_status(
        tranche.state,
        granted=money.granted,
        committed=money.committed,
        held=money.held,
        justified=money.justified is not None,
    )


async def read(session: AsyncSession, caller: Principal, cpo_id: UUID, *, now: datetime) -> CpoMoney:
    """Per year × funder × line: forecast, confirmed, granted, committed, paid, justified; with totals."""
    cpo = await service.seen(session, caller, cpo_id)
    awarded = await _by_request(session, cpo)
    years = {one.year: _when(one, today_in_paris(now)) for one in await repository.years(session, cpo.id)}
    lines: dict[tuple[int, UUID, str], dict[str, int]] = {}
    for tranche in await repository.tranches(session, cpo.id):
        key = (tranche.year, tranche.funder_id, tranche.budget_line)
        lines[key] = _added(lines.get(key, {}), _amounts(tranche, awarded.get(tranche.request_id)))
    by_year: dict[int, dict[str, int]] = {}
    total: dict[str, int] = {}
    for (year, _, _), amounts in lines.items():
        by_year[year] = _added(by_year.get(year, {}), amounts)
        total = _added(total, amounts)
    return CpoMoney(
        lines=[
            CpoMoneyLine(year=year, when=years[year], funder_id=funder_id, budget_line=line, **amounts)
            for (year, funder_id, line), amounts in sorted(lines.items(), key=lambda one: one[0])
        ],
        by_year=[CpoMoneyYear(year=year, when=years[year], **amounts) for year, amounts in sorted(by_year.items())],
        total=CpoAmounts(**total),
    )


def _when(year: CpoYear, today: date) -> MoneyWhen:
    if today > year.ends_on:
        return MoneyWhen.PAST
    return MoneyWhen.PRESENT if today >= year.starts_on else MoneyWhen.FUTURE


def _amounts(tranche: CpoTranche, award: "Award | None") -> dict[str, int]:
    if tranche.state is TrancheState.DROPPED:
        return {"dropped_cents": tranche.forecast_cents}
    amounts = {"forecast_cents": tranche.forecast_cents}
    if tranche.state is TrancheState.CONFIRMED:
        amounts["confirmed_cents"] = tranche.amount_cents
    if award is None:
        return {**amounts, "granted_cents": tranche.amount_cents if tranche.request_id else 0}
    money = awards.money_of(award)
    return {
        **amounts,
        "granted_cents": money.granted,
        "committed_cents": money.committed,
        "paid_cents": money.held,
        "justified_cents": money.justified or 0,
    }


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
