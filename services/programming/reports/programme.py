"""What the annual report of a programme holds. Every figure is one the API gives; a section without data says so.

`coverage_table` and `multi_year` are where the rooms that own these figures plug in: each gives one small value, drawn as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.language import day_in_words, euros

from ..awards import figures as awards
from ..campaigns import service as campaigns
from ..contracts import rules as contract_rules
from ..contracts import service as contracts
from ..dossiers import figures as dossiers
from ..monitoring import service as monitoring
from ..monitoring.schemas import CLOCK_LABELS, STEP_LABELS, ClockName, Step
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import rules
from .rules import CoverageTable, MultiYear, Supported

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..contracts.models import Contract

#: Neighbourhoods across one table of the coverage.
_COLUMNS = 9
#: The steps drawn as bars.
_DRAWN = (Step.NOTIFIED, Step.FIRST_PAID)


async def coverage_table(
    session: AsyncSession, contract: "Contract", calls: Sequence["Campaign"], actions: Sequence[Supported]
) -> CoverageTable:
    """Supported actions by objective × QPV."""
    frameworks = {call.framework_number for call in calls}
    objectives: dict[str, str] = {}
    for number in sorted(frameworks):
        framework = await contracts.framework_of(session, contract.id, number)
        objectives |= {objective.code: objective.title for _, objective in contract_rules.objectives(framework)}
    return rules.coverage(actions, list(objectives.items()), [(qpv["code"], qpv["name"]) for qpv in contract.qpvs])


async def multi_year(session: AsyncSession, year: int, total: Mapping[str, Any]) -> MultiYear:
    """How much of the year's grants carries out multi-year agreements."""
    target = await parameters.value(session, Parameter.MULTI_YEAR_TARGET_BP, date(year, 12, 31))
    return MultiYear(
        total.get("awards", 0),
        total.get("multi_year_awards", 0),
        total.get("granted_cents", 0),
        total.get("multi_year_cents", 0),
        target,
    )


async def content(
    session: AsyncSession, contract: "Contract", calls: Sequence["Campaign"], year: int, edition: int, *, now: datetime
) -> dict[str, Any]:
    """Data of `letters/annual_report.typ`: every amount and date already in words people read."""
    ids = [call.id for call in calls]
    names = await campaigns.funder_names(session, ids)
    money = {row["funder_id"]: row for row in await awards.money(session, ids)}
    total = money.get(None, {})
    actions = rules.supported(await awards.supported(session, ids))
    today = today_in_paris(now)
    table = await coverage_table(session, contract, calls, actions)
    return {
        "title": f"Rapport annuel {year} – {rules.printable(contract.name)}",
        "contract": rules.printable(contract.name),
        "year": year,
        "edition": edition,
        "made": day_in_words(today),
        "calls": [rules.printable(call.title) for call in calls],
        "figures": _figures(await dossiers.programme(session, ids), total),
        "funders": _funders(names, await dossiers.asked(session, ids), money, await campaigns.envelopes(session, ids)),
        "delays": _delays(await monitoring.figures(session, ids, today=today)),
        "promise": sorted({call.answer_within_months for call in calls}),
        "coverage": _coverage(table),
        "multi_year": _multi_year(await multi_year(session, year, total)),
        "actions": _actions(actions, table.qpvs, names),
    }


def _figures(programme: Mapping[str, Any], total: Mapping[str, Any]) -> list[dict[str, str]]:
    said = {
        "Dossiers déposés": programme["submitted"],
        "Dossiers recevables": programme["admissible"],
        "Dossiers soutenus": total.get("dossiers", 0),
        "Porteurs candidats": programme["holders"],
        "Porteurs soutenus": total.get("holders", 0),
    }
    amounts = {
        "Subventions notifiées": total.get("granted_cents", 0),
        "Versé, reversements déduits": total.get("paid_cents", 0),
        "Justifié par un bilan accepté": total.get("justified_cents", 0),
    }
    counted = [{"label": label, "value": f"{value:,}".replace(",", "\u202f")} for label, value in said.items()]
    return counted + [{"label": label, "value": euros(cents)} for label, cents in amounts.items()]


def _funders(
    names: Mapping[UUID, str],
    asked: Sequence[Mapping[str, Any]],
    money: Mapping[UUID | None, Mapping[str, Any]],
    envelopes: Mapping[UUID, int],
) -> list[dict[str, str]]:
    """One line per funder, then the total, which is their sum."""
    by_funder = {row["funder_id"]: row for row in asked}
    columns = ("requests", "asked_cents", "proposed_cents", "granted_cents", "envelope_cents", "paid_cents", "justified_cents")
    total = dict.fromkeys(columns, 0)
    lines = []
    for funder_id, name in names.items():
        found = {**by_funder.get(funder_id, {}), **money.get(funder_id, {}), "envelope_cents": envelopes.get(funder_id, 0)}
        line = {column: int(found.get(column, 0)) for column in columns}
        total = {column: total[column] + line[column] for column in columns}
        lines.append(_funder(rules.printable(name), line))
    return [*lines, _funder("Ensemble", total)]


def _funder(name: str, line: Mapping[str, int]) -> dict[str, str]:
    amounts = {column.removesuffix("_cents"): euros(cents) for column, cents in line.items() if column.endswith("_cents")}
    used = rules.percent(line["granted_cents"], line["envelope_cents"])
    return {"funder": name, "requests": str(line["requests"]), **amounts, "used": used}


def _delays(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Medians and nine in ten from the submission, how the clocks are held, and bars of two steps per funder."""
    rows = []
    for line in lines:
        steps = {step["step"]: step for step in line["steps"]}
        shares = {clock["clock"]: clock["share_kept"] for clock in line["clocks"]}
        rows.append(
            {
                "funder": rules.printable(line["funder"]),
                "steps": [_days(steps[step]) for step in Step],
                "clocks": ["–" if shares[c] is None else rules.percent(round(shares[c] * 10_000), 10_000) for c in ClockName],
            }
        )
    bars = [
        {
            "funder": rules.printable(line["funder"]),
            "bars": [
                {"label": STEP_LABELS[s["step"]], "days": s["cumulated"]["median"]} for s in line["steps"] if s["step"] in _DRAWN
            ],
        }
        for line in lines
    ]
    return {
        "steps": [STEP_LABELS[step] for step in Step],
        "clocks": [CLOCK_LABELS[clock] for clock in ClockName],
        "rows": rows,
        "bars": bars,
        "measured": any(step["count"] for line in lines for step in line["steps"]),
    }


def _days(step: Mapping[str, Any]) -> str:
    if not step["count"]:
        return "–"
    return " / ".join(f"{step['cumulated'][name]:.0f}" for name in ("median", "p90"))


def _coverage(table: CoverageTable) -> dict[str, Any]:
    """Tables of nine columns at most, the last perhaps "outside"; `weight` of a cell is its share of the heaviest, which shades it."""
    heaviest = max((cell.cents for cell in table.cells.values()), default=0)
    chunks = [table.qpvs[i : i + _COLUMNS] for i in range(0, len(table.qpvs), _COLUMNS)]
    covered = {code for (code, _), cell in table.cells.items() if cell.actions}
    return {
        "empty": not table.cells,
        "total": euros(table.total_cents),
        "uncovered": [f"{code}. {rules.cut(title, 120)}" for code, title in table.objectives if code not in covered],
        "tables": [
            {
                "qpvs": [rules.cut(name, 60) for _, name in chunk],
                "rows": [
                    {
                        "objective": rules.cut(f"{code}. {title}" if code else title, 110),
                        "cells": _cells(table, code, chunk, heaviest),
                    }
                    for code, title in table.objectives
                ],
            }
            for chunk in chunks
        ],
    }


def _cells(table: CoverageTable, objective: str, qpvs: Sequence[tuple[str, str]], heaviest: int) -> list[dict[str, Any]]:
    found = [table.cells.get((objective, qpv)) for qpv, _ in qpvs]
    return [
        {"actions": cell.actions, "amount": euros(_whole(cell.cents)), "weight": round(cell.cents / heaviest, 3)}
        if cell
        else {"actions": 0, "amount": "", "weight": 0}
        for cell in found
    ]


def _whole(cents: int) -> int:
    """To the euro, half up: shares of a grant are told without their cents."""
    return (cents + 50) // 100 * 100


def _multi_year(share: MultiYear) -> dict[str, Any]:
    target = rules.percent(share.target_bp, 10_000)
    return {
        "known": share.awards > 0,
        "awards": share.awards,
        "multi_year_awards": share.multi_year_awards,
        "of_awards": rules.percent(share.multi_year_awards, share.awards),
        "granted": euros(share.granted_cents),
        "multi_year": euros(share.multi_year_cents),
        "of_euros": rules.percent(share.multi_year_cents, share.granted_cents),
        "target": target,
    }


def _actions(actions: Sequence[Supported], qpvs: Sequence[tuple[str, str]], names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Supported actions under each of their neighbourhoods, in the contract's order, those outside last."""
    lists = []
    for code, name in qpvs:
        own = [action for action in actions if code in (action.qpv_codes or ("",))]
        if own:
            lists.append({"qpv": f"{rules.printable(name)} ({code})" if code else name, "rows": [_action(a, names) for a in own]})
    return lists


def _action(action: Supported, names: Mapping[UUID, str]) -> dict[str, str]:
    grants = ", ".join(f"{rules.printable(names.get(funder, '–'))} {euros(cents)}" for funder, cents in action.grants)
    return {
        "title": rules.cut(action.title, 160),
        "holder": rules.cut(action.holder, 100),
        "reference": action.reference,
        "funders": grants,
        "total": euros(action.cents),
        "shared": f"{len(action.qpv_codes)} quartiers" if len(action.qpv_codes) > 1 else "",
    }
