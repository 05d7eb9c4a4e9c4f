"""What the table of rights needs of conversations: a thread between the holder and the State."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    where = f"/dossiers/{ids['dossier_id']}/messages"
    made = (await world.call(world.holder, "POST", where, json=_message(world), expect=201)).json()
    return {"conversation_id": made["conversation_id"], "message_id": made["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "writeMessage": _message(world),
        "replyMessage": {"text": "Z"},
        "markConversationRead": {"up_to": ids["message_id"]},
    }


def _message(world: World) -> dict[str, Any]:
    return {"kind": "holder", "organisation_id": str(world.state), "text": "Z"}
