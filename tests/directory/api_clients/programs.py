"""A program of the tests: made by a manager, it asks for its token as an OAuth library would."""

import base64
from dataclasses import dataclass
from typing import Any

import httpx

from tests.directory.people import Citizen, a_citizen, address, an_association
from tests.support import Running

TOKEN = "/directory/v1/oauth/token"


@dataclass
class Program:
    path: str
    client_id: str
    secret: str
    etag: str
    directory: Running

    async def ask(self, **fields: str) -> httpx.Response:
        """By HTTP Basic (RFC 6749 §2.3.1)."""
        sent = {"grant_type": "client_credentials", **fields}
        return await self.directory.client.post(TOKEN, data=sent, headers={"Authorization": basic(self.client_id, self.secret)})

    async def token(self, **fields: str) -> str:
        answer = await self.ask(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def get(self, path: str, token: str) -> httpx.Response:
        return await self.directory.client.get(address(path), headers={"Authorization": f"Bearer {token}"})


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


async def a_managed(directory: Running) -> tuple[Citizen, str]:
    manager = await a_citizen(directory, "Nadia Benali")
    return manager, str((await an_association(manager))["path"])


async def a_program(directory: Running, manager: Citizen, path: str, *scopes: str, **more: Any) -> Program:
    wish = {"name": "Logiciel comptable", "scopes": list(scopes or ("directory:read", "programming:read")), **more}
    made = await manager.post(f"{path}/api-clients", wish)
    assert made.status_code == 201, made.text
    return Program(made.headers["location"], made.json()["id"], made.json()["client_secret"], made.headers["etag"], directory)
