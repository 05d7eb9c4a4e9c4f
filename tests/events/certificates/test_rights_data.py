"""The ids that the table of rights asks with lead somewhere."""

import pytest

from tests.events.attendance import rights as attendance
from tests.events.certificates import rights as certificates
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def test_what_the_table_of_rights_asks_with_is_there(world: World) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event, who=world.participant)
    ids = {"event_id": event["id"], "registration_id": found["id"], "attendee_id": found["attendees"][0]["id"]}
    made = {**await attendance.prepare(world, ids), **await certificates.prepare(world, ids)}
    await world.call(None, "GET", f"/badges/{made['badge_key']}", expect=200)
    await world.call(None, "GET", f"/certificates/{made['certificate_code']}", expect=200)
    path = f"/certificates/{made['certificate_id']}/file"
    await world.call(world.organiser, "GET", f"/events/{event['id']}{path}", expect=200)
    await world.call(world.participant, "GET", f"/registrations/{found['id']}{path}", expect=200)
    await world.call(None, "GET", f"{world.link(found)}{path}", expect=200)
    bodies = attendance.bodies(world, ids)
    sitting = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}"
    world.at(event["sessions"][0]["starts_at"])
    await world.call(world.organiser, "POST", f"{sitting}/check-ins", json=bodies["checkIn"], expect=201)
    await world.call(world.organiser, "POST", f"{sitting}/check-ins/batch", json=bodies["synchroniseCheckIns"], expect=201)
    await world.call(world.organiser, "POST", f"{sitting}/walk-ins", json=bodies["receiveWalkIn"], expect=201)
