"""What time does to questions: reminders that fire once, delays that are told, words that are forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.catalogue.questions.jobs import JOBS
from services.common.clock import PARIS
from tests.catalogue.questions.desk import DeskWorld
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(world: World) -> DeskWorld:
    return await DeskWorld(world).open()


async def _reminders(desk: DeskWorld, reference: str) -> list[str]:
    return [mail["to"] for mail in await desk.mails() if "guichet" in mail["text"] and f"- {reference} :" in mail["text"]]


async def test_the_desk_is_reminded_once_of_each_day(desk: DeskWorld) -> None:
    clock = desk.world.running.clock
    before = clock.at
    try:
        first, second = await desk.ask(), await desk.taken()
        closed = await desk.thanked()
        await desk.remind()
        assert await _reminders(desk, first["reference"]) == []
        clock.forward(days=7)
        await asyncio.gather(desk.remind(), desk.remind(), desk.remind())
        await desk.remind()
        clock.forward(days=2)
        await desk.remind()
        for question in (first, second):
            assert await _reminders(desk, question["reference"]) == ["doc@centre.example"]
        assert await _reminders(desk, closed["reference"]) == []
        await desk.act(desk.world.documentalist, second, "answer", text="Voici.")
        await desk.act(desk.asker, second, "reopening", text="Encore")
        clock.forward(days=8)
        await desk.remind()
        await desk.remind()
        assert len(await _reminders(desk, second["reference"])) == 2, "a reopened question has another day"
    finally:
        clock.at = before


async def test_jobs_run_by_the_worker(desk: DeskWorld) -> None:
    resources = desk.world.running.resources
    for each in JOBS:
        async with resources.database.transaction() as session:
            await each.run(session, resources, timestamp=0)
    assert {each.name: each.cron for each in JOBS} == {
        "catalogue:remind_desks": "15 6 * * *",
        "catalogue:lapse_questions": "35 3 * * *",
    }


async def test_an_answered_question_is_closed_when_it_may_not_be_reopened(desk: DeskWorld) -> None:
    clock = desk.world.running.clock
    before = clock.at
    try:
        question, waiting = await desk.answered(), await desk.taken()
        clock.forward(days=15)
        await desk.nightly()
        assert (await desk.read(desk.asker, question))["state"] == "answered"
        clock.forward(days=1)
        await desk.nightly()
        lapsed = await desk.read(desk.asker, question)
        assert (lapsed["state"], lapsed["closing"]) == ("closed", "lapsed")
        assert (await desk.read(desk.asker, waiting))["state"] == "taken"
        await desk.nightly()
        assert [line["act"] for line in await desk.journal(question)].count("question.lapsed") == 1
    finally:
        clock.at = before


async def test_who_asked_and_what_was_said_are_forgotten_with_proof(desk: DeskWorld) -> None:
    world, clock = desk.world, desk.world.running.clock
    before = clock.at
    try:
        clock.at = datetime(2027, 1, 15, 12, 0, tzinfo=PARIS)
        words = {"subject": "Sujet-Reconnaissable", "text": "Texte-Reconnaissable", "reply_email": "reconnaissable@asso.example"}
        question = await desk.answered(theme_codes=["participation"], **words)
        await desk.act(desk.asker, question, "reopening", text="Relance-Reconnaissable")
        await desk.act(world.documentalist, question, "answer", text="Réponse-Reconnaissable")
        await desk.act(world.documentalist, question, "closing", reason="Motif-Reconnaissable")
        clock.at = datetime(2029, 1, 15, 12, 0, tzinfo=PARIS)
        await desk.nightly()
        assert (await desk.read(desk.asker, question))["subject"] == "Sujet-Reconnaissable", "kept to the day"
        clock.forward(days=1)
        await asyncio.gather(desk.nightly(), desk.nightly())
        await desk.nightly()
        await world.refused(desk.asker, "GET", f"/questions/{question['id']}", 404, "not-found")
        left = await desk.read(world.documentalist, question)
        assert (left["subject"], left["text"], left["closing_reason"], left["taken_by"]) == ("", "", "", None)
        assert (left["state"], left["theme_codes"]) == ("closed", ["participation"])
        assert [each["text"] for each in await desk.thread(world.documentalist, question)] == ["", "", ""]
        proofs = [line for line in await desk.journal(question) if line["act"] == "question.anonymised"]
        assert [(proof["changes"]["messages"], proof["changes"]["kept_months"]) for proof in proofs] == [(3, 24)]
        await _require_forgotten(world, "econnaissable", str(desk.asker.account_id))
    finally:
        clock.at = before


async def _require_forgotten(world: World, *known: str) -> None:
    """Mails wait for their job in the queue, which forgets those that left; answers kept for replay are swept after a day."""
    tables = await world.running.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    names = {table["table_name"] for table in tables} - {"procrastinate_jobs"}
    assert {"questions", "question_messages", "journal_lines", "idempotency_keys"} <= names
    for name in names:
        for row in await world.running.rows(f'SELECT t::text AS line FROM "{name}" t'):  # noqa: S608
            assert not any(mark in row["line"] for mark in known), (name, row)


async def test_delays_are_told_from_five_answers_on(desk: DeskWorld) -> None:
    world, clock = desk.world, desk.world.running.clock
    before = clock.at
    path = f"{desk.path}/delays"
    try:
        # Across the night when clocks go back: asked the 24th at noon, answered so many days later.
        for number, days in enumerate((0, 1, 2, 3, 20)):
            if number == 4:
                told = (await world.call(None, "GET", path, expect=200)).json()["items"]
                assert told == [{"year": 2026, "answered": None, "median_days": None, "kept_share": None}]
            clock.at = datetime(2026, 10, 24, 23, 30, tzinfo=PARIS).astimezone(UTC)
            question = await desk.taken()
            clock.at = (datetime(2026, 10, 24, 0, 10, tzinfo=PARIS) + timedelta(days=days)).astimezone(UTC)
            if days == 0:
                clock.at = datetime(2026, 10, 24, 23, 40, tzinfo=PARIS)
            await desk.act(world.documentalist, question, "answer", text="Voici.")
        clock.at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # 2027 has begun in Paris
        await desk.answered()
        told = (await world.call(None, "GET", path, expect=200)).json()["items"]
        assert told == [
            {"year": 2027, "answered": None, "median_days": None, "kept_share": None},
            {"year": 2026, "answered": 5, "median_days": 2.0, "kept_share": 0.8},
        ]
    finally:
        clock.at = before


async def test_a_promise_made_is_kept_when_the_desk_changes_its_delay(desk: DeskWorld) -> None:
    world, question = desk.world, await desk.ask()
    await world.change(world.manager, "PUT", desk.path, json={"is_open": True, "answer_within_days": 30}, expect=200)
    assert (await desk.read(desk.asker, question))["due_on"] == question["due_on"]
    assert (await desk.ask(Person()))["due_on"] > question["due_on"]
