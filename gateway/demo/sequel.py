"""What follows the votes, from the payments to the next year's call, played day by day on one agenda."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from time import monotonic

from . import later
from .aftermath import Aftermath, Agenda, Grant
from .calendar import YEAR
from .clock import MovedClock
from .cpo_road import CpoRoad
from .cpo_years import FIRST, Agreed, CpoYears
from .daily_figures import DailyAnswers
from .data.cpos import Granted, chosen
from .http import PROGRAMMING, Json, everybody
from .money_figures import MoneyAnswers
from .money_road import MoneyRoad
from .publications import Publications
from .reminders import BILANS
from .renewals import Renewals
from .telling import Telling
from .year import Year

_PATIENCE = 60.0


@dataclass
class Sequel:
    """Goes on from a year that was lived to its last letter."""

    year: Year
    clock: MovedClock
    telling: Telling
    money: MoneyRoad = field(init=False)
    cpo_road: CpoRoad = field(init=False)
    aftermath: Aftermath = field(init=False)
    cpos: CpoYears = field(init=False)
    publications: Publications = field(init=False)
    renewals: Renewals = field(init=False)

    def __post_init__(self) -> None:
        api, cast = self.year.road.api, self.year.road.cast
        self.money, self.cpo_road = MoneyRoad(api, cast), CpoRoad(api, cast)
        self.publications = Publications(api, cast, self.telling, (YEAR, FIRST))

    async def live(self) -> None:
        """Everybody acts on their day; what is refused on the way is counted, and life goes on."""
        grants = await self._grants()
        self.aftermath = Aftermath(self.money, self.telling, grants, self.year.dossier_ids)
        self.cpos = self._cpos(grants)
        agenda: Agenda = defaultdict(list)
        totals = self.aftermath.plan(agenda)
        self.cpos.plan(agenda)
        self.publications.plan(agenda)
        self.renewals = Renewals(self.year, self.telling, self.cpos)
        self.renewals.plan(agenda)
        agenda[later.BILANS_REMINDED].append(self._remind_bilans)
        with self.telling.following(totals):
            for instant, acts in sorted(agenda.items()):
                self.clock.go_to(instant)
                await everybody(act() for act in acts)

    async def _remind_bilans(self) -> None:
        before = self.year.mornings.count()
        await self.year.mornings.come(BILANS)
        self.telling.say(f"Rappels de bilans partis par courriel : {self.year.mornings.count() - before}", later.BILANS_REMINDED)

    async def _grants(self) -> list[Grant]:
        keys = {organisation_id: key for key, organisation_id in self.money.cast.organisations.items()}
        plans = {self.year.dossier_ids[plan.key]: plan for plan in self.year.plans if plan.key in self.year.dossier_ids}
        awards = await self.money.awards(self.year.campaign_id)
        return [Grant(award, keys[award["funder_id"]], plans[award["dossier_id"]]) for award in awards]

    def _cpos(self, grants: list[Grant]) -> CpoYears:
        granted = [
            Granted(grant.plan, grant.funder_key, grant.award["budget_line"], grant.award["granted_cents"]) for grant in grants
        ]
        return CpoYears(
            contract_id=self.year.contract_id,
            source=self.year.dossier_ids,
            cpos=[Agreed(own) for own in chosen(granted)],
            road=self.cpo_road,
            campaign_road=self.year.road,
            money=self.money,
            telling=self.telling,
        )

    # ------------------------------------------------------------------------------------------------------------ reading

    async def read_answers(self) -> MoneyAnswers:
        """What it all came to, as the platform tells it, once the worker has closed what is settled."""
        self.clock.go_to(later.ALL_READ)
        api, team, campaign_id = self.year.road.api, self.year.road.cast.team, self.year.campaign_id
        funders = await api.pages(team, f"{PROGRAMMING}/campaigns/{campaign_id}/funders")
        next_funders = await api.pages(team, f"{PROGRAMMING}/campaigns/{self.cpos.campaign_id}/funders")
        awards = await self.money.awards(campaign_id)
        return MoneyAnswers(
            funders=funders,
            awards=awards,
            bilans=await api.pages(team, f"{PROGRAMMING}/bilans", campaign_id=campaign_id, limit=100),
            dossiers=await self._closed({award["dossier_id"] for award in awards}),
            cpos=await self.cpo_road.read([one.id for one in self.cpos.cpos if one.id]),
            multi_year=await self.cpo_road.multi_year_share(self.year.contract_id),
            published=await self.publications.read_back(),
            imports=self.aftermath.imports,
            envelopes=[line for funder in (*funders, *next_funders) for line in funder["budget_lines"]],
        )

    async def read_daily(self) -> DailyAnswers:
        """What people did around the dossiers, as the platform tells it."""
        year = self.year
        return DailyAnswers(
            change_requests=await year.daily.read_change_requests(),
            renewals=await self.renewals.read(),
            papers=await year.sessions.read_papers(),
            deports=await year.sessions.read_deports(),
            collaborators=await year.daily.read_collaborators(),
            scenarios=await year.sessions.read_scenarios(),
            reminders=year.mornings.count(),
        )

    async def _closed(self, granted: set[str]) -> list[Json]:
        """The granted dossiers, closed in the background once their last euro is settled."""
        api, team = self.year.road.api, self.year.road.cast.team
        wanted = {"campaign_id": self.year.campaign_id, "sort": "submitted_at", "limit": 100}
        until = monotonic() + _PATIENCE
        while True:
            listed = await api.pages(team, f"{PROGRAMMING}/dossiers", **wanted)
            found = [dossier for dossier in listed if dossier["id"] in granted]
            if all(dossier["status"] == "closed" for dossier in found) or monotonic() > until:
                return found
            await asyncio.sleep(1)
