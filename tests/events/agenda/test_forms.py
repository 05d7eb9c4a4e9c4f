"""Questions asked of participants: an event takes no form one cannot follow."""

import pytest

from tests.common.test_forms import BOMB, form, nested
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def test_an_event_refuses_a_form_one_cannot_follow(world: World) -> None:
    event = await world.idea()
    path = f"/events/{event['id']}"
    headers = {"If-Match": '"1"'}
    for wrong in (BOMB, nested(30), form(a={"$ref": "https://elsewhere.example/"})):
        problem = await world.refused(world.organiser, "PATCH", path, 409, "bad-form", json={"form": wrong}, headers=headers)
        assert problem["errors"][0]["pointer"].startswith("/form")
