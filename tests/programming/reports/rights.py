"""What the table of rights needs of booklets and annual reports: one of each, made; the report is not published."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    await world.call(world.team, "POST", f"/committees/{ids['committee_id']}/booklet", expect=201)
    wish = {"year": world.running.clock.now().year}
    report = await world.call(world.team, "POST", f"/contracts/{ids['contract_id']}/annual-reports", json=wish, expect=201)
    await world.running.run_jobs()
    return {"report_id": report.json()["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"askAnnualReport": {"year": world.running.clock.now().year}}
