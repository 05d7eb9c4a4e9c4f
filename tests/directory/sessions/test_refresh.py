"""A refresh token works once; a theft is seen; nobody is locked out by a lost answer or a second tab."""

import asyncio

import httpx
import pytest

from tests.directory.people import a_citizen, again, an_association, post, problem
from tests.support import Running

pytestmark = pytest.mark.anyio


async def refresh(directory: Running, token: str) -> httpx.Response:
    return await post(directory, "sessions/refresh", refresh_token=token)


async def test_each_refresh_gives_the_next_pair(directory: Running) -> None:
    citizen = await a_citizen(directory)
    held = citizen.tokens
    for _ in range(3):
        directory.clock.forward(minutes=9)
        answer = await refresh(directory, held["refresh_token"])
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["session_id"] == held["session_id"]
        assert answer.json()["refresh_token"] != held["refresh_token"]
        held = answer.json()
    assert (await citizen.get("me")).status_code == 401  # the first access token is over
    assert (await directory.client.get("/directory/v1/me", headers=_bearer(held))).status_code == 200


async def test_a_token_used_again_later_closes_the_whole_session(directory: Running) -> None:
    citizen = await a_citizen(directory)
    other_device = await again(directory, citizen.email, citizen.account_id)
    stolen = citizen.tokens["refresh_token"]
    next_pair = (await refresh(directory, stolen)).json()
    directory.clock.forward(seconds=11)

    reused = await refresh(directory, stolen)
    assert (reused.status_code, problem(reused)) == (401, "refresh-token-reused")
    assert (await citizen.get("me")).status_code == 401
    assert (await directory.client.get("/directory/v1/me", headers=_bearer(next_pair))).status_code == 401
    after = await refresh(directory, next_pair["refresh_token"])
    assert (after.status_code, problem(after)) == (401, "refresh-token-refused")
    assert (await other_device.get("me")).status_code == 200
    (row,) = await directory.rows("SELECT closing FROM sessions WHERE id = %(id)s", id=citizen.tokens["session_id"])
    assert row["closing"] == "token_reused"


async def test_a_lost_answer_is_asked_for_again(directory: Running) -> None:
    citizen = await a_citizen(directory)
    token = citizen.tokens["refresh_token"]
    assert (await refresh(directory, token)).status_code == 200  # the answer never arrives
    directory.clock.forward(seconds=10)
    retried = await refresh(directory, token)
    assert retried.status_code == 200
    directory.clock.forward(minutes=9)
    assert (await refresh(directory, retried.json()["refresh_token"])).status_code == 200


async def test_two_tabs_go_on_with_their_own_tokens(directory: Running) -> None:
    citizen = await a_citizen(directory)
    token = citizen.tokens["refresh_token"]
    tabs = [answer.json() for answer in await asyncio.gather(*(refresh(directory, token) for _ in range(4)))]
    assert len({tab["refresh_token"] for tab in tabs}) == 4
    for _ in range(2):
        for position, tab in enumerate(tabs):
            directory.clock.forward(minutes=2)
            answer = await refresh(directory, tab["refresh_token"])
            assert answer.status_code == 200
            tabs[position] = answer.json()


async def test_the_grace_of_a_token_does_not_start_again(directory: Running) -> None:
    citizen = await a_citizen(directory)
    token = citizen.tokens["refresh_token"]
    await refresh(directory, token)
    directory.clock.forward(seconds=8)
    assert (await refresh(directory, token)).status_code == 200
    directory.clock.forward(seconds=8)
    assert problem(await refresh(directory, token)) == "refresh-token-reused"


async def test_a_session_nobody_uses_ends(directory: Running) -> None:
    citizen = await a_citizen(directory)
    directory.clock.forward(days=30)
    late = await refresh(directory, citizen.tokens["refresh_token"])
    assert (late.status_code, problem(late)) == (401, "refresh-token-refused")


async def test_an_invented_token_is_refused(directory: Running) -> None:
    refused = await refresh(directory, "x" * 43)
    assert (refused.status_code, problem(refused)) == (401, "refresh-token-refused")
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_roles_are_read_again_at_each_refresh(directory: Running) -> None:
    citizen = await a_citizen(directory)
    organisation = await an_association(citizen)
    citizen.tokens = (await refresh(directory, citizen.tokens["refresh_token"])).json()
    principal = await directory.resources.verifier.verify(citizen.tokens["access_token"], directory.clock.now())
    assert {str(held): sorted(roles) for held, roles in principal.memberships.items()} == {
        organisation["id"]: ["manager", "member"]
    }


def _bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}
