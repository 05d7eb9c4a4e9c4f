"""How fast funders answer, in public: counts, medians in days from submission, and how the promise is held."""

from datetime import date
from typing import Any

import pytest

from services.common.clock import today_in_paris
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def figures(world: World) -> dict[str, dict[str, Any]]:
    funders = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/delays", expect=200)).json()["funders"]
    return {line["funder_id"]: line for line in funders}


async def notified_after(world: World, dossier: dict[str, Any], *, days: int) -> None:
    """The CAF grants everything and says so, so many days from now."""
    world.running.clock.forward(days=days)
    session = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, session, world.request_of(dossier, world.caf)["id"], 400_000)
    await world.close(session)
    where = f"/dossiers/{dossier['id']}/notifications"
    await world.call(world.caf_officer, "POST", where, json={"funder_id": str(world.caf)}, expect=201)


async def test_a_campaign_without_dossier_has_no_figure(world: World) -> None:
    await world.draft()
    assert await figures(world) == {}


async def test_what_is_only_asked_counts_and_has_no_median(world: World) -> None:
    await world.submitted(state=1_000, caf=4_000)
    await world.submitted(caf=4_000)
    lines = await figures(world)
    assert {funder: line["asked"] for funder, line in lines.items()} == {str(world.state): 1, str(world.caf): 2}
    assert lines[str(world.caf)]["reviewed"] == lines[str(world.caf)]["late_now"] == 0
    assert lines[str(world.caf)]["median_days_to_review"] is None


async def test_medians_count_days_from_submission(world: World) -> None:
    for days in (1, 2, 9):
        dossier = await world.admitted(caf=4_000)
        world.running.clock.forward(days=days)
        await world.review(world.caf_officer, dossier["id"])
        await notified_after(world, dossier, days=1)
        world.running.clock.forward(days=-days - 1)
    line = (await figures(world))[str(world.caf)]
    assert (line["asked"], line["reviewed"], line["decided"], line["notified"]) == (3, 3, 3, 3)
    assert (line["median_days_to_review"], line["median_days_to_decision"]) == (2.0, 3.0)
    assert line["median_days_to_notification"] == 3.0
    assert (line["notified_within_promise"], line["late_now"]) == (3, 0)


async def test_an_answer_on_the_promised_day_holds_the_promise_and_the_day_after_is_late(world: World) -> None:
    kept, broken = await world.reviewed(caf=4_000), await world.reviewed(caf=4_000)
    now = world.running.clock.now()
    promised = await world.seen(kept["id"], world.holder)
    days = (date.fromisoformat(promised["answer_promised_on"]) - today_in_paris(now)).days
    await notified_after(world, kept, days=days)
    line = (await figures(world))[str(world.caf)]
    assert (line["notified_within_promise"], line["late_now"]) == (1, 0)
    world.running.clock.forward(days=1)
    assert (await figures(world))[str(world.caf)]["late_now"] == 1
    await notified_after(world, broken, days=0)
    line = (await figures(world))[str(world.caf)]
    assert (line["notified"], line["notified_within_promise"], line["late_now"]) == (2, 1, 0)


async def test_a_dossier_found_inadmissible_was_answered_and_is_late_for_nobody(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    where = f"/dossiers/{dossier['id']}"
    refused = {"admissible": False, "reason": "Hors délai."}
    await world.change(world.team, "POST", f"{where}/admissibility", of=where, json=refused, expect=201)
    world.running.clock.forward(days=200)
    assert (await figures(world))[str(world.caf)]["late_now"] == 0


async def test_a_draft_campaign_has_no_figures_for_anybody(world: World) -> None:
    await world.prepare_campaign()
    for who in (None, world.team):
        await world.refused(who, "GET", f"/campaigns/{world.campaign_id}/delays", 404, "not-found")
