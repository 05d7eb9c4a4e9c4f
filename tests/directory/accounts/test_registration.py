"""From asking for an account to its confirmation; nobody learns who has one."""

import re

import pytest

from tests.directory.people import (
    PASSWORD,
    Citizen,
    a_citizen,
    mailed_token,
    mails_to,
    new_email,
    post,
    problem,
    register,
    sign_in,
)
from tests.support import Running

pytestmark = pytest.mark.anyio


async def test_a_person_registers_confirms_and_signs_in(directory: Running) -> None:
    email = new_email()
    assert (await register(directory, email.upper())).status_code == 202
    refused = await sign_in(directory, email)
    assert (refused.status_code, problem(refused)) == (403, "email-not-verified")

    (mail,) = await mails_to(directory, email)
    assert "Nadia Benali" in mail["text"]
    assert re.search(r"http://canevas\.test/verification\?token=\S{20,}", mail["text"])
    verified = await post(directory, "accounts/verification", token=await mailed_token(directory, email))
    assert verified.status_code == 200
    assert verified.json()["email"] == email
    assert (await sign_in(directory, email)).status_code == 201


async def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(directory: Running) -> None:
    known, unknown = (await a_citizen(directory)).email, new_email()
    for path, more in (
        ("accounts", {"password": PASSWORD, "full_name": "Quelqu'un"}),
        ("accounts/verification-mails", {}),
        ("password-resets", {}),
    ):
        here = await post(directory, path, email=known, **more)
        there = await post(directory, path, email=unknown, **more)
        assert (here.status_code, here.json()) == (there.status_code, there.json())
        assert here.status_code == 202
        assert here.headers.keys() == there.headers.keys()


async def test_the_owner_of_the_address_is_told_of_a_second_registration(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await register(directory, citizen.email, password="un autre mot de passe", full_name="Malveillant")
    told = (await mails_to(directory, citizen.email))[-1]
    assert told["subject"] == "Vous avez déjà un compte"
    assert "token=" not in told["text"]
    assert "Malveillant" not in told["text"]
    assert (await sign_in(directory, citizen.email)).status_code == 201
    assert (await sign_in(directory, citizen.email, "un autre mot de passe")).status_code == 401


async def test_somebody_elses_registration_does_not_slip_its_password_in(directory: Running) -> None:
    email = new_email()
    await register(directory, email, full_name="La vraie")
    own_link = await mailed_token(directory, email)
    await register(directory, email, password="le mot de l'imposteur", full_name="L'imposteur")
    others_link = await mailed_token(directory, email)

    verified = await post(directory, "accounts/verification", token=own_link)
    assert verified.json()["full_name"] == "La vraie"
    assert (await sign_in(directory, email)).status_code == 201
    assert (await sign_in(directory, email, "le mot de l'imposteur")).status_code == 401
    late = await post(directory, "accounts/verification", token=others_link)
    assert (late.status_code, problem(late)) == (409, "link-no-longer-valid")


async def test_a_link_works_once(directory: Running) -> None:
    email = new_email()
    await register(directory, email)
    token = await mailed_token(directory, email)
    assert (await post(directory, "accounts/verification", token=token)).status_code == 200
    twice = await post(directory, "accounts/verification", token=token)
    assert (twice.status_code, problem(twice)) == (409, "link-no-longer-valid")


async def test_a_link_works_for_two_days(directory: Running) -> None:
    email = new_email()
    await register(directory, email)
    token = await mailed_token(directory, email)
    directory.clock.forward(hours=48)
    late = await post(directory, "accounts/verification", token=token)
    assert (late.status_code, problem(late)) == (409, "link-no-longer-valid")

    await post(directory, "accounts/verification-mails", email=email)
    fresh = await mailed_token(directory, email)
    assert (await post(directory, "accounts/verification", token=fresh)).status_code == 200


async def test_an_invented_link_is_refused(directory: Running) -> None:
    refused = await post(directory, "accounts/verification", token="x" * 43)
    assert (refused.status_code, problem(refused)) == (409, "link-no-longer-valid")


async def test_nobody_is_buried_in_mail(directory: Running) -> None:
    email = new_email()
    for _ in range(8):
        assert (await register(directory, email)).status_code == 202
    assert len(await mails_to(directory, email)) == 5
    directory.clock.forward(minutes=61)
    await register(directory, email)
    assert len(await mails_to(directory, email)) == 6


async def test_one_network_does_not_ask_for_everybody(directory: Running) -> None:
    directory.resources.settings.requests_per_hour, before = 3, directory.resources.settings.requests_per_hour
    try:
        directory.clock.forward(hours=2)
        answers = [await register(directory, new_email()) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert problem(answers[-1]) == "too-many-requests"
        assert int(answers[-1].headers["retry-after"]) > 0
        directory.clock.forward(hours=2)
        assert (await register(directory, new_email())).status_code == 202
    finally:
        directory.resources.settings.requests_per_hour = before


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"email": "nadia@"}, "/email"),
        ({"email": "x" * 300 + "@example.org"}, "/email"),
        ({"password": "trop court"}, "/password"),
        ({"password": "x" * 129}, "/password"),
        ({"full_name": "   "}, "/full_name"),
        ({"full_name": "Nadia\u0000Benali"}, "/full_name"),
        ({"full_name": "Nadia \u202eilaneB"}, "/full_name"),
        ({"full_name": None}, "/full_name"),
    ],
)
async def test_malformed_registrations_say_what_to_mend(directory: Running, wrong: dict[str, object], pointer: str) -> None:
    wish = {"email": new_email(), "password": PASSWORD, "full_name": "Nadia Benali", **wrong}
    refused = await directory.client.post("/directory/v1/accounts", json=wish)
    assert (refused.status_code, problem(refused)) == (422, "malformed-request")
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert str(wish["password"]) not in refused.text


async def test_a_password_everybody_would_guess_is_refused_by_name(directory: Running) -> None:
    refused = await register(directory, new_email(), password="MotDePasse123")
    assert (refused.status_code, problem(refused)) == (409, "weak-password")
    assert refused.json()["errors"][0]["pointer"] == "/password"


async def test_passwords_and_links_are_not_kept_as_they_are(directory: Running) -> None:
    email = new_email()
    await register(directory, email)
    token = await mailed_token(directory, email)
    (account,) = await directory.rows("SELECT * FROM accounts WHERE email = %(email)s", email=email)
    (link,) = await directory.rows("SELECT * FROM mailed_tokens WHERE account_id = %(id)s", id=account["id"])
    assert account["password_hash"].startswith("$argon2id$")
    assert token not in str(link)
    assert PASSWORD not in str(account)


async def test_an_account_nobody_confirmed_is_forgotten_after_a_month(directory: Running) -> None:
    email, citizen = new_email(), await a_citizen(directory)
    await register(directory, email)
    now = directory.clock.forward(days=31)
    await forget(directory, now.timestamp())
    left = await directory.rows("SELECT email FROM accounts WHERE email = ANY(%(emails)s)", emails=[email, citizen.email])
    assert [row["email"] for row in left] == [citizen.email]
    assert await directory.rows("SELECT 1 FROM account_requests") == []


async def forget(directory: Running, timestamp: float) -> None:
    from services.directory.worker import FORGET

    async with directory.resources.database.transaction() as session:
        await FORGET.run(session, directory.resources, timestamp=int(timestamp))


async def test_the_same_request_sent_twice_is_one(directory: Running) -> None:
    email, key = new_email(), {"Idempotency-Key": "une-seule-fois"}
    wish = {"email": email, "password": PASSWORD, "full_name": "Nadia"}
    first = await directory.client.post("/directory/v1/accounts", json=wish, headers=key)
    second = await directory.client.post("/directory/v1/accounts", json=wish, headers=key)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(await mails_to(directory, email)) == 1


async def test_me(directory: Running) -> None:
    citizen: Citizen = await a_citizen(directory)
    me = await citizen.get("me")
    assert me.json()["email"] == citizen.email
    assert (await citizen.get("me", **{"If-None-Match": me.headers["etag"]})).status_code == 304
    assert (await directory.client.get("/directory/v1/me")).status_code == 401

    without = await citizen.call("PATCH", "me", {"full_name": "Nadia Roux"})
    assert (without.status_code, problem(without)) == (428, "precondition-required")
    renamed = await citizen.patch("me", {"full_name": "  Nadia   Roux "}, me.headers["etag"])
    assert renamed.json()["full_name"] == "Nadia Roux"
    stale = await citizen.patch("me", {"full_name": "Autre"}, me.headers["etag"])
    assert (stale.status_code, problem(stale)) == (412, "stale-version")
    forbidden = await citizen.patch("me", {"full_name": "Nadia", "is_administrator": True}, renamed.headers["etag"])
    assert forbidden.status_code == 422
