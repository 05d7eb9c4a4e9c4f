"""Each funder says what is justified; what was paid beyond comes back; then the dossier closes."""

from typing import Any

import pytest

from services.programming.bilans import jobs
from tests.programming.papers import codes, refusal
from tests.programming.world import World
from tests.support import member_of

from .acts import at, bilan_of, close, fill, instruct, opened, paid, pay, repay, review_of, run, submit, submitted

pytestmark = pytest.mark.anyio


async def award(world: World, award_id: str) -> dict[str, object]:
    found: dict[str, object] = (await world.call(world.holder, "GET", f"/awards/{award_id}", expect=200)).json()
    return found


async def submit_with(world: World, dossier: dict[str, object], *, charges: int) -> None:
    at(world, "2028-02-01")
    await fill(world, dossier, charges=charges)
    assert (await submit(world, dossier)).status_code == 201


async def test_unspent_money_is_computed_to_the_cent_told_and_repaid_and_the_dossier_closes(world: World) -> None:
    dossier = await opened(world, state=8_000, caf=4_000)
    await paid(world, dossier, state=8_000, caf=4_000)
    await submit_with(world, dossier, charges=1_234_567)
    accepted = (await instruct(world, world.state_signatory, dossier, "acceptance")).json()
    # 8 000 € × 12 345,67 € ÷ 15 000 €, rounded down.
    assert (accepted["proposed_cents"], accepted["justified_cents"], accepted["to_repay_cents"]) == (658_435, 658_435, 141_565)
    state_award = await award(world, dossier["awards"]["state"]["id"])
    assert (state_award["status"], state_award["to_repay_cents"]) == ("to_repay", 141_565)
    (mail,) = [m for m in await world.mails("Bilan accepté") if dossier["reference"] in m["subject"]]
    assert "Montant justifié : 6\xa0584,35\xa0€".replace("\xa0", " ") in mail["text"].replace("\xa0", " ").replace("\u202f", " ")
    assert "À reverser à État" in mail["text"]
    assert (await instruct(world, world.caf_officer, dossier, "acceptance")).json()["to_repay_cents"] == 70_783
    assert await close(world, dossier) == "report_submitted", "money is still to come back"
    await repay(world, dossier["awards"]["state"]["id"], 141_564)
    await repay(world, dossier["awards"]["caf"]["id"], 70_783)
    assert await close(world, dossier) == "report_submitted", "a cent is missing"
    await repay(world, dossier["awards"]["state"]["id"], 1)
    assert (await award(world, dossier["awards"]["state"]["id"]))["status"] == "justified"
    assert await close(world, dossier) == "closed"
    assert await close(world, dossier) == "closed"
    assert (
        len(
            await world.running.rows(
                "SELECT FROM outbox_events WHERE subject = %(id)s AND NOT starts_with(type, 'announced.')", id=dossier["id"]
            )
        )
        == 1
    )
    assert (await bilan_of(world, dossier))["closed_at"] is not None


async def test_the_balance_is_paid_before_the_dossier_closes(world: World) -> None:
    dossier = await opened(world, state=8_000)
    award_id = dossier["awards"]["state"]["id"]
    await world.commit(world.state_officer, award_id)
    await pay(world, award_id, 400_000)
    await submit_with(world, dossier, charges=1_100_000)
    accepted = (await instruct(world, world.state_officer, dossier, "acceptance")).json()
    assert (accepted["to_repay_cents"], accepted["left_to_pay_cents"]) == (0, 400_000)
    assert await close(world, dossier) == "report_submitted"
    await pay(world, award_id, 400_000)
    await world.running.run_jobs()  # the last payment asks for the closing by itself
    assert (await world.seen(dossier["id"], world.holder))["status"] == "closed"


async def test_a_grant_never_committed_does_not_close_by_being_justified(world: World) -> None:
    dossier = await submitted(world, state=8_000)
    assert (await instruct(world, world.state_officer, dossier, "acceptance")).status_code == 201
    await run(world, jobs.close_settled_dossiers)
    assert await close(world, dossier) == "report_submitted"


async def test_each_night_looks_again_at_what_may_close(world: World) -> None:
    dossier = await submitted(world, state=8_000)
    await paid(world, dossier, state=8_000)
    await instruct(world, world.state_officer, dossier, "acceptance")
    await run(world, jobs.close_settled_dossiers)
    waiting = [
        job["args"]["dossier_id"] for job in await world.running.jobs("programming:close_dossier") if job["status"] == "todo"
    ]
    assert dossier["id"] in waiting


async def test_another_amount_needs_a_reason_and_stays_within_the_grant(world: World) -> None:
    dossier = await submitted(world, charges=900_000, state=8_000)
    refused = await instruct(world, world.state_officer, dossier, "acceptance", justified_cents=800_000)
    told = refusal(refused, 409, "decision-unexplained")
    # 8 000 € × 9 000 € ÷ 11 000 €
    assert (codes(told), told["proposed_cents"]) == ({"/reason": "missing"}, 654_545)
    above = await instruct(world, world.state_officer, dossier, "acceptance", justified_cents=800_001, reason="Dépenses engagées.")
    refusal(above, 409, "amount-refused")
    kept = await instruct(world, world.state_officer, dossier, "acceptance", justified_cents=800_000, reason="Dépenses engagées.")
    assert (kept.json()["justified_cents"], kept.json()["reason"]) == (800_000, "Dépenses engagées.")


async def test_a_rejection_justifies_nothing_and_says_why(world: World) -> None:
    dossier = await opened(world, state=8_000)
    await paid(world, dossier, state=8_000)
    await submit_with(world, dossier, charges=1_100_000)
    malformed = await instruct(world, world.state_officer, dossier, "rejection", reason="")
    refusal(malformed, 422, "malformed-request")
    rejected = (await instruct(world, world.state_officer, dossier, "rejection", reason="Action non tenue.")).json()
    assert (rejected["status"], rejected["justified_cents"], rejected["to_repay_cents"]) == ("rejected", 0, 800_000)
    (mail,) = [m for m in await world.mails("Bilan rejeté") if dossier["reference"] in m["subject"]]
    assert "Action non tenue." in mail["text"]


async def test_a_decision_is_taken_once_per_submission(world: World) -> None:
    dossier = await submitted(world)
    place = f"/bilan-reviews/{(await review_of(world, dossier, world.state))['id']}"
    tag = {"If-Match": (await world.call(world.state_officer, "GET", place, expect=200)).headers["etag"]}
    calls = [
        (world.state_officer, "POST", f"{place}/acceptance", {"json": {}, "headers": tag}),
        (world.state_signatory, "POST", f"{place}/rejection", {"json": {"reason": "x"}, "headers": tag}),
    ] * 2
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]
    refusal(await instruct(world, world.state_officer, dossier, "rejection", reason="x"), 409, "bilan-already-instructed")


async def test_nothing_is_judged_before_it_is_submitted(world: World) -> None:
    dossier = await opened(world)
    for act, wish in (
        ("acceptance", {}),
        ("rejection", {"reason": "x"}),
        ("completion-request", {"reason": "x", "due_on": "2028-01-01"}),
    ):
        refusal(await instruct(world, world.state_officer, dossier, act, **wish), 409, "bilan-not-submitted")


async def test_another_funder_cannot_instruct_mine(world: World) -> None:
    dossier = await submitted(world, state=8_000, caf=4_000)
    place = f"/bilan-reviews/{(await review_of(world, dossier, world.state))['id']}"
    for act, wish in (
        ("acceptance", {}),
        ("rejection", {"reason": "x"}),
        ("completion-request", {"reason": "x", "due_on": "2028-09-01"}),
    ):
        for who in (world.caf_officer, world.team, world.holder):
            refusal(await world.change(who, "POST", f"{place}/{act}", of=place, json=wish), 403, "not-for-you-to-instruct")
        for who in (world.region_officer, world.stranger):
            sent: dict[str, Any] = {"json": wish, "headers": {"If-Match": '"1"'}}
            refusal(await world.call(who, "POST", f"{place}/{act}", **sent), 404, "not-found")
    instructor = member_of(world.state)
    refusal(await instruct(world, instructor, dossier, "acceptance"), 403, "not-for-you-to-instruct")
    asked = await instruct(world, instructor, dossier, "completion-request", reason="Précisez.", due_on="2028-09-01")
    assert asked.status_code == 201, "an instructor asks for what is missing"


async def test_a_funder_that_answers_late_finds_the_bilan_submitted(world: World) -> None:
    """One funder notified, the holder reports, the other notifies afterwards: its instruction opens at once."""
    dossier = await world.reviewed(state=8_000, caf=4_000)
    committee_id = await world.convene(dossier["id"])
    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        await world.grant(officer, committee_id, world.request_of(dossier, funder)["id"], 100_000)
    await world.close(committee_id)
    place = f"/dossiers/{dossier['id']}/notifications"
    await world.call(world.state_officer, "POST", place, json={"funder_id": str(world.state)}, expect=201)
    await run(world, jobs.open_bilan, dossier_id=dossier["id"])
    await submit_with(world, dossier, charges=1_500_000)
    told = await world.seen(dossier["id"], world.holder)
    assert (told["status"], told["granted_cents"]) == ("under_review", None), "the bilan tells nothing of the other answer"
    await world.call(world.caf_officer, "POST", place, json={"funder_id": str(world.caf)}, expect=201)
    await run(world, jobs.open_bilan, dossier_id=dossier["id"])
    assert (await world.seen(dossier["id"], world.holder))["status"] == "report_submitted"
    review = await review_of(world, dossier, world.caf)
    assert (review["status"], review["number"], review["proposed_cents"]) == ("to_review", 1, 100_000)
    assert (await instruct(world, world.caf_officer, dossier, "acceptance")).status_code == 201
