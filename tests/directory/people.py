"""People of the directory's tests: they register, confirm, sign in, as anybody would."""

import re
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from services.directory.administration import create_administrator
from tests.support import Running

PASSWORD = "quatre mots sans rapport"
_numbers = count(1)


def new_email() -> str:
    return f"personne{next(_numbers)}@asso.example.org"


def with_luhn(body: str) -> str:
    """The digits and the one that makes them pass Luhn."""
    doubled = [int(figure) * (2 if position % 2 == 0 else 1) for position, figure in enumerate(reversed(body))]
    return body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def new_siret() -> str:
    """A SIRET whose SIREN passes Luhn as it does, never the same."""
    return with_luhn(with_luhn(f"7{next(_numbers):07d}") + "0001")


@dataclass
class Citizen:
    """Somebody signed in."""

    email: str
    account_id: str
    tokens: dict[str, Any]
    client: httpx.AsyncClient

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def call(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.client.request(method, address(path), json=json, headers=self.headers | headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, json: Any) -> httpx.Response:
        return await self.call("POST", path, json)

    async def patch(self, path: str, json: Any, tag: str) -> httpx.Response:
        return await self.call("PATCH", path, json, **{"If-Match": tag})


def address(path: str) -> str:
    return path if path.startswith("/") else f"/directory/v1/{path}"


def problem(response: httpx.Response) -> str:
    """The name of the problem answered, after checking that it is one."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert body["status"] == response.status_code
    return str(body["type"]).rpartition("/")[2]


async def mails_to(directory: Running, email: str) -> list[dict[str, Any]]:
    """Mails queued for that address, the oldest first."""
    return [job["args"] for job in await directory.jobs("kernel:send_mail") if job["args"]["to"] == email]


async def mailed_token(directory: Running, email: str) -> str:
    found = re.search(r"token=(\S+)", (await mails_to(directory, email))[-1]["text"])
    assert found is not None
    return found[1]


async def post(directory: Running, path: str, **json: Any) -> httpx.Response:
    """Without signing in."""
    return await directory.client.post(address(path), json=json)


async def register(directory: Running, email: str, password: str = PASSWORD, full_name: str = "Nadia Benali") -> httpx.Response:
    return await post(directory, "accounts", email=email, password=password, full_name=full_name)


async def sign_in(directory: Running, email: str, password: str = PASSWORD) -> httpx.Response:
    return await post(directory, "sessions", email=email, password=password)


async def a_citizen(directory: Running, full_name: str = "Nadia Benali") -> Citizen:
    """Somebody who registered, confirmed the address and signed in."""
    email = new_email()
    assert (await register(directory, email, full_name=full_name)).status_code == 202
    verified = await post(directory, "accounts/verification", token=await mailed_token(directory, email))
    assert verified.status_code == 200, verified.text
    return await again(directory, email, verified.json()["id"])


async def again(directory: Running, email: str, account_id: str, password: str = PASSWORD) -> Citizen:
    """The same person on another device."""
    signed_in = await sign_in(directory, email, password)
    assert signed_in.status_code == 201, signed_in.text
    return Citizen(email, account_id, signed_in.json(), directory.client)


async def an_administrator(directory: Running) -> Citizen:
    email = new_email()
    account_id = await create_administrator(directory.resources, email=email, password=PASSWORD, full_name="Aude Admin")
    return await again(directory, email, str(account_id))


async def an_association(citizen: Citizen, **more: Any) -> dict[str, Any]:
    """One the citizen manages."""
    opened = await citizen.post("organisations", {"kind": "association", "name": "Régie Ozanam", "siret": new_siret(), **more})
    assert opened.status_code == 201, opened.text
    return {**opened.json(), "etag": opened.headers["etag"], "path": opened.headers["location"]}
