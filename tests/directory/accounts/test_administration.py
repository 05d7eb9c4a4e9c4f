"""The first administrator comes from the command line."""

import pytest

from services.directory.accounts.errors import WeakPassword
from services.directory.administration import create_administrator
from tests.directory.people import PASSWORD, a_citizen, again, mailed_token, new_email, post, register, sign_in
from tests.support import Running

pytestmark = pytest.mark.anyio


async def test_an_administrator_signs_in_at_once_however_often_created(directory: Running) -> None:
    email = new_email()
    first = await create_administrator(directory.resources, email=email.upper(), password=PASSWORD, full_name=" Aude  Admin ")
    second = await create_administrator(directory.resources, email=email, password="un tout autre secret", full_name="Autre")
    assert first == second
    administrator = await again(directory, email, str(first))
    me = (await administrator.get("me")).json()
    assert (me["is_administrator"], me["full_name"]) == (True, "Aude Admin")


async def test_an_account_that_exists_is_promoted_and_keeps_its_password(directory: Running) -> None:
    citizen = await a_citizen(directory)
    promoted = await create_administrator(directory.resources, email=citizen.email, password="un tout autre secret", full_name="X")
    assert str(promoted) == citizen.account_id
    assert (await (await again(directory, citizen.email, citizen.account_id)).get("me")).json()["is_administrator"] is True


async def test_whoever_asked_for_the_address_before_does_not_become_administrator(directory: Running) -> None:
    email = new_email()
    await register(directory, email, password="le mot de l'imposteur")
    link = await mailed_token(directory, email)
    await create_administrator(directory.resources, email=email, password=PASSWORD, full_name="Aude Admin")
    assert (await sign_in(directory, email, "le mot de l'imposteur")).status_code == 401
    assert (await post(directory, "accounts/verification", token=link)).status_code == 409
    assert (await sign_in(directory, email)).status_code == 201


async def test_even_the_first_password_is_judged(directory: Running) -> None:
    with pytest.raises(ValueError):
        await create_administrator(directory.resources, email=new_email(), password="court", full_name="Aude")
    with pytest.raises(ValueError):
        await create_administrator(directory.resources, email=new_email(), password=PASSWORD, full_name="  ")
    with pytest.raises(WeakPassword):
        await create_administrator(directory.resources, email=new_email(), password="motdepasse123", full_name="Aude")
