"""The road of an agreement over several years, act by act, over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .carcassonne import FUNDERS
from .data.cpos import yearly_report
from .http import PROGRAMMING, Account, Api, Json
from .people import Cast
from .road import signatory_of, sworn

_FUNDERS = {funder.key: funder for funder in FUNDERS}


@dataclass
class CpoRoad:
    """What the team, the holders and the funders do of their agreements, in their name."""

    api: Api
    cast: Cast

    async def draw_up(self, contract_id: str, dossier_id: str, said: Mapping[str, object]) -> str:
        wish = {"contract_id": contract_id, "dossier_ids": [dossier_id], **said}
        return str((await self.api.post(self.cast.team, f"{PROGRAMMING}/cpos", wish))["id"])

    async def approve(self, funder_key: str, cpo_id: str) -> None:
        said = {"funder_id": self.cast.organisations[funder_key]}
        await self._act(self.cast.agents[funder_key], cpo_id, "approval", said)

    async def sign_as_holder(self, holder_key: str, cpo_id: str) -> None:
        said = {"organisation_id": self.cast.organisations[holder_key], **signatory_of(holder_key)}
        await self._act(self.cast.holders[holder_key], cpo_id, "signature", said)

    async def sign_as_funder(self, funder_key: str, cpo_id: str) -> None:
        who, person = self.cast.signatories[funder_key], _FUNDERS[funder_key].signatory
        signed = {"signatory_name": who.full_name, "signatory_function": person.function}
        await self._act(who, cpo_id, "signature", {"organisation_id": self.cast.organisations[funder_key], **signed})

    async def submit_year(self, holder_key: str, cpo_id: str, year: int, campaign_id: str) -> str:
        """The year's light dossier: the sworn statement alone is asked. Returns its id."""
        said = {"campaign_id": campaign_id, **sworn(holder_key)}
        made = await self.api.post(self.cast.holders[holder_key], f"{_cpo(cpo_id)}/years/{year}/dossier", said)
        return str(made["dossier_id"])

    async def report(self, holder_key: str, cpo_id: str, year: int) -> None:
        """The holder tells of a year, and submits it."""
        holder, path = self.cast.holders[holder_key], f"{_cpo(cpo_id)}/reports"
        cpo = await self.api.get(holder, _cpo(cpo_id))
        opened = await self.api.post(holder, path, {"year": year})
        told = yearly_report(cpo, opened["planned_charges_cents"], opened["indicators"][0]["target"])
        where = f"{path}/{year}"
        await self.api.change(holder, "PATCH", where, told)
        await self.api.change(holder, "POST", f"{where}/submission", of=where)

    async def accept_report(self, funder_key: str, cpo_id: str, year: int) -> None:
        where, agent = f"{_cpo(cpo_id)}/reports/{year}", self.cast.agents[funder_key]
        await self.api.change(agent, "POST", f"{where}/acceptance", {"funder_id": self.cast.organisations[funder_key]}, of=where)

    async def confirm(self, funder_key: str, cpo_id: str, year: int) -> None:
        """The funder confirms its tranche of that year."""
        agent, funder_id = self.cast.agents[funder_key], self.cast.organisations[funder_key]
        cpo = await self.api.get(agent, _cpo(cpo_id))
        for tranche in cpo["tranches"]:
            if (tranche["year"], tranche["funder_id"]) == (year, funder_id):
                await self._act(agent, cpo_id, f"tranches/{tranche['id']}/confirmation", {})

    async def _act(self, who: Account, cpo_id: str, act: str, said: object) -> None:
        await self.api.change(who, "POST", f"{_cpo(cpo_id)}/{act}", said, of=_cpo(cpo_id))

    async def read(self, cpo_ids: Sequence[str]) -> list[tuple[Json, Json]]:
        """Each agreement with its money, as the team reads them."""
        team = self.cast.team
        return [(await self.api.get(team, _cpo(one)), await self.api.get(team, f"{_cpo(one)}/money")) for one in cpo_ids]

    async def multi_year_share(self, contract_id: str) -> Json:
        return await self.api.get(self.cast.team, f"{PROGRAMMING}/contracts/{contract_id}/multi-year-share")


def _cpo(cpo_id: str) -> str:
    return f"{PROGRAMMING}/cpos/{cpo_id}"
