"""Agreements over several years: drawn up on the best granted actions, signed, then carried into the next year's call."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from . import later
from .aftermath import Agenda
from .clock import PARIS
from .cpo_road import CpoRoad
from .data.cpos import FOLLOWED, YEARS, Granted, agreement
from .data.habits import HABITS, advance
from .http import everybody
from .money_road import MoneyRoad
from .road import Call, Road
from .telling import Telling

FIRST, SECOND = YEARS[:2]
_COMMENT = "Tranche de l’année, au titre de la convention pluriannuelle."

NEXT_CALL = Call(
    code="CARC",
    year=FIRST,
    title=f"Appel à projets {FIRST} du contrat de ville de Carcassonne Agglo",
    opens_at=later.NEXT_CALL_OPENED,
    closes_at=later.NEXT_CALL_CLOSES,
)


@dataclass
class Agreed:
    """One agreement on its way."""

    own: Sequence[Granted]
    id: str = ""
    dossier_id: str = ""

    @property
    def holder_key(self) -> str:
        return self.own[0].plan.holder_key

    @property
    def funder_keys(self) -> list[str]:
        return [grant.funder_key for grant in self.own]


@dataclass
class CpoYears:
    """`source`: the dossier of each plan in the campaign that was lived."""

    contract_id: str
    source: dict[str, str]
    cpos: Sequence[Agreed]
    road: CpoRoad
    campaign_road: Road
    money: MoneyRoad
    telling: Telling
    campaign_id: str = ""

    def plan(self, agenda: Agenda) -> None:
        """Write down who does what and when. The call of the next year opens whatever is agreed on."""
        agenda[later.NEXT_CALL_PREPARED].append(self._prepare_call)
        agenda[later.NEXT_CALL_OPENED].append(self._open_call)
        if not self.cpos:
            return
        agenda[later.CPOS_DRAWN_UP].append(self._draw_up)
        agenda[later.CPOS_APPROVED].append(self._approve)
        agenda[later.CPOS_SIGNED].append(self._sign)
        agenda[later.TRANCHES_SUBMITTED].append(self._submit_tranches)
        agenda[later.TRANCHES_NOTIFIED].append(self._notify)
        agenda[later.TRANCHES_COMMITTED].append(self._commit)
        agenda[later.TRANCHES_PAID].append(self._pay)
        agenda[later.YEARLY_REPORTS_SUBMITTED].append(self._report)
        agenda[later.YEARLY_REPORTS_ACCEPTED].append(self._accept_reports)
        agenda[later.NEXT_TRANCHES_CONFIRMED].append(self._confirm)

    # ------------------------------------------------------------------------------------------------------------- signed

    async def _draw_up(self) -> None:
        async def draw_up(one: Agreed) -> None:
            said = agreement(one.own, self.road.cast.organisations)
            one.id = await self.road.draw_up(self.contract_id, self.source[one.own[0].plan.key], said)

        await everybody(map(draw_up, self.cpos))

    async def _approve(self) -> None:
        async def approve(one: Agreed) -> None:
            for funder_key in one.funder_keys:
                await self.road.approve(funder_key, one.id)

        await self._each(approve)

    async def _sign(self) -> None:
        async def sign(one: Agreed) -> None:
            await self.road.sign_as_holder(one.holder_key, one.id)
            for funder_key in one.funder_keys:
                await self.road.sign_as_funder(funder_key, one.id)

        await self._each(sign)
        self.telling.say(f"{len(self.cpos)} conventions pluriannuelles {YEARS[0]}–{YEARS[-1]} signées", later.CPOS_SIGNED)

    async def _each(self, act: Callable[[Agreed], Awaitable[None]]) -> None:
        """Agreements side by side; the parties to one after the other."""
        await everybody(act(one) for one in self.cpos if one.id)

    # ------------------------------------------------------------------------------------------------------ the next call

    async def _prepare_call(self) -> None:
        self.campaign_id = (await self.campaign_road.ensure_campaign(self.contract_id, NEXT_CALL))["id"]

    async def _open_call(self) -> None:
        await self.campaign_road.campaign_act(self.campaign_id, "opening")
        self.telling.say(f"Ouverture de l’appel à projets {FIRST}", later.NEXT_CALL_OPENED)

    async def _submit_tranches(self) -> None:
        async def submit(one: Agreed) -> None:
            one.dossier_id = await self.road.submit_year(one.holder_key, one.id, FIRST, self.campaign_id)

        await self._each(submit)

    async def _notify(self) -> None:
        await everybody(
            self.campaign_road.notify(funder_key, one.dossier_id, _COMMENT)
            for one in self.cpos
            for funder_key in one.funder_keys
            if one.dossier_id
        )
        self.telling.say(f"Tranches {FIRST} notifiées sans nouveau vote", later.TRANCHES_NOTIFIED)

    async def _commit(self) -> None:
        keys = {organisation_id: key for key, organisation_id in self.road.cast.organisations.items()}
        awards = await self.money.awards(self.campaign_id)
        await everybody(self.money.commit(keys[award["funder_id"]], award["id"]) for award in awards)

    async def _pay(self) -> None:
        keys = {organisation_id: key for key, organisation_id in self.road.cast.organisations.items()}
        day = later.TRANCHES_PAID.astimezone(PARIS).date()
        awards = [award for award in await self.money.awards(self.campaign_id) if award["committed_cents"]]
        await everybody(
            self.money.pay(funder_key, award["id"], f"VIR-{award['reference']}-1", day, cents)
            for award in awards
            for funder_key in [keys[award["funder_id"]]]
            for cents in [advance(HABITS[funder_key], award["committed_cents"])]
        )

    # ----------------------------------------------------------------------------------------------------- the second year

    async def _report(self) -> None:
        await everybody(self.road.report(one.holder_key, one.id, FIRST) for one in self._followed)

    async def _accept_reports(self) -> None:
        for one in self._followed:
            for funder_key in one.funder_keys:
                await self.road.accept_report(funder_key, one.id, FIRST)

    async def _confirm(self) -> None:
        for one in self._followed:
            for funder_key in one.funder_keys:
                await self.road.confirm(funder_key, one.id, SECOND)
        said = f"{len(self._followed)} comptes rendus {FIRST} acceptés, tranches {SECOND} confirmées"
        self.telling.say(said, later.NEXT_TRANCHES_CONFIRMED)

    @property
    def _followed(self) -> list[Agreed]:
        return [one for one in self.cpos if one.id][:FOLLOWED]
