"""What the annual report of a programme holds. Every figure is one the API gives; a section without data says so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.language import day_in_words, euros

from ..awards import figures as awards
from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus
from ..coverage import leads
from ..coverage import service as coverage
from ..coverage.records import LeadQuery
from ..cpos import shares
from ..dossiers import figures as dossiers
from ..monitoring import service as monitoring
from ..monitoring.schemas import CLOCK_LABELS, STEP_LABELS, ClockName, Step
from . import covered, rules
from .rules import Supported

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..contracts.models import Contract

#: The steps drawn as bars.
_DRAWN = (Step.NOTIFIED, Step.FIRST_PAID)
_DECIDED = {CampaignStatus.DECIDED, CampaignStatus.ARCHIVED}


async def content(
    session: AsyncSession, contract: "Contract", calls: Sequence["Campaign"], year: int, edition: int, *, now: datetime
) -> dict[str, Any]:
    """Data of `letters/annual_report.typ`: every amount and date already in words people read.

    A report is made to be published: of a call that is not decided yet, what is voted and not notified stays out of it.
    """
    ids = [call.id for call in calls]
    names = await campaigns.funder_names(session, ids)
    money = {row["funder_id"]: row for row in await awards.money(session, ids)}
    total = money.get(None, {})
    actions = rules.supported(await awards.supported(session, ids))
    today = today_in_paris(now)
    untold = any(call.status not in _DECIDED for call in calls)
    matrix = await coverage.matrix(session, contract_id=contract.id, year=year, granted_only=untold, now=now)
    multi_year = [(call, await shares.multi_year_share(session, campaign_id=call.id, now=now)) for call in calls]
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
        "coverage": covered.coverage(matrix),
        "multi_year": [covered.multi_year(call.title, share, names) for call, share in multi_year],
        "actions": _actions(actions, covered.places(matrix), names),
        "beside": covered.beside(matrix, await leads.listing(session, None, contract.id, LeadQuery())),
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


def _actions(actions: Sequence[Supported], qpvs: Sequence[tuple[str, str]], names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Supported actions under each of their neighbourhoods, in the contract's order, those outside last."""
    known = dict(qpvs)
    former = sorted({code for action in actions for code in action.qpv_codes} - known.keys())
    lists = []
    for code, name in [*((code, code) for code in former), *qpvs]:
        own = [action for action in actions if code in (action.qpv_codes or ("",))]
        if own:
            lists.append({"qpv": f"{name} ({code})" if code else name, "rows": [_action(a, names) for a in own]})
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
