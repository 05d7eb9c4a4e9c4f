"""The same key and content give the same answer and act once, whatever was cut in between."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.common.idempotency import KEPT
from services.common.resources import SWEEP
from tests.support import Person, Running

from .guests import ROOMS_URL, a_name, open_room, refusal, rooms_called

pytestmark = pytest.mark.anyio


def a_key() -> dict[str, str]:
    return {"Idempotency-Key": a_name()}


async def keys_kept(hotel: Running, headers: dict[str, str]) -> list[dict[str, Any]]:
    return await hotel.rows("SELECT * FROM idempotency_keys WHERE key = %(key)s", key=headers["Idempotency-Key"])


async def test_a_replay_is_the_first_answer_byte_for_byte(hotel: Running) -> None:
    key, name = a_key(), "Chambre d’été № 1"
    first = await open_room(hotel, name=name, headers=key)
    again = await open_room(hotel, name=name, headers=key)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    for header in ("location", "etag", "content-type"):
        assert again.headers[header] == first.headers[header]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await rooms_called(hotel, name) == 1


async def test_an_empty_answer_is_replayed_too(hotel: Running) -> None:
    key, room = a_key(), (await open_room(hotel)).json()["id"]
    for _ in range(2):
        answer = await hotel.client.post(f"{ROOMS_URL}/{room}/notes", params={"note": "once"}, headers=key)
        assert (answer.status_code, answer.content) == (204, b"")
    assert len(await hotel.rows("SELECT FROM outbox_events WHERE subject = %(room)s", room=room)) == 1


async def test_another_content_under_the_same_key_is_refused(hotel: Running) -> None:
    key = a_key()
    assert (await open_room(hotel, headers=key)).status_code == 201
    refusal(await open_room(hotel, headers=key), 422, "idempotency-conflict")


async def test_another_address_under_the_same_key_is_refused(hotel: Running) -> None:
    key, name = a_key(), a_name()
    assert (await open_room(hotel, name=name, headers=key)).status_code == 201
    refusal(await open_room(hotel, name=name, headers=key, then="refuse"), 422, "idempotency-conflict")


async def test_the_same_request_sent_meanwhile_is_told_to_wait(hotel: Running) -> None:
    key, name = a_key(), a_name()
    hotel.app.state.entered, hotel.app.state.gate = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(open_room(hotel, name=name, headers=key, then="wait"))
    await hotel.app.state.entered.wait()
    meanwhile = await open_room(hotel, name=name, headers=key, then="wait")
    hotel.app.state.gate.set()
    assert (await first).status_code == 201
    refusal(meanwhile, 409, "idempotency-in-flight")
    assert int(meanwhile.headers["retry-after"]) > 0
    assert (await open_room(hotel, name=name, headers=key, then="wait")).content == (await first).content
    assert await rooms_called(hotel, name) == 1


async def test_of_many_at_once_one_acts(hotel: Running) -> None:
    key, name = a_key(), a_name()
    answers = await asyncio.gather(*[open_room(hotel, name=name, headers=key) for _ in range(8)])
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await rooms_called(hotel, name) == 1


async def test_callers_do_not_share_keys(hotel: Running) -> None:
    key, somebody, another = a_key(), Person(), Person()
    callers = (somebody, another, somebody)
    made = [await hotel.client.post("/rooms/v1/me/visits", headers=key | caller.headers) for caller in callers]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    assert made[0].content != made[1].content
    assert made[0].content == made[2].content


async def test_an_invalid_token_replays_nothing(hotel: Running) -> None:
    key, somebody = a_key(), Person()
    assert (await hotel.client.post("/rooms/v1/me/visits", headers=key | somebody.headers)).status_code == 201
    for headers in ({}, {"Authorization": "Bearer forged"}):
        refusal(await hotel.client.post("/rooms/v1/me/visits", headers=key | headers), 401, "unauthenticated")


@pytest.mark.parametrize(("then", "status"), [("refuse", 409), ("count", 403), ("crash", 500)])
async def test_a_refusal_is_not_remembered(hotel: Running, then: str, status: int) -> None:
    key = a_key()
    assert (await open_room(hotel, headers=key, then=then)).status_code == status
    assert (await open_room(hotel, headers=key)).status_code == 201


async def test_a_cut_between_the_act_and_its_answer_leaves_neither(hotel: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    key, name = a_key(), a_name()

    def cut(*_: Any) -> None:
        raise ConnectionResetError("the machine lost power")

    with monkeypatch.context() as patch:
        patch.setattr(hotel.resources.database.engine.sync_engine.dialect, "do_commit", cut)
        refusal(await open_room(hotel, name=name, headers=key), 500, "internal-error")
    assert await rooms_called(hotel, name) == 0
    assert await keys_kept(hotel, key) == []
    assert (await open_room(hotel, name=name, headers=key)).status_code == 201


async def test_an_answer_that_carries_a_secret_is_never_stored(hotel: Running) -> None:
    key, room = a_key(), (await open_room(hotel)).json()["id"]
    made = [await hotel.client.post(f"{ROOMS_URL}/{room}/keys", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() != made[1].json()
    assert await keys_kept(hotel, key) == []


async def test_the_content_is_kept_as_a_keyed_mark_only(hotel: Running) -> None:
    key, name = a_key(), a_name()
    await open_room(hotel, name=name, headers=key)
    (kept,) = await keys_kept(hotel, key)
    assert len(kept["fingerprint"]) == 64
    assert kept["caller"].startswith("anonymous:")
    assert "127.0.0.1" not in kept["caller"]


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_1_to_255_characters(hotel: Running, key: str) -> None:
    body = refusal(await open_room(hotel, headers={"Idempotency-Key": key}), 422, "malformed-request")
    assert [error["pointer"] for error in body["errors"]] == ["/header/idempotency-key"]


async def test_the_sweep_forgets_keys_after_a_day(hotel: Running) -> None:
    old, recent = a_key(), a_key()
    hotel.clock.forward(seconds=-(KEPT.total_seconds() + 60))
    await open_room(hotel, headers=old)
    hotel.clock.forward(seconds=120)
    await open_room(hotel, headers=recent)
    hotel.clock.at = datetime.now(UTC)
    async with hotel.resources.database.transaction() as session:
        await SWEEP.run(session, hotel.resources, timestamp=int(hotel.clock.at.timestamp()))
    assert await keys_kept(hotel, old) == []
    assert len(await keys_kept(hotel, recent)) == 1
