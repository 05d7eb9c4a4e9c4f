"""Signing in, and what guessing meets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.directory.people import PASSWORD, a_citizen, again, new_email, problem, sign_in
from tests.support import BASE_URL, Running

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def coming_from(directory: Running, host: str) -> AsyncIterator[Running]:
    """The same directory, for somebody on another network."""
    transport = httpx.ASGITransport(directory.app, raise_app_exceptions=False, client=(host, 4000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield Running(directory.service, directory.app, client, directory.resources, directory.clock)


async def fail(directory: Running, email: str, times: int) -> list[int]:
    return [(await sign_in(directory, email, f"mauvais essai {n}")).status_code for n in range(times)]


async def test_the_answer_holds_two_tokens_and_is_kept_by_nobody(directory: Running) -> None:
    citizen = await a_citizen(directory)
    answer = await directory.client.post(
        "/directory/v1/sessions",
        json={"email": citizen.email, "password": PASSWORD},
        headers={"User-Agent": "Firefox" * 100, "Idempotency-Key": "la-meme-cle"},
    )
    tokens = answer.json()
    assert answer.status_code == 201
    assert (tokens["token_type"], tokens["expires_in"], tokens["refresh_expires_in"]) == ("Bearer", 600, 30 * 86400)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"] == f"/directory/v1/sessions/{tokens['session_id']}"
    assert await directory.rows("SELECT 1 FROM idempotency_keys WHERE key = 'la-meme-cle'") == []
    stored = await directory.rows("SELECT token_hash FROM refresh_tokens")
    assert tokens["refresh_token"] not in str(stored)


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(directory: Running) -> None:
    citizen = await a_citizen(directory)
    known = await sign_in(directory, citizen.email, "pas le bon mot")
    unknown = await sign_in(directory, new_email(), "pas le bon mot")
    nonsense = await sign_in(directory, "même pas une adresse", "pas le bon mot")
    assert known.status_code == unknown.status_code == nonsense.status_code == 401
    assert known.json() == unknown.json() == nonsense.json()
    assert problem(known) == "invalid-credentials"
    assert known.headers["www-authenticate"].startswith("Bearer")


async def test_guessing_stops_after_five_whether_or_not_the_account_exists(directory: Running) -> None:
    for email in ((await a_citizen(directory)).email, new_email()):
        assert await fail(directory, email, 6) == [401] * 5 + [429]
        refused = await sign_in(directory, email)
        assert (refused.status_code, problem(refused)) == (429, "too-many-attempts")
        assert 0 < int(refused.headers["retry-after"]) <= 900
    directory.clock.forward(minutes=16)


async def test_the_lock_opens_by_itself(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await fail(directory, citizen.email, 5)
    wait = int((await sign_in(directory, citizen.email)).headers["retry-after"])
    directory.clock.forward(seconds=wait - 1)
    assert (await sign_in(directory, citizen.email)).status_code == 429
    directory.clock.forward(seconds=1)
    assert (await sign_in(directory, citizen.email)).status_code == 201


async def test_signing_in_forgets_the_slips(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await fail(directory, citizen.email, 4)
    assert (await sign_in(directory, citizen.email)).status_code == 201
    assert await fail(directory, citizen.email, 5) == [401] * 5
    directory.clock.forward(minutes=16)


async def test_somebody_elses_guesses_leave_the_owner_in_peace_up_to_twenty(directory: Running) -> None:
    citizen = await a_citizen(directory)
    for network in range(4):
        async with coming_from(directory, f"198.51.100.{network}") as guesser:
            assert await fail(guesser, citizen.email, 6) == [401] * 5 + [429]
            if network < 3:
                assert (await sign_in(directory, citizen.email)).status_code == 201
    assert (await sign_in(directory, citizen.email)).status_code == 429
    directory.clock.forward(minutes=16)
    assert (await sign_in(directory, citizen.email)).status_code == 201


async def test_one_network_does_not_try_everybody(directory: Running) -> None:
    async with coming_from(directory, "203.0.113.9") as guesser:
        for n in range(20):
            assert await fail(guesser, f"victime{n}@asso.example.org", 5) == [401] * 5
        assert await fail(guesser, "victime-suivante@asso.example.org", 1) == [429]
    async with coming_from(directory, "203.0.113.10") as neighbour:
        assert await fail(neighbour, "victime-suivante@asso.example.org", 1) == [401]
    directory.clock.forward(minutes=16)


async def test_an_ipv6_subscriber_is_one_network(directory: Running) -> None:
    email = new_email()
    for n in range(5):
        async with coming_from(directory, f"2001:db8:1:2::{n}") as guesser:
            assert await fail(guesser, email, 1) == [401]
    async with coming_from(directory, "2001:db8:1:2:ffff::1") as guesser:
        assert await fail(guesser, email, 1) == [429]


async def test_guesses_made_at_once_are_heard_one_by_one(directory: Running) -> None:
    citizen = await a_citizen(directory)
    answers = await asyncio.gather(*(sign_in(directory, citizen.email, f"essai {n}") for n in range(30)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 25
    directory.clock.forward(minutes=16)


async def test_a_password_changed_while_it_was_checked_no_longer_opens(directory: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.directory.accounts import passwords

    citizen = await a_citizen(directory)
    check = passwords.matches

    async def slow_check(*arguments: str | None) -> tuple[bool, str | None]:
        answer = await check(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(passwords, "matches", check)
        changed = await citizen.post("me/password", {"current": PASSWORD, "new": "cinq mots encore moins liés"})
        assert changed.status_code == 204
        return answer

    monkeypatch.setattr(passwords, "matches", slow_check)
    assert (await sign_in(directory, citizen.email)).status_code == 401


async def test_nobody_signs_in_with_a_malformed_body(directory: Running) -> None:
    wrong: list[object] = [
        {},
        {"email": "x@example.org"},
        {"email": "", "password": "x"},
        {"email": "a@b.fr", "password": "x" * 129},
        [],
    ]
    for body in wrong:
        refused = await directory.client.post("/directory/v1/sessions", json=body)
        assert (refused.status_code, problem(refused)) == (422, "malformed-request")


async def test_a_null_character_is_malformed_not_a_crash(directory: Running) -> None:
    refused = await sign_in(directory, "nadia\u0000@example.org")
    assert (refused.status_code, problem(refused)) == (422, "malformed-request")


async def test_ones_sessions_are_listed_and_closed_one_by_one(directory: Running) -> None:
    here = await a_citizen(directory)
    there = await again(directory, here.email, here.account_id)
    listed = (await here.get("sessions")).json()["items"]
    assert [(s["id"], s["is_current"]) for s in listed] == [
        (there.tokens["session_id"], False),
        (here.tokens["session_id"], True),
    ]
    first_page = await here.get("sessions?limit=1")
    assert [s["id"] for s in first_page.json()["items"]] == [there.tokens["session_id"]]
    second = await here.get(f"sessions?limit=1&cursor={first_page.json()['next']}")
    assert [s["id"] for s in second.json()["items"]] == [here.tokens["session_id"]]

    closed = await here.call("DELETE", f"sessions/{there.tokens['session_id']}")
    assert closed.status_code == 204
    assert (await here.call("DELETE", f"sessions/{there.tokens['session_id']}")).status_code == 204
    assert (await there.get("me")).status_code == 401
    assert (await here.get("me")).status_code == 200
    assert len((await here.get("sessions")).json()["items"]) == 1


async def test_somebody_elses_session_does_not_exist(directory: Running) -> None:
    one, other = await a_citizen(directory), await a_citizen(directory)
    refused = await one.call("DELETE", f"sessions/{other.tokens['session_id']}")
    assert (refused.status_code, problem(refused)) == (404, "not-found")
    assert (await other.get("me")).status_code == 200
    assert (await one.call("DELETE", "sessions/not-an-id")).status_code == 422
