"""Reviews given out, committees, decisions and letters of a year: many at once, and what does not go straight."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from . import calendar
from .carcassonne import FUNDERS, DossierPlan
from .decisions import Case, Decision, decide
from .http import PROGRAMMING, Account, Json, everybody
from .people import PASSWORD, Registry
from .road import Road
from .session_road import SessionRoad
from .telling import Telling

Acts = defaultdict[datetime, list[Callable[[], Awaitable[None]]]]
Readers = Callable[[], Awaitable[list[Json]]]

_STEPS_OUT = "caf"
_INTEREST = "Siège au conseil d’administration du porteur."
_ADJOURNED = "Le financeur attend la délibération de son assemblée."
_REOPENED = "Erreur de plume sur le montant : cent euros avaient été comptés deux fois."
_CORRECTED_CENTS, _LEAST_TO_CORRECT = 100_00, 1_000_00
_BULK_COMMENT = "Le comité a apprécié la place faite aux habitants. L’équipe du contrat reste à votre écoute."
_CHOICES = {"region": "abstain", "departement": "against"}


def instructor() -> Account:
    """Comes to help the State's instructor."""
    return Account("Ysoline Aubépine", "ysoline.aubepine@etat.example.org", PASSWORD)


def adjourned_of(plans: Sequence[DossierPlan], dates: Mapping[str, calendar.Dates]) -> tuple[str, str]:
    """The request (plan, funder) whose answer comes last, among funders that answer one by one if there are any."""
    every = [(plan.key, request.funder_key) for plan in plans for request in plan.requests]
    alone = [pair for pair in every if pair[1] not in calendar.BULK_NOTIFIED] or every
    return max(alone, key=lambda pair: (dates[pair[0]].notified[pair[1]], pair))


@dataclass
class Sessions:
    """`scores` and `dossier_ids` are the year's own. `adjourned`: the plan and the funder of the request that waits."""

    road: Road
    registry: Registry
    telling: Telling
    plans: Sequence[DossierPlan]
    dossier_ids: dict[str, str]
    scores: dict[tuple[str, str], float]
    adjourned: tuple[str, str]
    read_dossiers: Readers
    campaign_id: str = ""
    committees: dict[str, str] = field(default_factory=dict)
    second: Account = field(default_factory=instructor)
    entrusted: list[str] = field(default_factory=list)
    deep: SessionRoad = field(init=False)

    def __post_init__(self) -> None:
        self.deep = SessionRoad(self.road)

    def plan(self, agenda: Acts) -> None:
        """Write down who does what and when."""
        acts: dict[datetime, Callable[[], Awaitable[None]]] = {
            calendar.CONVENED: self._convene,
            calendar.SHARED_OUT: self._share_out,
            calendar.CONFLICT_DECLARED: self._declare_conflict,
            calendar.AGENDA_SENT: partial(self._send_agenda, "technical"),
            calendar.TECHNICAL: self._hold_technical,
            calendar.STEERING_AGENDA_SENT: partial(self._send_agenda, "steering"),
            calendar.STEERING: self._hold_steering,
            calendar.REOPENED: self._reopen,
            calendar.MINUTES_SIGNED: self._sign_minutes,
            calendar.SECOND_CONVENED: self._convene_again,
            calendar.SECOND_STEERING: self._hold_again,
        }
        for instant, act in acts.items():
            agenda[instant].append(act)

    @property
    def _asked_most(self) -> str:
        """The funder whose reviews are given out by rules: the State, unless nobody asks it."""
        asked = [request.funder_key for plan in self.plans for request in plan.requests]
        return "etat" if "etat" in asked else asked[0]

    # ------------------------------------------------------------------------------------------------- before the sessions

    async def _convene(self) -> None:
        sessions = {
            "technical": ("Comité technique des financeurs", calendar.TECHNICAL),
            "steering": ("Comité de pilotage", calendar.STEERING),
        }
        for kind, (title, instant) in sessions.items():
            self.committees[kind] = await self.road.plan_committee(self.campaign_id, kind, title, instant)
        planning = await self.deep.planning(self.campaign_id)
        days, conflicts = await self.deep.planned_days(self.campaign_id), len(planning["conflicts"])
        said = f"Rétroplanning : {len(planning['steps'])} étapes, {conflicts} alertes, {days} jours dans l’agenda (.ics)"
        self.telling.say(said, calendar.CONVENED)

    async def _share_out(self) -> None:
        """A second instructor joins by invitation; the funder's rules give the reviews out."""
        key, cast = self._asked_most, self.road.cast
        await self.registry.join(cast.agents[key], cast.organisations[key], self.second, "member")
        ids = [await self.deep.account_id(who) for who in (self.second, cast.agents[key])]
        await self.deep.write_rules(key, self.campaign_id, [{"label": "Tous les dossiers", "instructor_ids": ids}])
        await self.deep.share_out(key, self.campaign_id, dry_run=True)
        report = await self.deep.share_out(key, self.campaign_id)
        own = [line for line in report["lines"] if line["assignee_id"] == ids[0]]
        self.entrusted = [line["dossier_id"] for line in own]
        given = sum(line["outcome"] == "assigned" for line in report["lines"])
        said = f"{self.second.full_name} rejoint un financeur sur invitation ; {given} instructions réparties par règles"
        self.telling.say(said, calendar.SHARED_OUT)

    async def _declare_conflict(self) -> None:
        """The second instructor knows one of the holders: the rules give the review to somebody else."""
        if not self.entrusted:
            return
        key = self._asked_most
        await self.deep.declare_conflict(self.second, key, self.entrusted[0], _INTEREST)
        await self.deep.share_out(key, self.campaign_id, again="ruled")
        self.telling.say("Un conflit d’intérêts est déclaré : l’instruction passe à quelqu’un d’autre", calendar.CONFLICT_DECLARED)

    async def _send_agenda(self, kind: str) -> None:
        await self.road.send_agenda(self.committees[kind], [dossier["id"] for dossier in await self.read_dossiers()])
        await self.deep.print_agenda(self.committees[kind])

    # ------------------------------------------------------------------------------------------------------------ technical

    async def _hold_technical(self) -> None:
        session, agents = self.committees["technical"], self.road.cast.agents
        await self.road.open_session(session, {key: agent.full_name for key, agent in agents.items()})
        dossiers = await self.read_dossiers()
        await self._vote(session, dossiers[0]["id"])
        lines = [
            {"request_id": request["id"], "outcome": "proposed", "amount_cents": request["proposed_cents"]}
            for dossier in dossiers
            for request in dossier["requests"]
            if request["proposed_cents"]
        ]
        report = await self.deep.decide_all(self.road.cast.team, session, lines)
        await self.road.committee_act(session, "closing")
        said = f"Comité technique : {report['decided']} montants proposés en une fois, après un essai à blanc"
        self.telling.say(said, calendar.TECHNICAL)
        await self._imagine()

    async def _vote(self, session: str, dossier_id: str) -> None:
        """Somebody steps out on a dossier; the others give the committee's advice on it."""
        await self.deep.step_out(_STEPS_OUT, session, dossier_id, _INTEREST)
        choices = {funder.key: _CHOICES.get(funder.key, "for") for funder in FUNDERS if funder.key != _STEPS_OUT}
        ballot = await self.deep.vote(session, dossier_id, choices)
        advice = ballot["advice"]
        said = (
            f"Un déport, quorum {ballot['members_present']} sur {ballot['voting_members']} : "
            f"{advice['votes_for']} pour, {advice['votes_against']} contre, {advice['abstentions']} abstention"
        )
        self.telling.say(said, calendar.TECHNICAL)

    async def _imagine(self) -> None:
        """What if a funder gave less, shared out in two ways."""
        key, basis = self._asked_most, {"basis": "proposed"}
        cut = await self.deep.imagine(
            self.campaign_id, key, "Dix pour cent de moins partout", {"rule": "uniform_cut", "percent": 10, **basis}
        )
        total = sum(each["amount_cents"] for each in cut["amounts"]) // 100_00 * 100_00
        best = await self.deep.imagine(
            self.campaign_id, key, "La même somme, aux mieux notés", {"rule": "by_score", "total_cents": total, **basis}
        )
        found = await self.deep.compare(self.campaign_id, cut["id"], best["id"])
        lost, won = len(found["newly_uncovered"]), len(found["newly_covered"])
        said = f"Deux scénarios comparés, dix pour cent de moins ou les mieux notés : couples objectif × quartier perdus : {lost}, gagnés : {won}"
        self.telling.say(said, calendar.TECHNICAL)

    # ------------------------------------------------------------------------------------------------------------- steering

    async def _hold_steering(self) -> None:
        session, signatories = self.committees["steering"], self.road.cast.signatories
        await self.road.open_session(session, {key: elected.full_name for key, elected in signatories.items()})
        dossiers = await self.read_dossiers()
        plan_key, funder_key = self.adjourned
        waiting = (self.dossier_ids.get(plan_key), self.road.cast.organisations[funder_key])
        await everybody(self._decide(key, session, dossiers, waiting) for key in signatories)
        await self.road.committee_act(session, "closing")
        await self.road.campaign_act(self.campaign_id, "decision")
        self.telling.say(
            "Comité de pilotage : chaque financeur décide dans son enveloppe, une demande est ajournée", calendar.STEERING
        )

    async def _decide(self, funder_key: str, session: str, dossiers: Iterable[Json], waiting: tuple[str | None, str]) -> None:
        """A funder ranks what it was asked by its own scores and grants while each of its envelopes lasts."""
        who, funder_id = self.road.cast.signatories[funder_key], self.road.cast.organisations[funder_key]
        cases, adjourned = [], []
        for dossier in dossiers:
            for request in dossier["requests"]:
                if (dossier["id"], request["funder_id"]) == waiting and funder_id == request["funder_id"]:
                    adjourned.append(request)
                elif request["funder_id"] == funder_id:
                    cases.append(self._case(dossier, request))
        # What is adjourned keeps its place in the envelope.
        left = await self._left(who)
        for request in adjourned:
            left[request["budget_line"]] = left.get(request["budget_line"], 0) - (request["proposed_cents"] or 0)
        lines = [_line(decision) for decision in decide(cases, left)]
        lines += [{"request_id": request["id"], "outcome": "adjourned", "motive": _ADJOURNED} for request in adjourned]
        if lines:
            await self.deep.decide_all(who, session, lines)

    def _case(self, dossier: Json, request: Json) -> Case:
        return Case(
            request_id=request["id"],
            budget_line=request["budget_line"],
            reference=dossier["reference"],
            proposed_cents=request["proposed_cents"] or 0,
            score=self.scores.get((dossier["id"], request["funder_id"]), 0),
        )

    async def _left(self, who: Account) -> dict[str, int]:
        funders = await self.road.api.pages(who, f"{PROGRAMMING}/campaigns/{self.campaign_id}/funders")
        return {line["code"]: line["left_cents"] for funder in funders for line in funder["budget_lines"]}

    async def _reopen(self) -> None:
        """One decision bears a slip of the pen: the funder and the team take it up again before the letter."""
        keys = {organisation_id: key for key, organisation_id in self.road.cast.organisations.items()}
        found = next(
            (
                (keys[request["funder_id"]], request)
                for dossier in await self.read_dossiers()
                for request in dossier["requests"]
                # The lead is funder and team: nobody else would have to confirm.
                if request["status"] == "granted" and request["granted_cents"] >= _LEAST_TO_CORRECT
                if keys[request["funder_id"]] != "agglo"
            ),
            None,
        )
        if found is None:
            return
        funder_key, request = found
        session, who = self.committees["steering"], self.road.cast.signatories[found[0]]
        if await self.deep.reopen(session, request["id"], funder_key, _REOPENED):
            said = {"outcome": "granted", "amount_cents": request["granted_cents"] - _CORRECTED_CENTS, "motive": "Montant corrigé."}
            await self.deep.decide_again(who, session, request["id"], {**said, "conditions": request["conditions"] or ""})
            self.telling.say("Une décision rouverte avec son motif, et corrigée avant la lettre", calendar.REOPENED)

    async def _sign_minutes(self) -> None:
        for kind in ("technical", "steering"):
            await self.road.committee_act(self.committees[kind], "minutes-signature")
        self.telling.say("Procès-verbaux signés, les lettres partent", calendar.MINUTES_SIGNED)

    # ----------------------------------------------------------------------------------------------------- what was adjourned

    async def _convene_again(self) -> None:
        title = "Comité de pilotage, dossiers ajournés"
        session = await self.road.plan_committee(self.campaign_id, "steering", title, calendar.SECOND_STEERING)
        self.committees["second"] = session
        carried = await self.deep.carry_over(session)
        await self.road.committee_act(session, "agenda-dispatch")
        await self.deep.print_agenda(session)
        self.telling.say(f"{len(carried)} dossier ajourné repris à la séance suivante", calendar.SECOND_CONVENED)

    async def _hold_again(self) -> None:
        session, signatories = self.committees["second"], self.road.cast.signatories
        await self.road.open_session(session, {key: elected.full_name for key, elected in signatories.items()})
        plan_key, funder_key = self.adjourned
        who, dossier_id = signatories[funder_key], self.dossier_ids[plan_key]
        dossier = await self.road.api.get(who, f"{PROGRAMMING}/dossiers/{dossier_id}")
        cases = [self._case(dossier, request) for request in dossier["requests"] if request["status"] == "adjourned"]
        await self.deep.decide_all(who, session, [_line(decision) for decision in decide(cases, await self._left(who))])
        await self.road.committee_act(session, "closing")
        await self.road.committee_act(session, "minutes-signature")
        self.telling.say("La demande ajournée est décidée, le procès-verbal est signé", calendar.SECOND_STEERING)

    async def notify_all(self, funder_key: str) -> int:
        """Every answer of a funder in one act; how many were told."""
        told = await self.deep.notify_all(funder_key, self.campaign_id, self.committees["steering"], _BULK_COMMENT)
        return int(told["notified"])

    # ------------------------------------------------------------------------------------------------------------- reading

    async def read_papers(self) -> list[Json]:
        return await self.deep.papers(list(self.committees.values()))

    async def read_deports(self) -> list[Json]:
        return [each for session in self.committees.values() for each in await self.deep.deports(session)]

    async def read_scenarios(self) -> list[Json]:
        return await self.deep.scenarios(self.campaign_id)


def _line(decision: Decision) -> Json:
    return {
        "request_id": decision.request_id,
        "outcome": decision.outcome,
        "amount_cents": decision.amount_cents,
        "motive": decision.motive,
        "conditions": decision.conditions,
    }
