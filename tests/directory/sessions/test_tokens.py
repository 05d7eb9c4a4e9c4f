"""What is not an access token of ours, still alive, is refused; what was closed is announced."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from jose import jwt

from services.common.resources import Resources
from services.directory.app import SERVICE
from services.directory.sessions.keys import SigningKeys
from services.directory.settings import Settings
from services.directory.worker import FORGET
from tests.directory.people import Citizen, a_citizen, post, problem
from tests.support import SIGNER, Running, Signer, open_service, settings_for

pytestmark = pytest.mark.anyio


def claims_of(citizen: Citizen) -> dict[str, Any]:
    return dict(jwt.get_unverified_claims(citizen.tokens["access_token"]))


def kid_of(citizen: Citizen) -> str:
    return str(jwt.get_unverified_header(citizen.tokens["access_token"])["kid"])


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def me(directory: Running, token: str) -> httpx.Response:
    return await directory.client.get("/directory/v1/me", headers={"Authorization": f"Bearer {token}"})


def signed(claims: dict[str, Any], kid: str, private_pem: str = SIGNER.private_pem) -> str:
    return str(jwt.encode(claims, private_pem, "RS256", headers={"kid": kid}))


async def test_a_token_of_ours_is_accepted_even_rebuilt(directory: Running) -> None:
    citizen = await a_citizen(directory)
    assert (await me(directory, signed(claims_of(citizen), kid_of(citizen)))).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-platform"},
        {"iss": "somebody-else"},
        {"aud": None},
        {"exp": None},
        {"sub": "not-an-id"},
        {"sid": None},
        {"orgs": ["not", "a", "map"]},
        {"nbf": 9_999_999_999},
    ],
    ids=str,
)
async def test_a_token_made_for_something_else_is_refused(directory: Running, change: dict[str, Any]) -> None:
    citizen = await a_citizen(directory)
    claims = {name: value for name, value in {**claims_of(citizen), **change}.items() if value is not None}
    refused = await me(directory, signed(claims, kid_of(citizen)))
    assert (refused.status_code, problem(refused)) == (401, "unauthenticated")
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


async def test_an_unsigned_token_is_refused(directory: Running) -> None:
    citizen = await a_citizen(directory)
    for algorithm in ("none", "None", "NONE"):
        head = segment({"alg": algorithm, "typ": "JWT", "kid": kid_of(citizen)})
        assert (await me(directory, f"{head}.{segment(claims_of(citizen))}.")).status_code == 401


async def test_the_public_key_is_no_hmac_secret(directory: Running) -> None:
    citizen = await a_citizen(directory)
    key = (await directory.client.get("/directory/v1/jwks.json")).json()["keys"][0]
    body = f"{segment({'alg': 'HS256', 'typ': 'JWT', 'kid': kid_of(citizen)})}.{segment(claims_of(citizen))}"
    for secret in (SIGNER.public_pem, SIGNER.public_pem.strip(), json.dumps(key), key["n"]):
        mac = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
        forged = f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        assert (await me(directory, forged)).status_code == 401


async def test_another_key_is_refused_under_our_name_or_its_own(directory: Running) -> None:
    citizen, stranger = await a_citizen(directory), Signer()
    for kid in (kid_of(citizen), "tests", ""):
        assert (await me(directory, signed(claims_of(citizen), kid, stranger.private_pem))).status_code == 401


async def test_a_token_expires_after_ten_minutes(directory: Running) -> None:
    citizen = await a_citizen(directory)
    directory.clock.forward(minutes=9, seconds=58)
    assert (await citizen.get("me")).status_code == 200
    directory.clock.forward(seconds=3)
    assert (await citizen.get("me")).status_code == 401


@pytest.mark.parametrize("header", ["Basic bmFkaWE6c2VjcmV0", "Bearer", "Bearer ", "Bearer x.y.z", "Bearer " + "x" * 20_000, "🙂"])
async def test_what_is_no_token_at_all_is_refused(directory: Running, header: str) -> None:
    refused = await directory.client.get("/directory/v1/me", headers={b"Authorization": header.encode()})
    assert (refused.status_code, problem(refused)) == (401, "unauthenticated")


async def test_signing_out_refuses_the_token_at_once_and_tells_the_siblings(directory: Running) -> None:
    citizen = await a_citizen(directory)
    assert (await citizen.call("DELETE", "sessions/current")).status_code == 204
    assert (await citizen.get("me")).status_code == 401
    assert (await post(directory, "sessions/refresh", refresh_token=citizen.tokens["refresh_token"])).status_code == 401

    session_id = citizen.tokens["session_id"]
    (event,) = await directory.rows("SELECT * FROM outbox_events WHERE subject = %(id)s", id=session_id)
    until = (directory.clock.now() + timedelta(minutes=11)).isoformat()
    assert (event["type"], event["data"]) == ("session.closed", {"until": until})
    jobs = [
        job["args"]["subscriber"]
        for job in await directory.jobs("kernel:deliver_event")
        if job["args"]["event_id"] == str(event["id"])
    ]
    assert jobs == ["programming", "catalogue", "events"]
    (kept,) = await directory.rows("SELECT until FROM closed_sessions WHERE session_id = %(id)s", id=session_id)
    assert kept["until"].isoformat() == until


async def test_the_other_processes_read_it_again_from_the_database(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await citizen.call("DELETE", "sessions/current")
    await directory.resources.closed_sessions.refresh(directory.resources.database, directory.clock.now())
    assert (await citizen.get("me")).status_code == 401


async def test_the_public_keys_are_enough_to_verify(directory: Running) -> None:
    citizen = await a_citizen(directory)
    answer = await directory.client.get("/directory/v1/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(citizen.tokens["access_token"], key, ["RS256"], options, audience="canevas", issuer="canevas")
    assert claims["sub"] == citizen.account_id
    assert (
        await directory.client.get("/directory/v1/jwks.json", headers={"If-None-Match": answer.headers["etag"]})
    ).status_code == 304


async def test_the_night_forgets_dead_sessions_but_not_what_tells_a_theft(directory: Running) -> None:
    alive, gone = await a_citizen(directory), await a_citizen(directory)
    await gone.call("DELETE", "sessions/current")
    await post(directory, "sessions/refresh", refresh_token=alive.tokens["refresh_token"])
    now = directory.clock.forward(days=1)
    resources: Resources = directory.resources
    async with resources.database.transaction() as session:
        await FORGET.run(session, resources, timestamp=int(now.timestamp()))
    left = await directory.rows(
        "SELECT id FROM sessions WHERE account_id = ANY(%(ids)s::uuid[])", ids=[alive.account_id, gone.account_id]
    )
    assert [str(row["id"]) for row in left] == [alive.tokens["session_id"]]
    assert await directory.rows("SELECT 1 FROM sign_in_failures") == []
    reused = await post(directory, "sessions/refresh", refresh_token=alive.tokens["refresh_token"])
    assert problem(reused) == "refresh-token-reused"


async def test_a_retired_key_is_still_believed(databases: Any, tmp_path: Any, anyio_backend: Any) -> None:
    retired = Signer()
    settings = settings_for(
        Settings,
        databases(SERVICE),
        tmp_path,
        signing_key=SIGNER.private_pem,
        previous_keys=retired.public_pem,
        password_cost="low",
    )
    async with open_service(SERVICE, settings, signer=None) as directory:
        citizen = await a_citizen(directory)
        keys = (await directory.client.get("/directory/v1/jwks.json")).json()["keys"]
        assert keys[0]["kid"] == kid_of(citizen)
        assert len(keys) == 2
        old = signed(claims_of(citizen), keys[1]["kid"], retired.private_pem)
        assert (await me(directory, old)).status_code == 200
        assert isinstance(directory.resources.keys, SigningKeys)
