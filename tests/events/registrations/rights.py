"""What the table of rights needs of registrations: each caller finds something left to act on."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from tests.events.registrations.folk import by_link, email_token, first, new_email
from tests.events.world import World, attendee, registration

QUERIES: dict[str, dict[str, Any]] = {}
#: The first two leave nothing for the next caller; before the last, all is prepared anew for the rooms that follow.
SPENT = {"cancelRegistrationByLink", "confirmEmailChange", "countAttendeeNeeds"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A registration of the participant's own with its link, and a new e-mail that has not answered."""
    path = f"/events/{ids['event_id']}/registrations"
    own = (await world.call(world.participant, "POST", path, json=registration(new_email(), attendee()), expect=201)).json()
    changing = (await world.call(None, "POST", path, json=registration(new_email(), attendee()), expect=201)).json()
    await by_link(world, changing, "PATCH", json={"contact_email": new_email()}, expect=200)
    return {
        "registration_id": own["id"],
        "attendee_id": first(own),
        "token": world.link(own).rpartition("/")[2],
        "email_token": await email_token(world, changing),
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    person = {"given_name": "Camille", "family_name": "Exemple", "audience": "association"}
    decision = {"registration_id": str(new_id()), "version": 1, "decision": "approval"}
    both = {
        "updateRegistration": {"contact_name": "Camille Exemple"},
        "updateAttendee": {"function": "Directrice"},
        "addAttendee": attendee(),
        "changeAttendeeMode": {"mode": "visio"},
        "replaceAttendee": person,
        "putAttendeeNeeds": {"dietary": "végétarien"},
    }
    return {
        **both,
        **{f"{name}ByLink": sent for name, sent in both.items()},
        "putCapacity": {"capacities": [{"mode": "on_site", "seats": 100}, {"mode": "visio", "seats": None}]},
        "register": registration(new_email(), attendee()),
        "registerSomebody": registration(new_email(), attendee()),
        "refuseRegistration": {"reason": "La journée s'adresse aux élus."},
        "decideRegistrations": {"decisions": [decision]},
        "moveRegistration": {"session_id": ids.get("session_id", str(new_id()))},
        "askRegistrationLink": {"event": "CRDSU-2027-0042", "email": "camille@asso.example.org"},
    }
