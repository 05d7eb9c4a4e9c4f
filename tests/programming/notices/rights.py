"""What the table of rights needs of notices, and of campaigns' forms."""

from collections.abc import Mapping
from typing import Any

from tests.programming.notices.papers import QUESTION, notice, publish
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}
_FORM: dict[str, Any] = {"form": {"form": {"type": "object", "properties": {"partenaire": QUESTION}}}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A notice, told to the holder of the dossier that the ids name; rooms prepared after this one see the same grid."""
    campaign = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}", expect=200)).json()
    published = (await publish(world, **_FORM, criteria=campaign["criteria"])).json()
    await world.running.run_jobs()
    return {"notice_id": published["id"], "form_number": "1"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"publishNotice": notice(world, **_FORM), "writeCampaignForm": {"form": _FORM["form"]["form"]}}
