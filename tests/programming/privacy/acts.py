"""What the tests of privacy say often: events of the directory, and a person as it tells them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from standardwebhooks import Webhook

from services.common.personal_data import ACCOUNT_ERASED
from services.programming.privacy import service
from tests.programming.world import World
from tests.support import EVENTS_SECRET, Person

NAME = "Camille Exemple"


def told(person: Person, *organisations: UUID, email: str = "contact@ateliers.example.org", name: str = NAME) -> dict[str, Any]:
    return {"email": email, "full_name": name, "organisation_ids": [str(each) for each in organisations]}


async def hear(world: World, type_: str, person: Person, data: dict[str, Any], *, event_id: UUID | None = None) -> None:
    """An event of the directory about somebody, delivered."""
    name, at = str(event_id or uuid4()), datetime.now(UTC)
    envelope = {"specversion": "1.0", "id": name, "source": "directory", "type": type_, "subject": str(person.account_id)}
    body = orjson.dumps({**envelope, "time": at.isoformat(), "data": data})
    mark = Webhook(EVENTS_SECRET).sign(name, at, body.decode())
    headers = {"webhook-id": name, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": mark}
    await world.call(None, "POST", "/programming/internal/events", content=body, headers=headers, expect=204)


async def erase(world: World, person: Person, *organisations: UUID, **who: Any) -> str:
    """The erasure's id."""
    erasure_id = str(uuid4())
    await hear(world, ACCOUNT_ERASED, person, {"erasure_id": erasure_id, **told(person, *organisations, **who)})
    return erasure_id


async def the_night_comes(world: World) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await service.nightly(session, resources, now=world.running.clock.now())
