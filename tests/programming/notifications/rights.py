"""What the table of rights needs of answers in bulk and corrected ones."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The State answers whoever is left, and corrects the conditions of an answer of its own."""
    where = f"/campaigns/{ids['campaign_id']}/bulk-notifications"
    asked = await world.call(world.state_officer, "POST", where, json={"funder_id": str(world.state)}, expect=201)
    listed = await world.call(world.holder, "GET", f"/dossiers/{ids['dossier_id']}/notifications", expect=200)
    mine = next(one["id"] for one in listed.json()["items"] if one["funder_id"] == str(world.state))
    wish = {"granted_cents": 100_000, "conditions": "Comptes de l'année.", "reason": "Oubli."}
    corrected = await world.call(world.state_officer, "POST", f"/notifications/{mine}/corrections", json=wish, expect=201)
    return {"bulk_notification_id": asked.json()["id"], "correction_id": corrected.json()["id"], "notification_id": mine}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "notifyInBulk": {"funder_id": str(world.state), "dry_run": True},
        "correctNotification": {"granted_cents": 100_000, "conditions": "Comptes de l'année.", "reason": "Oubli."},
    }
