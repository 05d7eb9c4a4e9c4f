"""External links: looked at every week by a job, broken after two failures on different days, shown to documentalists only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.documents import link_rules, probing, upkeep
from services.catalogue.documents.link_rules import Answer
from services.catalogue.documents.schemas import DocumentContent, LinkFailure, LinkState
from services.common.clock import in_paris
from services.common.ids import new_id
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


@dataclass
class Site:
    """A web site that answers as its paths say: `/200`, `/404`, `/slow`, `/loop`, `/head-405`, `/to-200`, `/cut`."""

    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    #: Paths that answer 404 until they are mended.
    down: set[str] = field(default_factory=set)
    busiest: int = 0
    _now: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._now += 1
        self.busiest = max(self.busiest, self._now)
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, _ = request.split(" ", 2)
            self.asked.append((method, path))
            answer = await self._answer(method, path)
            writer.write(answer.encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._now -= 1
            writer.close()

    async def _answer(self, method: str, path: str) -> str:
        if path.startswith("/slow"):
            await asyncio.sleep(5)
        if path.startswith("/wait"):
            await asyncio.sleep(0.05)
        if path == "/cut":
            return "" if method == "HEAD" else _answer(200)
        if path == "/loop":
            return _answer(302, location="/loop")
        if path == "/to-200":
            return _answer(301, location=f"{self.address}/200")
        if path == "/to-private":
            return _answer(302, location="http://169.254.169.254/latest/meta-data/")
        if path == "/head-405":
            return _answer(405 if method == "HEAD" else 200)
        if path in self.down:
            return _answer(404)
        code = path.strip("/").partition("-")[0]
        return _answer(int(code) if code.isdigit() else 200)


def _answer(status: int, **headers: str) -> str:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Z\r\n{lines}content-length: 0\r\nconnection: close\r\n\r\n"


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    found = Site()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()


async def _look(world: World, *urls: str, **more: Any) -> list[Answer]:
    answers = await probing.look_at(world.running.resources.settings, urls, **more)
    return [answers[url] for url in urls]


async def test_each_kind_of_answer_is_told(world: World) -> None:
    async with site() as there:
        paths = ("/200", "/404", "/500", "/loop", "/head-405", "/to-200", "/cut", "/403")
        found = await _look(world, *(there.address + path for path in paths))
        assert [(each.http_status, each.failure) for each in found] == [
            (200, None),
            (404, LinkFailure.STATUS),
            (500, LinkFailure.STATUS),
            (None, LinkFailure.REDIRECTS),
            (200, None),
            (200, None),
            (200, None),
            (403, None),
        ]
        assert ("GET", "/404") in there.asked
        assert ("GET", "/200") not in there.asked
    gone = await _look(world, there.address + "/200", "http://")
    assert [each.failure for each in gone] == [LinkFailure.UNREACHABLE, LinkFailure.UNREACHABLE]


async def test_a_link_that_does_not_answer_takes_a_bounded_time(world: World) -> None:
    async with site() as there:
        begun = asyncio.get_running_loop().time()
        (found,) = await _look(world, there.address + "/slow", link_time=0.3)
        assert found.failure is LinkFailure.TIMEOUT
        assert asyncio.get_running_loop().time() - begun < 2


async def test_one_site_is_not_asked_more_than_two_at_once(world: World) -> None:
    async with site() as there:
        await _look(world, *(f"{there.address}/wait-{n}" for n in range(20)))
        assert len(there.asked) == 20
        assert there.busiest <= 2


async def test_private_addresses_are_refused_outside_development(world: World) -> None:
    settings = world.running.resources.settings.model_copy(update={"environment": "production"})

    async def inside(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.7"]

    async with site() as there:
        url = there.address + "/200"
        assert (await probing.look_at(settings, [url]))[url].failure is LinkFailure.PRIVATE
        assert there.asked == []
    named = "http://intranet.example/"
    assert (await probing.look_at(settings, [named], resolver=inside))[named].failure is LinkFailure.PRIVATE


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 80)), min_size=1, max_size=12))
def test_a_link_is_broken_by_two_failures_in_a_row_on_different_days_only(history: list[tuple[bool, int]]) -> None:
    now, since = datetime(2026, 3, 27, 20, tzinfo=UTC), None
    days: set[date] = set()
    for answered, hours in history:
        now += timedelta(hours=hours)
        standing = link_rules.judged("0a" * 32, since, Answer(200) if answered else Answer(404, LinkFailure.STATUS), now)
        days = set() if answered else {*days, in_paris(now).date()}
        since = standing.failing_since
        assert (standing.state is LinkState.BROKEN) == (len(days) > 1)
        assert (standing.state is LinkState.FINE) == answered
        assert now < standing.next_check_at <= now + timedelta(days=8)


def test_addresses_of_the_texts_are_found_without_the_sentence_around_them() -> None:
    content = DocumentContent.model_validate(
        {
            "title": "Z",
            "abstract": "Voir https://a.example/x. Et (https://b.example/y_(z)) !",
            "sections": [{"title": "Le cadre", "body": "[loi](https://c.example/loi?x=1) <https://d.example/>"}],
            "links": [{"url": "https://a.example/x", "label": "Le texte"}],
        }
    )
    assert link_rules.addresses(content) == {
        "https://a.example/x": "Le texte",
        "https://b.example/y_(z)": "Z",
        "https://c.example/loi?x=1": "Le cadre",
        "https://d.example/": "Le cadre",
    }


@given(st.text(alphabet="htps:/.()ab é\n,", max_size=80))
def test_any_text_is_read(text: str) -> None:
    for url in link_rules.addresses(DocumentContent(title="Z", abstract=text)):
        assert url.lower().startswith("http")
        assert url in text


def test_weekly_looks_are_spread_over_two_days() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    keys = [link_rules.key_of(f"https://example.org/{n}") for n in range(1000)]
    days = {(link_rules.judged(key, None, Answer(200), now).next_check_at - now).total_seconds() // 3600 for key in keys}
    assert len(days) > 40


# ── The job and the list ──────────────────────────────────────────────────────────────────────────────────────────


async def _check(world: World) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await upkeep.check_links.run(session, resources, timestamp=0)


async def _broken(world: World, who: Any, **asked: Any) -> list[str]:
    return [each["url"] for each in await world.pages(who, "/broken-links", **asked)]


async def test_a_link_breaks_on_the_second_day_and_mends(world: World) -> None:
    clock, before = world.running.clock, world.running.clock.now()
    try:
        async with site() as there:
            there.down.add("/page")
            url = f"{there.address}/page"
            links = [{"url": url, "label": "La page"}, {"url": f"{there.address}/200", "label": "Une autre"}]
            document = await world.published(links=links)
            await _check(world)
            await _check(world)
            assert await _broken(world, world.documentalist, centre_id=world.centre_id) == []
            first = clock.now()
            clock.forward(hours=25)
            await _check(world)
            (found,) = await world.pages(world.documentalist, "/broken-links", centre_id=world.centre_id)
            assert (found["url"], found["label"], found["failure"], found["http_status"]) == (url, "La page", "status", 404)
            assert found["document"]["id"] == document["id"]
            assert found["broken_since"][:19] == first.isoformat()[:19]
            assert await _broken(world, world.neighbour) == []
            assert await _broken(world, world.member) == []
            read = (await world.call(None, "GET", f"/documents/{document['id']}", expect=200)).json()
            assert read["content"]["links"] == links
            there.down.clear()
            clock.forward(days=9)
            await _check(world)
            assert await _broken(world, world.documentalist, centre_id=world.centre_id) == []
    finally:
        clock.at = before


async def test_links_follow_what_is_published(world: World) -> None:
    clock, before = world.running.clock, world.running.clock.now()
    try:
        async with site() as there:
            gone = [{"url": f"{there.address}/404-{n}", "label": "Z"} for n in (1, 2)]
            document = await world.published(links=gone)
            for _ in range(2):
                await _check(world)
                clock.forward(hours=25)
            assert len(await _broken(world, world.documentalist, centre_id=world.centre_id, limit=1)) == 2
            await world.write(document, links=gone[:1])
            assert len(await _broken(world, world.documentalist, centre_id=world.centre_id)) == 2
            await world.publish(document)
            assert await _broken(world, world.documentalist, centre_id=world.centre_id) == [gone[0]["url"]]
            await world.withdraw(document)
            assert await _broken(world, world.documentalist, centre_id=world.centre_id) == []
            there.asked.clear()
            clock.forward(days=9)
            await _check(world)
            assert there.asked == []
    finally:
        clock.at = before


async def test_a_link_of_two_documents_is_looked_at_once(world: World) -> None:
    async with site() as there:
        link = {"url": f"{there.address}/200-{new_id().hex}", "label": "Z"}
        for title in ("Un", "Deux"):
            await world.published(title, links=[link])
        await _check(world)
        await _check(world)
        assert len(there.asked) == 1
