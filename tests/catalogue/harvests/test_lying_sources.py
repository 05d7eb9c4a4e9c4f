"""Sources that lie, turn in circles, drip, explode: each ends in a report, and nothing of it harms the platform."""

import gzip
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from services.catalogue.harvests import rules, runs
from services.common.outbound import Bounds
from tests.catalogue.harvests.stand_in import (
    Answers,
    Reply,
    StandIn,
    add,
    document,
    error,
    harvest,
    identify,
    lines,
    only,
    page,
    record,
    report,
    standing_in,
)
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

HTML = b"<!DOCTYPE html><html><head><title>Connexion</title></head><body>Bonjour</body></html>"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE OAI-PMH [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><OAI-PMH><ListRecords>&c;</ListRecords></OAI-PMH>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE OAI-PMH [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<OAI-PMH><ListRecords>&x;</ListRecords></OAI-PMH>"""
ELSEWHERE = b"""<?xml version="1.0"?><!DOCTYPE OAI-PMH SYSTEM "http://127.0.0.1:1/x.dtd"><OAI-PMH><ListRecords/></OAI-PMH>"""


async def harvested(world: World, answers: Answers, **more: Any) -> tuple[dict[str, Any], StandIn]:
    async with standing_in(answers) as there:
        return await harvest(world, await add(world, there.url, **more)), there


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test reaches."""
    monkeypatch.setattr(runs, "BOUNDS", Bounds(most_bytes=300_000, seconds=1.0))


async def test_the_same_token_for_ever(world: World) -> None:
    run, there = await harvested(world, lambda asked: page(record(1), token="encore"))
    assert (run["state"], run["failure"], run["counts"]) == ("failed", "token_loop", {"new": 1})
    assert len(there.lists) <= 3


async def test_tokens_that_go_round(world: World) -> None:
    numbers = count()

    def answers(asked: dict[str, str]) -> Reply:
        token = {"": "a", "a": "b", "b": "c", "c": "a"}[asked.get("resumptionToken", "")]
        return page(record(next(numbers)), token=token)

    run, there = await harvested(world, answers)
    assert (run["failure"], len(there.lists)) == ("token_loop", 4)


async def test_ever_new_tokens_that_bring_the_same_records(world: World) -> None:
    numbers = count()
    run, there = await harvested(world, lambda asked: page(record(1), record(2), token=str(next(numbers))))
    assert (run["failure"], run["counts"], len(there.lists)) == ("token_loop", {"new": 2}, 4)


async def test_ever_new_tokens_and_empty_pages(world: World) -> None:
    numbers = count()
    run, there = await harvested(world, lambda asked: page(token=str(next(numbers))))
    assert (run["failure"], len(there.lists)) == ("token_loop", 3)


async def test_ever_new_records(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_PAGES", 5)
    numbers = count()
    run, there = await harvested(world, lambda asked: page(record(next(numbers)), token=str(next(numbers))))
    assert (run["failure"], run["pages"], len(there.lists)) == ("too_long", 5, 5)


async def test_too_many_records(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_RECORDS", 4)
    numbers = count()
    run, _ = await harvested(world, lambda asked: page(*(record(next(numbers)) for _ in range(3)), token=str(next(numbers))))
    assert (run["failure"], run["counts"]) == ("too_long", {"new": 6})


async def test_a_run_of_more_than_a_day(world: World) -> None:
    numbers = count()

    def answers(asked: dict[str, str]) -> Reply:
        world.running.clock.forward(hours=13)
        return page(record(next(numbers)), token=str(next(numbers)))

    before = world.running.clock.now()
    try:
        run, there = await harvested(world, answers)
    finally:
        world.running.clock.at = before
    assert (run["failure"], len(there.lists)) == ("too_long", 2)


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (HTML, "not_oai"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "not_oai"),
        (b"", "not_oai"),
        (b"\0\0\0", "not_oai"),
        (b"{}", "not_oai"),
        (b"<rss/>", "not_oai"),
        (document("<Identify/>"), "not_oai"),
        (document("<ListRecords>")[:-30], "not_oai"),
        (b"<OAI-PMH>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</OAI-PMH>", "not_oai"),
        (BOMB, "hostile_xml"),
        (OUTSIDE, "hostile_xml"),
        (BOMB.decode().replace("?>", " encoding='utf-16'?>", 1).encode("utf-16"), "hostile_xml"),
        (ELSEWHERE, "hostile_xml"),
    ],
)
async def test_what_is_no_oai_pmh_is_named(shared_world: World, content: bytes, failure: str) -> None:
    async with standing_in(lambda asked: Reply(content, headers={"Content-Type": "text/html"})) as there:
        source = await add(shared_world, there.url, name=there.url)
        run = await harvest(shared_world, source)
    assert (run["state"], run["failure"], run["counts"]) == ("failed", failure, {})
    assert "root:" not in str(run)


async def test_an_answer_without_end_is_cut(world: World, small: None) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"<!-- nothing -->" * 4_096

    run, _ = await harvested(world, lambda asked: Reply(endless()))  # type: ignore[arg-type]
    assert run["failure"] == "too_large"


async def test_a_gzip_bomb_is_counted_once_inflated(world: World, small: None) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 60_000
    run, _ = await harvested(world, lambda asked: Reply(bomb, headers={"Content-Encoding": "gzip"}))
    assert run["failure"] == "too_large"


async def test_gzip_is_read_and_other_encodings_are_not(world: World) -> None:
    whole = page(record(1)).content
    assert isinstance(whole, bytes)
    squeezed = Reply(gzip.compress(whole), headers={"Content-Encoding": "gzip"})
    async with standing_in(lambda asked: squeezed) as there:
        source = await add(world, there.url)
        assert (await harvest(world, source))["counts"] == {"new": 1}
        there.answers = lambda asked: Reply(whole, headers={"Content-Encoding": "br"})
        assert (await harvest(world, source, full=True))["failure"] == "bad_answer"


async def test_a_slow_drip_ends_in_time_and_is_asked_again_later(world: World, small: None) -> None:
    drip = Reply([b"<OAI-PMH>"] + [b" "] * 100, pause=0.2)
    run, there = await harvested(world, lambda asked: drip)
    assert (run["state"], run["failure"], len(there.asked)) == ("running", None, 1)
    (job,) = await _waiting(world, run)
    assert timedelta(0) < job["scheduled_in"] <= timedelta(minutes=1)


async def test_retry_after_is_obeyed_within_bounds(world: World) -> None:
    busy = Reply(b"", status=503, headers={"Retry-After": "2"})
    async with standing_in(lambda asked: busy) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
        assert (run["state"], len(there.asked)) == ("running", 1)
        (job,) = await _waiting(world, run)
        assert job["scheduled_in"] <= timedelta(seconds=2)
        there.answers = lambda asked: Reply(b"", status=429, headers={"Retry-After": "999999999"})
        await _hurry(world)
        (job,) = await _waiting(world, run)
        assert timedelta(minutes=59) < job["scheduled_in"] <= timedelta(hours=1)
        there.answers = only(record(1))
        await _hurry(world)
        run = await report(world, run)
    assert (run["state"], run["counts"]) == ("done", {"new": 1})


async def test_a_source_that_stays_away_is_given_up(world: World) -> None:
    async with standing_in(lambda asked: Reply(b"", status=500)) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
        for _ in range(rules.MOST_TRIES):
            await _hurry(world)
        run = await report(world, run)
    assert (run["state"], run["failure"], len(there.asked)) == ("failed", "http_500", rules.MOST_TRIES + 1)


@pytest.mark.parametrize("status", [404, 401, 204])
async def test_other_refusals_end_the_run_at_once(shared_world: World, status: int) -> None:
    async with standing_in(lambda asked: Reply(b"", status=status)) as there:
        run = await harvest(shared_world, await add(shared_world, there.url, name=there.url))
    assert run["failure"] == f"http_{status}"


async def test_errors_of_the_protocol_are_reported_and_a_token_that_died_begins_again(world: World) -> None:
    async with standing_in(lambda asked: error("badArgument", "Ce jeu n'existe pas.")) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
        assert (run["failure"], run["failure_detail"]) == ("badArgument", "Ce jeu n'existe pas.")
        deaths = [True]

        def answers(asked: dict[str, str]) -> Reply:
            if "resumptionToken" not in asked:
                return page(record(1), token="suite")
            return error("badResumptionToken") if deaths and deaths.pop() else page(record(2))

        there.answers = answers
        run = await harvest(world, source)
        assert (run["state"], run["counts"]) == ("done", {"new": 2})
        there.answers = lambda asked: error("badResumptionToken") if "resumptionToken" in asked else page(record(3), token="suite")
        run = await harvest(world, source, full=True)
        assert run["failure"] == "badResumptionToken"


async def test_wrong_dates_are_told_and_never_move_the_next_harvest_beyond_our_clock(world: World) -> None:
    now = world.running.clock.now()

    def answers(asked: dict[str, str]) -> Reply:
        if asked["verb"] == "Identify":
            return identify()
        stamps = ["2999-01-01T00:00:00Z", "hier", "2001-01-01T00:00:00Z"]
        return page(*(record(number, stamp=stamp) for number, stamp in enumerate(stamps)), at="2999-01-01T00:00:00Z")

    async with standing_in(answers) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
        assert (run["state"], run["counts"]) == ("done", {"new": 3})
        assert run["warnings"] == ["bad_dates", "future_dates", "wrong_clock"]
        run = await harvest(world, source)
        assert there.lists[-1]["from"] == (now - rules.OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        # It ignored `from`: read again, nothing changes.
        assert (run["counts"], "from_ignored" in run["warnings"]) == ({"unchanged": 3}, True)
        there.answers = lambda asked: identify() if asked["verb"] == "Identify" else page(record(1), at="jamais")
        run = await harvest(world, source)
        assert "wrong_clock" in run["warnings"]
    read = (await world.call(world.documentalist, "GET", f"/harvest-sources/{source['id']}")).json()
    assert read["harvested_until"] < now.isoformat()


@pytest.mark.parametrize(
    ("declared", "really"),
    [("UTF-8", "windows-1252"), ("ISO-8859-1", "utf-8"), ("UTF-8", "utf-8"), ("windows-1252", "windows-1252")],
)
async def test_the_encoding_is_read_as_it_is_not_as_it_is_said(shared_world: World, declared: str, really: str) -> None:
    titled = page(record(1, title="L’été à Béziers – cœur")).content
    assert isinstance(titled, bytes)
    content = titled.decode().replace('encoding="UTF-8"', f'encoding="{declared}"').encode(really)
    async with standing_in(lambda asked: Reply(content)) as there:
        run = await harvest(shared_world, await add(shared_world, there.url, name=there.url))
    (line,) = await lines(shared_world, run)
    assert line["title"] == "L’été à Béziers – cœur"
    assert run["warnings"] == (["encoding"] if declared.lower() != really else [])


async def test_characters_xml_forbids_are_dropped(world: World) -> None:
    whole = page(record(1, title="Un titre")).content
    assert isinstance(whole, bytes)
    broken = whole.replace(b"Un titre", b"Un \x0bti&#x1;&#0;tre")
    run, _ = await harvested(world, lambda asked: Reply(broken))
    (line,) = await lines(world, run)
    assert (line["title"], run["warnings"]) == ("Un titre", ["forbidden_characters"])


async def test_disguised_oversized_and_odd_values_are_mended_or_refused_one_by_one(world: World) -> None:
    said = [
        record(1, title="T" * 900, description="R" * 50_000, creator=["A" * 500], subject=[f"mot {n}" for n in range(200)]),
        record(2, title="Un \u202etitre"),
        record(3, language="klingon", date=["9999-99-99", "0000", "2016"]),
        record("4" * 400),
        record(5, identifier=["https://bad address.example/", "https://good.example/5"]),
    ]
    run, _ = await harvested(world, only(*said))
    found = await lines(world, run)
    assert [line["outcome"] for line in found] == ["new", "new", "new", "refused", "new"]
    read = [(await world.call(None, "GET", f"/documents/{line['document_id']}")).json() for line in found if line["document_id"]]
    assert [len(read[0]["title"]), len(read[0]["abstract"]), len(read[0]["content"]["keywords"])] == [400, 20_000, 50]
    assert read[1]["title"] == "Un titre"
    assert (read[2]["language"], read[2]["dated"]) == ("fr", "2016")
    assert [link["url"] for link in read[3]["content"]["links"]] == ["https://good.example/5"]


async def _waiting(world: World, run: dict[str, Any]) -> list[dict[str, Any]]:
    return await world.running.rows(
        "SELECT scheduled_at - now() AS scheduled_in FROM procrastinate_jobs WHERE status = 'todo' AND args ->> 'run_id' = %(run)s",
        run=run["id"],
    )


async def _hurry(world: World) -> None:
    """What waits for its hour runs now."""
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    await world.running.run_jobs()


@pytest.fixture(autouse=True)
async def _nothing_left_over(world: World) -> AsyncIterator[None]:
    """Jobs of a source that waits are another test's surprise."""
    yield
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
