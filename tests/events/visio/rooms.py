"""What tests of visio repeat: an account, an event by visio, a participant's link, the clock, the minute's job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from services.events.visio import jobs, links
from tests.events.world import World, attendee

from .stand_ins import SECRET, BigBlueButtonServer

WORDS = "Camille Exemple"


@dataclass
class VisioWorld:
    """A world whose network has a BigBlueButton account by default."""

    world: World
    bbb: BigBlueButtonServer

    async def account(self, *, expect: int = 201, **wish: Any) -> dict[str, Any]:
        """An account of the first network; BigBlueButton's stand-in unless said otherwise."""
        base = {"kind": "bigbluebutton", "name": "Visio de la région", "address": self.bbb.address, "secret": SECRET}
        sent = {**(base if "kind" not in wish else {"name": "Autre"}), **wish}
        path = f"/networks/{self.world.network_id}/visio-accounts"
        answer = await self.world.call(self.world.manager, "POST", path, json=sent, expect=expect)
        body: dict[str, Any] = answer.json()
        return body

    async def event(self, *, sessions: int = 1, **more: Any) -> dict[str, Any]:
        """An open event by visio, in thirty days from 9 to 17 in Paris."""
        return await self.world.opened(100, visio=True, sessions=sessions, **more)

    async def participant(self, event: Mapping[str, Any], name: str = "Exemple", **more: Any) -> dict[str, Any]:
        return await self.world.register(event, attendee(name, mode="visio"), **more)

    async def address(self, registration: Mapping[str, Any]) -> str:
        """The first participant's personal link, as the mails get it."""
        attendee_id = UUID(registration["attendees"][0]["id"])
        return (await self.addresses(attendee_id))[attendee_id]

    async def addresses(self, *attendee_ids: UUID) -> dict[UUID, str]:
        resources = self.world.running.resources
        async with resources.database.transaction() as session:
            return await links.addresses(session, resources, list(attendee_ids))

    async def follow(self, address: str) -> httpx.Response:
        return await self.world.running.client.get(address)

    async def let_in(self, address: str) -> str:
        """Where the link leads; shows the problem otherwise."""
        answer = await self.follow(address)
        assert answer.status_code == 303, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.headers["location"]

    async def turned_away(self, address: str, status: int, slug: str) -> dict[str, Any]:
        answer = await self.follow(address)
        assert answer.status_code == status, answer.text
        problem: dict[str, Any] = answer.json()
        assert problem["type"].endswith(f"/problems/{slug}"), problem
        return {**problem, "headers": answer.headers}

    def session(self, event: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = event["sessions"][number]
        return found

    def at(self, event: Mapping[str, Any], number: int = 0, **from_start: float) -> None:
        """So long from the beginning of that session."""
        starts_at = datetime.fromisoformat(self.session(event, number)["starts_at"])
        self.world.running.clock.at = starts_at + timedelta(**from_start)

    def path(self, event: Mapping[str, Any], number: int = 0) -> str:
        return f"/events/{event['id']}/sessions/{self.session(event, number)['id']}"

    async def visio(self, event: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
        body: dict[str, Any] = (
            await self.world.call(self.world.organiser, "GET", f"{self.path(event, number)}/visio", expect=200)
        ).json()
        return body

    async def choose(self, event: Mapping[str, Any], number: int = 0, *, expect: int = 200, **wish: Any) -> dict[str, Any]:
        path = f"{self.path(event, number)}/visio"
        read = await self.world.call(self.world.organiser, "GET", path, expect=200)
        headers = {"If-Match": read.headers["etag"]}
        answer = await self.world.call(self.world.organiser, "PUT", path, json=wish, headers=headers, expect=expect)
        body: dict[str, Any] = answer.json()
        return body

    async def minute(self) -> None:
        """What the job of every minute does, then what it queued."""
        resources = self.world.running.resources
        async with resources.database.transaction() as session:
            await jobs.visio_due.run(session, resources, timestamp=0)
        await self.world.running.run_jobs()

    async def links_of(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        return await self.world.pages(self.world.organiser, f"/events/{event['id']}/visio-links")
