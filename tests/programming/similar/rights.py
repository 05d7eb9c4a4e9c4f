"""What the table of rights needs of similar actions and overlaps: a similar action to write to, a pair to dismiss."""

from collections.abc import Mapping
from typing import Any

from tests.programming.similar.actions import action, profile, submitted, visible
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The dossier of the table asks the state and the CAF: so does the other one, whose text repeats it."""
    seen = await world.seen(ids["dossier_id"], world.holder)
    asks = {"state": 8_000, "caf": 4_000}
    content = action(world, title=seen["title"], asks=asks)
    other = await submitted(world, content, by=world.stranger)
    again = await submitted(world, content)
    await profile(world)
    await visible(world, other)
    pairs = await world.pages(world.state_officer, f"/dossiers/{again}/overlaps")
    (pair,) = (each for each in pairs if other in {each["first"]["id"], each["second"]["id"]})
    QUERIES["bringBackOverlap"] = {"organisation_id": str(world.state)}
    return {"other_dossier_id": other, "overlap_id": pair["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "contactSimilarHolder": {"message": "Bonjour"},
        "dismissOverlap": {"organisation_id": str(world.state), "reason": "Deux actions distinctes."},
    }
