"""What the table of rights needs of open data."""

from collections.abc import Mapping
from typing import Any

from services.programming.open_data.jobs import publish_coverage
from tests.programming.open_data.papers import publisher
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The State has published its year; another campaign is decided and its coverage published."""
    year = world.running.clock.now().year
    await world.call(world.state_officer, "PUT", f"/funders/{world.state}/publication", json=publisher("État"), expect=201)
    wish = {"year": year}
    await world.call(world.state_officer, "POST", f"/funders/{world.state}/publications", json=wish, expect=201)
    QUERIES["exportSubsidies"] = {"year": year}
    kept, world.campaign_id = world.campaign_id, ""
    await world.prepare_campaign()
    for act in ("opening", "closing", "instruction", "decision"):
        await world.act(act)
    decided, world.campaign_id = world.campaign_id, kept
    async with world.running.resources.database.transaction() as session:
        await publish_coverage.run(session, world.running.resources, campaign_id=decided)
    return {"campaign": decided, "holder_id": str(world.association), "funder": str(world.state), "year": str(year), "version": "1"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    year = world.running.clock.now().year
    return {"setPublisher": publisher("État"), "stateBeneficiary": {"legal_person": True}, "publishSubsidies": {"year": year}}
