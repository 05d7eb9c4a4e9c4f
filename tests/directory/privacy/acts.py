"""What the tests of privacy say often."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from standardwebhooks import Webhook

from services.common.personal_data import folded, signed
from services.directory.privacy import erasing, service
from tests.directory.people import PASSWORD, Citizen
from tests.support import EVENTS_SECRET, Running

SIBLINGS = ("programming", "catalogue", "events")


async def hand_part(directory: Running, request_id: str, sibling: str, rooms: Any, *, to: str | None = None) -> int:
    """A sibling's part; `to` another address than the one it was signed for."""
    address = f"/directory/internal/personal-data/{request_id}/{sibling}"
    sent = signed(directory.resources, folded(rooms), address)
    return (await directory.client.post(to or address, **sent)).status_code


async def hear(directory: Running, type_: str, subject: str, data: Any, *, source: str, event_id: UUID | None = None) -> int:
    """An event of a sibling, delivered."""
    name, at = str(event_id or uuid4()), datetime.now().astimezone()
    envelope = {"specversion": "1.0", "id": name, "source": source, "type": type_, "subject": subject, "data": data}
    body = orjson.dumps({**envelope, "time": at.isoformat()})
    mark = Webhook(EVENTS_SECRET).sign(name, at, body.decode())
    headers = {"webhook-id": name, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": mark}
    return (await directory.client.post("/directory/internal/events", content=body, headers=headers)).status_code


async def told(directory: Running, type_: str, account_id: str) -> list[dict[str, Any]]:
    """Events of that type about somebody, the oldest first."""
    asked = "SELECT * FROM outbox_events WHERE type = %(type)s AND subject = %(who)s ORDER BY id"
    return await directory.rows(asked, type=type_, who=account_id)


async def ask_erasure(citizen: Citizen) -> dict[str, Any]:
    asked = await citizen.post("me/erasure", {"password": PASSWORD})
    assert asked.status_code == 201, asked.text
    return dict(asked.json())


async def days_pass(directory: Running, days: float) -> None:
    directory.clock.forward(days=days)
    async with directory.resources.database.transaction() as session:
        await erasing.begin_due(session, now=directory.clock.now(), limit=100)
    await directory.run_jobs()


async def the_night_comes(directory: Running) -> None:
    async with directory.resources.database.transaction() as session:
        await service.nightly(session, directory.resources, now=directory.clock.now())
    await directory.run_jobs()


async def rewind(directory: Running, began: datetime) -> None:
    """The clock of the module goes back for the tests that follow."""
    directory.clock.at = began + timedelta(seconds=1)
