"""What the table of rights needs of the agenda."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A series of the first network, and the event's reference."""
    wish = {"network_id": ids["network_id"], "title": "CaféLaboQUARTIERS"}
    series = (await world.call(world.organiser, "POST", "/event-series", json=wish, expect=201)).json()
    event = (await world.call(world.organiser, "GET", f"/events/{ids['event_id']}", expect=200)).json()
    return {"series_id": series["id"], "reference": event["reference"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    network = {"network_id": ids["network_id"]}
    session = {"starts_at": world.day(200, 9), "ends_at": world.day(200, 17)}
    reason = {"reason": "L'intervenante est empêchée."}
    return {
        "createEvent": {**network, "format": "journee", "title": "Une idée"},
        "updateEvent": {"title": "Un autre titre"},
        "cancelEvent": reason,
        "postponeEvent": reason,
        "addSession": session,
        "updateSession": {"room": "Salle 2"},
        "cancelSession": reason,
        "duplicateEvent": {"first_session_on": "2028-03-16"},
        "recordSpeakerConsent": {"name": "Camille Exemple", "replay_consent": "given", "consented_on": "2026-01-01"},
        "openEventSeries": {**network, "title": "Une série"},
        "updateEventSeries": {"title": "Un autre titre"},
    }
