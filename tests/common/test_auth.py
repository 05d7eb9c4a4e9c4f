"""A service believes a signature of the directory and nothing else."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jose import jwt

from services.common.auth import LONGEST_TOKEN, Principal, TokenVerifier
from services.common.ids import new_id
from services.common.problems import Unauthenticated
from services.common.sessions import close_session
from tests.support import SIGNER, Person, Running, Signer, member_of

from .guests import refusal
from .rooms import KERNEL

pytestmark = pytest.mark.anyio
STRANGER = Signer()
WHOAMI = "/rooms/v1/whoami"


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    base = {"iss": "canevas", "aud": "canevas", "iat": now, "exp": now + 600, "sub": str(new_id()), "sid": str(new_id())}
    return {name: value for name, value in (base | changed).items() if value is not None}


def signed(*, key: str = SIGNER.private_pem, algorithm: str = "RS256", kid: str | None = "tests", **changed: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return str(jwt.encode(claims(**changed), key, algorithm, headers=headers))


def handmade(header: dict[str, Any], signature: str = "") -> str:
    return ".".join([base64url(json.dumps(header).encode()), base64url(json.dumps(claims()).encode()), signature])


def hs256_with_the_public_key() -> str:
    """What a library that lets the token choose would verify: an HMAC whose secret is the published key."""
    import hashlib
    import hmac

    unsigned = handmade({"alg": "HS256", "kid": "tests", "typ": "JWT"}).rstrip(".")
    return f"{unsigned}.{base64url(hmac.new(SIGNER.public_pem.encode(), unsigned.encode(), hashlib.sha256).digest())}"


def tampered() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{base64url(json.dumps(claims(adm=True)).encode())}.{signature}"


FORGED: dict[str, Callable[[], str]] = {
    "expired": lambda: signed(exp=int(datetime.now(UTC).timestamp()) - 1),
    "not valid yet": lambda: signed(nbf=int(datetime.now(UTC).timestamp()) + 3600),
    "without expiry": lambda: signed(exp=None),
    "expiry is a word": lambda: signed(exp="tomorrow"),
    "other audience": lambda: signed(aud="elsewhere"),
    "without audience": lambda: signed(aud=None),
    "other issuer": lambda: signed(iss="elsewhere"),
    "without issuer": lambda: signed(iss=None),
    "without subject": lambda: signed(sub=None),
    "subject is no UUID": lambda: signed(sub="admin"),
    "subject is a number": lambda: signed(sub=1),
    "without session": lambda: signed(sid=None),
    "session is no UUID": lambda: signed(sid="1"),
    "organisations are a list": lambda: signed(orgs=["a"]),
    "an organisation is no UUID": lambda: signed(orgs={"a": ["member"]}),
    "roles are a number": lambda: signed(orgs={str(new_id()): 3}),
    "standing is a number": lambda: signed(standing=3),
    "standing on no UUID": lambda: signed(standing=["a"]),
    "a program without scope": lambda: signed(client_id=str(new_id())),
    "a program that is no UUID": lambda: signed(client_id="batch", scope="rooms:read"),
    "unknown key": lambda: signed(kid="other"),
    "without key id": lambda: signed(kid=None),
    "key id is a list": lambda: handmade({"alg": "RS256", "kid": ["tests"]}, "AAAA"),
    "signed by a stranger": lambda: signed(key=STRANGER.private_pem),
    "stronger algorithm": lambda: signed(algorithm="RS512"),
    "none": lambda: handmade({"alg": "none", "kid": "tests"}),
    "None": lambda: handmade({"alg": "None", "kid": "tests"}),
    "unsigned": lambda: handmade({"alg": "RS256", "kid": "tests"}),
    "HS256 with the public key": hs256_with_the_public_key,
    "tampered": tampered,
    "too long": lambda: signed(padding="x" * LONGEST_TOKEN),
    "encrypted (five parts)": lambda: ".".join(["e30"] * 5),
    "deep header": lambda: base64url(b"[" * 9_000) + ".e30.AAAA",
    "deep object": lambda: base64url(b'{"a":' * 2_000) + ".e30.AAAA",
    "garbage": lambda: "garbage",
    "dots": lambda: "..",
    "binary header": lambda: base64url(b"\xff\xfe") + ".e30.AAAA",
    "header is a list": lambda: base64url(b"[]") + ".e30.AAAA",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_token_that_does_not_hold_is_refused(hotel: Running, forge: Callable[[], str]) -> None:
    answer = await hotel.client.get(WHOAMI, headers={"Authorization": f"Bearer {forge()}"})
    refusal(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="canevas", error="invalid_token"'


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "", "Token a.b.c", "a.b.c"])
async def test_another_scheme_is_refused(hotel: Running, header: str) -> None:
    answer = await hotel.client.get(WHOAMI, headers={"Authorization": header})
    refusal(answer, 401, "unauthenticated")
    assert 'error="invalid_request"' in answer.headers["www-authenticate"]


async def test_without_a_token_one_is_asked_for(hotel: Running) -> None:
    answer = await hotel.client.get(WHOAMI)
    refusal(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="canevas"'


async def test_a_caller_is_who_the_token_says(hotel: Running) -> None:
    organisation = new_id()
    somebody = member_of(organisation)
    answer = await hotel.client.get(WHOAMI, headers=somebody.headers)
    assert answer.json() == {"account_id": str(somebody.account_id), "organisations": [str(organisation)]}


async def test_the_scheme_has_no_case(hotel: Running) -> None:
    header = Person().headers["Authorization"].replace("Bearer ", "bEARER  ")
    assert (await hotel.client.get(WHOAMI, headers={"Authorization": header})).status_code == 200


async def test_a_token_that_was_good_expires_by_the_platform_clock(hotel: Running) -> None:
    headers = {"Authorization": "Bearer " + signed(exp=int(hotel.clock.now().timestamp()) + 600)}
    assert (await hotel.client.get(WHOAMI, headers=headers)).status_code == 200
    began = hotel.clock.at
    hotel.clock.forward(seconds=601)
    refusal(await hotel.client.get(WHOAMI, headers=headers), 401, "unauthenticated")
    hotel.clock.at = began


async def test_a_session_that_was_closed_is_refused_at_once(hotel: Running) -> None:
    session_id, resources = new_id(), hotel.resources
    headers = {"Authorization": "Bearer " + signed(sid=str(session_id))}
    assert (await hotel.client.get(WHOAMI, headers=headers)).status_code == 200
    until = resources.clock.now() + timedelta(minutes=10)
    async with resources.database.transaction() as session:
        await close_session(session, KERNEL.closed_sessions, session_id, until)
    await resources.closed_sessions.refresh(resources.database, resources.clock.now())
    refusal(await hotel.client.get(WHOAMI, headers=headers), 401, "unauthenticated")
    await resources.closed_sessions.refresh(resources.database, until)
    assert session_id not in resources.closed_sessions


async def test_a_session_noted_as_closed_is_refused_before_it_is_read_again(hotel: Running) -> None:
    session_id = new_id()
    headers = {"Authorization": "Bearer " + signed(sid=str(session_id))}
    hotel.resources.closed_sessions.note(session_id)
    refusal(await hotel.client.get(WHOAMI, headers=headers), 401, "unauthenticated")


async def test_a_token_verified_once_is_not_verified_again() -> None:
    asked: list[str] = []

    async def keys(kid: str) -> dict[str, Any] | None:
        asked.append(kid)
        return SIGNER.jwk

    verifier = TokenVerifier(keys, issuer="canevas", audience="canevas", revoked=lambda _: False)
    token, now = signed(), datetime.now(UTC)
    assert await verifier.verify(token, now) == await verifier.verify(token, now)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token[:-4] + "AAAA", now)
    assert len(asked) == 2


async def test_roles_are_held_in_one_organisation_only() -> None:
    here, there = new_id(), new_id()
    caller = Principal(new_id(), new_id(), {here: frozenset({"member", "signatory"})})
    assert caller.belongs_to(here)
    assert caller.has_role(here, "manager", "signatory")
    assert not caller.has_role(here, "manager")
    assert not caller.belongs_to(there)
    assert not caller.has_role(there, "member")
    assert not caller.belongs_to(None)
    assert not caller.has_role(None, "member")


async def test_only_a_true_claim_makes_an_administrator() -> None:
    verifier = TokenVerifier(SIGNER.keys, issuer="canevas", audience="canevas", revoked=lambda _: False)
    now = datetime.now(UTC)
    assert (await verifier.verify(signed(adm=True), now)).is_administrator
    for claim in (None, 1, "true", False):
        assert not (await verifier.verify(signed(adm=claim), now)).is_administrator


async def test_a_token_does_not_show_in_a_log() -> None:
    assert "secret-token" not in repr(Principal(new_id(), new_id(), token="secret-token"))


def program(scope: str, **more: Any) -> dict[str, str]:
    """Headers of a program's request."""
    return {"Authorization": "Bearer " + signed(client_id=str(new_id()), scope=scope, **more)}


async def test_a_right_taken_back_stops_the_tokens_that_stand_on_it_and_no_others(hotel: Running) -> None:
    kept, lost, session_id = new_id(), new_id(), str(new_id())
    before = {"Authorization": "Bearer " + signed(sid=session_id, standing=[str(kept), str(lost)])}
    assert (await hotel.client.post("/rooms/v1/me/visits", headers=before)).status_code == 201
    hotel.resources.closed_sessions.note(lost)
    refused = await hotel.client.post("/rooms/v1/me/visits", headers=before)
    refusal(refused, 401, "unauthenticated")
    assert refused.json()["detail"] == "Vos rôles ont changé : renouvelez le jeton."
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    refreshed = {"Authorization": "Bearer " + signed(sid=session_id, standing=[str(kept)])}
    assert (await hotel.client.post("/rooms/v1/me/visits", headers=refreshed)).status_code == 201


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("rooms:read", True, False),
        ("rooms:write", False, True),
        ("rooms:read rooms:write", True, True),
        ("programming:read programming:write", False, False),
        ("rooms", False, False),
        ("", False, False),
    ],
)
async def test_a_program_keeps_to_its_scopes(hotel: Running, scope: str, reads: bool, writes: bool) -> None:
    headers = program(scope)
    read, written = await hotel.client.get(WHOAMI, headers=headers), await hotel.client.post("/rooms/v1/me/visits", headers=headers)
    for answer, allowed, needed in ((read, reads, "rooms:read"), (written, writes, "rooms:write")):
        if allowed:
            assert answer.status_code < 300
        else:
            assert refusal(answer, 403, "insufficient-scope")["scope"] == needed
            assert answer.headers["www-authenticate"] == f'Bearer realm="canevas", error="insufficient_scope", scope="{needed}"'


async def test_what_binds_a_person_is_done_by_persons(hotel: Running) -> None:
    answer = await hotel.client.post("/rooms/v1/me/pledges", headers=program("rooms:read rooms:write"))
    refusal(answer, 403, "persons-only")
    keyed = program("rooms:write") | {"Idempotency-Key": "a pledge"}
    refusal(await hotel.client.post("/rooms/v1/me/pledges", headers=keyed), 403, "persons-only")
    assert (await hotel.client.post("/rooms/v1/me/pledges", headers=Person().headers)).status_code == 201


async def test_a_program_is_never_an_administrator_and_a_person_has_no_scope() -> None:
    verifier = TokenVerifier(SIGNER.keys, issuer="canevas", audience="canevas", revoked=lambda _: False)
    now, client_id = datetime.now(UTC), new_id()
    caller = await verifier.verify(signed(adm=True, client_id=str(client_id), sub=str(client_id), scope="rooms:read"), now)
    assert (caller.is_administrator, caller.client_id, caller.scopes) == (False, client_id, frozenset({"rooms:read"}))
    person = await verifier.verify(signed(scope="rooms:read"), now)
    assert (person.client_id, person.scopes) == (None, frozenset())
