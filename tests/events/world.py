"""A small network to test in: its organisers, a second network, participants, an event whose registrations are open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from fastapi import FastAPI, Request, Response
from jose import jwt

from services.common.clock import PARIS
from services.common.ids import new_id
from services.events.registrations import links
from services.events.registrations import service as registrations
from tests.support import Person, Walk, member_of

V1 = "/events/v1"


def _by_code(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(item["code"]): item for item in items}


THEMES = _by_code(
    [
        {"code": "lien-social", "label": "Lien social", "parent_code": None},
        {"code": "participation", "label": "Participation des habitants", "parent_code": "lien-social"},
        {"code": "habitat", "label": "Habitat et cadre de vie", "parent_code": None},
    ]
)
TERRITORIES = _by_code(
    [
        {"code": "REG-76", "kind": "region", "name": "Occitanie", "parent_code": None},
        {"code": "11", "kind": "departement", "name": "Aude", "parent_code": "REG-76"},
        {"code": "11069", "kind": "commune", "name": "Carcassonne", "parent_code": "11"},
        {"code": "QP011002", "kind": "qpv", "name": "La Conte – Ozanam", "parent_code": "11069"},
        {"code": "34", "kind": "departement", "name": "Hérault", "parent_code": "REG-76"},
    ]
)


def fake_directory() -> FastAPI:
    """The directory as this service sees it: themes page by page, territories one by one, and whom a token is."""
    app = FastAPI()

    @app.get("/directory/v1/themes")
    async def themes(cursor: str = "") -> Any:
        codes = sorted(code for code in THEMES if code > cursor)
        return {"items": [THEMES[code] for code in codes[:2]], "next": codes[1] if len(codes) > 2 else None}

    @app.get("/directory/v1/territories/{code}")
    async def territory(code: str) -> Any:
        return TERRITORIES.get(code) or Response(status_code=404)

    @app.get("/directory/v1/me")
    async def me(request: Request) -> Any:
        claims = jwt.get_unverified_claims(request.headers["authorization"].removeprefix("Bearer "))
        return {"id": claims["sub"], "email": f"{claims['sub']}@example.fr", "full_name": "Camille Exemple"}

    return app


def attendee(name: str = "Exemple", *, mode: str = "on_site", audience: str = "association", **more: Any) -> dict[str, Any]:
    return {"given_name": "Camille", "family_name": name, "mode": mode, "audience": audience, **more}


def registration(email: str, *attendees: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """One request for seats; for one person on site unless said otherwise."""
    return {"contact_name": "Camille Exemple", "contact_email": email, "attendees": list(attendees or [attendee()]), **more}


@dataclass
class World(Walk):
    """Who is who, and the acts tests repeat."""

    V1: ClassVar[str] = V1

    runner: UUID = field(default_factory=new_id)
    other_runner: UUID = field(default_factory=new_id)
    network_id: str = ""
    other_network_id: str = ""

    def __post_init__(self) -> None:
        self.administrator = Person(administrator=True)
        self.organiser = member_of(self.runner)
        self.manager = member_of(self.runner, roles=["manager"])
        self.neighbour = member_of(self.other_runner, roles=["manager"])
        self.participant = Person()
        self.stranger = member_of(new_id(), roles=["manager"])

    async def open(self) -> None:
        """Two networks, each run by its organisation."""
        self.network_id = await self._network(self.runner, "Réseau exemple")
        self.other_network_id = await self._network(self.other_runner, "Autre réseau")

    def _address(self, path: str) -> str:
        # The service and what it is first about have one name.
        return path if path.startswith(("/events/v1/", "/events/internal/")) else self.V1 + path

    async def _network(self, organisation_id: UUID, name: str) -> str:
        # Codes are the platform's: tests of one module share it.
        code = "N" + new_id().hex[-11:].upper()
        wish = {"organisation_id": str(organisation_id), "code": code, "name": name, "contact_email": "agenda@reseau.example"}
        return str((await self.call(self.administrator, "POST", "/networks", json=wish, expect=201)).json()["id"])

    def day(self, days: int, hour: int = 9, minute: int = 0) -> str:
        """That hour in Paris, so many days from the world's present."""
        local = (self.running.clock.now() + timedelta(days=days)).astimezone(PARIS)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat()

    def at(self, instant: str) -> None:
        """The clock stands at that instant."""
        self.running.clock.at = datetime.fromisoformat(instant)

    async def idea(self, title: str = "La parole des habitants", **more: Any) -> dict[str, Any]:
        """An event of the first network nobody else sees yet."""
        wish = {"network_id": self.network_id, "format": "journee", "title": title, **more}
        body: dict[str, Any] = (await self.call(self.organiser, "POST", "/events", json=wish, expect=201)).json()
        return body

    async def dated(self, *, sessions: int = 1, days: int = 30, visio: bool = False, **more: Any) -> dict[str, Any]:
        """An idea with sessions of a day each, a week apart."""
        event = await self.idea(**more)
        for number in range(sessions):
            await self.add_session(event, days=days + 7 * number, is_visio=visio)
        return await self.event(event)

    async def add_session(self, event: Mapping[str, Any], *, days: int = 30, **more: Any) -> dict[str, Any]:
        wish = {"starts_at": self.day(days, 9), "ends_at": self.day(days, 17), **more}
        path = f"/events/{event['id']}/sessions"
        body: dict[str, Any] = (await self.call(self.organiser, "POST", path, json=wish, expect=201)).json()
        return body

    async def event(self, event: Mapping[str, Any], who: Person | None = None) -> dict[str, Any]:
        """The event as it stands."""
        body: dict[str, Any] = (await self.call(who or self.organiser, "GET", f"/events/{event['id']}", expect=200)).json()
        return body

    async def act(self, event: Mapping[str, Any], act: str, **wish: Any) -> dict[str, Any]:
        path = f"/events/{event['id']}"
        answer = await self.change(self.organiser, "POST", f"{path}/{act}", of=path, json=wish or None, expect=201)
        body: dict[str, Any] = answer.json()
        return body

    async def seats(
        self, event: Mapping[str, Any], *capacities: Mapping[str, Any], session_id: str | None = None, expect: int = 200
    ) -> dict[str, Any]:
        """Say all the seats of a desk, whatever its version was."""
        path = f"/events/{event['id']}/desks"
        desks = (await self.call(self.organiser, "GET", path, expect=200)).json()
        known = [desk["version"] for desk in desks if desk["session_id"] == session_id]
        headers = {"If-Match": f'"{known[0]}"'} if known else {}
        params = {"session_id": session_id} if session_id else None
        path = f"/events/{event['id']}/capacity"
        sent = {"capacities": list(capacities)}
        answer = await self.call(self.organiser, "PUT", path, json=sent, params=params, headers=headers, expect=expect)
        body: dict[str, Any] = answer.json()
        return body

    async def opened(self, seats: int | None = 100, *, shares: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        """An event whose registrations are open, with so many seats on site (and, with `visio`, as many as come by visio)."""
        event = await self.dated(**more)
        capacities: list[dict[str, Any]] = [{"mode": "on_site", "seats": seats, "shares": shares or []}]
        if event["is_visio"]:
            capacities.append({"mode": "visio", "seats": None})
        await self.seats(event, *capacities)
        return await self.act(event, "opening")

    async def register(
        self, event: Mapping[str, Any], *attendees: Mapping[str, Any], who: Person | None = None, expect: int = 201, **more: Any
    ) -> dict[str, Any]:
        """Somebody with an account of their own asks for seats (a new person each time unless `who`)."""
        wish = registration(f"p{new_id().hex[-12:]}@example.fr", *attendees, **more)
        answer = await self.call(who or Person(), "POST", f"/events/{event['id']}/registrations", json=wish, expect=expect)
        body: dict[str, Any] = answer.json()
        return body

    async def registered(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """The registration as its organisers see it now."""
        body: dict[str, Any] = (await self.call(self.organiser, "GET", f"/registrations/{found['id']}", expect=200)).json()
        return body

    def link(self, found: Mapping[str, Any], link_version: int = 1) -> str:
        """The address of the registration for whoever holds its link."""
        token = links.token(self.running.resources.settings, UUID(found["id"]), link_version)
        return f"/my-registrations/{token}"

    def page(self, found: Mapping[str, Any]) -> str:
        """The page its mail leads to."""
        return f"/inscription#{self.link(found).rpartition('/')[2]}"

    async def lapse(self) -> None:
        """What ended by the clock has ended."""
        resources = self.running.resources
        async with resources.database.transaction() as session:
            due = await registrations.due(session, resources.clock.now())
        for registration_id in due:
            async with resources.database.transaction() as session:
                await registrations.lapse(session, registration_id, now=resources.clock.now())

    async def mails(self, word: str = "") -> list[dict[str, Any]]:
        """Mails queued so far whose subject holds the word."""
        return [job["args"] for job in await self.running.jobs("kernel:send_mail") if re.search(word, job["args"]["subject"])]
