"""The year after: an action asked for again begins as last year's dossier was sent, and says what changed since."""

from dataclasses import dataclass, field

from . import later
from .aftermath import Agenda
from .carcassonne import DossierPlan
from .cpo_years import CpoYears
from .dossier_road import DossierRoad
from .http import Json
from .telling import Telling
from .year import Year

_LEARNT = " L’an passé, la moitié des familles venaient pour la première fois : l’accueil est renforcé en début de trimestre."


@dataclass
class Renewals:
    """One action that no agreement over several years carries, if there is one."""

    year: Year
    telling: Telling
    cpos: CpoYears
    made: list[tuple[DossierPlan, str]] = field(default_factory=list)

    @property
    def deep(self) -> DossierRoad:
        return self.year.daily.deep

    def plan(self, agenda: Agenda) -> None:
        agenda[later.RENEWED].append(self._renew)
        agenda[later.RENEWAL_SUBMITTED].append(self._submit)

    async def _renew(self) -> None:
        carried = {grant.plan.key for one in self.cpos.cpos for grant in one.own}
        known = [plan for plan in self.year.plans if plan.key in self.year.dossier_ids]
        plan = next((plan for plan in known if plan.key not in carried), known[0])
        draft = await self.deep.renew(plan, self.year.dossier_ids[plan.key], self.cpos.campaign_id)
        self.made.append((plan, draft["id"]))
        await self.deep.mend(plan, draft["id"], {"content": {"need": plan.need + _LEARNT}})
        found = await self.deep.changes_since(plan, draft["id"])
        notes, differences = len(found["notes"]), len(found["differences"])
        said = f"Dossier {found['renewed_reference']} repris pour l’année suivante : {differences} changements, {notes} remarques"
        self.telling.say(said, later.RENEWED)

    async def _submit(self) -> None:
        for plan, dossier_id in self.made:
            draft = await self.year.road.read(plan, dossier_id)
            await self.year.road.attach(plan, dossier_id, [piece["kind"] for piece in draft["attachments"]])
            missing = await self.deep.missing(plan, dossier_id)
            if missing:
                self.telling.say("; ".join(f"{each['pointer']} {each['detail']}" for each in missing), later.RENEWAL_SUBMITTED)
            receipt = await self.year.road.submit(plan, dossier_id)
            self.telling.say(f"Le renouvellement est déposé : {receipt['reference']}", later.RENEWAL_SUBMITTED)

    async def read(self) -> list[Json]:
        """As the holder reads them."""
        return [await self.year.road.read(plan, dossier_id) for plan, dossier_id in self.made]
