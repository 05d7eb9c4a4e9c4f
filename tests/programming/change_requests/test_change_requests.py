"""Changes requested on named fields: only they open, the answer is a submission, the clock stands still meanwhile."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.programming.change_requests import service
from services.programming.change_requests.jobs import end_change_requests, remind_changes_after
from tests.programming.change_requests.asks import answer, ask, day, edit, wish
from tests.programming.collaborators.people import joined
from tests.programming.notices.papers import open_with_form
from tests.programming.papers import PDF, SWORN, codes
from tests.programming.world import World, address_of
from tests.support import Person

pytestmark = pytest.mark.anyio


async def test_the_named_fields_open_and_the_answer_gives_the_dossier_back(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    guest, _ = await joined(world, dossier["id"])
    where = f"/dossiers/{dossier['id']}"
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need", "/attachments/rib", word="Merci d'avance.")
    assert (asked["status"], asked["days_left"], asked["overdue"], asked["organisation_name"]) == ("open", 10, False, "CAF")
    assert "/content/need : À préciser." in (await world.mails("Compléments demandés"))[-1]["text"]

    # Seen at a glance by everybody it concerns, and by nobody else.
    for who in (world.holder, guest, world.team, world.state_officer):
        read = await world.seen(dossier["id"], who)
        assert (read["status"], read["status_label"]) == ("changes_requested", "Compléments demandés")
        assert read["changes_due_on"] == day(world, 10)
        assert [one["id"] for one in await world.pages(who, "/dossiers", changes_requested="true")] == [dossier["id"]]
        assert await world.pages(who, "/dossiers", changes_requested="false") == []
        (shown,) = await world.pages(who, f"{where}/change-requests")
        assert [(one["pointer"], one["state"]) for one in shown["fields"]] == [
            ("/content/need", "pending"),
            ("/attachments/rib", "pending"),
        ]
    await world.refused(world.region_officer, "GET", f"{where}/change-requests", 404, "not-found")

    # Only what was named is written; those who instruct go on reading what was submitted.
    opened = await world.call(world.holder, "GET", where, expect=200)
    assert opened.json()["open_fields"] == ["/content/need", "/attachments/rib"]
    tag = {"If-Match": opened.headers["etag"]}
    closed = {"content": {"need": "x", "means": "y"}, "nature": "fonctionnement"}
    problem = await world.refused(world.holder, "PATCH", where, 409, "field-not-open", json=closed, headers=tag)
    assert codes(problem) == {"/content/means": "not_open", "/nature": "not_open"}
    other = {"kind": "devis", "name": "devis.pdf"}
    await world.refused(world.holder, "POST", f"{where}/attachments", 409, "field-not-open", params=other, content=PDF)
    await edit(world, guest, dossier["id"], content={"need": "Besoin mesuré en 2026."})
    assert (await world.seen(dossier["id"], world.holder))["content"]["need"] == "Besoin mesuré en 2026."
    for who in (world.caf_officer, world.team):
        assert (await world.seen(dossier["id"], who))["content"]["need"] == dossier["content"]["need"]
    stale = await world.refused(world.holder, "PATCH", where, 412, "stale-version", json={"content": {"need": "x"}}, headers=tag)
    assert [(one["pointer"], one["as"]) for one in stale["changed"]] == [("/content/need", "collaborator")]

    # Each field is changed or explained, by somebody who may swear it.
    unanswered = await answer(world, asked)
    assert (unanswered.status_code, codes(unanswered.json())) == (409, {"/attachments/rib": "unanswered"})
    assert (await answer(world, asked, guest)).status_code == 403
    assert (await answer(world, asked, world.helper)).status_code == 403
    assert (await answer(world, asked, world.caf_officer)).status_code == 403
    given = await answer(world, asked, attachments__rib="Il est au dossier permanent.")
    assert given.status_code == 201, given.text
    told = given.json()
    assert (told["status"], told["submission_number"], told["days_left"]) == ("answered", 2, None)
    assert [(one["state"], one["explanation"]) for one in told["fields"]] == [
        ("changed", ""),
        ("explained", "Il est au dossier permanent."),
    ]
    assert [mail["to"] for mail in await world.mails("Réponse à vos demandes")] == [address_of(world.caf_officer.account_id)]
    after = await world.seen(dossier["id"], world.caf_officer)
    assert (after["status"], after["content"]["need"], after["changes_due_on"]) == ("under_review", "Besoin mesuré en 2026.", None)
    now = {"If-Match": await world.tag(dossier["id"])}
    await world.refused(world.holder, "PATCH", where, 409, "dossier-locked", json={"content": {"need": "x"}}, headers=now)
    rows = await world.running.rows(
        "SELECT number, reference, snapshot->'content'->>'need' AS need FROM submissions WHERE dossier_id = %(id)s ORDER BY number",
        id=dossier["id"],
    )
    assert [(row["number"], row["need"]) for row in rows] == [(1, dossier["content"]["need"]), (2, "Besoin mesuré en 2026.")]
    assert {row["reference"] for row in rows} == {dossier["reference"]}


async def test_several_funders_ask_at_once_and_the_last_answer_gives_it_back(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    where = f"/dossiers/{dossier['id']}"
    sent = [wish(world, world.state, "/content/need"), wish(world, world.caf, "/content/need", "/content/means", days=5)]
    officers = (world.state_officer, world.caf_officer)
    made = await world.at_once(
        [(who, "POST", f"{where}/change-requests", {"json": body}) for who, body in zip(officers, sent, strict=True)]
    )
    assert [one.status_code for one in made] == [201, 201]
    state, caf = (one.json() for one in made)
    assert (await world.seen(dossier["id"], world.holder))["changes_due_on"] == day(world, 5)
    await edit(world, world.holder, dossier["id"], content={"need": "Précisé", "means": "Précisés"})
    assert (await answer(world, state)).status_code == 201
    half = await world.seen(dossier["id"], world.state_officer)
    # What was answered is submitted; what another funder still waits for is the holder's draft.
    assert half["status"] == "changes_requested"
    assert (half["content"]["need"], half["content"]["means"]) == ("Précisé", dossier["content"]["means"])
    assert (await world.seen(dossier["id"], world.holder))["content"]["means"] == "Précisés"
    assert (await answer(world, caf)).status_code == 201
    done = await world.seen(dossier["id"], world.state_officer)
    assert (done["status"], done["content"]["means"]) == ("under_review", "Précisés")


async def test_a_cancellation_puts_back_what_was_being_written(world: World) -> None:
    dossier = await world.submitted()
    where = f"/dossiers/{dossier['id']}"
    team = await ask(world, world.team, dossier["id"], "/content/need", "/budget")
    assert team["organisation_name"] == "L'équipe du contrat de ville"
    await edit(world, world.holder, dossier["id"], content={"need": "Entamé"}, budget={"charges": []})
    one = f"{where}/change-requests/{team['id']}"
    why = {"reason": "Déjà au dossier."}
    stale = {"If-Match": '"7"'}
    await world.refused(world.team, "POST", f"{one}/cancellation", 412, "stale-version", json=why, headers=stale)
    for who in (world.holder, world.state_officer):
        await world.refused(who, "POST", f"{one}/cancellation", 403, "not-for-you-to-ask-for-changes", json=why, headers=stale)
    await world.change(world.team, "POST", f"{one}/cancellation", of=one, json=why, expect=201)
    back = await world.seen(dossier["id"], world.holder)
    assert (back["status"], back["content"], back["budget"]) == ("submitted", dossier["content"], dossier["budget"])
    assert back["charges_cents"] == dossier["charges_cents"]
    assert "Déjà au dossier." in (await world.mails("annulée"))[-1]["text"]
    assert (await answer(world, team)).status_code == 409


async def test_an_answer_against_a_cancellation_one_of_them_counts(world: World) -> None:
    dossier = await world.admitted()
    where = f"/dossiers/{dossier['id']}"
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need")
    tag = (await edit(world, world.holder, dossier["id"], content={"need": "Précisé"})).headers["etag"]
    one = f"{where}/change-requests/{asked['id']}"
    answers = await world.at_once(
        [
            (world.holder, "POST", f"{one}/answer", {"json": SWORN, "headers": {"If-Match": tag}}),
            (world.caf_officer, "POST", f"{one}/cancellation", {"json": {"reason": "x"}, "headers": {"If-Match": '"1"'}}),
        ]
    )
    assert sorted(each.status_code for each in answers) == [201, 409]
    kept = await world.seen(dossier["id"], world.caf_officer)
    answered = answers[0].status_code == 201
    assert kept["status"] == "under_review"
    assert kept["content"]["need"] == ("Précisé" if answered else dossier["content"]["need"])
    assert (await world.call(world.holder, "GET", one, expect=200)).json()["status"] == ("answered" if answered else "cancelled")


async def test_both_clocks_move_by_the_days_the_file_was_incomplete_and_no_more(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    first, silence = (date.fromisoformat(dossier[name]) for name in ("answer_promised_on", "silence_rejects_on"))
    plain = await ask(world, world.state_officer, dossier["id"], "/content/means")
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need", incomplete=True)
    waiting = await world.seen(dossier["id"], world.holder)
    assert (waiting["suspended_since"], waiting["suspended_days"]) == (day(world, 0), 0)
    assert "délai" in (await world.mails("Compléments demandés"))[-1]["text"]
    world.running.clock.forward(days=6)
    await edit(world, world.holder, dossier["id"], content={"need": "Précisé"})
    assert (await answer(world, asked)).status_code == 201
    world.running.clock.forward(days=3)
    assert (await answer(world, plain, content__means="Rien à ajouter.")).status_code == 201
    moved = await world.seen(dossier["id"], world.holder)
    assert (moved["suspended_days"], moved["suspended_since"]) == (6, None)
    assert moved["answer_promised_on"] == (first + timedelta(days=6)).isoformat()
    assert moved["silence_rejects_on"] == (silence + timedelta(days=6)).isoformat()
    assert (moved["answer_first_promised_on"], moved["silence_first_rejected_on"]) == (first.isoformat(), silence.isoformat())


async def test_an_overdue_request_is_reminded_once_a_threshold_and_closed_by_the_team(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    where = f"/dossiers/{dossier['id']}"
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need", incomplete=True)
    one, began = f"{where}/change-requests/{asked['id']}", world.running.clock.at

    async def mails_on(day_number: int) -> list[str]:
        world.running.clock.at = began + timedelta(days=day_number)
        before = len(await world.mails(f"dossier {dossier['reference']}"))
        for _ in range(2):
            async with world.running.resources.database.transaction() as session:
                first = "00000000-0000-0000-0000-000000000000"
                await remind_changes_after.run(session, world.running.resources, after=first)
        return [mail["subject"].partition(" – ")[0] for mail in (await world.mails(f"dossier {dossier['reference']}"))[before:]]

    assert await mails_on(2) == []
    assert await mails_on(3) == ["Compléments attendus"]
    assert await mails_on(4) == []
    # A worker that was away sends the last threshold only.
    assert await mails_on(10) == ["Compléments attendus"]
    why = {"reason": "Sans nouvelles."}
    tag = {"If-Match": '"1"'}
    await world.refused(world.team, "POST", f"{one}/closing", 409, "not-yet-overdue", json=why, headers=tag)
    assert await mails_on(11) == ["Compléments en retard"]
    assert (await world.call(world.holder, "GET", one, expect=200)).json()["overdue"]
    await edit(world, world.holder, dossier["id"], content={"need": "Entamé"})
    await world.refused(world.caf_officer, "POST", f"{one}/closing", 403, "not-contract-lead", json=why, headers=tag)
    world.running.clock.at = began + timedelta(days=30)
    await world.call(world.team, "POST", f"{one}/closing", json=why, headers=tag, expect=201)
    judged = await world.seen(dossier["id"], world.holder)
    assert (judged["status"], judged["content"]) == ("under_review", dossier["content"])
    assert judged["suspended_days"] == 10  # to the day it was due, no longer
    assert await mails_on(40) == []
    await world.refused(world.team, "POST", f"{one}/closing", 409, "change-request-ended", json=why, headers=tag)


async def test_nobody_votes_meanwhile_and_who_gave_an_opinion_reopens_it_first(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    where = f"/dossiers/{dossier['id']}/change-requests"
    await world.review(world.state_officer, dossier["id"])
    late = wish(world, world.state, "/content/need")
    await world.refused(world.state_officer, "POST", where, 409, "opinion-already-given", json=late)
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need")
    # Another funder, or the asker itself, may still give its opinion: the dossier waits for its holder all the same.
    await world.review(world.caf_officer, dossier["id"])
    assert (await world.seen(dossier["id"], world.team))["status"] == "changes_requested"
    agenda = {
        "campaign_id": world.campaign_id,
        "kind": "steering",
        "title": "S",
        "starts_at": world.running.clock.now().isoformat(),
    }
    made = await world.call(world.team, "POST", "/committees", json=agenda, expect=201)
    put = {"json": {"dossier_ids": [dossier["id"]]}, "headers": {"If-Match": made.headers["etag"]}}
    await world.refused(world.team, "PUT", f"/committees/{made.json()['id']}/agenda", 409, "dossier-state-refused", **put)
    assert (await answer(world, asked, content__need="Tout y est.")).status_code == 201
    assert (await world.seen(dossier["id"], world.team))["status"] == "ready_for_committee"
    assert (await world.seen(dossier["id"], world.holder))["status"] == "under_review"


async def test_a_request_against_a_review_given_at_once(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    where = f"/dossiers/{dossier['id']}/change-requests"
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"])
    body = {"scores": {"besoin": 4, "budget": 3}, "opinion": "favourable", "proposed_cents": 400_000}
    path = f"/reviews/{review['id']}"
    tag = (await world.change(world.caf_officer, "PATCH", path, json=body, expect=200)).headers["etag"]
    asked, given = await world.at_once(
        [
            (world.caf_officer, "POST", where, {"json": wish(world, world.caf, "/content/need")}),
            (world.caf_officer, "POST", f"{path}/completion", {"headers": {"If-Match": tag}}),
        ]
    )
    assert given.status_code == 201
    status = (await world.seen(dossier["id"], world.team))["status"]
    assert (asked.status_code, status) in {(201, "changes_requested"), (409, "ready_for_committee")}


async def test_what_cannot_be_asked_is_refused_by_name(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    where = f"/dossiers/{dossier['id']}/change-requests"
    odd = wish(world, world.caf, "/title", "/content/nothing", "/requests/0/amount_cents", "/status")
    problem = await world.refused(world.caf_officer, "POST", where, 422, "field-not-editable", json=odd)
    assert list(codes(problem).values()) == ["frozen", "unknown", "frozen", "unknown"]
    for days in (0, 400):
        bad = wish(world, world.caf, "/content/need", days=days)
        await world.refused(world.caf_officer, "POST", where, 422, "due-day-refused", json=bad)
    good = wish(world, world.caf, "/content/need")
    await world.refused(world.team, "POST", where, 403, "not-for-you-to-ask-for-changes", json=good)
    await world.refused(world.holder, "POST", where, 403, "not-for-you-to-ask-for-changes", json=good)
    await world.refused(world.region_officer, "POST", where, 404, "not-found", json=wish(world, world.region, "/content/need"))
    await world.refused(world.stranger, "POST", where, 404, "not-found", json=good)
    told = await world.awarded(caf=4_000)
    after = f"/dossiers/{told['id']}/change-requests"
    await world.refused(world.caf_officer, "POST", after, 409, "too-late-for-changes", json=good)
    draft_id, _ = await world.draft()
    await world.refused(world.caf_officer, "POST", f"/dossiers/{draft_id}/change-requests", 404, "not-found", json=good)


async def test_a_withdrawn_dossier_leaves_nothing_to_answer(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need")
    where = f"/dossiers/{dossier['id']}"
    await world.change(world.holder, "POST", f"{where}/withdrawal", of=where, json={"reason": "Fin du poste."}, expect=201)
    job: Any = end_change_requests
    for _ in range(2):
        async with world.running.resources.database.transaction() as session:
            await job.run(session, world.running.resources, dossier_id=dossier["id"])
    (ended,) = await world.pages(world.holder, f"{where}/change-requests")
    assert ended["status"] == "moot"
    assert (await answer(world, asked)).status_code == 409


async def test_an_answer_needs_the_sign_off_that_the_campaign_asks_for(fresh_world: World) -> None:
    world = fresh_world
    await world.open(sign_off_required=True)
    dossier_id, tag = await world.draft()
    assert (await world.submit(dossier_id, tag, who=world.president)).status_code == 201
    asked = await ask(world, world.team, dossier_id, "/content/need")
    await edit(world, world.helper, dossier_id, content={"need": "Précisé"})
    refused = await answer(world, asked)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "sign-off-void")
    where = f"/dossiers/{dossier_id}"
    await world.call(world.helper, "POST", f"{where}/sign-off", json={}, expect=201)
    await world.change(world.president, "POST", f"{where}/sign-off/approval", of=where, expect=201)
    assert (await answer(world, asked)).status_code == 201


async def test_who_is_erased_leaves_what_they_asked_without_their_address(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need")
    async with world.running.resources.database.transaction() as session:
        await service.forget_person(session, world.caf_officer.account_id)
    before = len(await world.mails("Réponse à vos demandes"))
    assert (await answer(world, asked, content__need="Tout y est.")).status_code == 201
    assert len(await world.mails("Réponse à vos demandes")) == before


async def test_a_document_joined_for_an_answer_is_nobody_elses_before_the_answer(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    guest, _ = await joined(world, dossier["id"])
    where = f"/dossiers/{dossier['id']}"
    asked = await ask(world, world.caf_officer, dossier["id"], "/attachments/rib")
    world.running.clock.forward(hours=1)
    sent = {"kind": "rib", "name": "rib.pdf"}
    made = (await world.call(guest, "POST", f"{where}/attachments", params=sent, content=PDF, expect=201)).json()
    file = f"{where}/attachments/{made['id']}"
    for who in (world.holder, guest):
        assert [one["kind"] for one in (await world.seen(dossier["id"], who))["attachments"]] == ["statuts", "rib"]
        await world.call(who, "GET", file, expect=200)
    for who in (world.caf_officer, world.team):
        assert [one["kind"] for one in (await world.seen(dossier["id"], who))["attachments"]] == ["statuts"]
        await world.refused(who, "GET", file, 404, "not-found")
    # How far the answer is, is its writers' to know; what they read of it moves with what they write.
    request = f"{where}/change-requests/{asked['id']}"
    states = []
    for who in (world.holder, world.caf_officer):
        read = await world.call(who, "GET", request, expect=200)
        states += [one["state"] for one in read.json()["fields"]]
        (listed,) = await world.pages(who, f"{where}/change-requests")
        assert listed == read.json()
        await world.call(who, "GET", request, headers={"If-None-Match": read.headers["etag"]}, expect=304)
    assert states == ["changed", "pending"]
    held = await world.call(world.holder, "GET", request, expect=200)
    world.running.clock.forward(days=1)
    fresh = await world.call(world.holder, "GET", request, headers={"If-None-Match": held.headers["etag"]}, expect=200)
    assert fresh.json()["days_left"] < held.json()["days_left"]
    assert (await answer(world, asked)).status_code == 201
    for who in (world.caf_officer, world.team):
        assert [one["kind"] for one in (await world.seen(dossier["id"], who))["attachments"]] == ["statuts", "rib"]
        await world.call(who, "GET", file, expect=200)


async def test_answers_and_codes_being_changed_are_read_as_they_were_sent_until_the_answer(world: World) -> None:
    await open_with_form(world)
    content = {**world.content(caf=4_000), "answers": {"garde": "non", "effectif": 3}}
    dossier_id = await world._admit(content)
    asked = await ask(world, world.caf_officer, dossier_id, "/answers/effectif", "/objective_codes")
    before = content["objective_codes"]
    await edit(world, world.holder, dossier_id, answers={"effectif": 9}, objective_codes=["2", "9"])

    async def read(who: Person) -> tuple[object, object, object]:
        told = (await world.call(who, "GET", f"/dossiers/{dossier_id}/answers", expect=200)).json()["questions"]
        effectif = next(one["answer"] for one in told if one["key"] == "effectif")
        (line,) = await world.pages(who, "/dossiers", campaign_id=world.campaign_id)
        return effectif, line["objective_codes"], (await world.seen(dossier_id, who))["objective_codes"]

    assert await read(world.holder) == (9, ["2", "9"], ["2", "9"])
    for who in (world.caf_officer, world.team):
        assert await read(who) == (3, before, before)
    await edit(world, world.holder, dossier_id, objective_codes=before)
    answered = await answer(world, asked, objective_codes="Rien ne change.")
    assert answered.status_code == 201, answered.text
    assert await read(world.caf_officer) == (9, before, before)
