"""The bilan is submitted once, on time or late, and kept as it was."""

import asyncio
from typing import Any

import pytest

from services.programming.bilans import jobs
from services.programming.bilans.documents import write_document
from tests.programming.papers import codes, refusal
from tests.programming.world import World
from tests.support import Person, member_of

from .acts import SWORN, at, bilan_of, content, fill, instruct, opened, run, submit, submitted, where

pytestmark = pytest.mark.anyio


async def test_the_holder_submits_and_has_a_receipt(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-02-01")
    await fill(world, dossier)
    receipt = (await submit(world, dossier)).json()
    assert (receipt["reference"], receipt["number"], receipt["late"]) == (dossier["reference"], 1, False)
    bilan = await bilan_of(world, dossier)
    assert (bilan["status"], bilan["number"], bilan["overdue"]) == ("submitted", 1, False)
    assert {(review["status"], review["number"]) for review in bilan["reviews"]} == {("to_review", 1)}
    told = await world.seen(dossier["id"], world.holder)
    assert (told["status"], told["report_submitted_at"]) == ("report_submitted", receipt["submitted_at"])
    (mail,) = [m for m in await world.mails("Accusé de réception du bilan") if dossier["reference"] in m["subject"]]
    assert mail["to"] == "contact@ateliers.example.org"
    assert "01/02/2028 à 10:00 (heure de Paris)" in mail["text"]
    journal = await world.pages(world.state_officer, f"/dossiers/{dossier['id']}/journal")
    assert [line["changes"] for line in journal if line["act"] == "bilan.submitted"] == [{"number": 1, "late": False}]


async def test_a_manager_or_signatory_swears(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-02-01")
    await fill(world, dossier)
    refusal(await submit(world, dossier, who=world.helper), 403, "not-the-holder")
    refused = refusal(await submit(world, dossier, sworn_statement=False), 422, "bilan-not-sworn")
    assert codes(refused) == {"/sworn_statement": "required"}
    refusal(await submit(world, dossier, who=world.state_signatory), 403, "not-the-holder")
    assert (await bilan_of(world, dossier))["number"] == 0


async def test_what_is_incomplete_is_refused_by_name(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-02-01")
    body = content(await bilan_of(world, dossier))
    body["statement"]["charges"][0]["actual_cents"] -= 250_000
    await world.change(world.helper, "PATCH", where(dossier), json=body, expect=200)
    tag = (await world.call(world.holder, "GET", where(dossier))).headers["etag"]
    sent = {"json": SWORN, "headers": {"If-Match": tag}}
    refused = await world.refused(world.holder, "POST", f"{where(dossier)}/submission", 409, "bilan-incomplete", **sent)
    assert codes(refused) == {"/statement/charges/0/explanation": "gap_unexplained", "/statement": "unbalanced"}


async def test_two_clicks_submit_once(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-02-01")
    await fill(world, dossier)
    tag = (await world.call(world.holder, "GET", where(dossier))).headers["etag"]
    sent = {"json": SWORN, "headers": {"If-Match": tag}}
    answers = await world.at_once([(world.holder, "POST", f"{where(dossier)}/submission", sent)] * 6)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    refusal(next(a for a in answers if a.status_code == 409), 409, "bilan-already-submitted")
    assert (await bilan_of(world, dossier))["number"] == 1
    assert len([m for m in await world.mails("Accusé de réception du bilan") if dossier["reference"] in m["subject"]]) == 1
    refusal(await world.change(world.helper, "PATCH", where(dossier), json={"territory": "x"}), 409, "bilan-locked")


async def test_a_retry_with_the_same_key_has_the_same_answer(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-02-01")
    await fill(world, dossier)
    tag = (await world.call(world.holder, "GET", where(dossier))).headers["etag"]
    sent: dict[str, Any] = {"json": SWORN, "headers": {"If-Match": tag, "Idempotency-Key": f"bilan-{dossier['id']}"}}
    first = await world.call(world.holder, "POST", f"{where(dossier)}/submission", expect=201, **sent)
    again = await world.call(world.holder, "POST", f"{where(dossier)}/submission", expect=201, **sent)
    assert again.json() == first.json()


async def test_what_arrives_before_midnight_is_on_time_however_long_it_waits(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-06-30", hour=21)  # 23:00 in Paris
    await fill(world, dossier)
    async with world.holding("dossiers", dossier["id"]):
        tag = (await world.call(world.holder, "GET", where(dossier))).headers["etag"]
        sent: dict[str, Any] = {"json": SWORN, "headers": {"If-Match": tag}}
        waiting = asyncio.create_task(world.call(world.holder, "POST", f"{where(dossier)}/submission", **sent))
        await world.until_waiting()
        at(world, "2028-06-30", hour=23)  # 1 July in Paris
    assert (await waiting).json()["late"] is False
    assert (await world.seen(dossier["id"], world.holder))["report_submitted_at"] == "2028-06-30T21:00:00Z"


async def test_a_late_bilan_is_taken_and_marked(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-06-30", hour=22)  # midnight in Paris
    await fill(world, dossier)
    assert (await submit(world, dossier)).json()["late"] is True
    (mail,) = [m for m in await world.mails("Accusé de réception du bilan") if dossier["reference"] in m["subject"]]
    assert "Il était attendu pour le 30/06/2028." in mail["text"]


async def test_completion_is_asked_given_and_counted(world: World) -> None:
    dossier = await submitted(world, charges=1_200_000)
    asked = await instruct(
        world, world.state_officer, dossier, "completion-request", reason="Détaillez le 64.", due_on="2028-03-15"
    )
    assert asked.status_code == 201, asked.text
    (mail,) = [m for m in await world.mails("Complément demandé") if dossier["reference"] in m["subject"]]
    assert "Détaillez le 64." in mail["text"]
    assert "15/03/2028" in mail["text"]
    bilan = await bilan_of(world, dossier)
    assert (bilan["status"], bilan["due_on"], bilan["number"]) == ("completion_requested", "2028-03-15", 1)
    accepted = await instruct(world, world.caf_officer, dossier, "acceptance")
    assert accepted.status_code == 201, "another funder need not wait"
    assert (await bilan_of(world, dossier))["status"] == "completion_requested"

    await world.change(world.helper, "PATCH", where(dossier), json={"report": {"done": "Le détail est joint."}}, expect=200)
    seen = await bilan_of(world, dossier, world.state_officer)
    assert seen["report"]["done"] != "Le détail est joint.", "funders read what was submitted"
    assert (await submit(world, dossier)).json()["number"] == 2
    seen = await bilan_of(world, dossier, world.state_officer)
    assert (seen["status"], seen["report"]["done"]) == ("submitted", "Le détail est joint.")
    assert {(r["funder_name"], r["status"], r["number"]) for r in seen["reviews"]} == {
        ("État", "to_review", 2),
        ("CAF", "accepted", 1),
    }
    assert (await instruct(world, world.state_officer, dossier, "acceptance")).status_code == 201
    assert (await bilan_of(world, dossier))["status"] == "instructed"


async def test_new_accounts_may_change_a_decision_already_taken(world: World) -> None:
    dossier = await submitted(world, charges=1_200_000)
    accepted = (await instruct(world, world.caf_officer, dossier, "acceptance")).json()
    assert accepted["justified_cents"] == 320_000  # 4 000 € × 12 000 € ÷ 15 000 €
    refusal(await instruct(world, world.caf_officer, dossier, "acceptance"), 409, "bilan-already-instructed")
    await instruct(world, world.state_officer, dossier, "completion-request", reason="Le 64 est faux.", due_on="2028-03-15")
    await fill(world, dossier, charges=1_500_000)
    await submit(world, dossier)
    bilan = await bilan_of(world, dossier)
    assert {(r["funder_name"], r["status"]) for r in bilan["reviews"]} == {("État", "to_review"), ("CAF", "accepted")}
    again = (await instruct(world, world.caf_officer, dossier, "acceptance")).json()
    assert (again["justified_cents"], again["number"]) == (400_000, 2)


async def test_a_completion_and_a_new_submission_at_once_leave_one_story(world: World) -> None:
    """The holder submits again while the funder that asked accepts what it had: one waits for the other."""
    dossier = await submitted(world, state=8_000)
    await instruct(world, world.state_officer, dossier, "completion-request", reason="Précisez.", due_on="2028-03-15")
    tag = {"If-Match": (await world.call(world.holder, "GET", where(dossier))).headers["etag"]}
    place = f"/bilan-reviews/{(await bilan_of(world, dossier))['reviews'][0]['id']}"
    seen = {"If-Match": (await world.call(world.state_officer, "GET", place)).headers["etag"]}
    calls: list[tuple[Person, str, str, dict[str, Any]]] = [
        (world.holder, "POST", f"{where(dossier)}/submission", {"json": SWORN, "headers": tag}),
        (world.state_officer, "POST", f"{place}/acceptance", {"json": {}, "headers": seen}),
    ]
    again, accepted = await world.at_once(calls)
    bilan = await bilan_of(world, dossier)
    if again.status_code == 201:
        assert (accepted.status_code, bilan["status"], bilan["number"]) == (412, "submitted", 2)
    else:
        assert (again.status_code, accepted.status_code) == (409, 201)
        assert (bilan["status"], bilan["number"]) == ("instructed", 1)


async def test_a_completion_leaves_time(world: World) -> None:
    dossier = await submitted(world)
    refused = await instruct(world, world.state_officer, dossier, "completion-request", reason="x", due_on="2028-02-01")
    assert codes(refusal(refused, 409, "completion-date-refused")) == {"/due_on": "past"}


async def test_the_pdf_is_what_was_submitted(world: World) -> None:
    dossier = await opened(world)
    await world.running.run_jobs()
    at(world, "2028-02-01")
    await fill(world, dossier)
    place = f"{where(dossier)}/document"
    refusal(await world.call(world.holder, "GET", place), 404, "not-found")
    await submit(world, dossier)
    refusal(await world.call(world.holder, "GET", place), 409, "document-not-ready")
    await world.running.run_jobs()
    for who in (world.holder, world.team, member_of(world.state)):
        made = await world.call(who, "GET", place, expect=200)
        assert made.headers["content-type"] == "application/pdf"
        assert made.content.startswith(b"%PDF-")
    (job,) = await world.running.rows(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'programming:write_bilan' ORDER BY id DESC LIMIT 1"
    )
    await run(world, write_document, **job["args"])
    assert (await world.call(world.holder, "GET", place, expect=200)).content == made.content


async def test_the_dossier_says_the_bilan_is_due_once_the_exercise_ended(world: World) -> None:
    dossier = await opened(world)
    await world.commit(world.state_officer, dossier["awards"]["state"]["id"])
    at(world, "2027-12-31", hour=12)
    await run(world, jobs.mark_bilans_due)
    assert (await world.seen(dossier["id"], world.holder))["status"] == "running"
    at(world, "2028-01-01")
    for _ in range(2):
        await run(world, jobs.mark_bilans_due)
    assert (await world.seen(dossier["id"], world.holder))["status"] == "report_due"
    journal = await world.pages(world.holder, f"/dossiers/{dossier['id']}/journal")
    assert [line["act"] for line in journal].count("bilan.due") == 1
    await world.commit(world.caf_officer, dossier["awards"]["caf"]["id"])
    assert (await world.seen(dossier["id"], world.holder))["status"] == "report_due", "money goes on, the bilan is still due"
    await fill(world, dossier)
    await submit(world, dossier)
    assert (await world.seen(dossier["id"], world.holder))["status"] == "report_submitted"
