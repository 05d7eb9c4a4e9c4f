"""What follows the votes, from the payments to the next year's call, played day by day on one agenda."""

from collections import defaultdict
from dataclasses import dataclass

from . import later
from .aftermath import Aftermath, Agenda, Grant
from .clock import MovedClock
from .http import everybody
from .money_road import MoneyRoad
from .telling import Telling
from .year import Year


@dataclass
class Sequel:
    """Goes on from a year that was lived to its last letter."""

    year: Year
    clock: MovedClock
    telling: Telling

    async def live(self) -> Aftermath:
        road = MoneyRoad(self.year.road.api, self.year.road.cast)
        aftermath = Aftermath(road, self.telling, await self._grants(road), self.year.dossier_ids)
        agenda: Agenda = defaultdict(list)
        totals = aftermath.plan(agenda)
        with self.telling.following(totals):
            for instant, acts in sorted(agenda.items()):
                self.clock.go_to(instant)
                await everybody(act() for act in acts)
        self.clock.go_to(later.ALL_READ)
        return aftermath

    async def _grants(self, road: MoneyRoad) -> list[Grant]:
        keys = {organisation_id: key for key, organisation_id in road.cast.organisations.items()}
        plans = {self.year.dossier_ids[plan.key]: plan for plan in self.year.plans if plan.key in self.year.dossier_ids}
        awards = await road.awards(self.year.campaign_id)
        return [Grant(award, keys[award["funder_id"]], plans[award["dossier_id"]]) for award in awards]
