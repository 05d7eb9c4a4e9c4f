"""A session is planned, its agenda settled and sent, its attendance taken, its minutes signed, by the contract's team."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def wish(world: World, **more: Any) -> dict[str, Any]:
    starts_at = world.running.clock.now().isoformat()
    return {"campaign_id": world.campaign_id, "kind": "steering", "title": "Comité", "starts_at": starts_at, **more}


async def planned(world: World, **more: Any) -> str:
    made = await world.call(world.team, "POST", "/committees", json=wish(world, **more), expect=201)
    return str(made.headers["location"]).removeprefix("/programming/v1")


async def agenda_of(world: World, where: str) -> list[str]:
    session = (await world.call(world.team, "GET", where, expect=200)).json()
    assert [item["position"] for item in session["agenda"]] == list(range(1, len(session["agenda"]) + 1))
    return [item["dossier_id"] for item in session["agenda"]]


async def test_sessions_are_planned_by_the_team_and_seen_by_the_campaigns_funders(world: World) -> None:
    where = await planned(world)
    for who in (world.team, world.caf_officer, world.region_officer):
        await world.call(who, "GET", where, expect=200)
        await world.call(who, "GET", f"{where}/decisions", expect=200)
        assert len(await world.pages(who, "/committees", campaign_id=world.campaign_id)) == 1
    for who in (world.holder, world.stranger):
        for path in (where, f"{where}/decisions", f"/committees?campaign_id={world.campaign_id}"):
            await world.refused(who, "GET", path, 404, "not-found")
        await world.refused(who, "POST", "/committees", 404, "not-found", json=wish(world))
    await world.refused(world.caf_officer, "POST", "/committees", 403, "not-contract-lead", json=wish(world))
    await world.refused(None, "POST", "/committees", 401, "unauthenticated", json=wish(world))


async def test_every_act_of_preparation_is_the_teams_on_the_version_it_has_read(world: World) -> None:
    where = await planned(world)
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", "", {"json": {"title": "Autre"}}),
        ("PUT", "/agenda", {"json": {"dossier_ids": []}}),
        ("POST", "/agenda-dispatch", {}),
        ("PUT", "/attendance", {"json": {"members": []}}),
        ("POST", "/closing", {}),
    ]
    for method, path, sent in acts:
        await world.refused(world.caf_officer, method, where + path, 403, "not-contract-lead", headers=tag, **sent)
        await world.refused(world.holder, method, where + path, 404, "not-found", headers=tag, **sent)
        await world.refused(world.team, method, f"/committees/{new_id()}{path}", 404, "not-found", headers=tag, **sent)
        await world.refused(world.team, method, where + path, 428, "precondition-required", **sent)
        await world.refused(world.team, method, where + path, 412, "stale-version", headers={"If-Match": '"99"'}, **sent)


async def test_a_session_changes_by_what_is_sent(world: World) -> None:
    where = await planned(world, place="Salle A")
    before = (await world.call(world.team, "GET", where)).json()
    changed = await world.change(world.team, "PATCH", where, json={"title": "Comité reporté"}, expect=200)
    assert changed.json() == {**before, "title": "Comité reporté"}
    await world.call(world.team, "GET", where, headers={"If-None-Match": changed.headers["etag"]}, expect=304)


async def test_the_agenda_keeps_the_order_given_and_each_dossier_once(world: World) -> None:
    dossiers = [(await world.admitted(caf=1_000))["id"] for _ in range(3)]
    where = await planned(world)
    for order in (dossiers[::-1], [*dossiers, dossiers[0]], dossiers[1:]):
        await world.change(world.team, "PUT", f"{where}/agenda", of=where, json={"dossier_ids": order}, expect=200)
        assert await agenda_of(world, where) == list(dict.fromkeys(order))


async def test_only_dossiers_under_review_in_the_campaign_come_on_the_agenda(world: World) -> None:
    draft_id, _ = await world.draft()
    submitted, under_review = await world.submitted(), await world.admitted()
    first_campaign = world.campaign_id
    await world.open()
    elsewhere = await world.admitted()
    world.campaign_id = first_campaign
    where = await planned(world)
    for refused in (draft_id, submitted["id"], elsewhere["id"], str(new_id())):
        tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
        sent = {"json": {"dossier_ids": [under_review["id"], refused]}, "headers": tag}
        problem = await world.refused(world.team, "PUT", f"{where}/agenda", 409, "dossier-state-refused", **sent)
        assert problem["dossier_ids"] == [refused]
    assert await agenda_of(world, where) == []


async def test_what_the_session_has_spoken_about_stays_on_its_agenda(world: World) -> None:
    decided, other = await world.reviewed(caf=1_000), await world.admitted(caf=1_000)
    session = await world.convene(decided["id"], other["id"])
    await world.grant(world.caf_officer, session, world.request_of(decided, world.caf)["id"], 100_000)
    where = f"/committees/{session}"
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    sent = {"json": {"dossier_ids": [other["id"]]}, "headers": tag}
    problem = await world.refused(world.team, "PUT", f"{where}/agenda", 409, "agenda-item-decided", **sent)
    assert problem["dossier_ids"] == [decided["id"]]
    await world.change(world.team, "PUT", f"{where}/agenda", of=where, json={"dossier_ids": [decided["id"]]}, expect=200)


async def test_an_agenda_is_sent_once_it_holds_something(world: World) -> None:
    where = await planned(world)
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    await world.refused(world.team, "POST", f"{where}/agenda-dispatch", 409, "agenda-empty", headers=tag)
    agenda = {"dossier_ids": [(await world.admitted())["id"]]}
    await world.change(world.team, "PUT", f"{where}/agenda", of=where, json=agenda, expect=200)
    sent = await world.change(world.team, "POST", f"{where}/agenda-dispatch", of=where, expect=201)
    assert sent.json()["status"] == "agenda_sent"


async def test_a_session_is_not_closed_before_it_starts(world: World) -> None:
    starts_at = world.running.clock.now() + timedelta(hours=1)
    where = await planned(world, starts_at=starts_at.isoformat())
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    await world.refused(world.team, "POST", f"{where}/closing", 409, "committee-not-started", headers=tag)
    world.running.clock.at = starts_at
    closed = await world.change(world.team, "POST", f"{where}/closing", of=where, expect=201)
    assert closed.json()["status"] == "held"


async def test_minutes_are_signed_once_the_session_is_held(world: World) -> None:
    where = await planned(world)
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    await world.refused(world.team, "POST", f"{where}/minutes-signature", 409, "committee-not-held", headers=tag)
    await world.change(world.team, "POST", f"{where}/closing", of=where, expect=201)
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    await world.refused(world.caf_officer, "POST", f"{where}/minutes-signature", 403, "not-contract-lead", headers=tag)
    signed = await world.change(world.team, "POST", f"{where}/minutes-signature", of=where, expect=201)
    assert signed.json()["status"] == "minutes_signed"
    assert signed.json()["signed_at"] is not None


async def test_a_held_session_does_not_change_any_more(world: World) -> None:
    where = await planned(world)
    await world.change(world.team, "POST", f"{where}/closing", of=where, expect=201)
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", "", {"json": {"title": "Autre"}}),
        ("PUT", "/agenda", {"json": {"dossier_ids": []}}),
        ("POST", "/agenda-dispatch", {}),
        ("PUT", "/attendance", {"json": {"members": []}}),
        ("POST", "/closing", {}),
    ]
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    for method, path, sent in acts:
        await world.refused(world.team, method, where + path, 409, "committee-closed", headers=tag, **sent)


async def test_sessions_are_listed_latest_first_each_once(world: World) -> None:
    made = [await planned(world, title=f"Séance {i}") for i in range(5)]
    for limit in (1, 2, 5, 100):
        listed = await world.pages(world.caf_officer, "/committees", campaign_id=world.campaign_id, limit=limit)
        assert [f"/committees/{one['id']}" for one in listed] == made[::-1]


@pytest.mark.parametrize("starts_at", ["9999-12-31T23:59:59-12:00", "2027-03-12T14:00:00"])
async def test_a_session_starts_at_an_instant_within_reach(shared_world: World, starts_at: str) -> None:
    problem = await shared_world.refused(
        shared_world.team, "POST", "/committees", 422, "malformed-request", json=wish(shared_world, starts_at=starts_at)
    )
    assert problem["errors"][0]["pointer"] == "/starts_at"
