"""What the tests of joining say often."""

import re
from typing import Any

import httpx

from tests.directory.people import Citizen, a_citizen, an_association, mails_to, post, problem
from tests.support import Running


async def invite(manager: Citizen, path: str, email: str, *roles: str) -> dict[str, Any]:
    made = await manager.post(f"{path}/invitations", {"email": email, "roles": list(roles or ("member",))})
    assert made.status_code == 201, made.text
    return {**made.json(), "path": made.headers["location"]}


async def link(directory: Running, email: str) -> str:
    """The token of the last invitation mailed there."""
    mails = [mail["text"] for mail in await mails_to(directory, email) if "/invitation?token=" in mail["text"]]
    found = re.search(r"token=(\S+)", mails[-1])
    assert found is not None
    return found[1]


async def accept(citizen: Citizen, token: str) -> httpx.Response:
    return await citizen.post("invitations/acceptance", {"token": token})


async def subjects(directory: Running, citizen: Citizen) -> list[str]:
    return [mail["subject"] for mail in await mails_to(directory, citizen.email)]


async def refresh(directory: Running, citizen: Citizen) -> Citizen:
    answer = await post(directory, "sessions/refresh", refresh_token=citizen.tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    citizen.tokens = answer.json()
    return citizen


async def acts(directory: Running, organisation_id: str) -> list[str]:
    rows = await directory.rows("SELECT act FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=organisation_id)
    return [row["act"] for row in rows]


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, problem(answer)


async def a_managed(directory: Running, **more: Any) -> tuple[Citizen, str]:
    """A manager and the address of their association."""
    manager = await a_citizen(directory, "Nadia Benali")
    return manager, str((await an_association(manager, **more))["path"])


async def member_of(directory: Running, manager: Citizen, path: str, *roles: str, name: str = "Karim Rossi") -> Citizen:
    citizen = await a_citizen(directory, name)
    added = await manager.post(f"{path}/memberships", {"email": citizen.email, "roles": list(roles or ("member",))})
    assert added.status_code == 201, added.text
    return citizen
