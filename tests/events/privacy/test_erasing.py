"""What each night erases, and the register that proves it."""

import asyncio
from typing import Any

import pytest

from services.events.privacy import service
from services.events.settings import Settings
from tests.events.world import World, attendee, registration

from .acts import night, nightly, somebody

pytestmark = pytest.mark.anyio

FORM = {"type": "object", "properties": {"question": {"type": "string"}}}


async def registered(world: World, email: str, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    needs = {"dietary": "sans gluten", "accessibility": "fauteuil"}
    person = attendee(
        "Exemple", email=email, function="Cheffe", territory_code="QP011002", answers={"question": "oui"}, needs=needs
    )
    wish = registration(email, person, contact_phone="06 00 00 00 00", **more)
    body: dict[str, Any] = (
        await world.call(world.participant, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)
    ).json()
    return body


async def stored(world: World, found: dict[str, Any]) -> dict[str, Any]:
    (row,) = await world.running.rows(
        "SELECT r.contact_name, r.contact_email, r.contact_phone, r.account_id, a.*, n.dietary FROM registrations r"
        " JOIN attendees a ON a.registration_id = r.id LEFT JOIN attendee_needs n ON n.attendee_id = a.id WHERE r.id = %(id)s",
        id=found["id"],
    )
    return row


async def lines(world: World) -> list[dict[str, Any]]:
    return await world.running.rows("SELECT * FROM erasures ORDER BY number")


async def test_each_field_goes_in_its_time_and_what_counts_stays(world: World) -> None:
    event = await world.opened(days=1, form=FORM)
    email = somebody()
    found = await registered(world, email, event)
    await night(world)
    assert (await stored(world, found))["dietary"] == "sans gluten"
    world.running.clock.forward(days=10)
    await night(world)
    row = await stored(world, found)
    assert (row["dietary"], row["contact_phone"], row["answers"]) == (None, "06 00 00 00 00", {"question": "oui"})
    world.running.clock.forward(days=100)
    await night(world)
    row = await stored(world, found)
    assert (row["contact_phone"], row["answers"], row["family_name"]) == ("", {"question": "oui"}, "Exemple")
    world.running.clock.forward(days=280)
    await night(world)
    row = await stored(world, found)
    assert (row["answers"], row["family_name"], row["contact_email"]) == ({}, "Exemple", email)
    world.running.clock.forward(days=760)
    await night(world)
    row = await stored(world, found)
    assert (row["given_name"], row["family_name"], row["email"], row["function"]) == ("Anonyme", "Anonyme", None, "")
    assert (row["contact_name"], row["account_id"]) == ("Anonyme", None)
    assert row["contact_email"].endswith("@invalid")
    assert row["erased_at"] is not None
    kept = (row["audience"], row["territory_code"], row["mode"], row["territory_path"], row["pool_id"] is not None)
    assert kept == ("association", "QP011002", "on_site", ["11", "11069", "QP011002", "REG-76"], True)


async def test_people_under_one_desk_are_forgotten_together_and_the_night_run_twice_does_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    events = [await world.opened(days=1, title=f"E{number}") for number in range(5)]
    for event in events:
        for _ in range(3):
            await registered(world, somebody(), event)
    world.running.clock.forward(days=1200)
    await night(world)
    made = [each for each in await lines(world) if each["rule"] == "identity"]
    assert made[-1]["count"] >= 15
    await night(world)
    again = [each for each in await lines(world) if each["rule"] == "identity"]
    assert len(again) == len(made) + 1
    assert again[-1]["count"] == 0, "the line proves that the night's work was done; there was none left"


async def test_an_event_to_come_and_its_people_are_left_alone(world: World) -> None:
    event = await world.opened(days=60)
    found = await registered(world, somebody(), event)
    await night(world)
    assert (await stored(world, found))["dietary"] == "sans gluten"


async def test_an_event_that_lost_all_its_dates_is_not_kept_for_ever(world: World) -> None:
    event = await world.opened(days=1)
    found = await registered(world, somebody(), event)
    await world.act(event, "postponement", reason="Grève.")
    session = event["sessions"][0]
    path = f"/events/{event['id']}/sessions/{session['id']}"
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Grève."}, expect=201)
    assert (await world.event(event))["ends_at"] is None
    world.running.clock.forward(days=10)
    await night(world)
    assert (await stored(world, found))["dietary"] is None


async def test_the_nightly_job_writes_work_for_each_rule_and_the_table_says_the_same(world: World) -> None:
    await nightly(world)
    written = {job["args"]["rule"] for job in await world.running.jobs("events:erase_some")}
    table = (await world.call(None, "GET", "/retention", expect=200)).json()
    assert {each["code"] for each in table["items"]} == written
    assert {each["code"]: (each["kept_for"], each["unit"]) for each in table["items"]} == {
        "needs": (7, "days"),
        "phones": (3, "months"),
        "answers": (12, "months"),
        "identity": (36, "months"),
        "certificates": (60, "months"),
        "wishes": (36, "months"),
    }


async def test_settings_override_the_table(world: World) -> None:
    settings: Settings = world.running.resources.settings.model_copy(update={"retention_needs_days": 2})
    now = world.running.clock.now()
    found = {each.code: each for each in service.retention(settings, now)}
    assert found["needs"].kept_for == 2
    assert {each.rule: each.before for each in service.tonight(settings, now)}["needs"] == found["needs"].erased_before


async def test_the_register_is_read_by_managers_and_administrators(world: World) -> None:
    await night(world)
    for who in (world.manager, world.administrator, world.neighbour):
        items = (await world.call(who, "GET", "/erasures", params={"limit": 2}, expect=200)).json()["items"]
        assert items[0]["number"] == items[1]["number"] + 1
        assert items[0]["previous"] == items[1]["digest"]
    for refused in (world.organiser, world.participant, world.stranger):
        await world.refused(refused, "GET", "/erasures", 403, "erasures-for-managers")
        await world.refused(refused, "GET", "/erasures/verification", 403, "erasures-for-managers")
    await world.refused(None, "GET", "/erasures", 401, "unauthenticated")


async def test_a_line_taken_out_of_the_register_is_seen(world: World) -> None:
    await night(world)
    whole = (await world.call(world.manager, "GET", "/erasures/verification", expect=200)).json()
    assert (whole["whole"], whole["first_broken"]) == (True, None)
    (last,) = await world.running.rows("SELECT max(number) AS number FROM erasures")
    taken = last["number"] - 1
    (row,) = await world.running.rows("DELETE FROM erasures WHERE number = %(number)s RETURNING *", number=taken)
    broken = (await world.call(world.manager, "GET", "/erasures/verification", expect=200)).json()
    assert (broken["whole"], broken["first_broken"]) == (False, taken)
    await world.running.rows(
        "INSERT INTO erasures VALUES (%(number)s, %(at)s, %(rule)s, %(before)s, %(count)s, %(previous)s, %(digest)s) RETURNING number",
        **row,
    )
    assert (await world.call(world.manager, "GET", "/erasures/verification", expect=200)).json()["whole"]
    await world.running.rows("UPDATE erasures SET count = count + 1 WHERE number = %(number)s RETURNING number", number=taken)
    assert (await world.call(world.manager, "GET", "/erasures/verification", expect=200)).json()["first_broken"] == taken
    await world.running.rows("UPDATE erasures SET count = count - 1 WHERE number = %(number)s RETURNING number", number=taken)


async def test_lines_written_at_once_stand_in_one_chain(world: World) -> None:
    resources = world.running.resources
    now = resources.clock.now()

    async def one() -> None:
        async with resources.database.transaction() as session:
            await service.record(session, resources, rule="needs", before=now, count=1, now=now)

    await asyncio.gather(*(one() for _ in range(6)))
    assert (await world.call(world.manager, "GET", "/erasures/verification", expect=200)).json()["whole"]


async def _needs(world: World, event: dict[str, Any]) -> int:
    rows = await world.running.rows(
        "SELECT 1 FROM attendee_needs n JOIN attendees a ON a.id = n.attendee_id WHERE a.event_id = %(id)s", id=event["id"]
    )
    return len(rows)


async def test_needs_go_a_week_after_the_event_and_the_register_says_how_many(world: World) -> None:
    event = await world.opened(days=2, most_in_group=2)
    needs = {"dietary": "sans sel", "dietary_kinds": ["vegan"]}
    await world.register(event, attendee(needs=needs), attendee(needs=needs))
    later = await world.opened(days=40)
    await world.register(later, attendee(needs=needs))
    await night(world)
    world.at(world.day(9, 12))  # two days to the event, seven after it have not passed
    await night(world)
    assert (await _needs(world, event), await _needs(world, later)) == (2, 1)
    world.running.clock.forward(days=1)
    await night(world)
    assert (await _needs(world, event), await _needs(world, later)) == (0, 1)
    assert [each["count"] for each in await lines(world) if each["rule"] == "needs"][-1] == 2


async def test_needs_for_nothing_go_the_next_night(world: World) -> None:
    needs = {"dietary": "sans sel"}
    event, cancelled = await world.opened(), await world.opened()
    found = await world.register(event, attendee(needs=needs))
    await world.register(event, attendee(needs=needs))
    await world.register(cancelled, attendee(needs=needs))
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    await world.act(cancelled, "cancellation", reason="Grève")
    await night(world)
    assert (await _needs(world, event), await _needs(world, cancelled)) == (1, 0)


async def test_who_said_a_need_is_forgotten_whatever_became_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RECORDS", 2)
    wish = {"network_id": world.network_id, "audience": "association", "wish": "Animer un conseil citoyen."}
    said = [(await world.call(world.participant, "POST", "/needs", json=wish, expect=201)).json()["id"] for _ in range(3)]
    world.running.clock.forward(days=1000)
    await night(world)
    assert len((await world.call(world.participant, "GET", "/my-needs", expect=200)).json()["items"]) == 3
    world.running.clock.forward(days=200)
    await night(world)
    rows = await world.running.rows("SELECT account_id, email, wish FROM training_needs WHERE id = ANY(%(ids)s)", ids=said)
    assert rows == [{"account_id": None, "email": None, "wish": wish["wish"]}] * 3
