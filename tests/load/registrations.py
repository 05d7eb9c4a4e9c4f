"""The opening rush: everybody registers for one popular event at once, beside the bare PostgreSQL transaction of a last seat.

`python -m tests.load.registrations [requests]` runs it alone. The integrator's run calls `figures`.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import psycopg
import uvloop

from services.common.ids import new_id

from . import bench, servers
from .generator import Generator, Job, post
from .servers import Web

HEALTH = "/events/health"
V1 = "/events/v1"
CLIENTS = (16, 64)
_ROUNDS = 3
#: As `canevas up --workers` is advised where an opening is awaited: one web process for each processor.
WORKERS = len(os.sched_getaffinity(0))
#: One seat for three requests: most of a rush joins the waiting list.
_SEATS_FOR = 3

Signed = Callable[[Mapping[str, object]], str]


@dataclass(frozen=True)
class Rush:
    """One event, who asked for its seats, and what came of it."""

    rate: float
    p50: float
    p95: float
    #: CPU of the web process for one registration, in milliseconds.
    cpu_ms: float
    oversold: int
    lost: int


def figures(
    generator: Generator, environment: Mapping[str, str], conninfo: str, signed: Signed, *, requests: int
) -> dict[str, float | None]:
    """`registrations_per_s_16`, `registrations_per_s_64`, `oversold`, `lost`, `last_seat_vs_floor` (the lower of the two)."""
    found: dict[str, float | None] = {}
    oversold, lost, ratios = 0, 0, []
    with ExitStack() as stack:
        directory = stack.enter_context(servers.uvicorn("services.directory.main:app", environment, health="/directory/health"))
        there = {**environment, "CANEVAS_SIBLINGS": f"directory=http://127.0.0.1:{directory.port}", "EVENTS_DATABASE_URL": conninfo}
        web = stack.enter_context(servers.uvicorn("services.events.main:app", there, health=HEALTH, workers=WORKERS))
        organiser = Organiser(web, signed)
        stack.callback(organiser.close)
        tokens = [signed({}) for _ in range(requests)]
        print(f"{WORKERS} web processes", flush=True)
        print(f"{'':<28}{'per s':>10}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'floor/s':>10}{'ratio':>8}", flush=True)
        for clients in CLIENTS:
            _rush(generator, web, conninfo, organiser.opened(requests), tokens[: requests // 4], clients)
            pairs = []
            for number in range(_ROUNDS):
                bare = _bare(conninfo, clients, requests) if number % 2 == 0 else 0.0
                rush = _rush(generator, web, conninfo, organiser.opened(requests // _SEATS_FOR), tokens, clients)
                pairs.append((rush, bare or _bare(conninfo, clients, requests)))
            oversold += sum(rush.oversold for rush, _ in pairs)
            lost += sum(rush.lost for rush, _ in pairs)
            rush, bare = sorted(pairs, key=lambda pair: pair[0].rate / pair[1])[_ROUNDS // 2]
            ratios.append(rush.rate / bare)
            found[f"registrations_per_s_{clients}"] = round(rush.rate, 1)
            line = f"{rush.rate:>10.0f}{rush.p50:>9.1f}{rush.p95:>9.1f}{rush.cpu_ms:>9.2f}{bare:>10.0f}{ratios[-1]:>8.3f}"
            print(f"{f'{clients} clients, one event':<28}{line}", flush=True)
    return {**found, "oversold": oversold, "lost": lost, "last_seat_vs_floor": round(min(ratios), 3)}


class Organiser:
    """Prepares events over HTTP, as an organiser does."""

    def __init__(self, web: Web, signed: Signed) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=30, trust_env=False)
        runner = str(new_id())
        administrator, self._token = signed({"adm": True}), signed({"orgs": {runner: ["manager"]}})
        network = {"organisation_id": runner, "code": "BENCH", "name": "Réseau de mesure", "contact_email": "agenda@reseau.example"}
        self._network = self._sent("POST", "/networks", network, token=administrator)["id"]

    def close(self) -> None:
        self._client.close()

    def opened(self, seats: int) -> UUID:
        """An event with so many seats on site, whose registrations are open."""
        wish = {"network_id": self._network, "format": "journee", "title": "Une journée très attendue"}
        event = self._sent("POST", "/events", wish)["id"]
        begins = datetime.now(UTC) + timedelta(days=30)
        session = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=8)).isoformat()}
        self._sent("POST", f"/events/{event}/sessions", session)
        self._sent("PUT", f"/events/{event}/capacity", {"capacities": [{"mode": "on_site", "seats": seats}]})
        self._sent("POST", f"/events/{event}/opening", None, of=f"/events/{event}")
        return UUID(event)

    def _sent(self, method: str, path: str, wish: Any, *, token: str = "", of: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token or self._token}"}
        if of:
            headers["If-Match"] = self._client.get(V1 + of, headers=headers).raise_for_status().headers["etag"]
        return self._client.request(method, V1 + path, json=wish, headers=headers).raise_for_status().json()


def _rush(generator: Generator, web: Web, conninfo: str, event_id: UUID, tokens: list[str], clients: int) -> Rush:
    """Each registers themselves once, with a key, as the contract advises."""
    path = f"{V1}/events/{event_id}/registrations"
    sent = [post(path, orjson.dumps(_wish(number)), token, Idempotency_Key=str(new_id())) for number, token in enumerate(tokens)]
    before = web.cpu_s
    result = generator.play(Job(web.port, sent, clients))
    if set(result.statuses) != {"201"}:
        raise RuntimeError(f"registrations answered {result.statuses}")
    cpu_ms = 1_000 * (web.cpu_s - before) / len(sent)
    oversold, kept = _came_of_it(conninfo, event_id)
    return Rush(result.rate, result.p50, result.p95, cpu_ms, oversold, len(sent) - kept)


def _wish(number: int) -> dict[str, Any]:
    person = {"given_name": "Camille", "family_name": f"Exemple {number}", "mode": "on_site", "audience": "association"}
    return {"contact_name": f"Camille Exemple {number}", "contact_email": f"p{number}@example.org", "attendees": [person]}


def _came_of_it(conninfo: str, event_id: UUID) -> tuple[int, int]:
    """Seats given beyond those there are, and registrations kept whole: with a seat or a rank of their own, told once."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT greatest(0, (SELECT count(*) FROM attendees a WHERE a.event_id = %(id)s AND a.pool_id IS NOT NULL)"
            " - (SELECT sum(capacity) FROM seat_pools p JOIN registration_desks d ON d.id = p.desk_id WHERE d.event_id = %(id)s)),"
            " (SELECT count(*) FROM registrations r WHERE r.event_id = %(id)s"
            " AND (r.state = 'seated') = EXISTS (SELECT FROM attendees a WHERE a.registration_id = r.id AND a.pool_id IS NOT NULL)"
            " AND (r.state = 'waiting') = (r.rank IS NOT NULL)"
            " AND EXISTS (SELECT FROM journal_lines j WHERE j.resource_id = r.id)),"
            " (SELECT count(DISTINCT j.args->>'registration_id') FROM procrastinate_jobs j JOIN registrations r"
            " ON r.id::text = j.args->>'registration_id' WHERE j.task_name = 'events:tell_registrant' AND r.event_id = %(id)s)",
            {"id": event_id},
        ).fetchone()
    assert row
    return int(row[0]), min(int(row[1]), int(row[2]))


def _bare(conninfo: str, clients: int, transactions: int) -> float:
    """Transactions in a second of so many clients who do the least that cannot oversell: lock, update, insert, end."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare_desks (id int PRIMARY KEY, taken int)")
        connection.execute("CREATE TABLE IF NOT EXISTS bare_seats (id uuid PRIMARY KEY, desk_id int, email text)")
        connection.execute("INSERT INTO bare_desks VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET taken = 0")
        connection.execute("TRUNCATE bare_seats")
    return uvloop.run(_race(conninfo, clients, transactions))


async def _race(conninfo: str, clients: int, transactions: int) -> float:
    left = iter(range(transactions))
    connections = [await psycopg.AsyncConnection.connect(conninfo, prepare_threshold=1) for _ in range(clients)]

    async def client(connection: psycopg.AsyncConnection[Any]) -> None:
        for number in left:
            async with connection.transaction():
                await connection.execute("SELECT taken FROM bare_desks WHERE id = 1 FOR UPDATE")
                await connection.execute("UPDATE bare_desks SET taken = taken + 1 WHERE id = 1")
                await connection.execute("INSERT INTO bare_seats VALUES (%s, 1, %s)", [new_id(), f"p{number}@example.org"])

    began = time.perf_counter()
    await asyncio.gather(*(client(connection) for connection in connections))
    took = time.perf_counter() - began
    for connection in connections:
        await connection.close()
    return transactions / took


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 1_500
    with bench.opened() as opened, Generator() as generator:
        conninfo = opened.events("events")
        print(orjson.dumps(figures(generator, opened.environment, conninfo, opened.signed, requests=requests)).decode())


if __name__ == "__main__":
    main()
