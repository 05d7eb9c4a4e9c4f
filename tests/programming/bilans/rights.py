"""What the table of rights needs of bilans: one that was submitted, with a file joined."""

from collections.abc import Mapping
from typing import Any

from services.common.clock import today_in_paris
from tests.programming.papers import PDF
from tests.programming.world import World

from .acts import SWORN, bilan_of, content, submit, where

QUERIES: dict[str, dict[str, Any]] = {"attachBilanFile": {"kind": "photos", "name": "photos.pdf"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    dossier = {"id": ids["dossier_id"]}
    await world.running.run_jobs()
    joined = await world.call(
        world.holder, "POST", f"{where(dossier)}/attachments", params=QUERIES["attachBilanFile"], content=PDF, expect=201
    )
    today = today_in_paris(world.running.clock.now()).isoformat()
    body = {**content(await bilan_of(world, dossier)), "starts_on": today, "ends_on": today}
    await world.change(world.holder, "PATCH", where(dossier), json=body, expect=200)
    submitted = await submit(world, dossier)
    assert submitted.status_code == 201, submitted.text
    await world.running.run_jobs()
    reviews = (await bilan_of(world, dossier))["reviews"]
    review = next(review for review in reviews if review["funder_id"] == str(world.state))
    return {"bilan_review_id": review["id"], "bilan_attachment_id": joined.json()["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "attachBilanFile": PDF,
        "saveBilan": {},
        "submitBilan": SWORN,
        "acceptBilan": {},
        "rejectBilan": {"reason": "Z"},
        "requestBilanCompletion": {"reason": "Z", "due_on": "2099-01-01"},
    }
