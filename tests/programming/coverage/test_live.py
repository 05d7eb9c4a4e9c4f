"""The coverage live during a session: real sockets, decisions written meanwhile, and nothing left behind."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from services.common import signals as kernel_signals
from services.programming.coverage import live
from tests.programming.coverage.ville import bare, place, settle
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio
#: What a test waits for something that comes in milliseconds.
PATIENCE = 10.0


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """The service behind uvicorn, on a socket of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(world.running.app, lifespan="off", http="httptools", log_config=None, timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


class Follower:
    """One client of the stream, as a browser's EventSource would read it."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next event: its name and data."""
        name = ""
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                if line.startswith("data: "):
                    return name, json.loads(line.removeprefix("data: "))
        return "end", {}


@asynccontextmanager
async def following(world: World, where: str, committee_id: str, who: Person) -> AsyncIterator[Follower]:
    path = f"{where}/programming/v1/committees/{committee_id}/coverage/stream"
    async with (
        httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client,
        client.stream("GET", path, headers=who.headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Follower(answer.aiter_lines())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for is another's state
            await asyncio.sleep(0.01)


async def _session(world: World) -> tuple[dict[str, Any], str]:
    await settle(world)
    dossier = await world.submitted_with(place(world.content(state=8_000, caf=4_000), ["2"], ["QP011002"]))
    tag = await world.tag(dossier["id"], world.team)
    where = f"/dossiers/{dossier['id']}/admissibility"
    await world.call(world.team, "POST", where, json={"admissible": True}, headers={"If-Match": tag}, expect=201)
    for officer in (world.state_officer, world.caf_officer):
        await world.review(officer, dossier["id"])
    return dossier, await world.convene(dossier["id"])


async def _connections(world: World) -> int:
    (row,) = await world.running.rows(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'programming-listen'"
    )
    return int(row["n"])


async def test_two_clients_see_the_uncovered_cells_change_as_funders_decide(world: World) -> None:
    dossier, committee = await _session(world)
    of_state, of_caf = (world.request_of(dossier, funder)["id"] for funder in (world.state, world.caf))
    rooms = live.of(world.running.app.state).rooms
    async with (
        served(world) as where,
        following(world, where, committee, world.team) as team,
        following(world, where, committee, world.region_officer) as region,
    ):
        for client in (team, region):
            name, data = await client.next()
            assert (name, ("2", "QP011002") in bare(data["matrix"])) == ("matrix", True)
        await until(lambda: world.running.resources.signals.listening)
        await asyncio.gather(
            world.grant(world.state_officer, committee, of_state, 800_000),
            world.grant(world.caf_officer, committee, of_caf, 100_000),
        )
        for client in (team, region):
            changed: list[dict[str, Any]] = []
            while not changed or changed[-1]["matrix"]["total"]["granted"]["amount_cents"] != 900_000:
                changed.append((await client.next())[1])
            assert {"objective_code": "2", "qpv_code": "QP011002"} in [p for data in changed for p in data["newly_covered"]]
            assert ("2", "QP011002") not in bare(changed[-1]["matrix"])
        for officer, request in ((world.state_officer, of_state), (world.caf_officer, of_caf)):
            refused = await world.decide(officer, committee, request, over='"1"', outcome="refused", motive="Enveloppe épuisée.")
            assert refused.status_code == 200
        back: dict[str, Any] = {"matrix": {"total": {"granted": {"amount_cents": 1}}}}
        while back["matrix"]["total"]["granted"]["amount_cents"]:
            back = (await team.next())[1]
        assert {"objective_code": "2", "qpv_code": "QP011002"} in back["newly_uncovered"]
        assert len(rooms) == 1, "one reading for both"
        assert await _connections(world) == 1
        await world.close(committee)
        for client in (team, region):
            name = ""
            while name != "closed":
                name, _ = await client.next()
            assert (await client.next())[0] == "end"
        await until(lambda: not rooms)
    await _nothing_is_left(world)


async def _nothing_is_left(world: World) -> None:
    resources = world.running.resources
    await until(lambda: not live.of(world.running.app.state).rooms)
    async with asyncio.timeout(PATIENCE):
        while await _connections(world):  # noqa: ASYNC110 - the server's own list
            await asyncio.sleep(0.02)

    def all_given_back() -> bool:
        stats = resources.database.readers.get_stats()
        return stats["pool_available"] == stats["pool_size"]

    # A connection the pool was opening of itself may still be on its way.
    await until(all_given_back)
    assert resources.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert not resources.signals.listening


async def test_many_clients_hold_no_connection_and_leave_nothing_when_they_go(world: World) -> None:
    dossier, committee = await _session(world)
    database = world.running.resources.database
    room = live.of(world.running.app.state).rooms
    async with served(world) as where:
        path = f"{where}/programming/v1/committees/{committee}/coverage/stream"
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=httpx.Limits(max_connections=None)) as client:
            asked = [client.build_request("GET", path, headers=world.team.headers) for _ in range(40)]
            answers = await asyncio.gather(*(client.send(one, stream=True) for one in asked))
            followers = [Follower(answer.aiter_lines()) for answer in answers]
            assert {(await one.next())[0] for one in followers} == {"matrix"}
            assert [r.viewers for r in room.values()] == [40]
            assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
            held = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%%'"
            assert (await world.running.rows(held))[0]["n"] == 0
            await until(lambda: world.running.resources.signals.listening)
            await world.grant(world.caf_officer, committee, world.request_of(dossier, world.caf)["id"], 100_000)
            for one in followers:
                granted = 0
                while granted != 100_000:
                    granted = (await one.next())[1]["matrix"]["total"]["granted"]["amount_cents"]
            await asyncio.gather(*(answer.aclose() for answer in answers[:39]))
            await until(lambda: [r.viewers for r in room.values()] == [1])
            await answers[39].aclose()
            await _nothing_is_left(world)


async def test_a_closed_session_says_so_at_once_and_ends(world: World) -> None:
    _, committee = await _session(world)
    await world.close(committee)
    answer = await world.call(world.team, "GET", f"/committees/{committee}/coverage/stream", expect=200)
    assert [line for line in answer.text.splitlines() if line.startswith("event:")] == ["event: matrix", "event: closed"]
    await _nothing_is_left(world)


async def test_only_the_team_and_the_funders_follow(world: World) -> None:
    _, committee = await _session(world)
    path = f"/committees/{committee}/coverage/stream"
    for who in (world.holder, world.stranger):
        refusal(await world.call(who, "GET", path), 404, "not-found")
    refusal(await world.call(None, "GET", path), 401, "unauthenticated")


async def test_signs_of_life_and_an_end_while_nothing_happens(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.02)
    monkeypatch.setattr(live, "LONGEST", 0.2)
    _, committee = await _session(world)
    answer = await world.call(world.team, "GET", f"/committees/{committee}/coverage/stream", expect=200)
    assert answer.text.startswith("retry: 3000\n\n")
    assert answer.text.count("event: matrix") == 1
    assert answer.text.count(": toujours en direct") >= 3
    await _nothing_is_left(world)


async def test_without_a_word_the_campaign_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listening connection is killed and its return delayed: polling takes over, and what changed is shown."""
    monkeypatch.setattr(live, "POLL", 0.1)
    monkeypatch.setattr(live, "REREAD", 0.2)
    monkeypatch.setattr(kernel_signals, "_PATIENCE", 3600.0)
    dossier, committee = await _session(world)
    signals = world.running.resources.signals
    async with served(world) as where, following(world, where, committee, world.team) as team:
        await team.next()
        await until(lambda: signals.listening)
        async with await psycopg.AsyncConnection.connect(world.running.resources.settings.database_url, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'programming-listen'"
            )
        await until(lambda: not signals.listening)
        await world.grant(world.caf_officer, committee, world.request_of(dossier, world.caf)["id"], 100_000)
        granted = 0
        while granted != 100_000:
            granted = (await team.next())[1]["matrix"]["total"]["granted"]["amount_cents"]
    await _nothing_is_left(world)


async def test_a_decision_that_is_rolled_back_says_nothing(world: World) -> None:
    dossier, committee = await _session(world)
    heard = world.running.resources.signals
    with heard.subscribed(f"decided:{world.campaign_id}") as subscription:
        await until(lambda: heard.listening)
        await subscription.wait(0.1)
        refused = await world.decide(
            world.caf_officer, committee, world.request_of(dossier, world.caf)["id"], outcome="granted", amount_cents=900_000_000
        )
        assert refused.status_code == 409
        assert not await subscription.wait(0.2)
        await world.grant(world.caf_officer, committee, world.request_of(dossier, world.caf)["id"], 100_000)
        assert await subscription.wait(PATIENCE)
    await _nothing_is_left(world)
