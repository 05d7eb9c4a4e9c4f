"""A newsletter is built from what is public, looked at, sent once to each address, and kept in the catalogue."""

import asyncio
from uuid import UUID

import pytest

from services.catalogue.newsletters import rules, sending
from services.common.mail import queue_mail
from tests.catalogue.newsletters.lists import document, paragraph, read, sent, subscribed, written
from tests.catalogue.subscriptions.morning import html_of, leaving, letters, text_of
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_it_is_written_looked_at_and_changed_by_documentalists_of_its_centre(world: World) -> None:
    guide = await world.published("Guide des conseils citoyens")
    newsletter = await written(world, paragraph("## À la une"), document(guide, "À lire *avant* le 12."))
    path = f"/newsletters/{newsletter['id']}"
    for stranger in (world.neighbour, world.member, world.stranger):
        await world.refused(stranger, "GET", path, 404, "not-found")
    seen = (await world.call(world.documentalist, "GET", f"{path}/preview", expect=200)).json()
    assert "<h2>À la une</h2>" in seen["html"]
    assert "<em>avant</em>" in seen["html"]
    assert guide["reference"] in seen["html"]
    assert "À lire *avant* le 12." in seen["text"]
    assert seen["dropped"] == []
    changed = await world.change(world.documentalist, "PATCH", path, json={"subject": "Décembre", "items": []}, expect=200)
    assert (changed.json()["subject"], changed.json()["items"], changed.json()["introduction"]) == ("Décembre", [], "Bonjour,")
    await world.change(world.documentalist, "DELETE", path, expect=204)
    await world.refused(world.documentalist, "GET", path, 404, "not-found")


async def test_only_public_documents_are_selected_and_the_others_are_pointed_at(world: World) -> None:
    public, reserved, draft = await world.published(), await world.published(access="members"), await world.draft()
    gone = await world.published()
    await world.withdraw(gone)
    items = [document(public), document(reserved), paragraph("Z"), document(draft), document(gone)]
    problem = await world.refused(
        world.documentalist,
        "POST",
        f"/centres/{world.centre_id}/newsletters",
        409,
        "not-selectable",
        json={"subject": "Z", "items": items},
    )
    assert [error["pointer"] for error in problem["errors"]] == [f"/items/{place}/document_id" for place in (1, 3, 4)]


async def test_it_is_sent_once_to_each_confirmed_address_with_a_way_out(world: World) -> None:
    emails = [await subscribed(world) for _ in range(3)]
    guide = await world.published("Guide")
    newsletter = await sent(world, await written(world, document(guide, "Indispensable.")))
    assert newsletter["recipients"] == {"total": 3, "written": 0}
    await world.running.run_jobs()
    ways_out = set()
    for email in emails:
        (_, letter) = letters(world, email)
        assert letter["Subject"] == "La lettre de novembre"
        assert "Indispensable." in text_of(letter)
        assert '<html lang="fr"' in html_of(letter)
        assert "Indispensable." in html_of(letter)
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert leaving(letter) in text_of(letter)
        assert leaving(letter) in html_of(letter)
        assert "leave.invalid" not in text_of(letter) + html_of(letter)
        ways_out.add(leaving(letter))
    assert len(ways_out) == 3
    after = await read(world, newsletter)
    assert (after["state"], after["recipients"]) == ("sent", {"total": 3, "written": 3})
    await world.refused(
        world.manager,
        "POST",
        f"/newsletters/{newsletter['id']}/sending",
        409,
        "newsletter-already-sent",
        headers={"If-Match": '"2"'},
    )


async def test_it_is_archived_as_a_public_document_related_to_those_it_names(world: World) -> None:
    guide = await world.published("Guide [des] conseils *citoyens*")
    newsletter = await sent(world, await written(world, paragraph("Bonne **lecture**."), document(guide), document(guide)))
    archive = (await world.call(None, "GET", f"/documents/{newsletter['document_id']}", expect=200)).json()
    assert (archive["kind"], archive["title"], archive["access"]) == ("newsletter", "La lettre de novembre", "public")
    body = archive["content"]["sections"][0]["body"]
    assert "Bonne **lecture**." in body
    assert rf"[Guide \[des\] conseils \*citoyens\*](http://canevas.test/catalogue/d/{guide['reference']})" in body
    related = (await world.call(None, "GET", f"/documents/{guide['id']}/relations", expect=200)).json()["documents"]
    assert [(each["kind"], each["direction"], each["document"]["id"]) for each in related] == [("about", "from", archive["id"])]
    email = await subscribed(world)
    later = await sent(world, await written(world, paragraph("Z")))
    await world.running.run_jobs()
    reference = (await world.call(None, "GET", f"/documents/{later['document_id']}")).json()["reference"]
    assert f"http://canevas.test/catalogue/d/{reference}" in text_of(letters(world, email)[-1])


async def test_what_was_withdrawn_or_closed_meanwhile_is_dropped_and_said(world: World) -> None:
    email = await subscribed(world)
    kept, gone, closed = await world.published("Reste"), await world.published("Retiré"), await world.published("Fermé")
    newsletter = await written(world, document(kept), document(gone), document(closed))
    await world.withdraw(gone)
    await world.write(closed, access="members")
    await world.publish(closed)
    seen = (await world.call(world.documentalist, "GET", f"/newsletters/{newsletter['id']}/preview", expect=200)).json()
    assert {each["document_id"] for each in seen["dropped"]} == {gone["id"], closed["id"]}
    newsletter = await sent(world, newsletter)
    assert {each["document_id"] for each in newsletter["dropped"]} == {gone["id"], closed["id"]}
    await world.running.run_jobs()
    text = text_of(letters(world, email)[-1])
    assert "Reste" in text
    assert "Retiré" not in text
    assert "Fermé" not in text
    archive = (await world.call(None, "GET", f"/documents/{newsletter['document_id']}")).json()
    assert [each["target_id"] for each in archive["content"]["relations"]] == [kept["id"]]


async def test_withdrawn_between_two_batches_it_is_in_no_mail_written_after(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH", 1)
    emails = [await subscribed(world) for _ in range(2)]
    kept, gone = await world.published("Reste"), await world.published("Retiré")
    newsletter = await sent(world, await written(world, document(kept), document(gone)))
    await _batch(world, newsletter)
    await world.withdraw(gone)
    await world.running.run_jobs()
    told = sorted("Retiré" in text_of(letters(world, email)[-1]) for email in emails)
    assert told == [False, True]
    assert [each["document_id"] for each in (await read(world, newsletter))["dropped"]] == [gone["id"]]


async def test_withdrawing_its_archive_stops_what_is_not_written_yet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH", 1)
    emails = [await subscribed(world) for _ in range(3)]
    newsletter = await sent(world, await written(world, paragraph("Une erreur")))
    await _batch(world, newsletter)
    await world.withdraw({"id": newsletter["document_id"]}, reason="Envoyée par erreur.")
    await world.running.run_jobs()
    assert sorted(len(letters(world, email)) for email in emails) == [1, 1, 2]
    after = await read(world, newsletter)
    assert (after["state"], after["recipients"]) == ("sent", {"total": 3, "written": 1})


async def test_nothing_is_left_of_it_nobody_else_is_written_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH", 1)
    emails = [await subscribed(world) for _ in range(2)]
    gone = await world.published("Retiré")
    newsletter = await sent(world, await written(world, document(gone)))
    await _batch(world, newsletter)
    await world.withdraw(gone)
    await world.running.run_jobs()
    assert sorted(len(letters(world, email)) for email in emails) == [1, 2]


async def test_an_empty_newsletter_is_not_sent(world: World) -> None:
    gone = await world.published()
    newsletter = await written(world, document(gone))
    await world.withdraw(gone)
    path = f"/newsletters/{newsletter['id']}/sending"
    await world.refused(world.manager, "POST", path, 409, "nothing-to-send", headers={"If-Match": '"1"'})
    assert (await read(world, newsletter))["state"] == "draft"


async def test_sending_is_for_managers_and_two_of_them_at_once_send_once(world: World) -> None:
    email = await subscribed(world)
    newsletter = await written(world, paragraph("Z"))
    path, version = f"/newsletters/{newsletter['id']}/sending", {"If-Match": '"1"'}
    await world.refused(world.documentalist, "POST", path, 403, "not-a-centre-manager", headers=version)
    answers = await world.at_once([(world.manager, "POST", path, {"headers": version}) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    await world.running.run_jobs()
    assert len(letters(world, email)) == 2  # its confirmation, and one newsletter


async def test_what_is_sent_changes_no_more(world: World) -> None:
    newsletter = await sent(world, await written(world, paragraph("Z")))
    path = f"/newsletters/{newsletter['id']}"
    for method in ("PATCH", "DELETE"):
        answer = await world.change(world.documentalist, method, path, expect=409, json={"subject": "Autre"})
        assert answer.json()["type"].endswith("newsletter-already-sent")


async def test_a_worker_killed_in_the_middle_of_a_batch_writes_to_each_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH", 3)
    emails = [await subscribed(world) for _ in range(5)]
    newsletter = await sent(world, await written(world, paragraph("Z")))
    await _batch(world, newsletter)
    calls = [0]

    async def dies(*given: object, **more: object) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt  # nothing of the transaction is left, as after kill -9
        await queue_mail(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "queue_mail", dies)
    with pytest.raises(KeyboardInterrupt):
        await _batch(world, newsletter)
    monkeypatch.setattr(sending, "queue_mail", queue_mail)
    await asyncio.gather(*(_batch(world, newsletter) for _ in range(3)))
    await world.running.run_jobs()
    assert [len(letters(world, email)) for email in emails] == [2] * 5
    assert (await read(world, newsletter))["recipients"] == {"total": 5, "written": 5}


async def test_who_leaves_before_their_batch_is_not_written_to(world: World) -> None:
    stays, leaves = await subscribed(world), await subscribed(world)
    first = await sent(world, await written(world, paragraph("Une")))
    await world.running.run_jobs()
    second = await sent(world, await written(world, paragraph("Deux")))
    await world.call(None, "POST", leaving(letters(world, leaves)[-1]), expect=200)
    await world.running.run_jobs()
    assert (len(letters(world, stays)), len(letters(world, leaves))) == (3, 2)
    assert [(await read(world, each))["state"] for each in (first, second)] == ["sent", "sent"]


async def test_html_and_images_of_a_documentalist_are_shown_as_text_or_left_out(world: World) -> None:
    text = "<script>alert(1)</script> [lien](javascript:alert(1)) ![suivi](https://pisteur.example/p.gif) <b>gras</b>"
    newsletter = await written(world, paragraph(text), introduction="Bonjour\u202e <img src=x>")
    seen = (await world.call(world.documentalist, "GET", f"/newsletters/{newsletter['id']}/preview", expect=200)).json()
    for forbidden in ("<script", "<img", "<b>", 'href="javascript', "\u202e"):
        assert forbidden not in seen["html"]
    assert "&lt;b&gt;gras" in seen["html"]


async def test_a_subject_with_a_line_break_is_one_line(world: World) -> None:
    email = await subscribed(world)
    await sent(world, await written(world, paragraph("Z"), subject="Novembre\r\nBcc: all@example.fr"))
    await world.running.run_jobs()
    letter = letters(world, email)[-1]
    assert letter["Subject"] == "Novembre Bcc: all@example.fr"
    assert letter["Bcc"] is None


async def test_newsletters_of_a_centre_are_listed_for_it_alone(world: World) -> None:
    written_first, written_last = await written(world, paragraph("1")), await written(world, paragraph("2"))
    path = f"/centres/{world.centre_id}/newsletters"
    found = await world.pages(world.documentalist, path, limit=1)
    assert [each["id"] for each in found] == [written_last["id"], written_first["id"]]
    await world.refused(world.neighbour, "GET", path, 403, "not-a-documentalist")


async def _batch(world: World, newsletter: dict[str, object]) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await sending.write_batch(session, resources.settings, UUID(str(newsletter["id"])), now=resources.clock.now())
