"""The agenda that a first `make run` shows: an event that is open, one without a date, one by visio, one that was held.

Each step looks for what is there before it makes anything: run again, it goes on where it stopped. The held event is a week old when
it is loaded: a platform is not asked to have lived it, so nobody is certified by it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .catalogue import Library
from .clock import PARIS
from .data import season
from .data.season import PLACE
from .http import EVENTS, Account, Api, Json

OPEN, TENTATIVE, WEB, PAST = (
    "Les conseils citoyens, dix ans après",
    "Visite : un tiers-lieu au pied des tours",
    "Renouvellement urbain : ce qui change",
    "Petit déjeuner des chefs de projet",
)


@dataclass
class SeasonSeed:
    """The network and its agenda, as of `now`."""

    centre: Library
    now: datetime
    network_id: str = ""

    @property
    def api(self) -> Api:
        return self.centre.api

    @property
    def organiser(self) -> Account:
        return self.centre.documentalist

    async def load(self) -> None:
        """The network, then its four events with a few people registered."""
        await self._open_network()
        # The organiser sees ideas too: what was begun is gone on with.
        found = await self.api.pages(self.organiser, f"{EVENTS}/events", network_id=self.network_id, since="2000-01-01", limit=100)
        known = {each["title"]: each for each in found}
        themed = {"theme_codes": [season.THEME], "territory_codes": [PLACE["territory_code"]]}
        opened = await self._event(known, OPEN, "journee", themed)
        await self._dated(opened, days=35, seats=40)
        await self._reach(opened["id"], "opening", {"idea", "announced"})
        await self._register(opened["id"])
        tentative = {"vague_date": "Après l’été ?", "expected_on": self._day(150), **themed}
        await self._reach((await self._event(known, TENTATIVE, "site_visit", tentative))["id"], "tentative-announcement", {"idea"})
        by_visio = await self._event(known, WEB, "web_conference", themed)
        await self._dated(by_visio, days=21, is_visio=True, seats=None)
        await self._reach(by_visio["id"], "opening", {"idea", "announced"})
        past = await self._event(known, PAST, "cafelabo", themed)
        await self._dated(past, days=-7, seats=12)
        await self._reach(past["id"], "announcement", {"idea"})
        await self._reach(past["id"], "holding", {"announced"})

    async def _open_network(self) -> None:
        networks = await self.api.pages(None, f"{EVENTS}/networks", limit=100)
        known = next((each for each in networks if each["code"] == season.CODE), None)
        if known is None:
            wish = {
                "organisation_id": self.centre.organisation_id,
                "code": season.CODE,
                "name": season.NETWORK,
                "description": season.NETWORK_DESCRIPTION,
                "contact_email": season.CONTACT,
                "centre_id": self.centre.centre_id,
            }
            known = await self.api.post(self.centre.registry.cast.administrator, f"{EVENTS}/networks", wish)
        self.network_id = known["id"]
        accounts = f"{EVENTS}/networks/{self.network_id}/visio-accounts"
        if not await self.api.pages(self.centre.manager, accounts):
            await self.api.post(self.centre.manager, accounts, season.ACCOUNT)

    async def _event(self, known: dict[str, Json], title: str, kind: str, more: Json) -> Json:
        if title in known:
            return known[title]
        wish = {"network_id": self.network_id, "format": kind, "title": title, "most_in_group": 3, **more}
        return await self.api.post(self.organiser, f"{EVENTS}/events", wish)

    async def _dated(self, event: Json, *, days: int, seats: int | None, is_visio: bool = False) -> None:
        """A morning, and its seats."""
        path = f"{EVENTS}/events/{event['id']}"
        if not (await self.api.get(self.organiser, path))["sessions"]:
            begins = (self.now.astimezone(PARIS) + timedelta(days=days)).replace(hour=9, minute=30, second=0, microsecond=0)
            session = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=3)).isoformat()}
            where = {"is_on_site": False, "is_visio": True} if is_visio else {"place": PLACE}
            await self.api.post(self.organiser, f"{path}/sessions", {**session, **where})
        if not (await self.api.call(self.organiser, "GET", f"{path}/desks")).json():
            mode = "visio" if is_visio else "on_site"
            await self.api.call(self.organiser, "PUT", f"{path}/capacity", json={"capacities": [{"mode": mode, "seats": seats}]})

    async def _reach(self, event_id: str, act: str, origins: set[str]) -> None:
        path = f"{EVENTS}/events/{event_id}"
        self.api.forget_tag(self.organiser, path)
        if (await self.api.get(self.organiser, path))["status"] in origins:
            await self.api.change(self.organiser, "POST", f"{path}/{act}", of=path)

    async def _register(self, event_id: str) -> None:
        """Some of the contract's people, each once."""
        cast, path = self.centre.registry.cast, f"{EVENTS}/events/{event_id}/registrations"
        known = {each["contact_email"] for each in await self.api.pages(self.organiser, path, limit=100)}
        for who in (*(cast.holders[key] for key in sorted(cast.holders)[:3]), cast.team, cast.agents["etat"]):
            if who.email not in known:
                given_name, family_name = who.full_name.split(" ", 1)
                person = {"given_name": given_name, "family_name": family_name, "mode": "on_site", "audience": "association"}
                wish = {"contact_name": who.full_name, "contact_email": who.email, "attendees": [person]}
                await self.api.post(who, path, wish)

    def _day(self, days: int) -> str:
        return (self.now.astimezone(PARIS) + timedelta(days=days)).date().isoformat()
