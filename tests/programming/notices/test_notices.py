"""A dated notice amends an open campaign, reaches every draft's holder once, and leaves what was submitted as it was."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.programming.campaigns import service as campaigns
from services.programming.notices import service
from services.programming.notices.jobs import apply_due_notices, apply_notice, deliver_notice
from tests.programming.notices.papers import (
    QUESTION,
    answer,
    asked_when,
    completeness,
    mails,
    next_form,
    notice,
    open_with_form,
    publish,
)
from tests.programming.papers import codes
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio

COMPLETE = {"garde": "non", "effectif": 3}


async def told(world: World, dossier_id: str, who: Person | None = None, **query: Any) -> list[dict[str, Any]]:
    return await world.pages(who or world.holder, f"/dossiers/{dossier_id}/notices", **query)


async def run(world: World, job: Any, *, crash: bool = False, **arguments: Any) -> None:
    """A job, as the worker runs it: one transaction, that a crash ends before its commit."""
    async with world.running.resources.database.transaction() as session:
        await job.run(session, world.running.resources, **arguments)
        assert 1 // (not crash)


async def test_a_notice_changes_the_questions_and_reaches_the_drafts(world: World) -> None:
    await open_with_form(world)
    submitted_id, tag = await world.draft({**world.content(), "answers": COMPLETE})
    await world.submit(submitted_id, tag, expect=201)
    draft_id, _ = await world.draft({**world.content(), "answers": COMPLETE})
    bare_id, _ = await world.draft({}, attach=False)
    where = f"/campaigns/{world.campaign_id}"
    assert (await completeness(world, draft_id))["complete"]

    answered = await publish(world)
    published = answered.json()
    assert (published["number"], published["form_number"], published["changes"]) == (1, 2, ["form"])
    assert published["applied_at"] is not None
    campaign = (await world.call(None, "GET", where, expect=200)).json()
    assert campaign["form_number"] == 2
    assert "partenaire" in campaign["form"]["properties"]
    for path in (answered.headers["location"], f"{where}/notices"):
        read = (await world.call(None, "GET", path, expect=200)).json()
        assert read in (published, {"items": [published], "next": None, "total": None})

    # The draft is judged by the new form; what was submitted keeps its own.
    lacks = await completeness(world, draft_id)
    assert ([each["pointer"] for each in lacks["missing"]], lacks["form_number"]) == (["/answers/partenaire"], 2)
    kept = (await world.call(world.caf_officer, "GET", f"/dossiers/{submitted_id}/answers", expect=200)).json()
    assert kept["form_number"] == 1
    assert "partenaire" not in {each["key"] for each in kept["questions"]}

    await world.running.run_jobs()
    (mail,) = await mails(world)
    assert mail["to"] == "contact@ateliers.example.org"
    assert "un point reste à compléter" in mail["text"]
    (line,) = await told(world, draft_id, unread=True)
    assert (line["number"], line["missing_count"], line["acknowledged_at"]) == (1, 1, None)
    assert len(await told(world, bare_id)) == 1
    assert await told(world, submitted_id) == []
    reach = (await world.call(world.team, "GET", f"{where}/notices/{published['id']}/reach", expect=200)).json()
    assert reach == {"told": 2, "mailed": 1, "without_address": 1, "acknowledged": 0}
    await world.refused(world.caf_officer, "GET", f"{where}/notices/{published['id']}/reach", 403, "not-contract-lead")

    # Acknowledged once for the organisation, by any of its members; a second click changes nothing.
    act = f"/dossiers/{draft_id}/notices/{published['id']}/acknowledgement"
    first = (await world.call(world.helper, "POST", act, expect=201)).json()
    again = (await world.call(world.holder, "POST", act, expect=201)).json()
    assert first["acknowledged_at"] == again["acknowledged_at"] is not None
    assert await told(world, draft_id, unread=True) == []
    await world.refused(world.stranger, "POST", act, 404, "not-found")
    await world.refused(world.caf_officer, "GET", f"/dossiers/{submitted_id}/notices", 403, "not-the-holder")
    elsewhere = f"/dossiers/{submitted_id}/notices/{published['id']}/acknowledgement"
    await world.refused(world.holder, "POST", elsewhere, 404, "not-found")

    # A tab behind the notice still saves what it knows; the new question closes the draft's gap.
    await answer(world, draft_id, {"garde": "non"})
    await answer(world, draft_id, {"partenaire": "La Maison imaginaire"})
    await world.submit(draft_id, await world.tag(draft_id), expect=201)
    (snapshot,) = await world.running.rows("SELECT snapshot AS s FROM submissions WHERE dossier_id = %(id)s", id=draft_id)
    assert (snapshot["s"]["form_number"], snapshot["s"]["answers"]["partenaire"]) == (2, "La Maison imaginaire")
    acts = [line["act"] for line in await world.pages(world.holder, f"/dossiers/{draft_id}/journal")]
    assert (acts.count("dossier.notice_told"), acts.count("dossier.notice_acknowledged")) == (1, 1)


async def test_charter_criteria_and_attachments_change_and_concern_those_submitted(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    draft_id, _ = await world.draft()
    where = f"/campaigns/{world.campaign_id}"
    rule = {"natures": ["action"], "cap_cents": 100_000, "reason": "Enveloppe réduite."}
    wrong: dict[str, Any] = {
        "charter": [
            {"funder_id": str(world.caf), "budget_line": "inconnue", **rule},
            {"funder_id": str(world.caf), "budget_line": "caf", **rule, "excluded_objective_codes": ["99"]},
            {"funder_id": str(world.caf), "budget_line": "caf", **rule},
        ],
        "criteria": [{"code": "a", "label": "A", "weight": 60}],
    }
    assert codes((await publish(world, expect=409, **wrong)).json()) == {
        "/amendment/charter/0/budget_line": "unknown_budget_line",
        "/amendment/charter/1/excluded_objective_codes/0": "unknown_objective",
        "/amendment/charter/2/budget_line": "repeated",
        "/amendment/criteria": "weights",
    }
    bad: dict[str, Any] = {
        "form": {"form": {"type": "object", "properties": {"a": {"title": "A", "pattern": "(a+)+$", "type": "string"}}}}
    }
    assert codes((await publish(world, expect=409, **bad)).json()) == {"/amendment/form/form/properties/a/pattern": "bad_form"}
    empty = await publish(world, expect=409, criteria=None)
    assert codes(empty.json()) == {"/amendment": "nothing_changes"}

    amendment: dict[str, Any] = {
        "charter": [{"funder_id": str(world.caf), "budget_line": "caf", **rule}],
        "required_attachments": {"*": [{"code": "rib", "label": "RIB"}]},
    }
    published = (await publish(world, **amendment)).json()
    assert (published["changes"], published["form_number"]) == (["charter", "required_attachments"], None)
    lacks = {each["pointer"]: each["code"] for each in (await completeness(world, draft_id))["missing"]}
    assert "charter_cap" in lacks.values()
    assert any(pointer.startswith("/attachments") for pointer in lacks)
    (caf,) = [line for line in (await world.call(None, "GET", f"{where}/charter")).json()["rules"] if line["funder"] == "CAF"]
    assert (caf["cap_cents"], caf["reason"]) == (100_000, "Enveloppe réduite.")
    await world.running.run_jobs()
    texts = [mail["text"] for mail in await mails(world)]
    assert len(texts) == 2
    assert any(f"Votre dossier {dossier['reference']} est déjà déposé" in text for text in texts)
    assert [line["missing_count"] for line in await told(world, dossier["id"])] == [None]


async def test_a_notice_is_refused_too_late_in_the_past_or_behind_another(world: World) -> None:
    where = f"/campaigns/{world.campaign_id}/notices"
    tag = {"If-Match": (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}")).headers["etag"]}
    form: dict[str, Any] = {"form": {"form": {"type": "object", "properties": {"partenaire": QUESTION}}}}
    for in_days, code in ((-1, "past"), (25, "too_late")):
        sent = {"json": notice(world, in_days=in_days, **form), "headers": tag}
        problem = await world.refused(world.team, "POST", where, 409, "notice-too-late", **sent)
        assert (codes(problem), problem["days"]) == ({"/effective_on": code}, 8)
    for who, status, slug in ((world.caf_officer, 403, "not-contract-lead"), (world.holder, 403, "not-contract-lead")):
        await world.refused(who, "POST", where, status, slug, json=notice(world, **form), headers=tag)
    await world.refused(world.team, "POST", where, 428, "precondition-required", json=notice(world, **form))
    draft_id, _ = await world.draft()

    # Announced for the day after tomorrow: told at once, in force on its day only, once.
    announced = (await publish(world, in_days=2, **form)).json()
    assert (announced["applied_at"], announced["form_number"]) == (None, 1)
    assert (await publish(world, expect=409, **form)).json()["type"].endswith("/notice-waiting")
    await world.running.run_jobs()
    (line,) = await told(world, draft_id)
    assert line["missing_count"] == 0  # the new question is optional
    await run(world, apply_due_notices, timestamp=0)
    await run(world, apply_notice, notice_id=announced["id"])
    assert (await world.call(None, "GET", f"/campaigns/{world.campaign_id}")).json()["form_number"] == 0
    world.running.clock.at += timedelta(days=2)
    for _ in range(2):
        await run(world, apply_due_notices, timestamp=0)
        await world.running.run_jobs()
        await run(world, apply_notice, notice_id=announced["id"])
    assert (await world.call(None, "GET", f"/campaigns/{world.campaign_id}")).json()["form_number"] == 1
    assert (await world.call(None, "GET", f"{where}/{announced['id']}")).json()["applied_at"] is not None

    world.running.clock.at += timedelta(days=23)  # five days before the deadline
    problem = (await publish(world, expect=409, **form)).json()
    assert problem["errors"][0]["detail"].startswith("La date limite est dans moins de 8 jours")
    deadline = await world.at_deadline()
    world.running.clock.at = deadline + timedelta(seconds=1)
    assert (await publish(world, expect=409, **form)).json()["type"].endswith("/campaign-state-refused")
    assert len(await mails(world)) == 1


async def test_a_campaign_in_preparation_has_no_notice(world: World) -> None:
    await world.prepare_campaign()
    where = f"/campaigns/{world.campaign_id}"
    assert (await publish(world, expect=409)).json()["status_code"] == "draft"
    await world.refused(None, "GET", f"{where}/notices", 404, "not-found")


async def test_batches_resume_after_a_crash_and_write_to_nobody_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    drafts = [(await world.draft())[0] for _ in range(5)]
    form: dict[str, Any] = {"form": {"form": {"type": "object", "properties": {"partenaire": QUESTION}}, "asked_when": {}}}
    published = (await publish(world, **form)).json()
    first = {"notice_id": published["id"], "after": str(UUID(int=0))}

    # The machine stops in the middle of a batch: nothing of it is left, mails included.
    with pytest.raises(ZeroDivisionError):
        await run(world, deliver_notice, crash=True, **first)
    assert await mails(world) == []
    # The same batch twice, then the rest, then all of it again.
    for _ in range(2):
        await run(world, deliver_notice, **first)
    await world.running.run_jobs()
    await run(world, deliver_notice, **first)
    await world.running.run_jobs()
    assert len(await mails(world)) == 5
    assert [len(await told(world, one)) for one in drafts] == [1] * 5


async def test_a_submission_in_flight_is_judged_by_one_form_and_says_which(world: World) -> None:
    await open_with_form(world)
    first_id, first = await world.draft({**world.content(), "answers": COMPLETE})
    second_id, second = await world.draft({**world.content(), "answers": COMPLETE})
    where = f"/campaigns/{world.campaign_id}"
    tag = (await world.call(world.team, "GET", where)).headers["etag"]
    required: dict[str, Any] = {"form": {"form": next_form(partenaire=QUESTION), "asked_when": asked_when(world)}}
    sent = {"json": notice(world, **required), "headers": {"If-Match": tag}}
    sworn = {"sworn_statement": True, "republican_commitment": True, "signatory_name": "C", "signatory_function": "P"}

    def submission(dossier_id: str, version: str) -> Any:
        return world.holder, "POST", f"/dossiers/{dossier_id}/submission", {"json": sworn, "headers": {"If-Match": version}}

    answers = await world.at_once(
        [submission(first_id, first), (world.team, "POST", f"{where}/notices", sent), submission(second_id, second)]
    )
    published = answers[1]
    assert published.status_code == 201, published.text
    for dossier_id, answered in ((first_id, answers[0]), (second_id, answers[2])):
        kept = await world.running.rows("SELECT snapshot AS s FROM submissions WHERE dossier_id = %(id)s", id=dossier_id)
        if answered.status_code == 201:  # judged before the notice: by the first form, whole
            assert (kept[0]["s"]["form_number"], kept[0]["s"]["answers"]) == (1, COMPLETE)
        else:  # after it: by the second
            assert set(codes(answered.json())) == {"/answers/partenaire"}
            assert kept == []


async def test_a_notice_waits_for_the_submissions_that_began_before_it(world: World) -> None:
    """A submission stopped between its judgement and its reference holds the notice back; it does not hold back another."""
    await open_with_form(world)
    dossier_id, tag = await world.draft({**world.content(), "answers": COMPLETE})
    async with world.running.resources.database.transaction() as session:
        await campaigns.hold_rules(session, UUID(world.campaign_id))
        held = await campaigns.get(session, UUID(world.campaign_id))
        assert held.form_number == 1
        other = await world.submit(dossier_id, tag)
        assert other.status_code == 201
        publishing = asyncio.create_task(publish(world))
        await world.until_waiting()
        assert not publishing.done()
    assert (await publishing).status_code == 201
    (kept,) = await world.running.rows("SELECT snapshot AS s FROM submissions WHERE dossier_id = %(id)s", id=dossier_id)
    assert kept["s"]["form_number"] == 1
