"""Asking for changes and answering, as the tests of this room do."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from services.common.clock import today_in_paris
from tests.programming.papers import SWORN
from tests.programming.world import World
from tests.support import Person


def day(world: World, days: int) -> str:
    """So many days from today in Paris."""
    return (today_in_paris(world.running.clock.now()) + timedelta(days=days)).isoformat()


def wish(world: World, organisation_id: UUID, *pointers: str, days: int = 10, **more: Any) -> dict[str, Any]:
    fields = [{"pointer": pointer, "comment": "À préciser."} for pointer in pointers]
    return {"organisation_id": str(organisation_id), "fields": fields, "due_on": day(world, days), **more}


async def ask(world: World, who: Person, dossier_id: str, *pointers: str, **more: Any) -> dict[str, Any]:
    """Changes requested by an officer for their organisation."""
    (organisation_id,) = who.memberships
    sent = wish(world, organisation_id, *pointers, **more)
    made: dict[str, Any] = (await world.call(who, "POST", f"/dossiers/{dossier_id}/change-requests", json=sent, expect=201)).json()
    return made


async def edit(world: World, who: Person, dossier_id: str, **patch: Any) -> httpx.Response:
    return await world.change(who, "PATCH", f"/dossiers/{dossier_id}", json=patch, expect=200)


async def answer(world: World, asked: dict[str, Any], who: Person | None = None, **explanations: str) -> httpx.Response:
    """Answer on the latest version; `explanations` by pointer, with `__` for its slashes."""
    where = f"/dossiers/{asked['dossier_id']}"
    said = [{"pointer": "/" + name.replace("__", "/"), "text": text} for name, text in explanations.items()]
    body = {**SWORN, "explanations": said}
    path = f"{where}/change-requests/{asked['id']}/answer"
    return await world.change(who or world.holder, "POST", path, of=where, json=body)
