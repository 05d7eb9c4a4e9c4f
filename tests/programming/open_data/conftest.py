"""A campaign whose holder is fully identified, and the acts tests of open data repeat."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from services.programming.awards import service as awards
from services.programming.open_data.jobs import publish_due_subsidies
from tests.programming.open_data.papers import HOLDER_SIRET, lines, publisher
from tests.programming.world import World

OPEN_DATA = "/programming/v1/open-data"


@dataclass
class Press:
    """The world, and what is published in it."""

    world: World
    funder: str
    #: The campaign's.
    year: int

    async def identify(self, **more: Any) -> dict[str, Any]:
        wish = {**publisher(f"Préfecture imaginaire {self.funder[-6:]}"), **more}
        answer = await self.world.call(
            self.world.state_officer, "PUT", f"/funders/{self.funder}/publication", json=wish, expect=201
        )
        found: dict[str, Any] = answer.json()
        return found

    async def publish(self, *, expect: int = 201) -> dict[str, Any]:
        where, wish = f"/funders/{self.funder}/publications", {"year": self.year}
        answer = await self.world.call(self.world.state_officer, "POST", where, json=wish, expect=expect)
        told: dict[str, Any] = answer.json()
        return told

    async def file(self, path: str | None = None) -> list[dict[str, str]]:
        where = path or f"{OPEN_DATA}/subventions/{self.funder}/{self.year}.csv"
        return lines((await self.world.call(None, "GET", where, expect=200)).content)

    async def gaps(self) -> dict[str, list[str]]:
        """Codes of what is missing, by award."""
        items = await self.world.pages(self.world.state_officer, f"/funders/{self.funder}/publication/gaps", limit=1)
        return {item["award_id"]: [gap["code"] for gap in item["gaps"]] for item in items}

    async def amend(self, award_id: str, granted_cents: int) -> None:
        """As an amendment signed by both parties does."""
        async with self.world.running.resources.database.transaction() as session:
            await awards.amend(session, await awards.locked(session, None, UUID(award_id)), granted_cents)

    async def nightfall(self) -> None:
        """The periodic job, then those it queued."""
        async with self.world.running.resources.database.transaction() as session:
            await publish_due_subsidies.run(session, self.world.running.resources, timestamp=0)
        await self.world.running.run_jobs()


@pytest.fixture
def press(world: World) -> Press:
    world.organisations[world.association]["siret"] = HOLDER_SIRET
    return Press(world, str(world.state), world.running.clock.now().year)
