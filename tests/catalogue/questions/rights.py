"""What the table of rights needs of the question desk."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.questions.desk import DeskWorld
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A question asked by somebody of the network, answered by the documentalist."""
    desk = DeskWorld(world)
    desk.asker = world.member
    await desk.open()
    return {"question_id": (await desk.answered())["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    said = {"text": "Z"}
    faq = {"title": "Z", "question": "Z", "answer": "Z"}
    return {
        "putDesk": {"is_open": True, "answer_within_days": 7},
        "askQuestion": DeskWorld(world).wish(),
        "writeAboutQuestion": said,
        "answerQuestion": said,
        "reassignQuestion": {"to": str(world.manager.account_id)},
        "reopenQuestion": said,
        "closeQuestion": {"reason": "Z"},
        "makeFaqOfQuestion": faq,
    }
