"""A funder answers many holders at once, never twice; a wrong answer is corrected by a letter that replaces it."""

from typing import Any

import pytest

from services.common.ids import new_id
from services.programming.notifications import bulk
from tests.programming.papers import codes
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def decided(world: World) -> tuple[list[dict[str, Any]], str]:
    """Three dossiers in a closed session: the CAF granted, refused and adjourned."""
    dossiers = [await world.reviewed(caf=4_000) for _ in range(3)]
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    words: list[dict[str, Any]] = [
        {"outcome": "granted", "amount_cents": 300_000, "conditions": "Bilan à mi-parcours."},
        {"outcome": "refused", "motive": "Hors priorités."},
        {"outcome": "adjourned"},
    ]
    for dossier, word in zip(dossiers, words, strict=True):
        answer = await world.decide(world.caf_officer, session, world.request_of(dossier, world.caf)["id"], **word)
        assert answer.status_code == 200, answer.text
    await world.close(session)
    return dossiers, session


async def mails(world: World, dossiers: list[dict[str, Any]]) -> int:
    """Mails about these dossiers."""
    return sum([len(await world.mails(f"Réponse à votre dossier {dossier['reference']}")) for dossier in dossiers])


async def test_many_answers_leave_once_each_with_their_letter_and_mail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 1)
    dossiers, session = await decided(world)
    where = f"/campaigns/{world.campaign_id}/bulk-notifications"
    wish: dict[str, Any] = {"funder_id": str(world.caf), "holder_comment": "Merci."}
    await world.refused(world.state_officer, "POST", where, 403, "not-for-you-to-notify", json=wish)
    await world.refused(world.holder, "POST", where, 404, "not-found", json=wish)
    tried = (await world.call(world.caf_officer, "POST", where, json={**wish, "dry_run": True}, expect=200)).json()
    assert (tried["id"], tried["ready"], tried["problems"], tried["granted_cents"]) == (None, 2, 1, 300_000)
    assert [line["problem"] for line in tried["lines"]] == [None, None, "request-state-refused"]
    assert await world.pages(world.caf_officer, where) == []
    only = {**wish, "dry_run": True, "outcomes": ["refused"], "committee_id": session}
    assert (await world.call(world.caf_officer, "POST", where, json=only, expect=200)).json()["ready"] == 1
    click = (world.caf_officer, "POST", where, {"json": wish})
    asked = [answer.json()["id"] for answer in await world.at_once([click, click])]
    await world.running.run_jobs()
    told = [(await world.call(world.caf_officer, "GET", f"/bulk-notifications/{one}", expect=200)).json() for one in asked]
    assert sorted((one["notified"], one["failed"], one["waiting"]) for one in told)[-1][2] == 0
    assert sum(one["notified"] for one in told) == 2
    assert sum(one["letters_ready"] for one in told) == sum(one["mails_sent"] for one in told) == 2
    assert all(one["finished_at"] for one in told)
    assert await mails(world, dossiers) == 2
    problems = {
        line["problem"]
        for one in asked
        for line in await world.pages(world.caf_officer, f"/bulk-notifications/{one}/lines", state="failed", limit=1)
    }
    assert problems == {"already-notified", "request-state-refused"}
    (letter,) = (await world.call(world.holder, "GET", f"/dossiers/{dossiers[0]['id']}/notifications", expect=200)).json()["items"]
    assert (letter["granted_cents"], letter["holder_comment"]) == (300_000, "Merci.")
    assert (await world.call(world.holder, "GET", letter["letter"], expect=200)).content.startswith(b"%PDF-")
    assert (await world.call(world.state_officer, "GET", f"/bulk-notifications/{asked[0]}")).status_code == 404
    named = {**wish, "dossier_ids": [dossiers[0]["id"]], "dry_run": True}
    again = (await world.call(world.caf_officer, "POST", where, json=named, expect=200)).json()
    assert [line["problem"] for line in again["lines"]] == ["already-notified"]


async def test_a_job_cut_off_and_taken_up_again_tells_nobody_twice(world: World) -> None:
    dossiers, _ = await decided(world)
    where = f"/campaigns/{world.campaign_id}/bulk-notifications"
    asked = (await world.call(world.caf_officer, "POST", where, json={"funder_id": str(world.caf)}, expect=201)).json()["id"]
    resources = world.running.resources
    async with resources.database.sessions() as cut_off:
        await bulk.notify_in_bulk.run(cut_off, resources, bulk_id=asked)
    assert await world.running.rows("SELECT 1 FROM notifications WHERE campaign_id = %(id)s", id=world.campaign_id) == []
    for _ in range(2):
        async with resources.database.transaction() as session:
            await bulk.notify_in_bulk.run(session, resources, bulk_id=asked)
    await world.running.run_jobs()
    assert len(await world.running.rows("SELECT 1 FROM notifications WHERE campaign_id = %(id)s", id=world.campaign_id)) == 2
    assert await mails(world, dossiers) == 2


async def left(world: World) -> int:
    funders = (await world.call(world.caf_officer, "GET", f"/campaigns/{world.campaign_id}/funders", expect=200)).json()["items"]
    ((line,),) = (funder["budget_lines"] for funder in funders)
    return int(line["left_cents"])


async def told(world: World, **granted: int) -> tuple[dict[str, Any], str]:
    """A dossier notified by the CAF, and the address of its answer."""
    dossier = await world.awarded(caf=4_000, granted=granted)
    await world.running.run_jobs()
    (answer,) = (await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}/notifications", expect=200)).json()["items"]
    return dossier, f"/notifications/{answer['id']}"


async def test_a_wrong_answer_is_corrected_by_a_letter_that_replaces_it(world: World) -> None:
    dossier, where = await told(world, caf=1_000)
    before = await left(world)
    wish = {"granted_cents": 250_000, "conditions": "Comptes de l'année.", "reason": "Une erreur de saisie."}
    for who, status, slug in (
        (world.holder, 404, "not-found"),
        (world.state_officer, 404, "not-found"),
        (world.team, 403, "not-for-you-to-notify"),
    ):
        await world.refused(who, "POST", f"{where}/corrections", status, slug, json=wish)
    bad = {**wish, "granted_cents": 400_100}
    assert codes(await world.refused(world.caf_officer, "POST", f"{where}/corrections", 422, "correction-refused", json=bad)) == {
        "/granted_cents": "above_ask"
    }
    click = (world.caf_officer, "POST", f"{where}/corrections", {"json": wish})
    assert sorted(answer.status_code for answer in await world.at_once([click, click])) == [201, 409]
    assert await left(world) == before - 150_000
    award = dossier["awards"]["caf"]["id"]
    assert (await world.call(world.holder, "GET", f"/awards/{award}", expect=200)).json()["granted_cents"] == 250_000
    assert (await world.seen(dossier["id"], world.holder))["requests"][0]["granted_cents"] == 250_000
    await world.running.run_jobs()
    (correction,) = (await world.call(world.holder, "GET", f"{where}/corrections", expect=200)).json()["items"]
    assert (correction["number"], correction["before_cents"]) == (1, 100_000)
    assert (await world.call(world.holder, "GET", correction["letter"], expect=200)).content.startswith(b"%PDF-")
    assert (await world.call(world.stranger, "GET", correction["letter"])).status_code == 404
    (mail,) = await world.mails(f"Réponse rectifiée à votre dossier {dossier['reference']}")
    assert "annule et remplace" in mail["text"]


async def test_two_officers_who_correct_at_once_do_not_replace_each_others_letter_unread(world: World) -> None:
    dossier, where = await told(world, caf=1_000)
    wish = {"reason": "Une erreur de saisie."}
    clicks = [
        (who, "POST", f"{where}/corrections", {"json": {**wish, "granted_cents": cents}})
        for who, cents in ((world.caf_officer, 200_000), (world.caf_signatory, 300_000))
    ]
    answers = await world.at_once(clicks)
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    kept, refused = sorted((answer.json() for answer in answers), key=lambda one: "type" in one)
    assert (refused["type"].rpartition("/")[2], refused["correction"]["number"]) == ("corrected-meanwhile", 1)
    assert refused["correction"]["granted_cents"] == kept["granted_cents"]
    await world.refused(
        world.caf_officer, "POST", f"{where}/corrections", 412, "corrected-meanwhile", json={**wish, "granted_cents": 100_000}
    )
    again = {**wish, "granted_cents": 350_000, "replaces": 1}
    made = await world.call(world.caf_officer, "POST", f"{where}/corrections", json=again, expect=201)
    assert (made.json()["number"], made.json()["before_cents"]) == (2, kept["granted_cents"])
    assert (await world.seen(dossier["id"], world.holder))["requests"][0]["granted_cents"] == 350_000


async def test_a_refusal_corrected_into_a_grant_opens_its_award_within_the_envelope(world: World) -> None:
    dossier, where = await told(world, caf=0)
    envelope = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    await world.call(world.caf_officer, "PUT", envelope, json={"amount_cents": 100_000}, expect=200)
    wish = {"granted_cents": 400_000, "reason": "Recours gracieux accepté."}
    await world.refused(world.caf_officer, "POST", f"{where}/corrections", 409, "envelope-exceeded", json=wish)
    assert await world.pages(world.holder, "/awards", dossier_id=dossier["id"]) == []
    await world.call(world.caf_officer, "POST", f"{where}/corrections", json={**wish, "granted_cents": 100_000}, expect=201)
    assert await left(world) == 0
    (award,) = await world.pages(world.holder, "/awards", dossier_id=dossier["id"])
    assert award["granted_cents"] == 100_000


async def test_once_a_grant_is_under_way_only_an_amendment_changes_it(world: World) -> None:
    dossier, where = await told(world, caf=1_000)
    withdrawn = {"granted_cents": 0, "motive": "Erreur.", "reason": "Erreur."}
    await world.refused(world.caf_officer, "POST", f"{where}/corrections", 409, "grant-under-way", json=withdrawn)
    await world.commit(world.caf_officer, dossier["awards"]["caf"]["id"])
    wish = {"granted_cents": 200_000, "reason": "Erreur."}
    problem = await world.refused(world.caf_officer, "POST", f"{where}/corrections", 409, "grant-under-way", json=wish)
    assert problem["award_id"] == dossier["awards"]["caf"]["id"]
    await world.refused(world.caf_officer, "POST", f"/notifications/{new_id()}/corrections", 404, "not-found", json=wish)
