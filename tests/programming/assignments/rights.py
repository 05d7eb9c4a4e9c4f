"""What the table of rights needs of reviews by several people, conflicts of interest and assignments."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from tests.programming.world import ROSTERS, World
from tests.support import member_of

QUERIES: dict[str, dict[str, Any]] = {"exportReviews": {"format": "csv"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A colleague of the State reads a request of another campaign, and declares an interest in an organisation."""
    second = World(world.running, world.organisations)
    second.state, second.state_officer, second.state_signatory = world.state, world.state_officer, world.state_signatory
    second.lead, second.team = world.lead, world.team
    await second.open()
    settings = f"/campaigns/{second.campaign_id}/funders/{world.state}/review-settings"
    await second.call(world.state_officer, "PUT", settings, json={"readings": 2}, expect=200)
    dossier = await second.admitted(state=8_000)
    (review,) = await second.pages(world.state_officer, "/reviews", dossier_id=dossier["id"])
    colleague = member_of(world.state)
    ROSTERS.setdefault(world.state, {})[colleague.account_id] = "Nadia Benali"
    where, body = f"/reviews/{review['id']}", {"reader_ids": [str(colleague.account_id)]}
    await second.change(world.state_officer, "PUT", f"{where}/readers", of=where, json=body, expect=200)
    (reading,) = (await second.call(world.state_officer, "GET", f"{where}/readings", expect=200)).json()["items"]
    wish = {"funder_id": str(world.state), "organisation_id": str(world.neighbour), "kind": "other"}
    conflict = (await second.call(colleague, "POST", "/conflicts", json=wish, expect=201)).json()
    return {"reading_id": reading["id"], "conflict_id": conflict["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "declareConflict": {"funder_id": str(world.state), "organisation_id": str(world.neighbour), "kind": "other"},
        "withdrawConflict": {"reason": "Z"},
        "chooseReviewSettings": {"readings": 1},
        "setReaders": {"reader_ids": []},
        "saveReading": {},
        "confirmReading": {"submission_number": 1},
        "confirmReview": {"submission_number": 1},
        "writeAssignmentRules": {"rules": []},
        "runAssignmentRules": {"dry_run": True},
        "reassignDeparture": {"account_id": str(new_id()), "dry_run": True},
        "actOnReviews": {"act": "completion", "review_ids": [ids["review_id"]], "dry_run": True},
    }
