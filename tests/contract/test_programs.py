"""Every operation of every service, asked by a program: it keeps to its scopes, and what binds a person is refused."""

import importlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.common.ids import new_id
from services.common.resources import Service
from tests.conftest import Databases
from tests.support import SIGNER, Running, open_service, settings_for

pytestmark = pytest.mark.anyio

#: What the trade reserves to persons; a longer list is no accident, a shorter one is.
RESERVED = {
    "directory": {"signContratEngagementRepublicain", "handOverManagement", "inviteToOrganisation", "createApiClient"},
    "programming": {
        "submitDossier",
        "signAgreement",
        "signAmendment",
        "signMinutes",
        "signCpo",
        "signCpoAmendment",
        "submitBilan",
        "submitYearlyReport",
        "decideRequest",
    },
    "catalogue": set(),
    "events": set(),
}


@pytest.fixture(scope="module", params=list(RESERVED))
async def running(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any
) -> AsyncIterator[Running]:
    name: str = request.param
    service: Service = importlib.import_module(f"services.{name}.app").SERVICE
    kind = importlib.import_module(f"services.{name}.settings").Settings
    folder: Path = tmp_path_factory.mktemp(f"programs-{name}")
    async with open_service(service, settings_for(kind, databases(service), folder)) as opened:
        yield opened


def program(*scopes: str) -> dict[str, str]:
    client_id, organisation_id = str(new_id()), str(new_id())
    token = SIGNER.token(
        sub=client_id, sid=client_id, client_id=client_id, scope=" ".join(scopes), orgs={organisation_id: ["member"]}, adm=True
    )
    return {"Authorization": f"Bearer {token}"}


async def ask(running: Running, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    filled = re.sub(r"{[^}]+}", lambda _: str(new_id()), path)
    body: dict[str, Any] = {} if method in {"get", "head", "delete"} else {"json": {}}
    return await running.client.request(method.upper(), filled, headers={"If-Match": '"1"', **headers}, **body)


def operations(running: Running) -> list[tuple[str, str, dict[str, Any]]]:
    paths = running.app.openapi()["paths"]
    return [(method, path, operation) for path, item in paths.items() for method, operation in item.items()]


async def test_without_the_scope_nothing_private_answers(running: Running) -> None:
    name = running.service.name
    others = program(*(f"{other}:{verb}" for other in RESERVED if other != name for verb in ("read", "write")))
    opened = []
    for method, path, operation in operations(running):
        if not operation["security"]:
            continue
        answer = await ask(running, method, path, others)
        needed = f"{name}:{'read' if method in {'get', 'head'} else 'write'}"
        refusal = f'error="insufficient_scope", scope="{needed}"'
        if answer.status_code != 403 or refusal not in answer.headers.get("www-authenticate", ""):
            opened.append((operation["operationId"], answer.status_code))
    assert opened == []


async def test_what_binds_a_person_is_refused_whatever_the_scopes(running: Running) -> None:
    name = running.service.name
    everything = program(f"{name}:read", f"{name}:write")
    reserved = [each for each in operations(running) if "Persons only: a program is refused" in each[2]["description"]]
    assert {operation["operationId"] for _, _, operation in reserved} >= RESERVED[name]
    for method, path, operation in reserved:
        answer = await ask(running, method, path, everything)
        assert answer.status_code == 403, operation["operationId"]
        assert answer.json()["type"].endswith("/persons-only"), operation["operationId"]


async def test_with_the_scope_a_program_reads_lists_as_a_member_would(running: Running) -> None:
    lists = {"directory": "organisations", "programming": "dossiers", "catalogue": "questions", "events": "events"}
    name = running.service.name
    answer = await running.client.get(f"/{name}/v1/{lists[name]}", headers=program(f"{name}:read"))
    assert (answer.status_code, answer.json()["items"]) == (200, [])
