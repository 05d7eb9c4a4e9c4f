"""What the tables of rights of these rooms prepare is accepted by the service as it stands."""

from typing import Any

import pytest

from tests.events.outcomes import rights as outcomes
from tests.events.privacy import rights as privacy
from tests.events.surveys import rights as surveys
from tests.events.world import World, registration

pytestmark = pytest.mark.anyio


async def ids_of(world: World) -> dict[str, str]:
    event = await world.opened()
    wish = registration("droits@example.fr")
    made = (await world.call(world.participant, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)).json()
    return {"network_id": world.network_id, "event_id": event["id"], "attendee_id": made["attendees"][0]["id"]}


async def test_links_and_bodies_are_those_of_the_service(world: World) -> None:
    ids: dict[str, Any] = await ids_of(world)
    for room in (surveys, outcomes, privacy):
        ids |= await room.prepare(world, ids)
    survey = f"/surveys/{ids['survey_token']}"
    await world.call(None, "GET", survey, expect=200)
    await world.call(None, "POST", f"{survey}/answers", json=surveys.bodies(world, ids)["answerSurvey"], expect=201)
    path = f"/events/{ids['event_id']}"
    await world.call(world.organiser, "GET", f"{path}/outcomes/{ids['outcome_id']}", expect=200)
    await world.call(world.organiser, "POST", f"{path}/outcomes", json=outcomes.bodies(world, ids)["proposeOutcome"], expect=201)
    await world.call(None, "POST", f"/personal-data-requests/{ids['request_token']}/confirmation", expect=201)
    await world.call(None, "POST", "/personal-data-requests", json=privacy.bodies(world, ids)["requestPersonalData"], expect=202)
