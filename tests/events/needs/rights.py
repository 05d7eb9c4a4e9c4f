"""What the table of rights needs of training needs."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A need the participant said."""
    sent = bodies(world, ids)["sayNeed"]
    need = (await world.call(world.participant, "POST", "/needs", json=sent, expect=201)).json()
    return {"need_id": need["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    need_id = ids.get("need_id", ids["network_id"])
    reason = {"reason": "Une journée est prévue en mars."}
    return {
        "sayNeed": {"network_id": ids["network_id"], "audience": "association", "wish": "Animer un conseil citoyen."},
        "convertNeeds": {"need_ids": [need_id], "title": "Animer un conseil citoyen"},
        "mergeNeed": {"into_id": need_id, **reason},
        "answerNeed": reason,
        "dismissNeed": reason,
        "withdrawNeed": None,
    }
