"""A deadline is put off: by whom, until when, what is told, and what becomes of submissions in flight."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.common.clock import in_paris
from services.common.correspondence import MANAGERS_WRITTEN_TO
from services.common.jobs import Job
from services.programming.retroplanning import extensions
from services.programming.retroplanning.jobs import tell_extension
from tests.programming.retroplanning import deadlines
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_deadline_put_off_is_in_force_dated_and_public(world: World) -> None:
    before, until = await deadlines.closes_at(world), await deadlines.in_a_week(world)
    made = await deadlines.extend(world, until)
    assert made.status_code == 201, made.text
    told = made.json()
    assert datetime.fromisoformat(told["closes_at"]) == until
    assert (told["extension"]["number"], told["extension"]["reopened"], told["status"]) == (1, False, "open")
    assert made.headers["etag"] == await deadlines.tag(world)
    (line,) = await world.pages(None, f"/campaigns/{world.campaign_id}/extensions")
    assert datetime.fromisoformat(line["closed_before_at"]) == before
    assert (line["reason"], "extended_by" in line) == ("Panne nationale.", False)
    (act,) = await world.running.rows(
        "SELECT reason, changes FROM journal_lines WHERE act = 'campaign.extended' AND resource_id = %(id)s", id=world.campaign_id
    )
    assert (act["reason"], act["changes"]["reopened"]) == ("Panne nationale.", False)
    again = await deadlines.extend(world, until + timedelta(days=2))
    assert again.json()["extension"]["number"] == 2
    first = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/extensions", params={"limit": 1}, expect=200)).json()
    assert [item["number"] for item in first["items"]] == [1]
    assert [item["number"] for item in await world.pages(None, f"/campaigns/{world.campaign_id}/extensions", limit=1)] == [1, 2]


async def test_a_deadline_only_goes_later_and_by_the_team_that_read_it(world: World) -> None:
    now = await deadlines.closes_at(world)
    for until, code in ((now, "not_later"), (now - timedelta(seconds=1), "not_later")):
        problem = await deadlines.refused(world, until, 409, "extension-refused")
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/closes_at", code)]
    later = now + timedelta(days=1)
    assert (await deadlines.extend(world, later, who=world.state_officer)).status_code == 403
    assert (await deadlines.extend(world, later, who=world.holder)).status_code == 403
    stale = await deadlines.tag(world)
    assert (await deadlines.extend(world, later, reason="  ")).status_code == 422
    assert (await deadlines.extend(world, later, if_match=stale)).status_code == 201
    assert (await deadlines.extend(world, later + timedelta(days=1), if_match=stale)).status_code == 412


async def test_a_time_the_clock_skips_or_shows_twice_is_refused_by_name_and_an_offset_says_which(world: World) -> None:
    year = (await deadlines.closes_at(world)).year + 1
    spring, autumn = (date(year, month, 31) for month in (3, 10))
    spring, autumn = (day - timedelta(days=(day.weekday() + 1) % 7) for day in (spring, autumn))
    problem = await deadlines.refused(world, f"{spring}T02:30:00", 422, "local-time-refused")
    assert problem["errors"][0]["code"] == "skipped_local_time"
    problem = await deadlines.refused(world, f"{autumn}T02:30:00", 422, "local-time-refused")
    assert problem["errors"][0]["code"] == "ambiguous_local_time"
    assert f"{autumn}T02:30:00+01:00" in problem["errors"][0]["detail"]
    first = await deadlines.extend(world, f"{autumn}T02:30:00+02:00")
    assert first.status_code == 201, first.text
    # The same time on the clock, an hour later: still later, and it is shown as it is.
    second = await deadlines.extend(world, f"{autumn}T02:30:00+01:00")
    assert second.json()["closes_at"] == f"{autumn}T02:30:00+01:00"
    assert datetime.fromisoformat(second.json()["closes_at"]) - datetime.fromisoformat(first.json()["closes_at"]) == timedelta(
        hours=1
    )


async def test_on_the_night_the_clock_goes_back_the_deadline_is_an_instant_and_not_a_time_of_the_clock(world: World) -> None:
    year = (await deadlines.closes_at(world)).year + 1
    autumn = date(year, 10, 31) - timedelta(days=(date(year, 10, 31).weekday() + 1) % 7)
    assert (await deadlines.extend(world, f"{autumn}T02:30:00+02:00")).status_code == 201
    (one, tag), (other, other_tag) = await world.draft(), await world.draft()
    deadline = await deadlines.closes_at(world)
    world.running.clock.at = deadline
    await world.submit(one, tag, expect=201)
    world.running.clock.at = deadline + timedelta(hours=1)  # 02:30 again, the second time
    assert in_paris(world.running.clock.at).hour == in_paris(deadline).hour == 2
    await world.refused_submission(other, other_tag, 409, "deadline-passed")


async def test_a_closed_campaign_reopens_within_days_and_until_its_instruction_begins(world: World) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    world.running.clock.at = deadline + timedelta(days=2)
    await world.close_expired()
    await world.refused_submission(dossier_id, tag, 409, "deadline-passed")
    problem = await deadlines.refused(world, deadline + timedelta(days=1), 409, "extension-refused")
    assert problem["errors"][0]["code"] == "deadline_passed"
    until = deadline + timedelta(days=5)
    reopened = await deadlines.extend(world, until)
    assert (reopened.json()["status"], reopened.json()["extension"]["reopened"]) == ("open", True)
    await world.submit(dossier_id, tag, expect=201)
    # The new deadline closes it again, and one admissibility is enough for it to stay so.
    world.running.clock.at = until + timedelta(minutes=1)
    await world.close_expired()
    assert (await deadlines.campaign(world))["status"] == "closed"
    if_match = {"If-Match": await world.tag(dossier_id, world.team)}
    where = f"/dossiers/{dossier_id}/admissibility"
    await world.call(world.team, "POST", where, json={"admissible": True}, headers=if_match, expect=201)
    problem = await deadlines.refused(world, until + timedelta(days=3), 409, "deadline-reopening-refused")
    assert problem["code"] == "instruction_started"


async def test_a_campaign_closed_for_long_or_under_review_does_not_reopen(world: World) -> None:
    deadline = await world.at_deadline()
    days = world.running.resources.settings.reopening_within_days
    world.running.clock.at = deadline + timedelta(days=days, seconds=1)
    problem = await deadlines.refused(world, deadline + timedelta(days=60), 409, "deadline-reopening-refused")
    assert datetime.fromisoformat(problem["reopenable_until"]) == deadline + timedelta(days=days)
    await world.close_expired()
    await world.act("instruction")
    await deadlines.refused(world, deadline + timedelta(days=60), 409, "campaign-state-refused")


async def test_what_is_submitted_keeps_its_promise_and_what_is_not_yet_gets_that_of_its_own_day(world: World) -> None:
    early = await world.submitted()
    late_id, tag = await world.draft()
    deadline = await deadlines.closes_at(world)
    assert (await deadlines.extend(world, deadline + timedelta(days=20))).status_code == 201
    assert (await world.seen(early["id"], world.holder))["answer_promised_on"] == early["answer_promised_on"]
    world.running.clock.at = deadline + timedelta(days=15)
    await world.submit(late_id, tag, expect=201)
    late = await world.seen(late_id, world.holder)
    assert late["answer_promised_on"] > early["answer_promised_on"]
    assert (await world.seen(early["id"], world.holder))["silence_rejects_on"] == early["silence_rejects_on"]


# Mails to the holders of drafts.


async def test_holders_of_drafts_are_written_to_once_and_those_who_submitted_are_not(world: World) -> None:
    drafts = [await world.draft() for _ in range(2)]
    await world.submit(*(await world.draft()), expect=201)
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    await world.call(world.holder, "POST", "/dossiers", json=wish, expect=201)  # no address yet: its managers are written to
    before = await _told_before(world)
    made = (await deadlines.extend(world, await deadlines.in_a_week(world))).json()["extension"]
    await world.running.run_jobs()
    mails = await world.mails("Date limite repoussée")
    assert len(mails) - before == len(drafts)
    assert all("Panne nationale." in mail["text"] and mail["to"] == "contact@ateliers.example.org" for mail in mails[before:])
    (asked,) = await _managers_written_to(world)
    assert "encore un brouillon" in asked["text"]
    await _run_again(world, made["id"])
    assert len(await world.mails("Date limite repoussée")) - before == len(drafts)
    assert len(await _managers_written_to(world)) == 1


async def test_a_crash_between_two_batches_neither_forgets_nor_writes_twice(world: World) -> None:
    for _ in range(3):
        await world.draft()
    before = await _told_before(world)
    made = (await deadlines.extend(world, await deadlines.in_a_week(world))).json()["extension"]

    async def one_batch(*, dies: bool = False) -> None:
        async with world.running.resources.database.transaction() as session:
            now = world.running.clock.now()
            await extensions.tell(session, made["id"], now=now, limit=2)
            if dies:
                raise ConnectionError

    with pytest.raises(ConnectionError):
        await one_batch(dies=True)
    assert len(await world.mails("Date limite repoussée")) == before
    await one_batch()
    assert len(await world.mails("Date limite repoussée")) == before + 2
    # The job that had done the first batch is taken up again beside the one that follows.
    await asyncio.gather(one_batch(), one_batch())
    assert len(await world.mails("Date limite repoussée")) == before + 3
    await world.running.run_jobs()
    assert len(await world.mails("Date limite repoussée")) == before + 3


async def test_of_two_extensions_in_a_row_only_the_last_is_told(world: World) -> None:
    await world.draft()
    before = await _told_before(world)
    first = await deadlines.in_a_week(world)
    await deadlines.extend(world, first)
    await deadlines.extend(world, first + timedelta(days=1))
    await world.running.run_jobs()
    (mail,) = (await world.mails("Date limite repoussée"))[before:]
    assert f"{in_paris(first + timedelta(days=1)):%d/%m/%Y}" in mail["text"]


async def _told_before(world: World) -> int:
    """Mails of this kind queued so far, once what other tests left to do is done."""
    await world.running.run_jobs()
    return len(await world.mails("Date limite repoussée"))


async def _managers_written_to(world: World) -> list[dict[str, Any]]:
    """What the directory was asked to write to whoever manages the holder."""
    asked = "SELECT data FROM outbox_events WHERE type = %(type)s AND subject = %(who)s"
    rows = await world.running.rows(asked, type=MANAGERS_WRITTEN_TO, who=str(world.association))
    return [row["data"] for row in rows]


async def _run_again(world: World, extension_id: str) -> None:
    job: Job = tell_extension
    async with world.running.resources.database.transaction() as session:
        await job.run(session, world.running.resources, extension_id=extension_id)


# Submissions in flight.


async def test_a_submission_just_too_late_waits_for_the_extension_under_way_and_is_taken(world: World) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    world.running.clock.at = deadline + timedelta(seconds=1)
    extending = deadlines.extend(world, deadline + timedelta(days=1), if_match=await deadlines.tag(world))
    submitting = world.submit(dossier_id, tag)
    extended, submitted = await deadlines.while_held(world, "campaigns", world.campaign_id, extending, submitting)
    assert (extended.status_code, submitted.status_code) == (201, 201), submitted.text
    assert (await world.seen(dossier_id, world.holder))["reference"] == submitted.json()["reference"]


async def test_a_submission_judged_before_the_extension_is_refused_whole_and_can_be_sent_again(world: World) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    world.running.clock.at = deadline + timedelta(seconds=1)
    before = await world.seen(dossier_id, world.holder)
    submitting = world.submit(dossier_id, tag)
    extending = deadlines.extend(world, deadline + timedelta(days=1), if_match=await deadlines.tag(world))
    submitted, extended = await deadlines.while_held(world, "campaigns", world.campaign_id, submitting, extending)
    assert (submitted.status_code, extended.status_code) == (409, 201)
    assert submitted.json()["type"].endswith("/deadline-passed")
    assert await world.seen(dossier_id, world.holder) == before
    assert (await world.submit(dossier_id, tag)).status_code == 201


async def test_a_deadline_put_off_while_many_submit_loses_none_and_halves_none(world: World) -> None:
    drafts = [await world.draft() for _ in range(6)]
    deadline = await world.at_deadline()
    world.running.clock.at = deadline + timedelta(seconds=1)
    extending = deadlines.extend(world, deadline + timedelta(days=1), if_match=await deadlines.tag(world))
    answers = await asyncio.gather(
        *(world.submit(*each) for each in drafts[:3]), extending, *(world.submit(*each) for each in drafts[3:])
    )
    assert answers.pop(3).status_code == 201
    for (dossier_id, tag), answer in zip(drafts, answers, strict=True):
        assert answer.status_code in {201, 409}, answer.text
        state = await world.seen(dossier_id, world.holder)
        assert (state["status"], state["reference"] is not None) == (
            ("submitted", True) if answer.status_code == 201 else ("draft", False)
        )
        if answer.status_code == 409:
            await world.submit(dossier_id, tag, expect=201)
    references = {(await world.seen(dossier_id, world.holder))["reference"] for dossier_id, _ in drafts}
    assert len(references) == len(drafts)


async def test_a_submission_that_arrived_in_time_is_taken_though_the_deadline_closed_the_campaign_meanwhile(world: World) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    async with world.holding("dossiers", dossier_id):
        submitting = asyncio.ensure_future(world.submit(dossier_id, tag))
        await world.until_waiting()
        world.running.clock.at = deadline + timedelta(minutes=1)
        await world.close_expired()
    assert (await submitting).status_code == 201
    assert datetime.fromisoformat((await submitting).json()["submitted_at"]) == deadline
    assert (await deadlines.campaign(world))["status"] == "closed"


async def test_two_officers_of_the_team_put_it_off_at_once_and_one_is_told_it_changed(world: World) -> None:
    until, tag = await deadlines.in_a_week(world), await deadlines.tag(world)
    answers = await asyncio.gather(*(deadlines.extend(world, until + timedelta(days=n), if_match=tag) for n in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert len(await world.pages(None, f"/campaigns/{world.campaign_id}/extensions")) == 1
