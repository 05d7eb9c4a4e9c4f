"""What tests of conflicts and readings repeat: colleagues the directory knows, a funder's reviews, what is given."""

from typing import Any

from tests.programming.world import ROSTERS, World
from tests.support import Person, member_of

GIVEN: dict[str, Any] = {"scores": {"besoin": 4, "budget": 3}, "opinion": "reserved", "proposed_cents": 300_000}


def colleague(world: World, name: str = "Nadia Benali") -> Person:
    """Another member of the CAF, as the directory knows them."""
    person = member_of(world.caf)
    ROSTERS.setdefault(world.caf, {})[person.account_id] = name
    return person


async def reviewing(world: World, **asks: int) -> tuple[dict[str, Any], str]:
    """A dossier under review by the State and the CAF, and the address of the CAF's review."""
    dossier = await world.admitted(**(asks or {"state": 8_000, "caf": 4_000}))
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"], funder_id=str(world.caf))
    return dossier, f"/reviews/{review['id']}"


async def conflict(world: World, who: Person, expect: int = 201, **wish: Any) -> dict[str, Any]:
    """The declaration, about a dossier or an organisation."""
    body = {"funder_id": str(world.caf), "kind": "board_member", "details": "Trésorière jusqu'en 2025.", **wish}
    return dict((await world.call(who, "POST", "/conflicts", json=body, expect=expect)).json())


async def choose(world: World, who: Person | None = None, expect: int = 200, **wish: Any) -> dict[str, Any]:
    """What the CAF chooses for its reviews of the campaign."""
    where = f"/campaigns/{world.campaign_id}/funders/{world.caf}/review-settings"
    tag = (await world.call(who or world.caf_officer, "GET", where, expect=200)).headers["etag"]
    headers = {} if tag == '"0"' else {"If-Match": tag}
    return dict((await world.call(who or world.caf_officer, "PUT", where, json=wish, headers=headers, expect=expect)).json())
