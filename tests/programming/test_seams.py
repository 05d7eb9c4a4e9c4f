"""Where two rooms meet: changes requested of answers and documents, interests declared, dossiers withdrawn under way."""

from datetime import timedelta

import pytest

from services.common.checks import Check
from services.programming.checks import CHECKS
from services.programming.minutes.service import draw_session_paper
from services.programming.reviews.withdrawals import void_reviews
from tests.programming.change_requests.asks import answer, ask, edit, wish
from tests.programming.collaborators.people import joined
from tests.programming.notices import papers as notices
from tests.programming.papers import PDF, codes
from tests.programming.reviews.rounds import GIVEN, choose, colleague, conflict, reviewing
from tests.programming.versions.test_versions import words
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def faults(world: World) -> list[str]:
    """What `canevas doctor` finds."""

    async def of(check: Check) -> list[str]:
        return [f"{check.name}: {row}" for row in await world.running.rows(check.query)]

    return [line for check in CHECKS for line in await of(check)]


async def test_an_answer_asked_again_is_judged_by_the_form_it_was_given_under(world: World) -> None:
    await notices.open_with_form(world)
    dossier_id, tag = await world.draft({**world.content(), "answers": {"garde": "non", "effectif": 3}})
    assert (await world.submit(dossier_id, tag)).status_code == 201
    await notices.publish(world)
    where = f"/dossiers/{dossier_id}"
    # Questions of the form it was submitted under may be named, answered or not; those that came since may not.
    sent = wish(world, world.lead, "/answers/partenaire")
    refused = await world.call(world.team, "POST", f"{where}/change-requests", json=sent)
    assert (refused.status_code, codes(refused.json())) == (422, {"/fields/0/pointer": "unknown"})
    asked = await ask(world, world.team, dossier_id, "/answers/effectif", "/answers/relais")
    closed = await world.change(world.holder, "PATCH", where, json={"answers": {"garde": "oui"}})
    assert codes(closed.json()) == {"/answers/garde": "not_open"}
    unanswered = await answer(world, asked)
    assert codes(unanswered.json()) == {"/answers/effectif": "unanswered", "/answers/relais": "unanswered"}
    await edit(world, world.holder, dossier_id, answers={"effectif": 5})
    given = await answer(world, asked, answers__relais="Il n'y en a pas.")
    assert given.status_code == 201, given.text
    assert [one["state"] for one in given.json()["fields"]] == ["changed", "explained"]
    read = (await world.call(world.team, "GET", f"{where}/answers", expect=200)).json()
    assert read["form_number"] == 1
    assert {one["key"]: one["answer"] for one in read["questions"]} == {"garde": "non", "relais": None, "effectif": 5}
    found = (await world.call(world.team, "GET", f"{where}/comparison", params={"from": 1, "to": 2}, expect=200)).json()
    assert [one["pointer"] for one in found["differences"]] == ["/answers/effectif"]


async def test_a_document_asked_again_joins_those_already_sent(world: World) -> None:
    dossier = await world.admitted()
    guest, _ = await joined(world, dossier["id"])
    where = f"/dossiers/{dossier['id']}"
    asked = await ask(world, world.caf_officer, dossier["id"], "/attachments/rib")
    # What a notice asks since is not asked of a dossier submitted before it.
    statutes = [{"code": "statuts", "label": "Statuts signés"}, {"code": "budget_n1", "label": "Budget de l'an passé"}]
    await notices.publish(world, required_attachments={"association": statutes})
    world.running.clock.at += timedelta(minutes=1)
    added = {"kind": "rib", "name": "rib.pdf"}
    await world.call(guest, "POST", f"{where}/attachments", params=added, content=PDF + b"%", expect=201)
    given = await answer(world, asked)
    assert given.status_code == 201, given.text
    # The people the holder invited read what was sent as its members do; the funder and the team too.
    for who in (world.holder, guest, world.caf_officer):
        second = (await world.call(who, "GET", f"{where}/submissions/2", expect=200)).json()["dossier"]
        assert [one["kind"] for one in second["attachments"]] == ["statuts", "rib"]
        found = (await world.call(who, "GET", f"{where}/comparison", params={"from": 1, "to": 2}, expect=200)).json()
        assert [one["change"] for one in found["differences"]] == ["added"]
    assert (await world.call(guest, "GET", f"{where}/comparison", params={"from": 2}, expect=200)).json()["differences"] == []
    for number in (1, 2):
        await world.refused(guest, "GET", f"{where}/submissions/{number}/document", 409, "submission-document-not-ready")
    await world.running.run_jobs()
    first, again = [
        (await world.call(guest, "GET", f"{where}/submissions/{number}/document", expect=200)).content for number in (1, 2)
    ]
    assert "dépôt n° 1" in words(first)
    assert "dépôt n° 2" in words(again)
    assert await faults(world) == []


async def test_who_has_an_interest_reads_no_avis_anywhere(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    other = await world.reviewed(state=8_000, caf=4_000)
    nadia = colleague(world)
    where = f"/dossiers/{dossier['id']}"
    before = await world.call(nadia, "GET", where, expect=200)
    assert [one["opinion"] for one in before.json()["requests"]] == ["favourable", "favourable"]
    session = await world.convene(dossier["id"], other["id"])
    made = await world.call(world.team, "POST", f"/committees/{session}/papers", json={"kind": "agenda"}, expect=201)
    paper = made.json()
    async with world.running.resources.database.transaction() as drawing:
        await draw_session_paper.run(drawing, world.running.resources, paper_id=paper["id"])
    await world.call(world.team, "POST", f"/committees/{session}/booklet", expect=201)
    await world.running.run_jobs()
    await world.decide(world.state_officer, session, world.request_of(dossier, world.state)["id"], outcome="adjourned")
    await conflict(world, nadia, dossier_id=dossier["id"])

    kept = await world.call(nadia, "GET", where, headers={"If-None-Match": before.headers["etag"]}, expect=200)
    assert [(one["opinion"], one["proposed_cents"]) for one in kept.json()["requests"]] == [(None, None)] * 2
    assert [one["opinion"] for one in (await world.seen(other["id"], nadia))["requests"]] == ["favourable", "favourable"]
    assert "favourable" in {one["opinion"] for one in (await world.seen(dossier["id"], world.caf_officer))["requests"]}
    acts = {line["act"] for line in await world.pages(nadia, f"{where}/journal")}
    assert not {act for act in acts if act.startswith("review.")}
    assert "review.completed" in {line["act"] for line in await world.pages(world.caf_officer, f"{where}/journal")}
    for address in (f"/session-papers/{paper['id']}/file", f"/committees/{session}/booklet"):
        whole = words((await world.call(world.caf_officer, "GET", address, expect=200)).content)
        own = words((await world.call(nadia, "GET", address, expect=200)).content)
        told = [text.lower().count("favorable") for text in (whole, own)]
        assert 0 < told[1] < told[0], (address, told)
        assert own.count("À soutenir.") < max(whole.count("À soutenir."), 1)
        assert [each["reference"] in own for each in (dossier, other)] == [True, True]


async def test_a_withdrawn_dossier_is_nobodys_to_read_or_to_assign(world: World) -> None:
    await choose(world, readings=2)
    dossier, where = await reviewing(world)
    nadia = colleague(world)
    readers = {"reader_ids": [str(nadia.account_id), str(world.caf_officer.account_id)]}
    await world.change(world.caf_officer, "PUT", f"{where}/readers", of=where, json=readers, expect=200)
    (reading,) = [one for one in await world.pages(nadia, "/me/reviews") if one["kind"] == "reading"]
    of = f"/dossiers/{dossier['id']}"
    await world.change(world.holder, "POST", f"{of}/withdrawal", of=of, json={"reason": "Z"}, expect=201)
    async with world.running.resources.database.transaction() as session:
        await void_reviews.run(session, world.running.resources, dossier_id=dossier["id"])
    assert await world.pages(nadia, "/me/reviews") == []
    at = f"/readings/{reading['id']}"
    tag = {"If-Match": (await world.call(nadia, "GET", at, expect=200)).headers["etag"]}
    await world.refused(nadia, "PATCH", at, 409, "review-void", json=GIVEN, headers=tag)
    await conflict(world, nadia, dossier_id=dossier["id"])
    assert (await world.call(world.caf_officer, "GET", where, expect=200)).json()["status"] == "void"
    assert await faults(world) == []
