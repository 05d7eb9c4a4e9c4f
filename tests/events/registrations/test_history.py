"""What became of a registration, for its holder and the organisers."""

import pytest

from tests.events.world import World, registration

pytestmark = pytest.mark.anyio


async def test_a_history_says_the_rank_that_was_given_and_who_decided_without_naming_anybody(world: World) -> None:
    event = await world.opened(1)
    path = f"/events/{event['id']}/registrations"
    first = await world.register(event)
    wish = {**registration("waiting@example.fr"), "contact_name": "Nom Secret"}
    found = (await world.call(world.participant, "POST", path, json=wish, expect=201)).json()
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    await world.call(None, "POST", f"{world.link(found)}/acceptance", expect=201)
    of = f"/registrations/{found['id']}"
    await world.change(world.organiser, "POST", f"{of}/cancellation", of=of, expect=201)
    for who, address in (
        (world.participant, f"{of}/history"),
        (world.organiser, f"{of}/history"),
        (None, world.link(found) + "/history"),
    ):
        answer = await world.call(who, "GET", address, expect=200)
        lines = answer.json()["items"]
        assert [(line["label"], line["rank"], line["by"]) for line in lines] == [
            ("Annulée", None, "organiser"),
            ("Inscrit", None, "unsigned"),
            ("Place proposée", None, "unsigned"),
            ("En liste d'attente", 1, "participant"),
        ]
        assert "Secret" not in answer.text
        assert "example.fr" not in answer.text


async def test_a_history_is_read_page_by_page_and_by_nobody_else(world: World) -> None:
    event = await world.opened(1)
    found = await world.register(event)
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    path = f"/registrations/{found['id']}/history"
    lines = await world.pages(world.organiser, path, limit=1)
    assert [line["act"] for line in lines] == ["registration.cancelled", "registration.seated"]
    for who in (world.stranger, world.neighbour):
        await world.refused(who, "GET", path, 404, "not-found")
