"""What an agenda and minutes hold: gathered in a fixed number of statements, whatever the number of dossiers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import in_paris
from services.common.language import day_in_words, euros

from ..campaigns import service as campaigns
from ..committees import record
from ..committees.record import Record
from ..committees.schemas import AdviceResult, CommitteeKind, Outcome, VoteChoice
from ..contracts import service as contracts
from ..dossiers import instruction
from ..dossiers.rules import NOT_COUNTED
from ..dossiers.schemas import Opinion
from . import conflicts, rules

if TYPE_CHECKING:
    from ..committees.models import AgendaItem, Committee, Decision
    from ..dossiers.models import Dossier, FundingRequest

_KINDS = {CommitteeKind.TECHNICAL: "Comité technique", CommitteeKind.STEERING: "Comité de pilotage"}
_OPINIONS = {Opinion.FAVOURABLE: "favorable", Opinion.RESERVED: "réservé", Opinion.UNFAVOURABLE: "défavorable"}
_OUTCOMES = {
    Outcome.PROPOSED: "proposé",
    Outcome.GRANTED: "accordé",
    Outcome.ADJOURNED: "ajourné",
    Outcome.REFUSED: "refusé",
}
_ADVICES = {
    AdviceResult.FAVOURABLE: "avis favorable",
    AdviceResult.UNFAVOURABLE: "avis défavorable",
    AdviceResult.SPLIT: "avis partagé",
}
_CHOICES = {VoteChoice.FOR: "pour", VoteChoice.AGAINST: "contre", VoteChoice.ABSTAIN: "abstention"}
_Found = Mapping[UUID, tuple["Dossier", Sequence["FundingRequest"]]]


async def agenda(session: AsyncSession, committee: "Committee", *, draft: bool, now: datetime) -> dict[str, Any]:
    """Data of `letters/agenda.typ`."""
    said = await record.of(session, committee)
    found, funders, origins = await _around(session, said)
    starts = rules.hours(committee.starts_at, (item.minutes for item in said.agenda))
    return {
        **await _head(session, committee, now, "Ordre du jour"),
        "draft": draft,
        "length": rules.duration(sum(item.minutes for item in said.agenda)),
        "items": [
            {
                **_item(item, origins),
                "dossier_id": str(item.dossier_id),
                "at": at,
                "withdrawn": _is_withdrawn(found, item.dossier_id),
                "requests": _asks(found, item, funders),
            }
            for item, at in zip(said.agenda, starts, strict=True)
        ],
    }


async def minutes(
    session: AsyncSession, committee: "Committee", *, draft: bool, edition: int | None, reason: str, now: datetime
) -> dict[str, Any]:
    """Data of `letters/minutes.typ`."""
    said = await record.of(session, committee)
    found, funders, origins = await _around(session, said)
    recused = await conflicts.declared_at_review(session, [item.dossier_id for item in said.agenda], funders)
    by_dossier: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in said.decisions:
        by_dossier[decision.dossier_id].append(decision)
    names = {**funders, **{UUID(m["organisation_id"]): str(m["name"]) for m in committee.attendance}}
    quorum = said.quorum()
    return {
        **await _head(session, committee, now, "Procès-verbal"),
        "draft": draft,
        "edition": edition or 0,
        "reason": rules.plain(reason),
        "held": rules.instant(committee.held_at) if committee.held_at else "",
        "signed": rules.instant(committee.signed_at) if committee.signed_at else "",
        "attendance": rules.attendance(committee.attendance),
        "quorum": {
            "members": len(quorum.members),
            "present": len(quorum.present),
            "percent": quorum.percent,
            "reached": quorum.reached,
        },
        "items": [
            {
                **_item(item, origins),
                "withdrawn": _is_withdrawn(found, item.dossier_id),
                "deports": _deports(said, item.dossier_id, names),
                "conflicts": [rules.plain(one, 300) for one in recused.get(item.dossier_id, ())],
                "advice": _advice(said, item.dossier_id),
                "votes": _votes(said, item.dossier_id, names),
                "decisions": [_decision(decision, funders, said) for decision in by_dossier[item.dossier_id]],
            }
            for item in said.agenda
        ],
        "adjourned": _adjourned(said, funders),
        "envelopes": await _envelopes(session, said, found, funders),
        "granted": euros(sum(d.amount_cents for d in said.decisions if d.outcome is Outcome.GRANTED)),
    }


async def _head(session: AsyncSession, committee: "Committee", now: datetime, what: str) -> dict[str, Any]:
    campaign = await campaigns.get(session, committee.campaign_id)
    contract = await contracts.get(session, campaign.contract_id)
    return {
        "title": rules.plain(f"{what} – {committee.title}", 300),
        "kind": _KINDS[committee.kind],
        "session": rules.plain(committee.title, 200),
        "campaign": rules.plain(campaign.title, 200),
        "contract": rules.plain(contract.name, 200),
        "place": rules.plain(committee.place, 300),
        "starts": rules.instant(committee.starts_at),
        "made": rules.instant(now),
    }


async def _around(session: AsyncSession, said: Record) -> tuple[_Found, dict[UUID, str], dict[UUID, str]]:
    """The dossiers with their requests, the funders' short names, and the sessions dossiers come from."""
    dossiers = await instruction.many(session, [item.dossier_id for item in said.agenda])
    funders = await campaigns.funder_names(session, [said.committee.campaign_id])
    carried = [item.carried_from_id for item in said.agenda if item.carried_from_id]
    origins = {
        committee.id: f"{committee.title}, {day_in_words(in_paris(committee.starts_at).date())}"
        for committee in (await record.sessions(session, carried)).values()
    }
    return {dossier.id: (dossier, requests) for dossier, requests in dossiers}, funders, origins


def _item(item: "AgendaItem", origins: Mapping[UUID, str]) -> dict[str, Any]:
    carried = ""
    if item.adjournments and item.carried_from_id:
        times = "une fois" if item.adjournments == 1 else f"{item.adjournments} fois"
        carried = f"ajourné {times}, en dernier lieu : {origins.get(item.carried_from_id, '')}"
    return {
        "number": item.position,
        "reference": item.reference,
        "title": rules.plain(item.title, 160),
        "holder": rules.plain(item.holder_name, 120),
        "minutes": item.minutes,
        "carried": rules.plain(carried, 300),
    }


def _is_withdrawn(found: _Found, dossier_id: UUID) -> bool:
    return dossier_id not in found or found[dossier_id][0].status in NOT_COUNTED


def _asks(found: _Found, item: "AgendaItem", funders: Mapping[UUID, str]) -> list[dict[str, str]]:
    _, requests = found.get(item.dossier_id, (None, ()))
    return [
        {
            "funder": rules.plain(funders.get(request.funder_id, "–"), 60),
            "asked": euros(request.amount_cents),
            "opinion": _OPINIONS[request.opinion] if request.opinion else "–",
            "proposed": "–" if request.proposed_cents is None else euros(request.proposed_cents),
        }
        for request in requests
    ]


def _deports(said: Record, dossier_id: UUID, names: Mapping[UUID, str]) -> list[str]:
    persons = {m.get("account_id"): str(m.get("person") or "") for m in said.committee.attendance if m.get("account_id")}
    found = []
    for deport in said.deports:
        if deport.dossier_id == dossier_id:
            person = deport.person or persons.get(str(deport.account_id), "") or "un représentant"
            organisation = names.get(deport.organisation_id, "équipe du contrat")
            found.append(rules.plain(f"{person} ({organisation}), déclaré le {rules.instant(deport.declared_at)}", 300))
    return found


def _advice(said: Record, dossier_id: UUID) -> str:
    for advice in said.advices:
        if advice.dossier_id == dossier_id:
            counted = f"{advice.votes_for} pour, {advice.votes_against} contre, {advice.abstentions} abstention"
            plural = "s" if advice.abstentions > 1 else ""
            present = f"{advice.members_present} membres présents sur {advice.voting_members}"
            return f"{_ADVICES[advice.result]} ({counted}{plural} ; {present})"
    return ""


def _votes(said: Record, dossier_id: UUID, names: Mapping[UUID, str]) -> str:
    of_dossier = [vote for vote in said.votes if vote.dossier_id == dossier_id]
    return rules.plain(", ".join(f"{names.get(v.organisation_id, '–')} : {_CHOICES[v.choice]}" for v in of_dossier), 1000)


def _decision(decision: "Decision", funders: Mapping[UUID, str], said: Record) -> dict[str, str]:
    again = any(one.decision_id == decision.id and one.settled_at for one in said.reopenings)
    why = next((one.reason for one in said.reopenings if one.decision_id == decision.id and one.settled_at), "")
    amount = decision.outcome in {Outcome.GRANTED, Outcome.PROPOSED}
    return {
        "funder": rules.plain(funders.get(decision.funder_id, "–"), 60),
        "outcome": _OUTCOMES[decision.outcome],
        "amount": euros(decision.amount_cents) if amount else "–",
        "motive": rules.plain(decision.motive),
        "conditions": rules.plain(decision.conditions),
        "reopened": rules.plain(f"Décision rouverte : {why}", 2100) if again else "",
    }


def _adjourned(said: Record, funders: Mapping[UUID, str]) -> list[str]:
    references = {item.dossier_id: f"{item.reference} « {rules.plain(item.title, 120)} »" for item in said.agenda}
    waiting: dict[UUID, list[str]] = defaultdict(list)
    for decision in said.decisions:
        if decision.outcome is Outcome.ADJOURNED:
            waiting[decision.dossier_id].append(funders.get(decision.funder_id, "–"))
    return [f"{references.get(dossier_id, '')} ({', '.join(who)})" for dossier_id, who in waiting.items()]


async def _envelopes(session: AsyncSession, said: Record, found: _Found, funders: Mapping[UUID, str]) -> list[dict[str, str]]:
    """Per funder and budget line: what was granted before the session, in it, and after.

    What each funder holds stays between itself and the team: minutes are every funder's to read.
    """
    if said.committee.kind is not CommitteeKind.STEERING:
        return []
    asked = {request.id: request for _, requests in found.values() for request in requests}
    given: dict[tuple[UUID, str], int] = defaultdict(int)
    #: What became of it since: withdrawn, set right, amended.
    left: dict[tuple[UUID, str], int] = defaultdict(int)
    for decision in said.decisions:
        if decision.outcome is Outcome.GRANTED and (request := asked.get(decision.request_id)):
            given[decision.funder_id, request.budget_line] += decision.amount_cents
            left[decision.funder_id, request.budget_line] += request.granted_cents or 0
    campaign = await campaigns.get(session, said.committee.campaign_id)
    rows = await campaigns.envelopes_of_contract(session, campaign.contract_id, campaign.year)
    told = []
    for row in rows:
        line = (row["funder_id"], row["code"])
        if row["campaign_id"] == campaign.id:
            before = row["granted_cents"] - left[line]
            told.append(
                {
                    "funder": rules.plain(funders.get(row["funder_id"], "–"), 60),
                    "line": str(row["code"]),
                    "before": euros(before),
                    "here": euros(given[line]),
                    "after": euros(before + given[line]),
                }
            )
    return told
