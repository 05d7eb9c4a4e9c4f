"""What the booklet of a session holds: gathered in eight statements whatever the number of dossiers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.language import euros

from ..awards import figures as awards
from ..campaigns import service as campaigns
from ..campaigns.schemas import Nature
from ..contracts import rules as contract_rules
from ..contracts import service as contracts
from ..dossiers import instruction
from ..dossiers.schemas import REQUEST_LABELS, Opinion, RequestStatus
from ..reviews import service as reviews
from . import rules

if TYPE_CHECKING:
    from ..committees.models import Committee
    from ..dossiers.models import Dossier, FundingRequest
    from ..reviews.models import Review

_KINDS = {"technical": "Comité technique", "steering": "Comité de pilotage"}
_NATURES = {Nature.ACTION: "Action", Nature.FONCTIONNEMENT: "Fonctionnement", Nature.INVESTISSEMENT: "Investissement"}
_OPINIONS = {Opinion.FAVOURABLE: "Favorable", Opinion.RESERVED: "Réservé", Opinion.UNFAVOURABLE: "Défavorable"}
_UNDECIDED = {RequestStatus.ASKED, RequestStatus.REVIEWED, RequestStatus.PROPOSED}
#: Characters a page holds without funders and budget, taken off by each of their rows, kept whatever they take. All are a little
#: more than what fits: the template measures, and cuts to the line.
_PAGE, _ROW, _LEAST = 8_500, 100, 1_500
#: Funders across one table of the summary.
_COLUMNS = 10
#: Past grants shown of an action.
_PAST_YEARS = 4


class _Names:
    """Names of what dossiers refer to by code."""

    def __init__(self, funders: Mapping[UUID, str], qpvs: Mapping[str, str], objectives: Mapping[str, str]) -> None:
        self.funders, self.qpvs, self.objectives = funders, qpvs, objectives


async def content(
    session: AsyncSession, committee: "Committee", dossier_ids: Sequence[UUID], *, silent: Collection[UUID] = (), now: datetime
) -> dict[str, Any]:
    """Data of `letters/booklet.typ`: every amount and date already in words people read. Of `silent` dossiers no avis is told."""
    campaign = await campaigns.get(session, committee.campaign_id)
    contract = await contracts.get(session, campaign.contract_id)
    framework = await contracts.framework_of(session, contract.id, campaign.framework_number)
    dossiers = [
        (dossier, [instruction.without_avis(one) for one in requests] if dossier.id in silent else requests)
        for dossier, requests in await instruction.many(session, dossier_ids)
    ]
    told = [dossier_id for dossier_id in dossier_ids if dossier_id not in silent]
    given = {review.request_id: review for review in await reviews.given(session, told)}
    past = await awards.past(session, [dossier.action_id for dossier, _ in dossiers], before_year=campaign.year)
    names = _Names(
        await campaigns.funder_names(session, [*{row["campaign_id"] for row in past}, campaign.id]),
        {qpv["code"]: qpv["name"] for qpv in contract.qpvs},
        {objective.code: objective.title for _, objective in contract_rules.objectives(framework)},
    )
    history = defaultdict(list)
    for row in past:
        history[row["action_id"]].append(row)
    pages = [
        _page(number, dossier, requests, given, history[dossier.action_id], names)
        for number, (dossier, requests) in enumerate(dossiers, 1)
    ]
    return {
        "title": rules.printable(f"Livret – {committee.title}"),
        "kind": _KINDS[committee.kind.value],
        "session": rules.printable(committee.title),
        "campaign": rules.printable(campaign.title),
        "contract": rules.printable(contract.name),
        "place": rules.printable(committee.place),
        "starts": rules.instant(committee.starts_at),
        "made": rules.instant(now),
        "dossiers": pages,
        "summary": _summary(dossiers, await campaigns.funder_names(session, [campaign.id])),
    }


def _page(
    number: int, dossier: "Dossier", requests: Sequence["FundingRequest"], given: Mapping[UUID, "Review"],
    past: Sequence[Mapping[str, Any]], names: _Names,
) -> dict[str, Any]:  # fmt: skip
    budget = dossier.budget
    charges = rules.total_of(budget.get("charges", ()))
    return {
        "number": number,
        "reference": dossier.reference or "",
        "title": rules.cut(dossier.title, 300),
        "facts": _facts(dossier, names),
        "requests": [_request(request, given.get(request.id), charges, names) for request in requests],
        "asked": euros(dossier.asked_cents),
        "asked_share": rules.percent(dossier.asked_cents, charges),
        "charges": rules.brief(budget.get("charges", ())),
        "produits": rules.brief(budget.get("produits", ())),
        "voluntary": euros(rules.total_of(budget.get("voluntary_uses", ()))),
        "texts": _texts(dossier, requests, given, names),
        "history": _history(past, names),
    }


def _texts(
    dossier: "Dossier", requests: Sequence["FundingRequest"], given: Mapping[UUID, "Review"], names: _Names
) -> list[dict[str, Any]]:
    """What the page's remaining room is for, by weight; already cut to little more than a page holds."""
    texts = [("Besoin", dossier.content.get("need", ""), 3), ("Description", dossier.content.get("description", ""), 3)]
    for request in requests:
        review = given.get(request.id)
        if review is not None:
            texts.append((f"Avis de {rules.printable(names.funders.get(request.funder_id, ''))}", review.internal_comment, 1))
    texts = [(label, text, weight) for label, text, weight in texts if text.strip()]
    room = _PAGE - _ROW * (len(requests) + max(len(dossier.budget.get(side, ())) for side in ("charges", "produits")))
    kept = rules.shares([len(text) for _, text, _ in texts], [weight for _, _, weight in texts], max(room, _LEAST))
    return [
        {"label": label, "words": rules.words(text, limit), "weight": weight}
        for (label, text, weight), limit in zip(texts, kept, strict=True)
    ]


def _facts(dossier: "Dossier", names: _Names) -> list[dict[str, str]]:
    kind = [_NATURES[dossier.nature]] if dossier.nature else []
    kind += ["renouvellement"] if dossier.renewal else ["première demande"]
    kind += ["pluriannuel"] if dossier.multi_year else []
    kind += ["année d'une CPO"] if dossier.cpo_id else []
    publics = [f"{p['label']} ({p['count']})" if p.get("count") else p["label"] for p in dossier.content.get("publics", ())]
    return [
        {"label": "Porteur", "value": rules.cut(str(dossier.holder["name"]), 150)},
        {"label": "Nature", "value": ", ".join(kind)},
        {"label": "Quartiers", "value": rules.some([names.qpvs.get(c, c) for c in dossier.qpv_codes], 6) or "Hors QPV"},
        {"label": "Objectifs", "value": rules.some([_objective(c, names) for c in dossier.objective_codes], 4)},
        {"label": "Publics", "value": rules.some(publics, 5)},
        {"label": "Calendrier", "value": _calendar(dossier)},
    ]


def _objective(code: str, names: _Names) -> str:
    return f"{code}. {names.objectives[code]}" if code in names.objectives else code


def _calendar(dossier: "Dossier") -> str:
    said = rules.cut(str(dossier.content.get("calendar", "")), 160)
    when = rules.period(dossier.starts_on, dossier.ends_on)
    return f"{when} ; {said}" if said else when


def _request(request: "FundingRequest", review: "Review | None", charges: int, names: _Names) -> dict[str, str]:
    opinion = review.opinion if review else request.opinion
    score = review.weighted_score if review else None
    return {
        "funder": rules.printable(names.funders.get(request.funder_id, "–")),
        "asked": euros(request.amount_cents),
        "share": rules.percent(request.amount_cents, charges),
        "opinion": _OPINIONS[opinion] if opinion else "–",
        "score": "–" if score is None else f"{score:g}".replace(".", ","),
        "proposed": "–" if request.proposed_cents is None else euros(request.proposed_cents),
        "decided": _decided(request),
    }


def _decided(request: "FundingRequest") -> str:
    if request.status in _UNDECIDED:
        return "–"
    if request.granted_cents:
        return euros(request.granted_cents)
    return REQUEST_LABELS[RequestStatus.ADJOURNED if request.status is RequestStatus.ADJOURNED else RequestStatus.REFUSED]


def _history(past: Sequence[Mapping[str, Any]], names: _Names) -> str:
    """`2026 : État 4 000 €, CAF 2 000 € ; 2025 : …`"""
    by_year: dict[int, list[str]] = {}
    for row in past:
        said = f"{names.funders.get(row['funder_id'], 'un financeur')} {euros(row['granted_cents'])}"
        by_year.setdefault(row["year"], []).append(said)
    shown = list(by_year.items())[:_PAST_YEARS]
    return rules.printable(" ; ".join(f"{year}\u00a0: {', '.join(grants)}" for year, grants in shown))


def _summary(dossiers: Sequence[tuple["Dossier", Sequence["FundingRequest"]]], funders: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Tables of ten funders at most: per dossier and funder what is asked and proposed, with totals."""
    asked_of = [funder for funder in funders if any(r.funder_id == funder for _, requests in dossiers for r in requests)]
    groups = [asked_of[i : i + _COLUMNS] for i in range(0, len(asked_of), _COLUMNS)] or [[]]
    return [_table(dossiers, group, funders) for group in groups]


def _table(
    dossiers: Sequence[tuple["Dossier", Sequence["FundingRequest"]]], group: Sequence[UUID], funders: Mapping[UUID, str]
) -> dict[str, Any]:
    asked, proposed = dict.fromkeys(group, 0), dict.fromkeys(group, 0)
    rows = []
    for number, (dossier, requests) in enumerate(dossiers, 1):
        by_funder = {request.funder_id: request for request in requests}
        cells: list[list[str] | None] = []
        for funder in group:
            request = by_funder.get(funder)
            if request is None:
                cells.append(None)
                continue
            asked[funder] += request.amount_cents
            proposed[funder] += request.proposed_cents or 0
            said = "–" if request.proposed_cents is None else euros(request.proposed_cents)
            cells.append([euros(request.amount_cents), said])
        rows.append(
            {
                "number": number,
                "reference": dossier.reference or "",
                "holder": rules.cut(str(dossier.holder["name"]), 60),
                "title": rules.cut(dossier.title, 90),
                "asked": euros(dossier.asked_cents),
                "proposed": euros(sum(request.proposed_cents or 0 for request in requests)),
                "cells": cells,
            }
        )
    return {
        "funders": [rules.printable(funders[funder]) for funder in group],
        "rows": rows,
        "asked": euros(sum(dossier.asked_cents for dossier, _ in dossiers)),
        "proposed": euros(sum(request.proposed_cents or 0 for _, requests in dossiers for request in requests)),
        "totals": [[euros(asked[funder]), euros(proposed[funder])] for funder in group],
    }
