"""Presence: proposed by scans and stays, validated by organisers, read by each for themselves."""

import random
from datetime import datetime, timedelta

import pytest

from tests.events.attendance.desk import attendee, begins, come, line, said, scan, sheet, sitting, stay, validate
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def test_stays_told_twice_late_or_in_pieces_are_one_proposal(world: World) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event, attendee(mode="visio"))
    start = begins(event)
    come(world, event, hours=9)
    await stay(world, event, found, start + timedelta(hours=2), start + timedelta(hours=3), mark="b")
    await stay(world, event, found, start - timedelta(minutes=10), None, mark="a")
    for _ in range(2):
        await stay(world, event, found, start - timedelta(minutes=10), start + timedelta(hours=1), mark="a")
    await stay(world, event, found, start - timedelta(minutes=10), None, mark="a")
    await stay(world, event, found, start + timedelta(minutes=30), start + timedelta(hours=1, minutes=30), mark="c")
    await stay(world, event, found, start + timedelta(hours=7, minutes=30), start + timedelta(hours=12), mark="d")
    shown = await line(world, event, found)
    assert (shown["proposal"]["minutes"], shown["proposal"]["source"], shown["proposal"]["is_open"]) == (
        90 + 60 + 30,
        "visio",
        False,
    )
    assert shown["presence"] is None
    rows = await world.pages(world.organiser, f"/events/{event['id']}/presence")
    assert (rows[0]["minutes"], rows[0]["sessions"][0]["proposed_minutes"], rows[0]["is_validated"]) == (0, 180, False)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_the_order_providers_tell_in_the_proposal_is_the_same(world: World, seed: int) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event, attendee(mode="visio"))
    start = begins(event)
    told: list[tuple[str, datetime, datetime | None]] = [
        (mark, start + timedelta(minutes=at), None) for mark, at in (("a", -5), ("b", 100), ("c", 200))
    ]
    told += [("a", start - timedelta(minutes=5), start + timedelta(minutes=90))]
    told += [("b", start + timedelta(minutes=100), start + timedelta(minutes=220))]
    told += [("c", start + timedelta(minutes=200), start + timedelta(minutes=600))]
    come(world, event, hours=11)
    told *= 2
    random.Random(seed).shuffle(told)
    for mark, joined, left in told:
        await stay(world, event, found, joined, left, mark=mark)
    proposal = (await line(world, event, found))["proposal"]
    assert (proposal["minutes"], proposal["is_open"]) == (90 + 380, False)


async def test_a_stay_without_an_end_is_said_so(world: World) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event, attendee(mode="visio"))
    come(world, event, hours=2)
    await stay(world, event, found, begins(event) + timedelta(hours=1), None)
    assert (await line(world, event, found))["proposal"] | {"arrived_at": "", "left_at": ""} == {
        "minutes": 60,
        "arrived_at": "",
        "left_at": "",
        "source": "visio",
        "is_open": True,
    }
    come(world, event, hours=30)
    assert (await line(world, event, found))["proposal"]["minutes"] == 7 * 60


async def test_a_stay_of_another_event_is_passed_over(world: World) -> None:
    event, other = await world.opened(visio=True), await world.opened(visio=True)
    found = await world.register(other, attendee(mode="visio"))
    come(world, event, hours=1)
    await stay(world, event, found, begins(event), None)
    assert (await sheet(world, event))["people"] == []


async def test_nothing_counts_before_it_is_validated_and_validating_again_changes_nothing(world: World) -> None:
    event = await world.opened(visio=True)
    came, remote, absent = (
        await world.register(event),
        await world.register(event, attendee(mode="visio")),
        await world.register(event),
    )
    come(world, event, minutes=30)
    await scan(world, event, came)
    await stay(world, event, remote, begins(event), begins(event) + timedelta(hours=4))
    come(world, event, hours=9)
    found = await validate(world, event)
    assert found["to_validate"] == 0
    by_id = {each["attendee_id"]: each["presence"] for each in found["people"]}
    told = [
        (each["state"], each["minutes"], each["source"])
        for each in (by_id[person["attendees"][0]["id"]] for person in (came, remote, absent))
    ]
    assert told == [("present", 450, "scan"), ("present", 240, "visio"), ("absent", 0, "organiser")]
    again = await validate(world, event)
    assert again == found
    told_above = [job["args"] for job in await world.running.jobs("events:presence_changed")]
    assert len([args for args in told_above if args["event_id"] == event["id"]]) == 1
    sql = "SELECT * FROM journal_lines WHERE resource_id = %(id)s AND act = 'presence.validated'"
    assert len(await world.running.rows(sql, id=event["id"])) == 1


async def test_the_organiser_corrects_and_is_not_overwritten_by_validating_the_rest(world: World) -> None:
    event = await world.opened()
    people = [await world.register(event) for _ in range(4)]
    come(world, event, hours=1)
    for each in people[:2]:
        await scan(world, event, each)
    come(world, event, hours=9)
    start = begins(event)
    left = (start + timedelta(hours=3)).isoformat()
    items = [
        said(people[0], state="present", arrived_at=start.isoformat(), left_at=left, note="Arrivée avant l'ouverture."),
        said(people[2], state="excused"),
        said(people[3], minutes=120),
    ]
    await validate(world, event, items=items)
    await validate(world, event)
    told = [(await line(world, event, each))["presence"] for each in people]
    assert [(each["state"], each["minutes"], each["source"]) for each in told] == [
        ("present", 180, "organiser"),
        ("present", 420, "scan"),
        ("excused", 0, "organiser"),
        ("present", 120, "organiser"),
    ]
    await validate(world, event, items=[said(people[1], state="present", minutes=60)])
    assert (await line(world, event, people[1]))["presence"]["minutes"] == 60


async def test_what_cannot_be_is_refused_where_it_is_said(world: World) -> None:
    event, other = await world.opened(), await world.opened()
    found, foreign = await world.register(event), await world.register(other)
    path = f"{sitting(event)}/presence"
    headers = {"If-Match": '"1"'}

    async def refused(slug: str, *items: object, pointer: str | None = None) -> None:
        problem = await world.refused(
            world.organiser, "POST", f"{path}/validation", 409, slug, json={"items": list(items)}, headers=headers
        )
        if pointer:
            assert problem["errors"][0]["pointer"] == pointer

    await refused("session-not-over", said(found))
    come(world, event, hours=7, minutes=59)
    await refused("session-not-over", said(found))
    come(world, event, hours=9)
    await refused("minutes-beyond-session", said(found, minutes=481), pointer="/items/0/minutes")
    await refused("nothing-to-correct", said(found, state="absent", minutes=5), pointer="/items/0/minutes")
    await refused("not-expected-here", said(found), said(foreign), pointer="/items/1/attendee_id")
    late, early = (begins(event) + timedelta(hours=3)).isoformat(), begins(event).isoformat()
    await refused("left-before-arriving", said(found, arrived_at=late, left_at=early), pointer="/items/0/left_at")
    twice = {"items": [said(found), said(found)]}
    assert (await world.call(world.organiser, "POST", f"{path}/validation", json=twice, headers=headers)).status_code == 422
    assert (await world.call(world.organiser, "POST", f"{path}/validation", json={}, headers=headers)).status_code == 422
    assert (await world.call(world.organiser, "POST", f"{path}/validation", json={"everybody": True})).status_code == 428


async def test_two_tabs_do_not_overwrite_each_other(world: World) -> None:
    event = await world.opened()
    found, late = await world.register(event), await world.register(event)
    come(world, event, hours=1)
    tab = await sheet(world, event)
    await scan(world, event, late)
    come(world, event, hours=8)
    path, headers = f"{sitting(event)}/presence/validation", {"If-Match": f'"{tab["version"]}"'}
    # Somebody was scanned since the sheet was read.
    await world.refused(world.organiser, "POST", path, 412, "stale-version", json={"everybody": True}, headers=headers)
    version = (await sheet(world, event))["version"]
    wishes = [{"items": [said(found, minutes=minutes)]} for minutes in (10, 20, 30)]
    answers = await world.at_once(
        (world.organiser, "POST", path, {"json": wish, "headers": {"If-Match": f'"{version}"'}}) for wish in wishes
    )
    assert sorted(each.status_code for each in answers) == [201, 412, 412]
    winner = next(each.json() for each in answers if each.status_code == 201)
    kept = {each["attendee_id"]: each["presence"] for each in winner["people"]}[found["attendees"][0]["id"]]
    assert (await line(world, event, found))["presence"]["minutes"] == kept["minutes"]


async def test_traces_that_come_after_the_validation_are_news(world: World) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event, attendee(mode="visio"))
    come(world, event, hours=9)
    start = begins(event)
    await stay(world, event, found, start, start + timedelta(hours=1), mark="a")
    await validate(world, event)
    assert not (await line(world, event, found))["has_news"]
    await stay(world, event, found, start + timedelta(hours=2), start + timedelta(hours=3), mark="b")
    shown = await line(world, event, found)
    assert (shown["has_news"], shown["presence"]["minutes"], shown["proposal"]["minutes"]) == (True, 60, 120)
    await validate(world, event, items=[said(found)])
    assert (await line(world, event, found))["presence"]["minutes"] == 120


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-28", 5), ("2027-10-31", 7)], ids=["the night of summer time", "the night of winter time"]
)
async def test_hours_are_elapsed_time_over_the_clock_change(world: World, day: str, hours: int) -> None:
    now = world.running.clock.now()
    world.at("2026-12-01T12:00:00+00:00")
    night = datetime.fromisoformat(f"{day}T00:00:00")
    utc_offset = "+01:00" if day.startswith("2027-03") else "+02:00"
    after = "+02:00" if day.startswith("2027-03") else "+01:00"
    event = await world.idea()
    sent = {"starts_at": f"{night.date()}T00:00:00{utc_offset}", "ends_at": f"{night.date()}T06:00:00{after}"}
    await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=sent, expect=201)
    await world.seats(event, {"mode": "on_site", "seats": 5})
    event = await world.act(event, "opening")
    found = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    come(world, event, hours=12)
    shown = await validate(world, event)
    assert (shown["minutes"], shown["people"][0]["presence"]["minutes"]) == (hours * 60, hours * 60)
    world.at(now.isoformat())


async def test_each_reads_their_own_presence_and_nobody_elses(world: World) -> None:
    event = await world.opened(sessions=2)
    found = await world.register(event, who=world.participant)
    other = await world.register(event)
    come(world, event)
    await scan(world, event, found)
    come(world, event, hours=9)
    await validate(world, event)
    for who, path in (
        (world.participant, f"/registrations/{found['id']}/presence"),
        (None, f"{world.link(found)}/presence"),
        (world.organiser, f"/registrations/{found['id']}/presence"),
    ):
        rows = (await world.call(who, "GET", path, expect=200)).json()
        assert [(each["minutes"], each["total_minutes"], each["is_validated"]) for each in rows] == [(480, 960, False)]
        assert [cell["state_label"] for cell in rows[0]["sessions"]] == ["Présent", None]
    await world.refused(world.participant, "GET", f"/registrations/{other['id']}/presence", 404, "not-found")
    await world.refused(None, "GET", f"{world.link(found)}x/presence", 404, "bad-registration-link")
    for who in (world.participant, world.neighbour):
        await world.refused(who, "GET", f"/events/{event['id']}/presence", 403, "not-an-organiser")
        await world.refused(who, "GET", f"{sitting(event)}/presence", 403, "not-an-organiser")
        headers = {"If-Match": '"1"'}
        path = f"{sitting(event)}/presence/validation"
        await world.refused(who, "POST", path, 403, "not-an-organiser", json={"everybody": True}, headers=headers)


async def test_the_table_goes_page_by_page_in_the_french_order_of_names(world: World) -> None:
    event = await world.opened()
    for name in ("Zola", "éluard", "Eluard", "Œuvre", "Obama", "De La Tour", "Élan"):
        await world.register(event, attendee(name))
    rows = await world.pages(world.organiser, f"/events/{event['id']}/presence", limit=2)
    assert [each["family_name"].replace("é", "E").replace("É", "E") for each in rows] == [
        "De La Tour",
        "Elan",
        "Eluard",
        "Eluard",
        "Obama",
        "Œuvre",
        "Zola",
    ]


async def test_a_cancelled_session_is_shown_and_not_counted(world: World) -> None:
    event = await world.opened(sessions=3)
    found = await world.register(event)
    path = sitting(event, 2)
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Neige."}, expect=201)
    come(world, event)
    await scan(world, event, found)
    come(world, event, hours=9)
    await validate(world, event)
    headers = {"If-Match": '"1"'}
    await world.refused(
        world.organiser, "POST", f"{path}/presence/validation", 409, "session-cancelled", json={"everybody": True}, headers=headers
    )
    row = (await world.pages(world.organiser, f"/events/{event['id']}/presence"))[0]
    assert (row["minutes"], row["total_minutes"]) == (480, 960)
    assert [cell["is_cancelled"] for cell in row["sessions"]] == [False, True, False]
