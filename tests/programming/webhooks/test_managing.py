"""Managers keep their organisation's webhooks: nobody else, at no private address, no more than ten; replays; the journal."""

from datetime import timedelta
from typing import Any

import pytest

from services.programming.webhooks import jobs
from tests.programming.webhooks.receiver import deliveries, periodically, receiving, subscribe, webhook
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio

TOLD = ["dossier.submitted", "dossier.admissible"]


async def test_the_types_are_public(world: World) -> None:
    found = (await world.call(None, "GET", "/webhook-event-types", expect=200)).json()["items"]
    by_name = {each["type"]: each for each in found}
    assert len(by_name) == len(found) > 40
    assert by_name["dossier.submitted"]["audience"] == "readers"
    assert by_name["review.completed"]["audience"] == "instructors"


async def test_a_managers_webhook_from_its_creation_to_its_end(world: World) -> None:
    async with receiving() as receiver:
        await world.running.run_jobs()
        where = "/webhooks"
        wish = {"organisation_id": str(world.state), "url": receiver.url, "event_types": ["dossier.submitted"], "description": "SI"}
        key = {"Idempotency-Key": "once"}
        answers = [await world.call(world.state_officer, "POST", where, json=wish, headers=key, expect=201) for _ in range(2)]
        # A secret is never stored to be answered again: the second is another webhook.
        first, second = (answer.json() for answer in answers)
        assert first["id"] != second["id"]
        assert first["secret"] != second["secret"]
        one = f"{where}/{first['id']}"
        assert answers[0].headers["location"].endswith(one)
        sealed = await world.running.rows("SELECT secret_sealed FROM webhook_endpoints WHERE id = %(id)s", id=first["id"])
        assert first["secret"] not in sealed[0]["secret_sealed"]

        read = await world.call(world.state_officer, "GET", one, expect=200)
        assert "secret" not in read.json()
        held = {"If-None-Match": read.headers["etag"]}
        assert (await world.call(world.state_officer, "GET", one, headers=held)).status_code == 304
        assert [each["id"] for each in await world.pages(world.state_officer, where, limit=1)] == [second["id"], first["id"]]

        await world.refused(world.state_officer, "PATCH", one, 428, "precondition-required", json={"description": "x"})
        stale = {"If-Match": read.headers["etag"]}
        changed = await world.call(world.state_officer, "PATCH", one, json={"event_types": []}, headers=stale, expect=200)
        assert changed.json()["event_types"] == []
        await world.refused(world.state_officer, "PATCH", one, 412, "stale-version", json={"description": "x"}, headers=stale)
        await world.refused(world.state_officer, "POST", f"{one}/secret-rotation", 412, "stale-version", headers=stale)

        tried = (await world.call(world.state_officer, "POST", f"{one}/tests", expect=201)).json()
        await world.running.run_jobs()
        (message,) = receiver.received
        assert message.verified(first["secret"])["type"] == "webhook.test"
        assert tried["event_id"] == message.id

        await world.change(world.state_officer, "POST", f"{one}/pause", of=one, expect=201)
        await world.change(world.state_officer, "DELETE", f"{where}/{second['id']}", expect=204)
        await world.submitted(state=8_000)
        await world.running.run_jobs()
        assert len(receiver.received) == 1
        world.running.clock.forward(days=3)
        await periodically(world)
        await world.change(world.state_officer, "POST", f"{one}/activation", of=one, expect=201)
        await world.running.run_jobs()
        assert receiver.types()[1:] == ["dossier.submitted"]
        latest = {"If-Match": (await world.call(world.state_officer, "GET", one)).headers["etag"]}
        await world.refused(world.state_officer, "POST", f"{one}/activation", 409, "webhook-already-enabled", headers=latest)

        acts = [line["act"] for line in await world.pages(world.state_officer, f"{one}/journal")]
        assert acts == ["webhook.enabled", "webhook.paused", "webhook.tested", "webhook.changed", "webhook.created"]


async def test_managers_only_and_strangers_see_nothing(world: World) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url)
        one = f"/webhooks/{made['id']}"
        colleague = member_of(world.state)
        wish = {"organisation_id": str(world.state), "url": receiver.url}
        for who in (colleague, world.state_signatory, world.stranger):
            await world.refused(who, "POST", "/webhooks", 403, "not-for-you-to-subscribe", json=wish)
        for path in (one, f"{one}/deliveries", f"{one}/journal"):
            await world.refused(colleague, "GET", path, 403, "not-for-you-to-subscribe")
            await world.refused(world.stranger, "GET", path, 404, "not-found")
        await world.refused(world.stranger, "POST", f"{one}/tests", 404, "not-found")
        assert await world.pages(colleague, "/webhooks") == [] == await world.pages(world.stranger, "/webhooks")
        # A delivery is found under its own webhook only.
        await world.call(world.state_officer, "POST", f"{one}/tests", expect=201)
        (sent,) = await deliveries(world, world.state_officer, made["id"])
        theirs = await subscribe(world, world.stranger, receiver.url)
        await world.refused(world.stranger, "GET", f"/webhooks/{theirs['id']}/deliveries/{sent['id']}", 404, "not-found")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1/x", "refused_address"),
        ("https://[::1]/x", "refused_address"),
        ("https://169.254.169.254/latest/meta-data", "refused_address"),
        ("https://2130706433/", "refused_address"),
        ("http://93.184.215.14/x", "not_https"),
        ("https://user:secret@93.184.215.14/x", "bad_address"),
        ("https://93.184.215.14/x#part", "bad_address"),
        ("https://", "bad_address"),
        ("ftp://93.184.215.14", "not_https"),
        ("https://93.184.215.14:99999/", "bad_address"),
        ("https://[93.184/", "bad_address"),
    ],
)
async def test_what_is_no_address_of_the_internet_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, url: str, code: str
) -> None:
    monkeypatch.setattr(world.running.resources.settings, "environment", "production")
    wish = {"organisation_id": str(world.state), "url": url}
    problem = await world.refused(world.state_officer, "POST", "/webhooks", 409, "webhook-address-refused", json=wish)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/url", code)]


@pytest.mark.parametrize(
    "more",
    [{"event_types": ["dossier.opened"]}, {"url": ""}, {"contact_email": "nobody"}, {"state": "enabled"}, {"url": "a\u202eb"}],
)
async def test_malformed_wishes(world: World, more: dict[str, Any]) -> None:
    wish = {"organisation_id": str(world.state), "url": "https://93.184.215.14/", **more}
    await world.call(world.state_officer, "POST", "/webhooks", json=wish, expect=422)


async def test_ten_and_no_more_even_at_once(world: World) -> None:
    wish = {"organisation_id": str(world.region), "url": "http://127.0.0.1:9/"}
    calls = [(world.region_officer, "POST", "/webhooks", {"json": wish})] * 12
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 2
    for made in await world.pages(world.region_officer, "/webhooks"):
        await world.change(world.region_officer, "DELETE", f"/webhooks/{made['id']}", expect=204)


async def test_a_period_is_replayed_in_order_while_life_goes_on(world: World) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url, event_types=TOLD)
        where = f"/webhooks/{made['id']}"
        began = world.running.clock.now()
        one, other = await world.submitted(state=8_000), await world.submitted(state=6_000)
        await world.running.run_jobs()
        world.running.clock.forward(minutes=10)
        before = len(receiver.received)
        assert before == 2

        # Something new happens and has not left when the replay is asked for: it leaves after what it follows.
        receiver.answer = lambda message: 500
        await world.change(
            world.team,
            "POST",
            f"/dossiers/{one['id']}/admissibility",
            of=f"/dossiers/{one['id']}",
            json={"admissible": True},
            expect=201,
        )
        await world.running.run_jobs()
        assert receiver.types(one["id"])[-1] == "dossier.admissible"
        receiver.answer = lambda message: 200
        wish = {"since": began.isoformat(), "event_types": ["dossier.submitted"]}
        replayed = (await world.call(world.state_officer, "POST", f"{where}/replays", json=wish, expect=201)).json()
        assert (replayed["events"], replayed["already_waiting"]) == (2, 0)
        receiver.received.clear()
        world.running.clock.forward(minutes=2)
        await periodically(world)
        assert receiver.types(one["id"]) == TOLD
        assert receiver.types(other["id"]) == ["dossier.submitted"]
        again = await deliveries(world, world.state_officer, made["id"], replay_id=replayed["id"])
        assert {each["state"] for each in again} == {"delivered"}
        firsts = await deliveries(world, world.state_officer, made["id"], event_type=["dossier.submitted"], subject=one["id"])
        assert len(firsts) == 2
        assert len({each["event_id"] for each in firsts}) == 1

        # A stranger to these dossiers gets none of them, whatever it asks.
        theirs = await subscribe(world, world.stranger, receiver.url)
        none = await world.call(world.stranger, "POST", f"/webhooks/{theirs['id']}/replays", json=wish, expect=201)
        assert none.json()["events"] == 0
        assert next(line["act"] for line in await world.pages(world.state_officer, f"{where}/journal")) == "webhook.replayed"


async def test_periods_that_cannot_be_replayed(world: World) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url)
        where, now = f"/webhooks/{made['id']}/replays", world.running.clock.now()
        for since, until, code in ((now, now - timedelta(hours=1), "before_since"), (now - timedelta(days=31), now, "too_old")):
            wish = {"since": since.isoformat(), "until": until.isoformat()}
            problem = await world.refused(world.state_officer, "POST", where, 409, "replay-period-refused", json=wish)
            assert problem["errors"][0]["code"] == code
        await world.call(world.state_officer, "POST", where, json={"since": "2026-01-01T00:00:00"}, expect=422)


async def test_too_many_events_are_not_replayed_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.programming.webhooks.deliveries.MOST", 1)
    monkeypatch.setattr("services.programming.webhooks.deliveries._BATCH", 1)
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url, event_types=TOLD)
        since = world.running.clock.now().isoformat()
        first = await world.submitted(state=8_000)
        await world.running.run_jobs()
        where = f"/webhooks/{made['id']}/replays"
        wish = {"since": since, "subject": first["id"]}
        assert (await world.call(world.state_officer, "POST", where, json=wish, expect=201)).json()["events"] == 1
        await world.submitted(state=8_000)
        await world.running.run_jobs()
        await world.refused(world.state_officer, "POST", where, 409, "replay-too-large", json={"since": since})


async def test_what_is_old_is_forgotten_and_what_waits_is_not(world: World) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url, event_types=TOLD)
        await world.submitted(state=8_000)
        await world.running.run_jobs()
        (sent,) = await deliveries(world, world.state_officer, made["id"])
        world.running.clock.forward(days=29)
        await periodically(world, jobs.forget_deliveries)
        assert await deliveries(world, world.state_officer, made["id"]) == [sent]
        world.running.clock.forward(days=2)
        await periodically(world, jobs.forget_deliveries)
        assert await deliveries(world, world.state_officer, made["id"]) == []
        asked = "SELECT count(*) AS found FROM outbox_events WHERE id = %(id)s"
        assert (await world.running.rows(asked, id=sent["event_id"]))[0]["found"] == 0
        assert (await webhook(world, world.state_officer, made["id"]))["state"] == "enabled"


async def test_a_secret_sealed_with_another_key_stops_it_and_a_new_one_starts_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, world.state_officer, receiver.url, event_types=TOLD)
        async with world.running.resources.database.readers.connection() as connection:
            await connection.execute("UPDATE webhook_endpoints SET secret_sealed = 'lost' WHERE id = %s", [made["id"]])
        await world.submitted(state=8_000)
        await world.running.run_jobs()
        one = f"/webhooks/{made['id']}"
        assert (await webhook(world, world.state_officer, made["id"]))["disabled_reason"] == "secret_lost"
        rotated = (await world.change(world.state_officer, "POST", f"{one}/secret-rotation", of=one, expect=201)).json()
        await world.change(world.state_officer, "POST", f"{one}/activation", of=one, json={"replay_missed": False}, expect=201)
        await world.running.run_jobs()
        assert receiver.types() == ["dossier.submitted"]
        assert receiver.received[0].verified(rotated["secret"])
