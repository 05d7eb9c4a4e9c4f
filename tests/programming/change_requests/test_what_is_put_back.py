"""What an answer submits, what it leaves out, and what a cancellation or a withdrawal takes away: questions and documents."""

from typing import Any

import pytest

from tests.programming.change_requests.asks import answer, ask, edit
from tests.programming.notices.papers import open_with_form
from tests.programming.papers import PDF
from tests.programming.permanent_files.papers import pdf, stored
from tests.programming.world import World

pytestmark = pytest.mark.anyio
_WHY = {"reason": "Plus nécessaire."}


async def _submitted_with_answers(world: World, **answers: Any) -> str:
    await open_with_form(world)
    return str((await world.submitted_with({**world.content(), "answers": {"effectif": 3, **answers}}))["id"])


async def _join(world: World, dossier_id: str, kind: str, content: bytes = PDF) -> str:
    query = {"kind": kind, "name": f"{kind}.pdf"}
    made = await world.call(world.holder, "POST", f"/dossiers/{dossier_id}/attachments", params=query, content=content, expect=201)
    return str(made.json()["id"])


async def test_an_answer_whose_question_is_asked_no_more_is_left_out_and_said(world: World) -> None:
    dossier_id = await _submitted_with_answers(world, garde="oui", places=6)
    asked = await ask(world, world.caf_officer, dossier_id, "/answers/garde")
    await edit(world, world.holder, dossier_id, answers={"garde": "non"})
    told = (await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/completeness", expect=200)).json()
    assert told["left_out"] == [{"pointer": "/answers/places", "title": "Combien de places ?"}], "said before"
    assert (await world.seen(dossier_id, world.holder))["answers"]["places"] == 6, "kept while it is written"
    given = await answer(world, asked)
    assert given.status_code == 201, given.text
    assert given.json()["left_out"] == [{"pointer": "/answers/places", "title": "Combien de places ?"}], "said by the act"
    sent = (await world.call(world.caf_officer, "GET", f"/dossiers/{dossier_id}/submissions/2", expect=200)).json()
    assert sent["dossier"]["answers"] == {"garde": "non", "effectif": 3}
    assert (await world.seen(dossier_id, world.caf_officer))["answers"] == {"garde": "non", "effectif": 3}
    told = (await world.call(world.caf_officer, "GET", f"/dossiers/{dossier_id}/comparison", params={"from": 1, "to": 2})).json()
    assert {one["pointer"] for one in told["differences"]} == {"/answers/garde", "/answers/places"}


async def test_a_question_that_only_the_new_answer_asks_is_open_and_expected(world: World) -> None:
    dossier_id = await _submitted_with_answers(world, garde="non")
    asked = await ask(world, world.caf_officer, dossier_id, "/answers/garde")
    where = f"/dossiers/{dossier_id}"
    closed = await world.change(world.holder, "PATCH", where, json={"answers": {"relais": "sami@example.org"}})
    assert closed.json()["type"].endswith("field-not-open")
    await edit(world, world.holder, dossier_id, answers={"garde": "oui"})
    refused = await answer(world, asked)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/answers/places"]
    await edit(world, world.holder, dossier_id, answers={"places": 8})
    given = await answer(world, asked)
    assert (given.status_code, given.json()["left_out"]) == (201, [])
    assert (await world.seen(dossier_id, world.caf_officer))["answers"] == {"garde": "oui", "effectif": 3, "places": 8}


async def test_a_cancellation_takes_back_the_answers_it_led_to_and_leaves_another_request_s(world: World) -> None:
    dossier_id = await _submitted_with_answers(world, garde="non")
    caf = await ask(world, world.caf_officer, dossier_id, "/answers/garde")
    await ask(world, world.state_officer, dossier_id, "/content/need")
    await edit(world, world.holder, dossier_id, answers={"garde": "oui", "places": 8}, content={"need": "Précisé"})
    one = f"/dossiers/{dossier_id}/change-requests/{caf['id']}"
    await world.change(world.caf_officer, "POST", f"{one}/cancellation", of=one, json=_WHY, expect=201)
    left = await world.seen(dossier_id, world.holder)
    assert (left["answers"], left["content"]["need"]) == ({"garde": "non", "effectif": 3}, "Précisé")


async def test_a_document_joined_for_a_request_goes_with_it_and_nobody_read_it_before_it_was_sent(world: World) -> None:
    dossier = await world.submitted()
    where, before = f"/dossiers/{dossier['id']}", await stored(world)
    caf = await ask(world, world.caf_officer, dossier["id"], "/attachments/rib", "/attachments/devis")
    state = await ask(world, world.state_officer, dossier["id"], "/attachments/devis")
    world.running.clock.forward(minutes=1)
    rib, devis = await _join(world, dossier["id"], "rib", pdf("rib")), await _join(world, dossier["id"], "devis", pdf("devis"))
    for reader in (world.caf_officer, world.team):
        assert [one["kind"] for one in (await world.seen(dossier["id"], reader))["attachments"]] == ["statuts"]
        await world.refused(reader, "GET", f"{where}/attachments/{rib}", 404, "not-found")
    await world.call(world.holder, "GET", f"{where}/attachments/{rib}", expect=200)
    one = f"{where}/change-requests/{caf['id']}"
    await world.change(world.caf_officer, "POST", f"{one}/cancellation", of=one, json=_WHY, expect=201)
    assert "retirées" in (await world.mails("annulée"))[-1]["text"]
    kinds = [each["kind"] for each in (await world.seen(dossier["id"], world.holder))["attachments"]]
    assert kinds == ["statuts", "devis"], "another request still asks for it"
    await world.refused(world.holder, "GET", f"{where}/attachments/{rib}", 404, "not-found")
    assert (await answer(world, state)).status_code == 201
    await world.call(world.caf_officer, "GET", f"{where}/attachments/{devis}", expect=200)
    await world.running.run_jobs()
    assert len(await stored(world)) >= len(before) + 1
    (gone,) = await world.running.rows("SELECT count(*) AS n FROM attachments WHERE id = %(id)s", id=rib)
    assert gone["n"] == 0


async def test_a_withdrawal_leaves_the_dossier_as_it_was_sent(world: World) -> None:
    dossier = await world.submitted()
    where = f"/dossiers/{dossier['id']}"
    asked = await ask(world, world.caf_officer, dossier["id"], "/content/need", "/attachments/rib")
    await edit(world, world.holder, dossier["id"], content={"need": "Entamé"})
    await _join(world, dossier["id"], "rib")
    reason = {"reason": "L'action n'aura pas lieu."}
    await world.change(world.holder, "POST", f"{where}/withdrawal", of=where, json=reason, expect=201)
    for reader in (world.holder, world.caf_officer):
        kept = await world.seen(dossier["id"], reader)
        assert (kept["status"], kept["content"]["need"]) == ("withdrawn", dossier["content"]["need"])
        assert [one["kind"] for one in kept["attachments"]] == ["statuts"]
    await world.running.run_jobs()
    ended = (await world.call(world.holder, "GET", f"{where}/change-requests/{asked['id']}", expect=200)).json()
    assert (ended["status"], ended["days_left"]) == ("moot", None)
