"""The acts of the season, each one or a few calls of the public API: its organisers', its participants', the welcome desk's."""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic

from .data import season
from .data.season import MORE_VISIO, PLACE, SITTINGS, party_of
from .http import EVENTS, Account, Api, Json, everybody
from .mailbox import Mailbox
from .season import Rush, Sitting, at

TOKEN = re.compile(r"/inscription#([\w.-]+)")
VISIO = re.compile(r"(/events/v1/visio/[\w.-]+)")
SURVEY = re.compile(r"(/events/v1/surveys/[\w.-]+)")
_PATIENCE = 90.0
_OFFERED = "Une place vous est proposée"
_DESK = "accueil-1"


@dataclass
class SeasonRoad:
    """One network, one cycle. `people` register, with the kind of public each is."""

    api: Api
    mailbox: Mailbox
    manager: Account
    organiser: Account
    people: Sequence[tuple[Account, str]]
    network_id: str = ""
    event_id: str = ""
    sessions: list[Json] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"{EVENTS}/events/{self.event_id}"

    # ---------------------------------------------------------------------------------------------------------- preparing

    async def open_network(self, administrator: Account, organisation_id: str, centre_id: str) -> None:
        wish = {
            "organisation_id": organisation_id,
            "code": season.CODE,
            "name": season.NETWORK,
            "description": season.NETWORK_DESCRIPTION,
            "contact_email": season.CONTACT,
            "centre_id": centre_id,
        }
        self.network_id = (await self.api.post(administrator, f"{EVENTS}/networks", wish))["id"]
        await self.api.call(self.manager, "PUT", self._plan, json=season.PLAN)
        await self.api.post(self.manager, f"{EVENTS}/networks/{self.network_id}/visio-accounts", season.ACCOUNT)

    async def say_needs(self, holders: Sequence[Account]) -> list[str]:
        """Each says one; the ids of what was said."""
        needs = []
        for rank, wish in enumerate(season.WISHES):
            told = {"network_id": self.network_id, "audience": "association", "wish": wish, "theme_codes": [season.THEME]}
            told |= {"territory_code": PLACE["territory_code"], "preferred_format": "cycle", "preferred_period": "Début 2029"}
            needs.append((await self.api.post(holders[rank % len(holders)], f"{EVENTS}/needs", told))["id"])
        return needs

    async def turn_into_event(self, need_ids: Sequence[str]) -> None:
        """The needs become an idea of the agenda, then a cycle with its dates and seats."""
        wish = {"need_ids": list(need_ids), "title": season.TITLE, "format": "cycle", "summary": season.SUMMARY}
        self.event_id = (await self.api.post(self.organiser, f"{EVENTS}/needs/conversion", wish))["id"]
        described = {"aims": season.AIMS, "most_in_group": 3, "form": season.FORM, "offer_hours": 48}
        described |= {"theme_codes": [season.THEME], "territory_codes": [PLACE["territory_code"]]}
        await self.api.change(self.organiser, "PATCH", self.path, described)
        for sitting in SITTINGS:
            session = {
                "title": sitting.title,
                "starts_at": at(sitting.on, 9).isoformat(),
                "ends_at": at(sitting.on, 16, 30).isoformat(),
                "is_on_site": True,
                "is_visio": True,
                "place": PLACE,
                "room": "Grande salle",
            }
            self.sessions.append(await self.api.post(self.organiser, f"{self.path}/sessions", session))
        await self.api.call(self.organiser, "PUT", f"{self.path}/capacity", json=_capacities(season.VISIO))

    async def act(self, act: str) -> None:
        """An act of the event's life; sessions and seats have moved its ETag meanwhile."""
        self.api.forget_tag(self.organiser, self.path)
        await self.api.change(self.organiser, "POST", f"{self.path}/{act}", of=self.path)

    # ----------------------------------------------------------------------------------------------------------- the rush

    async def rush(self) -> Rush:
        """Everybody at once."""
        before, began = len(self.api.errors), monotonic()
        await everybody(self._register(who, audience) for who, audience in self.people)
        seconds, refused = monotonic() - began, len(self.api.errors) - before
        return Rush(len(self.people) - refused, await self.registrations(), await self.pools(), seconds)

    async def _register(self, who: Account, audience: str) -> None:
        party = party_of(who.email, audience)
        given_name, family_name = who.full_name.split(" ", 1)
        names = [given_name, *(season.colleague(who.email, number) for number in range(1, party.people))]
        attendees = [
            {
                "given_name": name,
                "family_name": family_name,
                "audience": party.audience,
                "territory_code": PLACE["territory_code"],
                "mode": party.mode,
                "answers": {"atelier": party.atelier},
            }
            for name in names
        ]
        wish = {"contact_name": who.full_name, "contact_email": who.email, "attendees": attendees}
        await self.api.post(who, f"{self.path}/registrations", wish)

    async def registrations(self) -> list[Json]:
        return await self.api.pages(self.organiser, f"{self.path}/registrations", limit=100)

    async def pools(self) -> list[Json]:
        desks = (await self.api.call(self.organiser, "GET", f"{self.path}/desks")).json()
        return [pool for desk in desks for pool in desk["pools"]]

    # ---------------------------------------------------------------------------------------------------- changes of mind

    async def cancel(self, count: int) -> int:
        """Some who have a seat on site give it back, by the link of their mail; how many did."""
        seated = [each for each in await self.registrations() if each["state"] == "seated" and _modes(each) == {"on_site"}]
        for each in seated[:count]:
            token = await self.mailbox.link(each["contact_email"], "Inscription confirmée", TOKEN)
            await self.api.post(None, f"{EVENTS}/my-registrations/{token}/cancellation")
        return min(count, len(seated))

    async def add_visio(self) -> None:
        """Seats by visio are added for the waiting list."""
        desks = (await self.api.call(self.organiser, "GET", f"{self.path}/desks")).json()
        headers = {"If-Match": f'"{desks[0]["version"]}"'}
        sent = _capacities(MORE_VISIO)
        await self.api.call(self.organiser, "PUT", f"{self.path}/capacity", json=sent, headers=headers)

    async def accept_offers(self) -> tuple[int, int]:
        """Whoever was offered a seat accepts it by the link of the mail; how many were offered, how many took it."""
        offered = [each for each in await self.registrations() if each["state"] == "offered"]
        taken = 0
        for each in offered:
            token = await self.mailbox.link(each["contact_email"], _OFFERED, TOKEN)
            taken += (await self.api.post(None, f"{EVENTS}/my-registrations/{token}/acceptance"))["state"] == "seated"
        return len(offered), taken

    async def switch_to_visio(self) -> int:
        """One who is seated on site with nobody else comes by visio instead; how many did."""
        accounts = {who.email: who for who, _ in self.people}
        for each in await self.registrations():
            if each["state"] == "seated" and _modes(each) == {"on_site"} and len(each["attendees"]) == 1:
                who, path = accounts[each["contact_email"]], f"{EVENTS}/registrations/{each['id']}"
                act = f"{path}/attendees/{each['attendees'][0]['id']}/mode-change"
                await self.api.change(who, "POST", act, {"mode": "visio"}, of=path)
                return 1
        return 0

    # ------------------------------------------------------------------------------------------------------------ the day

    async def visio_links(self) -> list[str]:
        """Every personal link, as the mails gave them."""
        found: list[str] = []
        for each in await self.registrations():
            expected = sum(person["mode"] == "visio" and person["has_seat"] for person in each["attendees"])
            if each["state"] == "seated" and expected:
                found += (await self.mailbox.links(each["contact_email"], season.TITLE, VISIO, least=expected))[-expected:]
        return found

    async def enters(self, link: str) -> bool:
        """Whether the link leads to the room now; while the room is being made, it is opened again, as it is told to be."""
        until = monotonic() + _PATIENCE
        answer = await self.api.call(None, "GET", link, also=(409, 410, 503))
        while answer.status_code == 503 and monotonic() < until:
            await asyncio.sleep(0.5)
            answer = await self.api.call(None, "GET", link, also=(409, 410, 503))
        return answer.status_code == 303 and answer.headers["location"].startswith(season.VISIO_ROOM)

    async def sit(self, number: int, links: Collection[str]) -> Sitting:
        """A morning: badges are scanned (twice for one of them), or sent later by a device without a network; links are followed."""
        session, title = self.sessions[number], SITTINGS[number].title
        path = f"{self.path}/sessions/{session['id']}"
        expected = (await self.api.get(self.organiser, f"{path}/check-in-list"))["people"]
        on_site = [one for one in expected if one["mode"] == "on_site" and one["state"] == "seated"]
        coming = [one["attendee_id"] for one in on_site if season.comes(one["attendee_id"], number)]
        results = await (self._scan(path, coming) if number == 0 else self._synchronise(path, coming, number))
        entered = await asyncio.gather(*(self.enters(link) for link in links))
        return Sitting(title, results.count("arrived"), len(links), sum(entered), results.count("already"))

    async def _scan(self, path: str, coming: Collection[str]) -> list[str]:
        keys = await self._badge_keys()
        wanted = [keys[one] for one in coming]
        sent = [{"key": f"CNV:{key}", "device_id": _DESK} for key in wanted + wanted[:1]]
        return [(await self.api.post(self.organiser, f"{path}/check-ins", one))["result"] for one in sent]

    async def _badge_keys(self) -> dict[str, str]:
        """As participants find them with their registration; one is looked at."""
        keys: dict[str, str] = {}
        accounts = {who.email: who for who, _ in self.people}
        for each in await self.registrations():
            if each["state"] == "seated" and "on_site" in _modes(each):
                who = accounts[each["contact_email"]]
                badges = (await self.api.call(who, "GET", f"{EVENTS}/registrations/{each['id']}/badges")).json()
                keys |= {badge["attendee_id"]: badge["badge_url"].rpartition("/")[2] for badge in badges}
        if keys:
            await self.api.call(None, "GET", f"{EVENTS}/badges/{next(iter(keys.values()))}", params={"format": "png"})
        return keys

    async def _synchronise(self, path: str, coming: Collection[str], number: int) -> list[str]:
        """What a device recorded without a network, sent twice: the second time nobody is counted again."""
        arrived_at = at(SITTINGS[number].on, 8, 50).isoformat()
        named = enumerate(coming)
        scans = [{"attendee_id": one, "client_id": f"s{number}-{rank}", "scanned_at": arrived_at} for rank, one in named]
        batch = {"device_id": _DESK, "scans": scans}
        first = (await self.api.post(self.organiser, f"{path}/check-ins/batch", batch))["items"]
        again = (await self.api.post(self.organiser, f"{path}/check-ins/batch", batch))["items"]
        same = [item["result"] for item in first] == [item["result"] for item in again]
        return [item["result"] for item in first] if same else []

    async def walk_in(self) -> int:
        path = f"{self.path}/sessions/{self.sessions[0]['id']}/walk-ins"
        await self.api.post(self.organiser, path, season.WALK_IN)
        return 1

    async def validate(self, number: int) -> None:
        """The organiser validates what badges say, and, the room saying nothing of who came, those who followed by visio."""
        path = f"{self.path}/sessions/{self.sessions[number]['id']}/presence"
        people = (await self.api.get(self.organiser, path))["people"]
        by_visio = [each["attendee_id"] for each in people if each["mode"] == "visio"]
        items = [{"attendee_id": each, "state": "present"} for each in by_visio]
        await self.api.change(self.organiser, "POST", f"{path}/validation", {"everybody": True, "items": items}, of=path)

    # ---------------------------------------------------------------------------------------------------------- afterwards

    async def certify(self) -> tuple[list[Json], Json]:
        """Certificates once they are written, and what the public page says of the first."""
        path, until = f"{self.path}/certificates", monotonic() + _PATIENCE
        issued = (await self.api.post(self.organiser, path))["issued"]
        made = await self.api.pages(self.organiser, path, limit=100)
        while not all(each["is_ready"] for each in made) and monotonic() < until:
            await asyncio.sleep(0.5)
            made = await self.api.pages(self.organiser, path, limit=100)
        if not made or len(made) != issued:
            return [], {}
        return made, await self.api.get(None, f"{EVENTS}/certificates/{made[0]['code']}")

    async def survey(self, most: int) -> tuple[int, Json]:
        """It is opened; some of those it was sent to answer; what it comes to."""
        path = f"{self.path}/survey"
        await self.api.call(self.organiser, "PUT", path, json=season.SURVEY)
        await self.api.change(self.organiser, "POST", f"{path}/opening", of=path)
        seated = [each for each in await self.registrations() if each["state"] == "seated" and _modes(each)]
        answered = 0
        for each in seated[:most]:
            link = await self.mailbox.link(each["contact_email"], "Votre avis", SURVEY)
            await self.api.post(None, f"{link}/answers", {"answers": season.opinion(answered)})
            answered += 1
        return answered, await self.api.get(self.organiser, f"{path}/results")

    async def figures(self) -> tuple[Json, Json]:
        """Attendance of the year by kind of public, and the plan against what was held."""
        asked = {"by": "audience", "since": f"{season.YEAR}-01-01", "until": f"{season.YEAR}-12-31"}
        figures = await self.api.get(self.manager, f"{EVENTS}/networks/{self.network_id}/statistics", **asked)
        return figures, await self.api.get(self.manager, f"{self._plan}/progress")

    @property
    def _plan(self) -> str:
        return f"{EVENTS}/networks/{self.network_id}/plans/{season.YEAR}"


def _modes(registration: Json) -> set[str]:
    return {person["mode"] for person in registration["attendees"] if person["has_seat"]}


def _capacities(visio: int) -> Json:
    shares = [
        {"label": "Élus", "seats": season.ELECTED, "audiences": ["elected_official"]},
        {"label": "État", "seats": season.STATE, "audiences": ["state"]},
    ]
    return {
        "capacities": [{"mode": "on_site", "seats": season.ON_SITE, "shares": shares}, {"mode": "visio", "seats": visio}],
    }
