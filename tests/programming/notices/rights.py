"""What the table of rights needs of notices, and of campaigns' forms."""

from collections.abc import Mapping
from typing import Any

from tests.programming.notices.papers import FORM, QUESTION, notice, publish
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}
_FORM = {"form": {"form": {"type": "object", "properties": {"partenaire": QUESTION}}}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A notice, told to the holder of the dossier that the ids name: its grid changes."""
    criteria = [{"code": "besoin", "label": "Réponse au besoin", "weight": 100}]
    form = {"form": FORM, "asked_when": {}}
    published = (await publish(world, form=form, criteria=criteria)).json()
    await world.running.run_jobs()
    return {"notice_id": published["id"], "form_number": "1"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"publishNotice": notice(world, **_FORM), "writeCampaignForm": {"form": _FORM["form"]["form"]}}
