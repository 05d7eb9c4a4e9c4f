"""The calendar of a campaign over HTTP: who reads it, what is tried out, what is applied, and what calendars are given."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.common.clock import in_paris
from services.common.ids import new_id
from services.common.sessions import SESSION_CLOSED
from tests.programming.retroplanning import deadlines
from tests.programming.world import World
from tests.support import SIGNER, Person

pytestmark = pytest.mark.anyio


def where(world: World) -> str:
    return f"/campaigns/{world.campaign_id}/retroplanning"


async def plan(world: World, who: Person | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(who or world.team, "GET", where(world), expect=200)).json()
    return found


def step(plan: dict[str, Any], kind: str, funder: str = "") -> dict[str, Any]:
    (found,) = [each for each in plan["steps"] if (each["kind"], each["funder"]) == (kind, funder)]
    return dict(found)


async def assembly(world: World, meets_on: date, deposit_days: int = 20, name: str = "Commission permanente") -> str:
    wish = {"organisation_id": str(world.region), "name": name, "meets_on": meets_on.isoformat(), "deposit_days": deposit_days}
    made = await world.call(world.region_officer, "POST", "/assemblies", json=wish, expect=201)
    assert made.headers["location"].endswith(made.json()["id"])
    return str(made.json()["id"])


async def test_the_calendar_goes_back_from_the_promise_through_the_dates_there_are(world: World) -> None:
    closes_on = in_paris(await deadlines.closes_at(world)).date()
    found = await plan(world)
    assert found["promise_on"][:7] == (closes_on.replace(day=1) + timedelta(days=92)).isoformat()[:7]
    kinds = [each["kind"] for each in found["steps"]]
    assert kinds[:7] == ["information", "opening", "closing", "completion", "review", "technical_committee", "steering_committee"]
    assert kinds[7:] == ["assembly"] * 3 + ["notification", "answer"]
    assert (step(found, "opening")["status"], step(found, "closing")["planned_on"]) == ("done", closes_on.isoformat())
    (unknown,) = [each for each in found["conflicts"] if each["funder_ids"]]
    assert (unknown["code"], unknown["funder_id"], len(unknown["funder_ids"])) == ("assembly_unknown", None, 3)
    day = closes_on + timedelta(days=60)
    day += timedelta(days=(2 - day.weekday()) % 7)
    starts_at = datetime.combine(day, datetime.min.time(), in_paris(await deadlines.closes_at(world)).tzinfo) + timedelta(hours=14)
    wish = {"campaign_id": world.campaign_id, "kind": "steering", "title": "Pilotage", "starts_at": starts_at.isoformat()}
    await world.call(world.team, "POST", "/committees", json=wish, expect=201)
    steering = step(await plan(world), "steering_committee")
    assert (steering["planned_on"], steering["source"]) == (day.isoformat(), "committee")


async def test_its_readers_are_the_team_and_the_funders_and_the_team_alone_tries_things_out(world: World) -> None:
    answer = await world.call(world.team, "GET", where(world), expect=200)
    tag = answer.headers["etag"]
    await world.call(world.team, "GET", where(world), headers={"If-None-Match": tag}, expect=304)
    await plan(world, world.region_officer)
    for stranger in (world.holder, world.stranger):
        await world.refused(stranger, "GET", where(world), 404, "not-found")
        await world.refused(stranger, "PATCH", where(world), 404, "not-found", json={}, headers={"If-Match": tag})
    refused = {"json": {"durations": {"review": 5}}, "headers": {"If-Match": tag}}
    await world.refused(world.region_officer, "PATCH", where(world), 403, "not-contract-lead", **refused)
    await world.refused(world.region_officer, "GET", f"{where(world)}/trial", 403, "not-contract-lead")
    await world.call(world.team, "PATCH", where(world), json={"durations": {"review": 5}}, expect=428)


async def test_what_is_tried_out_touches_nothing_until_it_is_applied(world: World) -> None:
    before = await plan(world)
    campaign = await deadlines.campaign(world)
    trial = await world.change(
        world.team, "PATCH", where(world), json={"durations": {"review": 30}, "alsace_moselle": True}, expect=200
    )
    tried = trial.json()
    assert (tried["trial"], tried["durations"]["review"], tried["durations"]["call"]) == (True, 30, 30)
    assert step(tried, "closing")["margin_days"] < step(before, "closing")["margin_days"]
    assert await plan(world) == before
    assert await deadlines.campaign(world) == campaign
    # A second patch adds to the first; a null puts back what is there by default.
    again = await world.change(
        world.team, "PATCH", where(world), json={"durations": {"papers": 9}, "alsace_moselle": None}, expect=200
    )
    assert (again.json()["durations"]["review"], again.json()["durations"]["papers"]) == (30, 9)
    assert again.json()["alsace_moselle"] is False
    stale = trial.headers["etag"]
    await world.call(world.team, "PATCH", where(world), json={"durations": {"papers": 1}}, headers={"If-Match": stale}, expect=412)
    await world.call(world.team, "POST", f"{where(world)}/application", headers={"If-Match": stale}, expect=412)
    applied = await world.change(world.team, "POST", f"{where(world)}/application", of=where(world), expect=201)
    assert (applied.json()["trial"], applied.json()["durations"]["review"]) == (False, 30)
    assert (await plan(world))["durations"]["papers"] == 9
    if_match = {"If-Match": applied.headers["etag"]}
    await world.refused(world.team, "POST", f"{where(world)}/application", 409, "nothing-tried-out", headers=if_match)


async def test_dates_of_an_open_campaign_are_not_applied_and_a_trial_is_forgotten(world: World) -> None:
    until = await deadlines.in_a_week(world)
    tried = await world.change(world.team, "PATCH", where(world), json={"closes_at": until.isoformat()}, expect=200)
    assert step(tried.json(), "closing")["planned_on"] == in_paris(until).date().isoformat()
    if_match = {"If-Match": tried.headers["etag"]}
    problem = await world.refused(world.team, "POST", f"{where(world)}/application", 409, "dates-not-changeable", headers=if_match)
    assert [error["pointer"] for error in problem["errors"]] == ["/tried/closes_at"]
    assert await deadlines.closes_at(world) == until - timedelta(days=7)
    await world.call(world.team, "DELETE", f"{where(world)}/trial", headers=if_match, expect=204)
    trial = (await world.call(world.team, "GET", f"{where(world)}/trial", expect=200)).json()
    assert (trial["trial"], trial["tried"]) == (False, {})


async def test_dates_tried_out_for_a_draft_campaign_become_its_own(world: World) -> None:
    await world.prepare_campaign()
    opens_at, until = world.running.clock.now() + timedelta(days=10), world.running.clock.now() + timedelta(days=70)
    wish = {"opens_at": opens_at.isoformat(), "closes_at": until.isoformat(), "answer_within_months": 2}
    await world.change(world.team, "PATCH", where(world), json=wish, expect=200)
    before = await deadlines.campaign(world)
    await world.change(world.team, "POST", f"{where(world)}/application", of=where(world), expect=201)
    after = await deadlines.campaign(world)
    assert datetime.fromisoformat(before["closes_at"]) != until
    assert (datetime.fromisoformat(after["closes_at"]), after["answer_within_months"]) == (until, 2)
    await world.refused(world.holder, "GET", where(world), 404, "not-found")


@pytest.mark.parametrize(
    "wish",
    [
        {"closures": [{"label": "Été", "starts_on": "2027-08-20", "ends_on": "2027-07-26"}]},
        {"closures": [{"label": "Toujours", "starts_on": "2027-01-01", "ends_on": "2028-01-01"}]},
        {"durations": {"review": -1}},
        {"answer_by": "9999-12-31"},
    ],
)
async def test_what_makes_no_calendar_is_malformed(shared_world: World, wish: dict[str, Any]) -> None:
    world = shared_world
    await world.change(world.team, "PATCH", where(world), json=wish, expect=422)


async def test_a_funder_records_its_assemblies_and_every_calendar_of_its_campaigns_follows(world: World) -> None:
    closes_on = in_paris(await deadlines.closes_at(world)).date()
    promise_on = date.fromisoformat((await plan(world))["promise_on"])
    assembly_id = await assembly(world, promise_on - timedelta(days=20))
    known = step(await plan(world), "assembly", "Région")
    assert (known["latest_on"], known["responsible"]) == ((promise_on - timedelta(days=20)).isoformat(), "Région")
    path = f"/assemblies/{assembly_id}"
    # It moves to just after the closing, which is before any committee can speak.
    early = closes_on + timedelta(days=25)
    await world.change(world.region_officer, "PATCH", path, json={"meets_on": early.isoformat()}, expect=200)
    found = await plan(world)
    assert step(found, "assembly", "Région")["status"] == "impossible"
    (conflict,) = [each for each in found["conflicts"] if each["code"] == "files_due_before_committee"]
    assert (conflict["funder_id"], f"{early:%d/%m/%Y}" in conflict["said"]) == (str(world.region), True)
    for who in (world.team, world.caf_officer):
        sent = {"json": {"deposit_days": 1}, "headers": {"If-Match": '"2"'}}
        await world.refused(who, "PATCH", path, 403, "not-a-funders-officer", **sent)
    wish = {"organisation_id": str(world.region), "name": "Commission permanente", "meets_on": early.isoformat(), "deposit_days": 3}
    await world.refused(world.region_officer, "POST", "/assemblies", 409, "assembly-known", json=wish)
    await world.refused(world.caf_officer, "POST", "/assemblies", 403, "not-a-funders-officer", json=wish)
    mine = {**wish, "organisation_id": str(world.association)}
    await world.refused(world.holder, "POST", "/assemblies", 403, "not-a-funders-officer", json=mine)
    (listed,) = await world.pages(world.team, "/assemblies", organisation_id=str(world.region))
    assert listed["id"] == assembly_id
    await world.call(world.region_officer, "DELETE", path, headers={"If-Match": '"2"'}, expect=204)
    await world.refused(world.team, "GET", path, 404, "not-found")
    assert await world.pages(world.team, "/assemblies", organisation_id=str(world.region)) == []
    await world.call(world.region_officer, "POST", "/assemblies", json=wish, expect=201)  # the same day may be taken again


async def test_the_calendar_is_downloaded_with_its_zone_and_stable_entries_that_count_up(world: World) -> None:
    await assembly(world, date.fromisoformat((await plan(world))["promise_on"]) - timedelta(days=20))
    first = await world.call(world.team, "GET", f"{where(world)}.ics", expect=200)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    before = deadlines.entries(first.content)
    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n" in first.content
    closing = before[f"retroplanning-{world.campaign_id}-closing"]
    assert closing["DTEND"].dt == (await deadlines.closes_at(world)).replace(microsecond=0)
    assert closing["DTEND"].params["TZID"] == "Europe/Paris"
    assert f"retroplanning-{world.campaign_id}-assembly-{world.region}-deposit" in before
    await world.call(world.team, "GET", f"{where(world)}.ics", headers={"If-None-Match": first.headers["etag"]}, expect=304)
    assert (await deadlines.extend(world, await deadlines.in_a_week(world))).status_code == 201
    after = deadlines.entries((await world.call(world.team, "GET", f"{where(world)}.ics", expect=200)).content)
    assert after.keys() == before.keys()
    assert all(int(after[uid]["SEQUENCE"]) > int(before[uid]["SEQUENCE"]) for uid in after)
    assert after[closing["UID"]]["DTEND"].dt == closing["DTEND"].dt + timedelta(days=7)
    await world.refused(world.holder, "GET", f"{where(world)}.ics", 404, "not-found")


async def test_what_calendars_show_does_not_move_with_the_day_it_is_read(world: World) -> None:
    first = await world.call(world.team, "GET", f"{where(world)}.ics", expect=200)
    world.running.clock.forward(days=3)
    await world.call(world.team, "GET", f"{where(world)}.ics", headers={"If-None-Match": first.headers["etag"]}, expect=304)


async def test_a_secret_address_is_followed_renewed_and_revoked(world: World) -> None:
    feed = f"{where(world)}/feed"
    await world.refused(world.team, "GET", feed, 404, "not-found")
    made = (await world.call(world.team, "POST", feed, expect=201)).json()
    path = made["url"].removeprefix("http://canevas.test")
    followed = await world.call(None, "GET", path, expect=200)
    assert (
        deadlines.entries(followed.content).keys()
        == deadlines.entries((await world.call(world.team, "GET", f"{where(world)}.ics")).content).keys()
    )
    await world.call(None, "GET", path, headers={"If-None-Match": followed.headers["etag"]}, expect=304)
    rows = await world.running.rows("SELECT token_hash FROM retroplanning_feeds WHERE campaign_id = %(id)s", id=world.campaign_id)
    assert all(row["token_hash"] not in path for row in rows)
    renewed = (await world.call(world.team, "POST", feed, expect=201)).json()["url"].removeprefix("http://canevas.test")
    await world.refused(None, "GET", path, 404, "not-found")
    await world.call(None, "GET", renewed, expect=200)
    await world.call(world.region_officer, "DELETE", feed, expect=404)  # another's address is not theirs to revoke
    await world.call(world.team, "DELETE", feed, expect=204)
    await world.refused(None, "GET", renewed, 404, "not-found")
    await world.refused(world.holder, "POST", feed, 404, "not-found")


async def test_who_left_the_team_does_not_go_on_reading_its_calendar(world: World) -> None:
    grant, feed = new_id(), f"{where(world)}/feed"
    token = SIGNER.token(sub=str(new_id()), orgs={str(world.lead): ["member"]}, standing=[str(grant)])
    made = await world.call(None, "POST", feed, headers={"Authorization": f"Bearer {token}"}, expect=201)
    address = made.json()["url"].removeprefix("http://canevas.test")
    until = {"until": (world.running.clock.now() + timedelta(minutes=10)).isoformat()}
    await world.announce(SESSION_CLOSED, new_id(), until)
    await world.call(None, "GET", address, expect=200)
    await world.announce(SESSION_CLOSED, grant, until)
    await world.call(None, "GET", address, expect=404)
