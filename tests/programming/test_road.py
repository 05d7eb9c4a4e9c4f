"""The whole road of one dossier, from its draft to the funders' letters."""

from typing import Any

import pytest

from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_dossier_goes_from_draft_to_notified_through_two_funders(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    assert dossier["status"] == "ready_for_committee"
    assert {request["opinion"] for request in dossier["requests"]} == {"favourable"}

    technical = await world.convene(dossier["id"], kind="technical")
    state = world.request_of(dossier, world.state)
    caf = world.request_of(dossier, world.caf)
    assert (await world.decide(world.team, technical, state["id"], outcome="proposed", amount_cents=700_000)).status_code == 200
    await world.close(technical)

    as_holder = await world.seen(dossier["id"], world.holder)
    assert as_holder["status"] == "under_review"
    assert {request["status"] for request in as_holder["requests"]} == {"asked"}
    assert all(request["opinion"] is None and request["proposed_cents"] is None for request in as_holder["requests"])

    steering = await world.convene(dossier["id"])
    granted: dict[str, Any] = {"outcome": "granted", "amount_cents": 700_000, "conditions": "Bilan à mi-parcours."}
    assert (await world.decide(world.state_officer, steering, state["id"], **granted)).status_code == 200
    refused = {"outcome": "refused", "motive": "Enveloppe consacrée à d'autres priorités."}
    assert (await world.decide(world.caf_officer, steering, caf["id"], **refused)).status_code == 200
    assert (await world.seen(dossier["id"], world.team))["status"] == "decided"
    assert (await world.seen(dossier["id"], world.holder))["status"] == "under_review"
    await world.close(steering)

    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        where = f"/dossiers/{dossier['id']}/notifications"
        await world.call(officer, "POST", where, json={"funder_id": str(funder)}, expect=201)
    as_holder = await world.seen(dossier["id"], world.holder)
    assert as_holder["status"] == "notified"
    assert world.request_of(as_holder, world.state)["granted_cents"] == 700_000
    assert world.request_of(as_holder, world.caf)["motive"] == "Enveloppe consacrée à d'autres priorités."

    await world.running.run_jobs()
    answers = (await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}/notifications", expect=200)).json()["items"]
    letters = [await world.call(world.holder, "GET", answer["letter"], expect=200) for answer in answers]
    assert all(letter.content.startswith(b"%PDF-") for letter in letters)
    mails = [mail for mail in await world.running.jobs("kernel:send_mail") if dossier["reference"] in mail["args"]["subject"]]
    assert len(mails) == 3  # the receipt and two letters

    delays = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/delays", expect=200)).json()["funders"]
    assert {line["funder_id"]: line["notified"] for line in delays} == {str(world.state): 1, str(world.caf): 1}
