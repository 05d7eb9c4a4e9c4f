"""What the table of rights needs of visio."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.events.agenda import upcoming
from services.events.visio import links, rooms, tokens
from tests.events.visio.stand_ins import SECRET, signed
from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """An account, the session's visio and its room, a speaker's link; the addresses providers are given."""
    account = {
        "kind": "bigbluebutton",
        "name": "BigBlueButton",
        "address": "http://127.0.0.1:9/",
        "secret": SECRET,
        "is_default": True,
    }
    path = f"/networks/{ids['network_id']}/visio-accounts"
    made = (await world.call(world.manager, "POST", path, json=account, expect=201)).json()
    resources = world.running.resources
    wish = {"name": "Dominique Exemple", "role": "moderator"}
    path = f"/events/{ids['event_id']}/sessions/{ids['session_id']}"
    session = (await world.call(world.organiser, "GET", path, expect=200)).json()
    if not session["is_visio"]:
        await world.change(world.organiser, "PATCH", path, json={"is_visio": True}, expect=200)
    link = (await world.call(world.organiser, "POST", f"{path}/visio-links", json=wish, expect=201)).json()
    async with resources.database.transaction() as transaction:
        await links.addresses(transaction, resources, [UUID(ids["attendee_id"])])
        room = await rooms.opened(transaction, (await upcoming.sessions(transaction, [UUID(ids["session_id"])]))[0])
    assert room is not None
    return {
        "visio_account_id": made["id"],
        "visio_link_id": link["id"],
        "visio_token": tokens.link_token(resources.settings, UUID(link["id"])),
        "account_key": made["webhook_address"].rpartition("/")[2],
        "room_token": tokens.ending_address(resources.settings, room.id).rpartition("/")[2],
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "addVisioAccount": {"kind": "external", "name": "Une autre salle"},
        "updateVisioAccount": {"name": "La salle"},
        "putSessionVisio": {"minutes_before": 20},
        "makeVisioLink": {"name": "Dominique Exemple", "role": "presenter"},
        "hearVisioNotice": urlencode({"signed_parameters": signed({"meeting_id": "unknown"}, SECRET)}).encode(),
    }
