"""What surrounds the dossiers that a first `make run` shows: somebody writes with the holder, more is asked, people talk, files are kept.

Each step looks for what is there before it makes anything: run again, it goes on where it stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .carcassonne import HOLDERS, DossierPlan
from .clock import PARIS
from .daily import guest
from .dossier_road import DossierRoad
from .http import PROGRAMMING
from .people import Registry
from .road import Road

_KINDS = {holder.key: holder.kind for holder in HOLDERS}
_DAYS_TO_ANSWER = 10
_ASKED = [
    {"pointer": "/content/indicators", "comment": "Chiffrez au moins deux indicateurs : ils serviront au bilan."},
    {"pointer": "/content/calendar", "comment": "Précisez les semaines sans activité."},
]


@dataclass
class DailySeed:
    """`dossier_ids` by the key of their plan."""

    road: Road
    registry: Registry
    dossier_ids: Mapping[str, str]
    now: datetime

    async def load(self, drafted: DossierPlan, submitted: DossierPlan, reviewed: DossierPlan) -> None:
        """A draft with a collaborator, changes requested of a submitted dossier, a conversation on one under review."""
        deep = DossierRoad(self.road)
        await deep.keep_files(drafted, self.now.year - 1, _KINDS[drafted.holder_key])
        await self._write_together(deep, drafted)
        await self._ask_changes(deep, submitted)
        await self._talk(deep, reviewed)

    async def _write_together(self, deep: DossierRoad, plan: DossierPlan) -> None:
        who, dossier_id = guest(), self.dossier_ids[plan.key]
        there = {each["email"]: each["status"] for each in await deep.collaborators(plan, dossier_id)}
        await self.registry.enter(who)
        if who.email not in there:
            await deep.invite(plan, dossier_id, who)
        if there.get(who.email, "invited") == "invited":
            await deep.accept(who, self.registry.mailbox)

    async def _ask_changes(self, deep: DossierRoad, plan: DossierPlan) -> None:
        dossier_id, team = self.dossier_ids[plan.key], self.road.cast.organisations["agglo"]
        if not await deep.change_requests(dossier_id):
            due_on = self.now.astimezone(PARIS).date() + timedelta(days=_DAYS_TO_ANSWER)
            await deep.ask_changes(self.road.cast.team, team, dossier_id, _ASKED, due_on)

    async def _talk(self, deep: DossierRoad, plan: DossierPlan) -> None:
        dossier_id, team = self.dossier_ids[plan.key], self.road.cast.organisations["agglo"]
        holder = self.road.holder_of(plan)
        if await self.road.api.pages(holder, f"{PROGRAMMING}/conversations", dossier_id=dossier_id):
            return
        thread = await deep.write(holder, dossier_id, team, "Bonjour, quand se réunit le comité technique ?")
        await deep.reply(self.road.cast.team, thread, "Bonjour, la date sera annoncée avant la fin du mois.")
