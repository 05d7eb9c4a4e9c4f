"""What a receiver may do to us, and what we owe it: signatures, order, retries, patience, nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from services.programming.webhooks import jobs, repository, sending
from tests.programming.webhooks.receiver import (
    Message,
    Receiver,
    deliveries,
    ids_of,
    periodically,
    receiving,
    subscribe,
    webhook,
)
from tests.programming.world import World

pytestmark = pytest.mark.anyio

TOLD = ["dossier.submitted", "dossier.admissible"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def subscribed(world: World, receiver: Receiver, **more: Any) -> dict[str, Any]:
    return await subscribe(world, world.state_officer, receiver.url, **{"event_types": TOLD, **more})


async def admit(world: World, dossier_id: str) -> None:
    where = f"/dossiers/{dossier_id}"
    await world.change(world.team, "POST", f"{where}/admissibility", of=where, json={"admissible": True}, expect=201)


async def test_a_receiver_that_fails_gets_everything_in_order_and_others_wait_for_nothing(world: World, receiver: Receiver) -> None:
    """500 for one dossier only: what follows for it waits, another dossier's goes on."""
    made = await subscribed(world, receiver)
    one, other = await world.submitted(state=8_000), await world.submitted(state=6_000)
    receiver.answer = lambda message: 500 if message.event["subject"] == one["id"] else 200
    await admit(world, one["id"])
    await admit(world, other["id"])
    await world.running.run_jobs()
    assert receiver.types(other["id"]) == TOLD
    assert receiver.types(one["id"]) == ["dossier.submitted"]

    waiting = await deliveries(world, world.state_officer, made["id"], state="waiting")
    assert [(each["type"], each["attempts"], each["last_error"]) for each in waiting] == [
        ("dossier.submitted", 1, "http_500"),
        ("dossier.admissible", 0, None),
    ]
    await periodically(world)
    assert receiver.types(one["id"]) == ["dossier.submitted"]  # its time has not come

    receiver.answer = lambda message: 200
    world.running.clock.forward(minutes=2)
    await periodically(world)
    assert receiver.types(one["id"]) == ["dossier.submitted", *TOLD]
    first, second = [message for message in receiver.received if message.event["subject"] == one["id"]][:2]
    assert (first.id, first.body) == (second.id, second.body)

    (whole, *_) = [each for each in await deliveries(world, world.state_officer, made["id"]) if each["subject"] == one["id"]]
    read = (await world.call(world.state_officer, "GET", f"/webhooks/{made['id']}/deliveries/{whole['id']}", expect=200)).json()
    assert [attempt["status"] for attempt in read["history"]] == [500, 200]
    assert read["body"] == second.verified(made["secret"])
    assert (read["state"], read["next_attempt_at"]) == ("delivered", None)


async def test_after_a_day_it_is_given_up_what_follows_goes_on_and_a_person_may_try_again(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    dossier = await world.submitted(state=8_000)
    await admit(world, dossier["id"])
    receiver.answer = lambda message: 500 if message.event["type"] == "dossier.submitted" else 200
    await world.running.run_jobs()
    began = world.running.clock.now()
    while (await deliveries(world, world.state_officer, made["id"]))[0]["state"] == "waiting":
        world.running.clock.forward(minutes=30)
        await periodically(world)
    assert 23 <= (world.running.clock.now() - began).total_seconds() / 3_600 <= 29
    await periodically(world)
    first, second = await deliveries(world, world.state_officer, made["id"])
    assert (first["state"], first["attempts"], second["state"]) == ("failed", 8, "delivered")

    receiver.answer = lambda message: 200
    where = f"/webhooks/{made['id']}/deliveries/{first['id']}/retry"
    assert (await world.call(world.state_officer, "POST", where, expect=201)).json()["state"] == "waiting"
    await world.running.run_jobs()
    assert receiver.types()[-1] == "dossier.submitted"
    await world.refused(world.state_officer, "POST", where, 409, "already-delivered")


async def test_410_ends_it_and_its_people_are_told(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver, contact_email="dsi@prefecture.example.org")
    receiver.answer = lambda message: 410
    dossier = await world.submitted(state=8_000)
    await world.running.run_jobs()
    found = await webhook(world, world.state_officer, made["id"])
    assert (found["state"], found["disabled_reason"]) == ("disabled", "gone")
    (mail,) = [one for one in await world.mails("Arrêt des envois") if one["to"] == "dsi@prefecture.example.org"]
    assert receiver.url in mail["text"]
    assert made["secret"] not in mail["text"]
    await world.refused(world.state_officer, "POST", f"/webhooks/{made['id']}/tests", 409, "webhook-not-enabled")

    # What happens meanwhile is not kept for it, and comes with what waited once it is enabled again.
    world.running.clock.forward(hours=1)
    await admit(world, dossier["id"])
    await world.running.run_jobs()
    assert len(receiver.received) == 1
    receiver.answer = lambda message: 200
    where = f"/webhooks/{made['id']}"
    enabled = (await world.change(world.state_officer, "POST", f"{where}/activation", of=where, expect=201)).json()
    assert (enabled["state"], enabled["disabled_reason"]) == ("enabled", None)
    await world.running.run_jobs()
    assert receiver.types() == ["dossier.submitted", *TOLD]
    assert len({message.id for message in receiver.received}) == 2


async def test_one_that_fails_for_days_is_disabled(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    receiver.answer = lambda message: 503
    await world.submitted(state=8_000)
    await world.running.run_jobs()
    for _ in range(6):
        assert (await webhook(world, world.state_officer, made["id"]))["failing_since"] is not None
        world.running.clock.forward(days=1)
        await world.submitted(state=8_000)
        await world.running.run_jobs()
        await periodically(world)
        if (await webhook(world, world.state_officer, made["id"]))["state"] == "disabled":
            break
    found = await webhook(world, world.state_officer, made["id"])
    assert found["disabled_reason"] == "failing"
    expired = await deliveries(world, world.state_officer, made["id"], state="failed")
    assert "expired" in {each["last_error"] for each in expired}


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_kept_to_for_the_whole_endpoint(world: World, receiver: Receiver, status: int) -> None:
    made = await subscribed(world, receiver)
    receiver.answer = lambda message: (status, {"Retry-After": "3600"})
    await world.submitted(state=8_000)
    await world.running.run_jobs()
    held = await webhook(world, world.state_officer, made["id"])
    assert held["held_until"] is not None
    await world.submitted(state=6_000)
    world.running.clock.forward(minutes=50)
    await periodically(world)
    assert len(receiver.received) == 1
    receiver.answer = lambda message: 200
    world.running.clock.forward(minutes=11)
    await periodically(world)
    assert len(receiver.received) == 3
    assert (await webhook(world, world.state_officer, made["id"]))["held_until"] is None


async def test_a_redirection_is_a_failure_and_nobody_follows_it(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    async with receiving() as private:
        receiver.answer = lambda message: (307, {"Location": private.url})
        await world.submitted(state=8_000)
        await world.running.run_jobs()
        assert private.received == []
    (only,) = await deliveries(world, world.state_officer, made["id"])
    assert (only["last_status"], only["last_error"], only["state"]) == (307, "redirected", "waiting")


async def test_a_name_that_becomes_private_is_not_called(world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was public when it was given; it is judged again at each connection."""
    made = await subscribed(world, receiver)
    await world.submitted(state=8_000)
    monkeypatch.setattr(world.running.resources.settings, "environment", "production")

    async def private(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "127.0.0.1"]

    dossier_events = await world.running.jobs("programming:fan_out_event")
    assert dossier_events
    for each in dossier_events:
        async with world.running.resources.database.transaction() as session:
            await jobs.fan_out_event.run(session, world.running.resources, **each["args"])
    await sending.drain(world.running.resources, UUID(made["id"]), resolver=private)
    assert receiver.received == []
    (only,) = await deliveries(world, world.state_officer, made["id"])
    assert (only["last_status"], only["last_error"]) == (None, "refused_address")


async def test_a_slow_receiver_is_left_after_its_time_and_keeps_nobody_waiting(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SLOWEST", 0.3)
    made = await subscribed(world, receiver)
    receiver.slow_seconds = 1.0
    for _ in range(4):
        await world.submitted(state=8_000)
    async with receiving() as quick:
        await subscribe(world, world.team, quick.url, event_types=TOLD)
        await world.submitted(state=8_000)
        began = asyncio.get_running_loop().time()
        await world.running.run_jobs()
        # Five dossiers wait at the slow one: it is tried once (all at once), then with one at a time.
        assert asyncio.get_running_loop().time() - began < 3
        assert quick.types() == ["dossier.submitted"]
    assert (await webhook(world, world.state_officer, made["id"]))["failing_since"] is not None
    tried = [each["last_error"] for each in await deliveries(world, world.state_officer, made["id"]) if each["attempts"]]
    assert set(tried) == {"too_slow"}


async def test_no_connection_to_the_database_is_held_while_a_receiver_thinks(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    await world.submitted(state=8_000)
    seen: list[int] = []

    def answer(message: Message) -> int:
        seen.append(world.running.resources.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return 200

    receiver.answer = answer
    await world.running.run_jobs()
    assert seen == [0]
    assert [each["state"] for each in await deliveries(world, world.state_officer, made["id"])] == ["delivered"]


async def test_what_was_received_and_not_recorded_comes_again_under_the_same_id(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies between the sending and its record."""
    made = await subscribed(world, receiver)
    await world.submitted(state=8_000)

    async def dies(*args: Any, **values: Any) -> bool:
        raise ConnectionError("the worker is killed here")

    with monkeypatch.context() as patch:
        patch.setattr(repository, "record", dies)
        await world.running.run_jobs()
    assert len(receiver.received) == 1
    assert [each["state"] for each in await deliveries(world, world.state_officer, made["id"])] == ["waiting"]
    await periodically(world)
    assert len(receiver.received) == 2
    assert len(set(ids_of(receiver.received))) == 1
    assert [each["state"] for each in await deliveries(world, world.state_officer, made["id"])] == ["delivered"]


async def test_a_job_that_was_lost_is_queued_again(world: World, receiver: Receiver) -> None:
    """The endpoint says a job is queued, and none is: a worker was killed with it."""
    await subscribed(world, receiver)
    await world.submitted(state=8_000)
    events = await world.running.jobs("programming:fan_out_event")
    for each in events:
        async with world.running.resources.database.transaction() as session:
            await jobs.fan_out_event.run(session, world.running.resources, **each["args"])
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'programming:send_deliveries'")
    await periodically(world)
    assert receiver.received == []
    world.running.clock.forward(minutes=11)
    await periodically(world)
    assert receiver.types() == ["dossier.submitted"]


async def test_two_workers_that_drain_at_once_record_once(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    await world.submitted(state=8_000)
    for each in await world.running.jobs("programming:fan_out_event"):
        async with world.running.resources.database.transaction() as session:
            await jobs.fan_out_event.run(session, world.running.resources, **each["args"])
    await asyncio.gather(*(sending.drain(world.running.resources, UUID(made["id"])) for _ in range(2)))
    (only,) = await deliveries(world, world.state_officer, made["id"])
    assert (only["state"], only["attempts"]) == ("delivered", 1)
    assert len(set(ids_of(receiver.received))) == 1


async def test_deleted_while_deliveries_wait(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    receiver.answer = lambda message: 500
    dossier = await world.submitted(state=8_000)
    await admit(world, dossier["id"])
    await world.running.run_jobs()
    where = f"/webhooks/{made['id']}"
    await world.change(world.state_officer, "DELETE", where, expect=204)
    world.running.clock.forward(hours=1)
    await periodically(world)
    assert len(receiver.received) == 1
    await world.refused(world.state_officer, "GET", where, 404, "not-found")


async def test_a_secret_rotated_while_deliveries_wait_signs_them_with_both_for_a_day(world: World, receiver: Receiver) -> None:
    made = await subscribed(world, receiver)
    receiver.answer = lambda message: 500
    await world.submitted(state=8_000)
    await world.running.run_jobs()
    where = f"/webhooks/{made['id']}"
    rotated = (await world.change(world.state_officer, "POST", f"{where}/secret-rotation", of=where, expect=201)).json()
    receiver.answer = lambda message: 200
    world.running.clock.forward(minutes=2)
    await periodically(world)
    last = receiver.received[-1]
    assert last.verified(made["secret"]) == last.verified(rotated["secret"])
    assert len(last.headers["webhook-signature"].split(" ")) == 2

    world.running.clock.forward(hours=25)
    await world.submitted(state=6_000)
    await world.running.run_jobs()
    last = receiver.received[-1]
    assert last.verified(rotated["secret"])
    assert len(last.headers["webhook-signature"].split(" ")) == 1
