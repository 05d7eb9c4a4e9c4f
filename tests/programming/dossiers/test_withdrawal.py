"""A holder takes its dossier back: withdrawn before any answer, or dropped while it is a draft."""

from datetime import timedelta
from typing import Any

import pytest

from services.programming.collaborators.jobs import forget_collaborators
from services.programming.committees.withdrawals import mark_agendas
from services.programming.dossiers.jobs import erase_dropped_drafts_nightly
from services.programming.reviews.withdrawals import void_reviews
from tests.programming.collaborators.people import joined
from tests.programming.papers import codes
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio
WHY = {"reason": "Le poste n'est pas renouvelé."}


async def run(world: World, job: Any, **arguments: Any) -> None:
    """The job, twice: a second time does no harm."""
    for _ in range(2):
        async with world.running.resources.database.transaction() as session:
            await job.run(session, world.running.resources, **arguments)


async def withdraw(world: World, dossier_id: str, who: Person | None = None) -> dict[str, Any]:
    where = f"/dossiers/{dossier_id}"
    done = await world.change(who or world.holder, "POST", f"{where}/withdrawal", of=where, json=WHY, expect=201)
    body: dict[str, Any] = done.json()
    return body


async def test_a_dossier_partly_decided_is_withdrawn_and_its_envelopes_are_free_again(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 500_000)

    async def left() -> int:
        (line,) = [
            line
            for one in (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/funders", expect=200)).json()["items"]
            for line in one["budget_lines"]
            if line["code"] == "p147"
        ]
        return int(line["granted_cents"])

    assert await left() == 500_000
    where = f"/dossiers/{dossier['id']}"
    tag = {"If-Match": await world.tag(dossier["id"])}
    await world.refused(world.helper, "POST", f"{where}/withdrawal", 403, "not-the-holder", json=WHY, headers=tag)
    await world.refused(world.team, "POST", f"{where}/withdrawal", 403, "not-the-holder", json=WHY, headers=tag)
    await world.refused(world.holder, "POST", f"{where}/withdrawal", 412, "stale-version", json=WHY, headers={"If-Match": '"1"'})
    told = await withdraw(world, dossier["id"], world.president)
    assert (told["status"], told["status_label"], told["withdrawn_reason"]) == ("withdrawn", "Retiré", WHY["reason"])
    assert {request["status"] for request in told["requests"]} == {"withdrawn"}
    assert await left() == 0
    assert [mail["to"] for mail in await world.mails(f"{dossier['reference']} est retiré")] == ["contact@ateliers.example.org"]

    # The rooms above follow, in jobs of their own.
    await run(world, void_reviews, dossier_id=dossier["id"])
    await run(world, mark_agendas, dossier_id=dossier["id"])
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"], funder_id=str(world.caf))
    assert review["status"] == "void"
    path = f"/reviews/{review['id']}"
    note = {"internal_comment": "x"}
    await world.refused(world.caf_officer, "PATCH", path, 409, "review-void", json=note, headers={"If-Match": '"1"'})
    agenda = (await world.call(world.team, "GET", f"/committees/{committee_id}", expect=200)).json()["agenda"]
    assert [item["withdrawn_at"] is not None for item in agenda] == [True]
    late = await world.decide(
        world.caf_officer, committee_id, world.request_of(dossier, world.caf)["id"], outcome="granted", amount_cents=100
    )
    assert late.status_code == 409
    # It stays readable, by its reference, and no figure counts it.
    assert [one["id"] for one in await world.pages(world.state_officer, "/dossiers", q=dossier["reference"])] == [dossier["id"]]
    lines = await world.pages(world.state_officer, f"{where}/journal")
    assert lines[0]["act"] == "dossier.withdrawn"
    assert lines[0]["reason"] == WHY["reason"]
    again = {"If-Match": await world.tag(dossier["id"])}
    await world.refused(world.holder, "POST", f"{where}/withdrawal", 409, "withdrawal-refused", json=WHY, headers=again)


async def test_an_answer_once_told_is_not_taken_back_by_a_withdrawal(world: World) -> None:
    dossier = await world.awarded(state=8_000)
    where = f"/dossiers/{dossier['id']}"
    tag = {"If-Match": await world.tag(dossier["id"])}
    await world.refused(world.holder, "POST", f"{where}/withdrawal", 409, "answer-already-given", json=WHY, headers=tag)


async def test_what_was_decided_in_secret_says_nothing_of_itself(world: World) -> None:
    """The holder withdraws the same way whether or not funders have decided behind the door."""
    judged, unjudged = await world.reviewed(caf=4_000), await world.admitted(caf=4_000)
    committee_id = await world.convene(judged["id"])
    await world.grant(world.caf_officer, committee_id, world.request_of(judged, world.caf)["id"], 100_000)
    one, other = [await withdraw(world, dossier["id"]) for dossier in (judged, unjudged)]
    for name in ("status", "granted_cents", "withdrawn_reason"):
        assert one[name] == other[name]
    told = [{k: v for k, v in dossier["requests"][0].items() if k != "id"} for dossier in (one, other)]
    assert told[0] == told[1]


async def test_a_withdrawal_and_a_decision_at_once_leave_no_money_behind(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    committee_id = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)
    where = f"/dossiers/{dossier['id']}"
    tag = {"If-Match": await world.tag(dossier["id"])}
    decision = {"json": {"outcome": "granted", "amount_cents": 100_000}}
    withdrawn, decided = await world.at_once(
        [
            (world.holder, "POST", f"{where}/withdrawal", {"json": WHY, "headers": tag}),
            (world.caf_officer, "PUT", f"/committees/{committee_id}/decisions/{request['id']}", decision),
        ]
    )
    assert withdrawn.status_code == 201
    assert decided.status_code in {200, 409}
    (row,) = await world.running.rows(
        "SELECT granted_cents FROM budget_lines WHERE campaign_id = %(id)s AND code = 'caf'", id=world.campaign_id
    )
    assert row["granted_cents"] == 0


async def test_a_dropped_draft_is_taken_up_again_or_erased_for_good(world: World) -> None:
    kept_id, tag = await world.draft()
    lost_id, lost_tag = await world.draft()
    await joined(world, lost_id)
    for dossier_id, etag in ((kept_id, tag), (lost_id, lost_tag)):
        await world.call(world.helper, "DELETE", f"/dossiers/{dossier_id}", headers={"If-Match": etag}, expect=204)
    where = f"/dossiers/{kept_id}"
    dropped = await world.call(world.holder, "GET", where, expect=200)
    assert (dropped.json()["status"], dropped.json()["status_label"]) == ("dropped", "Abandonné")
    tag = dropped.headers["etag"]
    body = {"json": {"title": "x"}, "headers": {"If-Match": tag}}
    await world.refused(world.holder, "PATCH", where, 409, "draft-dropped", **body)
    await world.refused_submission(kept_id, tag, 409, "draft-dropped")
    await world.refused(world.holder, "POST", f"{where}/restoration", 412, "stale-version", headers={"If-Match": '"1"'})
    again = await world.call(world.holder, "POST", f"{where}/restoration", headers={"If-Match": tag}, expect=201)
    assert again.json()["status"] == "draft"
    assert (await world.submit(kept_id, again.headers["etag"])).status_code == 201
    submitted = {"If-Match": await world.tag(kept_id)}
    await world.refused(world.holder, "DELETE", where, 409, "withdrawal-refused", headers=submitted)
    await world.refused(world.holder, "POST", f"{where}/restoration", 409, "withdrawal-refused", headers=submitted)

    world.running.clock.at += timedelta(days=29)
    await run(world, erase_dropped_drafts_nightly, timestamp=0)
    assert (await world.seen(lost_id, world.holder))["title"] == "Ateliers sociolinguistiques"
    world.running.clock.at += timedelta(days=2)
    await run(world, erase_dropped_drafts_nightly, timestamp=0)
    await world.refused(world.holder, "GET", f"/dossiers/{lost_id}", 404, "not-found")
    (row,) = await world.running.rows("SELECT title, holder, contact, content, budget FROM dossiers WHERE id = %(id)s", id=lost_id)
    assert row == {"title": "", "holder": {}, "contact": {}, "content": {}, "budget": {}}
    await run(world, forget_collaborators, dossier_id=lost_id)
    for table in ("attachments", "funding_requests", "dossier_readers", "collaborators"):
        assert await world.running.rows(f"SELECT 1 FROM {table} WHERE dossier_id = %(id)s", id=lost_id) == []  # noqa: S608


async def test_a_draft_dropped_in_another_tab_is_not_saved_over(world: World) -> None:
    dossier_id, tag = await world.draft()
    where, read = f"/dossiers/{dossier_id}", {"If-Match": tag}
    await world.call(world.helper, "PATCH", where, json={"title": "Plus récent"}, headers=read, expect=200)
    stale = await world.refused(world.holder, "DELETE", where, 412, "stale-version", headers=read)
    assert codes(stale) == {"/title": "changed_since"}
    await world.refused(world.stranger, "DELETE", where, 404, "not-found", headers=read)
