"""What tests of privacy repeat: a night of erasure, a request and its link."""

from typing import Any

from services.common.ids import new_id
from services.events.privacy import jobs, service
from services.events.privacy.service import Progress
from tests.events.world import World


def somebody() -> str:
    return f"camille.{new_id().hex[-10:]}@example.fr"


async def night(world: World) -> None:
    """What the worker does from two in the morning on."""
    resources = world.running.resources
    now = resources.clock.now()
    for progress in service.tonight(resources.settings, now):
        left: Progress | None = progress
        while left is not None:
            async with resources.database.transaction() as session:
                left = await service.erase_some(session, resources, left, now=now)


async def nightly(world: World) -> None:
    """The job itself, and those it writes."""
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await jobs.erase_nightly.run(session, resources, timestamp=0)


async def ask(world: World, email: str, kind: str = "export", expect: int = 202) -> dict[str, Any]:
    sent = {"email": email, "kind": kind}
    body: dict[str, Any] = (await world.call(None, "POST", "/personal-data-requests", json=sent, expect=expect)).json()
    return body


async def link(world: World, email: str) -> str:
    """Path of the last link mailed to that address."""
    mails = [mail for mail in await world.mails("confirmez votre demande") if mail["to"] == email]
    (line,) = [line for line in mails[-1]["text"].splitlines() if "/personal-data-requests/" in line]
    return str(line[line.index("/events/v1/") :])


async def confirmed(world: World, email: str, kind: str = "export") -> dict[str, Any]:
    """Asked and confirmed; what was answered."""
    await ask(world, email, kind)
    path = await link(world, email)
    body: dict[str, Any] = (await world.call(None, "POST", f"{path}/confirmation", expect=201)).json()
    return body
