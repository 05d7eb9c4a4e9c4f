"""The life of an event, from the idea to what everybody reads."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def test_an_idea_is_its_networks_alone(world: World) -> None:
    event = await world.idea()
    assert (event["status"], event["status_label"]) == ("idea", "Idée")
    for who in (None, world.participant, world.neighbour):
        await world.refused(who, "GET", f"/events/{event['id']}", 404, "not-found")
        listed = await world.pages(who, "/events", network_id=world.network_id)
        assert event["id"] not in {each["id"] for each in listed}
    mine = await world.pages(world.organiser, "/events", network_id=world.network_id)
    assert event["id"] in {each["id"] for each in mine}


async def test_a_tentative_event_is_announced_with_its_vague_date(world: World) -> None:
    event = await world.idea(vague_date="Janvier ?", expected_on="2027-01-15")
    shown = await world.act(event, "tentative-announcement")
    assert (shown["status"], shown["vague_date"], shown["sort_on"], shown["starts_at"]) == (
        "tentative",
        "Janvier ?",
        "2027-01-15",
        None,
    )
    assert (await world.call(None, "GET", f"/events/{event['id']}", expect=200)).json()["status_label"] == "Date à confirmer"


async def test_registrations_do_not_open_without_a_date(world: World) -> None:
    event = await world.idea()
    headers = {"If-Match": f'"{event["version"]}"'}
    await world.refused(world.organiser, "POST", f"/events/{event['id']}/opening", 409, "event-not-dated", headers=headers)


async def test_an_act_out_of_order_says_what_is_possible(world: World) -> None:
    event = await world.idea()
    headers = {"If-Match": f'"{event["version"]}"'}
    path = f"/events/{event['id']}/closing"
    problem = await world.refused(world.organiser, "POST", path, 409, "event-act-not-possible", headers=headers)
    assert "announcement" in problem["possible_acts"]


async def test_the_agenda_is_filtered_by_theme_and_territory_trees(world: World) -> None:
    event = await world.dated(theme_codes=["participation"], territory_codes=["QP011002"], audiences=["resident"])
    await world.act(event, "announcement")

    async def found(**asked: str) -> bool:
        return event["id"] in {each["id"] for each in await world.pages(None, "/events", network_id=world.network_id, **asked)}

    assert await found(theme="lien-social")
    assert await found(territory="11")
    assert await found(audience="resident")
    assert not await found(theme="habitat")
    assert not await found(territory="34")
    assert not await found(audience="state")


async def test_codes_the_directory_does_not_know_are_refused(world: World) -> None:
    wish = {"network_id": world.network_id, "format": "journee", "title": "X", "territory_codes": ["11", "99999"]}
    problem = await world.refused(world.organiser, "POST", "/events", 409, "unknown-territory-code", json=wish)
    assert problem["errors"][0]["pointer"] == "/territory_codes/1"


async def test_cancelling_an_event_cancels_its_sessions_and_says_why(world: World) -> None:
    event = await world.dated(sessions=2)
    await world.act(event, "announcement")
    cancelled = await world.act(event, "cancellation", reason="L'intervenante est empêchée.")
    assert (cancelled["status"], cancelled["status_reason"]) == ("cancelled", "L'intervenante est empêchée.")
    assert {each["status"] for each in cancelled["sessions"]} == {"cancelled"}


async def test_only_organisers_write(world: World) -> None:
    wish = {"network_id": world.network_id, "format": "journee", "title": "X"}
    await world.refused(world.neighbour, "POST", "/events", 403, "not-an-organiser", json=wish)
    await world.refused(world.organiser, "POST", "/events", 404, "not-found", json={**wish, "network_id": str(new_id())})


async def test_dates_are_read_in_paris_on_both_sides_of_the_clock_change(world: World) -> None:
    event = await world.idea()
    for starts_at, ends_at in (
        ("2027-03-26T08:00:00Z", "2027-03-26T16:00:00Z"),
        ("2027-03-29T07:00:00Z", "2027-03-29T15:00:00Z"),
    ):
        wish = {"starts_at": starts_at, "ends_at": ends_at}
        await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=201)
    shown = await world.event(event)
    assert [each["starts_at"] for each in shown["sessions"]] == ["2027-03-26T09:00:00+01:00", "2027-03-29T09:00:00+02:00"]


async def test_the_only_session_left_is_not_cancelled_alone(world: World) -> None:
    event = await world.opened(sessions=2)

    def path(number: int) -> str:
        return f"/events/{event['id']}/sessions/{event['sessions'][number]['id']}"

    async def cancelled(number: int, expect: int) -> dict[str, Any]:
        wish = {"reason": "Neige."}
        sent = await world.change(
            world.organiser, "POST", f"{path(number)}/cancellation", of=path(number), json=wish, expect=expect
        )
        body: dict[str, Any] = sent.json()
        return body

    await cancelled(0, 201)
    for act in ("open", "closed"):
        problem = await cancelled(1, 409)
        assert problem["type"].endswith("/problems/last-session")
        assert problem["possible_acts"] == ["cancellation", "postponement"], "it says the way out"
        if act == "open":
            await world.act(event, "closing")
    await world.act(event, "postponement", reason="Neige.")
    assert (await cancelled(1, 201))["status"] == "cancelled"
    assert (await world.event(event))["starts_at"] is None
