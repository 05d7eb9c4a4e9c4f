"""A new password, by mail or by the current one, closes what was open."""

import asyncio

import pytest

from services.directory.accounts import passwords
from tests.directory.people import (
    PASSWORD,
    a_citizen,
    again,
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

NEW = "cinq mots encore moins liés"


async def test_a_new_password_by_mail_closes_every_session(directory: Running) -> None:
    citizen = await a_citizen(directory)
    assert (await post(directory, "password-resets", email=citizen.email)).status_code == 202
    token = await mailed_token(directory, citizen.email)
    chosen = await post(directory, "password-resets/confirmation", token=token, password=NEW)
    assert chosen.status_code == 204

    assert (await citizen.get("me")).status_code == 401
    refused = await post(directory, "sessions/refresh", refresh_token=citizen.tokens["refresh_token"])
    assert (refused.status_code, problem(refused)) == (401, "refresh-token-refused")
    assert (await sign_in(directory, citizen.email)).status_code == 401
    assert (await sign_in(directory, citizen.email, NEW)).status_code == 201
    assert (await mails_to(directory, citizen.email))[-1]["subject"] == "Votre mot de passe a changé"

    twice = await post(directory, "password-resets/confirmation", token=token, password=NEW + " !")
    assert (twice.status_code, problem(twice)) == (409, "link-no-longer-valid")


async def test_a_link_to_a_new_password_works_for_two_hours(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await post(directory, "password-resets", email=citizen.email)
    token = await mailed_token(directory, citizen.email)
    directory.clock.forward(hours=2)
    late = await post(directory, "password-resets/confirmation", token=token, password=NEW)
    assert (late.status_code, problem(late)) == (409, "link-no-longer-valid")


async def test_one_kind_of_link_does_not_serve_for_the_other(directory: Running) -> None:
    email = new_email()
    await register(directory, email)
    confirmation = await mailed_token(directory, email)
    crossed = await post(directory, "password-resets/confirmation", token=confirmation, password=NEW)
    assert (crossed.status_code, problem(crossed)) == (409, "link-no-longer-valid")
    await post(directory, "password-resets", email=email)
    reset = await mailed_token(directory, email)
    assert (await post(directory, "accounts/verification", token=reset)).status_code == 409


async def test_a_weak_password_leaves_the_link_alive(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await post(directory, "password-resets", email=citizen.email)
    token = await mailed_token(directory, citizen.email)
    weak = await post(directory, "password-resets/confirmation", token=token, password=citizen.email)
    assert (weak.status_code, problem(weak)) == (409, "weak-password")
    assert (await post(directory, "password-resets/confirmation", token=token, password=NEW)).status_code == 204


async def test_a_link_followed_twice_at_once_works_once(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await post(directory, "password-resets", email=citizen.email)
    token = await mailed_token(directory, citizen.email)
    wishes = (post(directory, "password-resets/confirmation", token=token, password=f"{NEW} {n}") for n in range(4))
    answers = await asyncio.gather(*wishes)
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]


async def test_who_forgot_before_confirming_confirms_by_choosing(directory: Running) -> None:
    email = new_email()
    await register(directory, email)
    await post(directory, "password-resets", email=email)
    token = await mailed_token(directory, email)
    assert (await post(directory, "password-resets/confirmation", token=token, password=NEW)).status_code == 204
    assert (await sign_in(directory, email, NEW)).status_code == 201


async def test_changing_it_closes_the_other_sessions_only(directory: Running) -> None:
    here = await a_citizen(directory)
    elsewhere = await again(directory, here.email, here.account_id)
    changed = await here.post("me/password", {"current": PASSWORD, "new": NEW})
    assert changed.status_code == 204
    assert (await here.get("me")).status_code == 200
    assert (await elsewhere.get("me")).status_code == 401
    assert (await sign_in(directory, here.email, NEW)).status_code == 201
    assert (await sign_in(directory, here.email, PASSWORD)).status_code == 401


async def test_a_stolen_access_token_does_not_let_anybody_guess_the_password(directory: Running) -> None:
    citizen = await a_citizen(directory)
    answers = [await citizen.post("me/password", {"current": f"essai {n}", "new": NEW}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert (await citizen.post("me/password", {"current": PASSWORD, "new": NEW})).status_code == 429
    directory.clock.forward(minutes=16)


async def test_a_new_password_is_judged_like_the_first(directory: Running) -> None:
    citizen = await a_citizen(directory)
    weak = await citizen.post("me/password", {"current": PASSWORD, "new": "motdepasse123"})
    assert (weak.status_code, problem(weak)) == (409, "weak-password")
    assert weak.json()["errors"][0]["pointer"] == "/new"


async def test_an_outdated_hash_is_renewed_at_sign_in(directory: Running) -> None:
    citizen = await a_citizen(directory)
    costly = await passwords.hashed(PASSWORD, "normal")
    async with directory.resources.database.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE accounts SET password_hash = %(hash)s WHERE email = %(email)s", {"hash": costly, "email": citizen.email}
        )
    assert (await sign_in(directory, citizen.email)).status_code == 201
    (kept,) = await directory.rows("SELECT password_hash FROM accounts WHERE email = %(email)s", email=citizen.email)
    assert "m=8,t=1,p=1" in kept["password_hash"]
    assert (await sign_in(directory, citizen.email)).status_code == 201


async def test_a_rush_of_sign_ins_uses_two_threads() -> None:
    hashes = await asyncio.gather(*(passwords.hashed("mot de passe", "low") for _ in range(20)))
    assert len(set(hashes)) == 20
    checked = await asyncio.gather(*(passwords.matches("mot de passe", found, "low") for found in hashes))
    assert checked == [(True, None)] * 20
    assert passwords._THREADS._max_workers == 2
