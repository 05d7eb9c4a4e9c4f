"""A closed session is an event: signed, applied once, and enough to refuse the tokens wherever it is heard."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from services.common.ids import new_id
from tests.directory.people import a_citizen, problem
from tests.support import EVENTS_SECRET, Running

pytestmark = pytest.mark.anyio


async def deliver(directory: Running, envelope: dict[str, Any], secret: str = EVENTS_SECRET) -> httpx.Response:
    """As `kernel:deliver_event` would."""
    body, sent_at = orjson.dumps(envelope).decode(), datetime.now(UTC)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": envelope["id"],
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(envelope["id"], sent_at, body),
    }
    return await directory.client.post("/directory/internal/events", content=body, headers=headers)


def closing(directory: Running, session_id: str) -> dict[str, Any]:
    until = directory.clock.now() + timedelta(minutes=11)
    return {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": "elsewhere",
        "type": "session.closed",
        "subject": session_id,
        "time": directory.clock.now().isoformat(),
        "data": {"until": until.isoformat()},
    }


async def test_who_hears_of_a_closed_session_refuses_its_tokens(directory: Running) -> None:
    citizen = await a_citizen(directory)
    envelope = closing(directory, citizen.tokens["session_id"])
    assert (await deliver(directory, envelope)).status_code == 204
    assert (await deliver(directory, envelope)).status_code == 204  # at least once, applied once
    await directory.resources.closed_sessions.refresh(directory.resources.database, directory.clock.now())
    refused = await citizen.get("me")
    assert (refused.status_code, refused.json()["detail"]) == (401, "La session a été fermée.")
    kept = await directory.rows("SELECT event_id FROM inbox_events WHERE event_id = %(id)s", id=envelope["id"])
    assert len(kept) == 1


async def test_it_is_forgotten_once_its_tokens_are_dead(directory: Running) -> None:
    citizen = await a_citizen(directory)
    await deliver(directory, closing(directory, citizen.tokens["session_id"]))
    later = directory.clock.forward(minutes=12)
    await directory.resources.closed_sessions.refresh(directory.resources.database, later)
    assert (await citizen.get("me")).json()["detail"] == "Le jeton a expiré."


async def test_nobody_else_closes_sessions(directory: Running) -> None:
    citizen = await a_citizen(directory)
    forged = await deliver(directory, closing(directory, citizen.tokens["session_id"]), "whsec_" + "QUFB" * 12)
    assert (forged.status_code, problem(forged)) == (401, "unauthenticated")
    await directory.resources.closed_sessions.refresh(directory.resources.database, directory.clock.now())
    assert (await citizen.get("me")).status_code == 200
