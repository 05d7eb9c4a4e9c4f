"""What the table of rights needs of changes requested: one of the State's, on the dossier that went the whole road."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.common.clock import today_in_paris
from services.common.ids import new_id
from services.programming.change_requests.models import ChangeRequest
from tests.programming.papers import SWORN
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    now = world.running.clock.now()
    today = today_in_paris(now)
    asked = ChangeRequest(
        dossier_id=UUID(ids["dossier_id"]),
        organisation_id=world.state,
        organisation_name="État",
        asked_by=new_id(),
        asked_at=now,
        asked_on=today,
        due_on=today + timedelta(days=10),
    )
    change_request_id = str(asked.id)
    async with world.running.resources.database.transaction() as session:
        session.add(asked)
    return {"change_request_id": change_request_id}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    fields = [{"pointer": "/content/need", "comment": "Z"}]
    return {
        "requestChanges": {"organisation_id": str(world.state), "fields": fields, "due_on": "2099-01-01"},
        "answerChanges": SWORN,
        "cancelChangeRequest": {"reason": "Z"},
        "closeChangeRequest": {"reason": "Z"},
    }
