"""Organisations that end, as the directory tells of them."""

from typing import Any
from uuid import UUID

from services.common.ids import new_id
from tests.programming.world import World
from tests.support import Person, member_of

DISSOLVED, REINSTATED, CHANGED = "organisation.dissolved", "organisation.reinstated", "organisation.changed"


def newcomer(world: World, name: str) -> tuple[UUID, Person]:
    """One more association, and its manager."""
    organisation_id = new_id()
    world.organisations[organisation_id] = {**world.organisations[world.neighbour], "id": str(organisation_id), "name": name}
    return organisation_id, member_of(organisation_id, roles=["manager"])


def face(world: World, organisation_id: UUID, **more: Any) -> dict[str, Any]:
    """What events say of an organisation; funders' are made up."""
    unknown = {"id": str(organisation_id), "kind": "caf", "name": "CAF"}
    return {**world.organisations.get(organisation_id, unknown), "version": 1, **more}


async def dissolve(world: World, ended: UUID, successor: UUID | None = None, *, version: int = 2, **heir: Any) -> None:
    """The directory says that `ended` was dissolved, and who takes over; `heir` is said of the successor."""
    data = face(world, ended, version=version, dissolved_on="2027-06-30", successor_id=successor and str(successor))
    await world.announce(DISSOLVED, ended, {**data, "successor": face(world, successor, **heir) if successor else None})


async def reinstate(world: World, organisation_id: UUID, *, version: int = 3) -> None:
    """The directory says that the dissolution was a mistake."""
    data = face(world, organisation_id, version=version, dissolved_on=None, successor_id=None, successor=None)
    await world.announce(REINSTATED, organisation_id, data)


async def acts(world: World, who: Person, dossier_id: str) -> list[str]:
    """The dossier's journal, the newest first."""
    return [line["act"] for line in await world.pages(who, f"/dossiers/{dossier_id}/journal")]


async def reads(world: World, who: Person, dossier_id: str) -> dict[str, Any]:
    """Everything this person can read of the dossier."""
    whole = await world.call(who, "GET", f"/dossiers/{dossier_id}", expect=200)
    return {
        "whole": whole.json(),
        "etag": whole.headers["etag"],
        "listed": [one for one in await world.pages(who, "/dossiers") if one["id"] == dossier_id],
        "filtered": [
            (status, one["id"])
            for status in ("under_review", "ready_for_committee", "decided", "notified")
            for one in await world.pages(who, "/dossiers", status=status)
            if one["id"] == dossier_id
        ],
        "journal": await world.pages(who, f"/dossiers/{dossier_id}/journal"),
        "letters": await world.pages(who, f"/dossiers/{dossier_id}/notifications"),
        "reviews": await world.pages(who, "/reviews"),
        "awards": await world.pages(who, "/awards", dossier_id=dossier_id),
    }
