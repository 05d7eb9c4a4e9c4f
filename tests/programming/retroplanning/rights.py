"""What the table of rights needs of calendars, assemblies, deadlines put off and open calls."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World
from tests.support import member_of

QUERIES: dict[str, dict[str, Any]] = {"listAssemblies": {"organisation_id": "00000000-0000-7000-8000-000000000000"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """An assembly of the funder asked, and somebody's secret address."""
    wish = {"organisation_id": str(world.state), "name": "Commission", "meets_on": "2031-03-12", "deposit_days": 20}
    made = await world.call(world.state_officer, "POST", "/assemblies", json=wish, expect=201)
    follower = member_of(world.lead)  # nobody else renews or revokes what they made
    address = (await world.call(follower, "POST", f"/campaigns/{ids['campaign_id']}/retroplanning/feed", expect=201)).json()["url"]
    return {"assembly_id": made.json()["id"], "feed_token": address.rpartition("/")[2].removesuffix(".ics")}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    assembly = {"organisation_id": str(world.state), "name": "Autre", "meets_on": "2031-04-12", "deposit_days": 20}
    return {
        "extendDeadline": {"closes_at": "2098-01-01T00:00:00Z", "reason": "Z"},
        "recordAssembly": assembly,
        "changeAssembly": {"deposit_days": 3},
        "tryRetroplanning": {"durations": {"review": 5}},
    }
