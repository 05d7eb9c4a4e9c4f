"""Open data: each funder publishes its subsidies, then anybody reads the files and checks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import later
from .aftermath import Agenda
from .carcassonne import FUNDERS, HOLDERS
from .http import PROGRAMMING, Api, Json, everybody
from .people import Cast
from .scdl import check
from .telling import Telling

_FUNDERS = {funder.key: funder for funder in FUNDERS}
_COMPANIES = {holder.key for holder in HOLDERS if holder.kind == "company"}


@dataclass(frozen=True)
class Published:
    """A public file as it was downloaded: how many rows, what is wrong in it, how many rows the funder's awards call for."""

    funder_key: str
    year: int
    rows: int
    errors: tuple[str, ...]
    awards: int


@dataclass
class Publications:
    """Identities given and files published in time, then again at the end; every file is read back from its public address."""

    api: Api
    cast: Cast
    telling: Telling
    years: Sequence[int]

    def plan(self, agenda: Agenda) -> None:
        agenda[later.FIRST_PUBLICATION].append(self._identify)
        agenda[later.LAST_PUBLICATION].append(self._publish_all)

    async def _identify(self) -> None:
        """Each funder says who it is, and that the companies it supports are legal persons; then publishes its first year."""
        year = self.years[0]
        await everybody(self._begin(funder_key, year) for funder_key in self.cast.agents)
        self.telling.say("Les financeurs publient leurs subventions en données ouvertes", later.FIRST_PUBLICATION)

    async def _begin(self, funder_key: str, year: int) -> None:
        agent, path = self.cast.agents[funder_key], self._path(funder_key)
        funder = _FUNDERS[funder_key]
        identity = {"name": funder.name, "siret": funder.siret, "contact_email": f"opendata@{funder_key}.example.org"}
        await self.api.call(agent, "PUT", f"{path}/publication", json=identity)
        supported = {award["holder_id"] for award in await self._awards(funder_key, year)}
        companies = [self.cast.organisations[key] for key in _COMPANIES & self.cast.holders.keys()]
        for holder_id in supported.intersection(companies):
            await self.api.call(agent, "PUT", f"{path}/beneficiaries/{holder_id}", json={"legal_person": True})
        await self._publish(funder_key, year)

    async def _publish_all(self) -> None:
        await everybody(self._publish(funder_key, year) for funder_key in self.cast.agents for year in self.years)

    async def _publish(self, funder_key: str, year: int) -> None:
        """A funder that granted nothing has nothing to publish."""
        if await self._awards(funder_key, year):
            await self.api.post(self.cast.agents[funder_key], f"{self._path(funder_key)}/publications", {"year": year})

    async def read_back(self) -> list[Published]:
        """Every public file, as anybody downloads it."""
        datasets = await self.api.pages(None, f"{PROGRAMMING}/open-data/subventions", limit=100)
        keys = {self.cast.organisations[key]: key for key in self.cast.agents}
        found = {(keys[each["funder_id"]], each["year"]): each for each in datasets}
        return [await self._checked(funder_key, year, found) for funder_key in self.cast.agents for year in self.years]

    async def _checked(self, funder_key: str, year: int, found: dict[tuple[str, int], Json]) -> Published:
        awards = len(await self._awards(funder_key, year))
        dataset = found.get((funder_key, year))
        if dataset is None:
            return Published(funder_key, year, 0, (), awards)
        # Addresses are given whole, as harvesters need them.
        rows, errors = check((await self.api.call(None, "GET", urlsplit(dataset["url"]).path)).content)
        return Published(funder_key, year, rows, tuple(errors), awards)

    async def _awards(self, funder_key: str, year: int) -> list[Json]:
        asked = {"funder_id": self.cast.organisations[funder_key], "year": year, "limit": 100}
        return await self.api.pages(self.cast.agents[funder_key], f"{PROGRAMMING}/awards", **asked)

    def _path(self, funder_key: str) -> str:
        return f"{PROGRAMMING}/funders/{self.cast.organisations[funder_key]}"
