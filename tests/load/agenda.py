"""The agenda among 50 000 events: a page of twenty over HTTP beside the same SQL through a bare route.

`python -m tests.load.agenda [count]` runs it alone; `python -m tests.load --only agenda` with the bench's own sizes.
"""

import random
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import psycopg
from psycopg import sql

from services.common.clock import today_in_paris
from services.common.db import compiled
from services.common.ids import new_id
from services.events.agenda import repository
from services.events.agenda.schemas import Audience, EventFormat

from . import agenda_floor, bench, servers
from .generator import Generator, get
from .measures import Paired, Side, compare

HEALTH = "/events/health"
_NETWORKS, _DEPARTMENTS, _TOWNS, _THEMES = 12, 20, 1_500, 40
_FORMATS = [each.value for each in EventFormat]
_AUDIENCES = [each.value for each in Audience]
_WORDS = [
    "parole",
    "habitants",
    "quartier",
    "emploi",
    "santé",
    "jeunes",
    "école",
    "logement",
    "égalité",
    "culture",
    "climat",
    "conseil",
    "citoyen",
    "projet",
]
#: Five years of a country's offer, the day of the measure in their middle.
_DAYS = 1_825
_CONNECTIONS = 8
Filters = Mapping[str, str | Sequence[str]]


def fill(conninfo: str, count: int, now: datetime) -> None:
    """So many events of a dozen networks with a session each; one in twenty is an idea, one in a hundred unlisted."""
    rng = random.Random(11)
    networks = [new_id() for _ in range(_NETWORKS)]
    events, sessions = zip(*(_event(number, rng.choice(networks), rng, now) for number in range(count)), strict=True)
    with psycopg.connect(conninfo) as connection:
        rows = [
            {"id": network_id, "organisation_id": new_id(), "code": f"B{number}X", "name": f"Réseau {number}", "description": ""}
            | {"contact_email": "agenda@reseau.example", "created_at": now, "version": 1}
            for number, network_id in enumerate(networks)
        ]
        _copy(connection, "networks", rows)
        _copy(connection, "events", events)
        _copy(connection, "event_sessions", sessions)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _event(number: int, network_id: Any, rng: random.Random, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    starts_at = now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=rng.randrange(-_DAYS // 2, _DAYS // 2))
    ends_at = starts_at + timedelta(hours=rng.choice((1, 3, 7)))
    status = "idea" if rng.random() < 0.05 else "held" if starts_at < now else rng.choice(("tentative", "announced", "open"))
    town, theme, event_id = rng.randrange(_TOWNS), rng.randrange(_THEMES), new_id()
    on_site = rng.random() < 0.7
    event = {
        "id": event_id,
        "network_id": network_id,
        "reference": f"B-{starts_at.year}-{number:06d}",
        "format": rng.choice(_FORMATS),
        "status": status,
        "visibility": "unlisted" if rng.random() < 0.01 else "public",
        "title": " ".join(rng.sample(_WORDS, 5)).capitalize(),
        "summary": " ".join(rng.choices(_WORDS, k=20)),
        "description": " ".join(rng.choices(_WORDS, k=300)),
        "aims": " ".join(rng.choices(_WORDS, k=60)),
        "audiences": rng.sample(_AUDIENCES, rng.randint(0, 3)),
        "theme_codes": [f"t{theme}"],
        "theme_path": sorted({f"t{theme}", f"t{theme % 8}"}),
        "territory_codes": [f"C{town}"],
        "territory_path": ["REG", f"D{town % _DEPARTMENTS}", f"C{town}"],
        "partners": _json([]),
        "documents": _json([{"role": "support", "document_id": str(new_id()), "title": "Diaporama"}]),
        "sort_on": starts_at.date(),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "is_on_site": on_site,
        "is_visio": not on_site,
        "is_full": False,
        "cost_cents": 0,
        "cost_note": "",
        "enrolment": "whole",
        "approval_required": False,
        "most_in_group": 1,
        "has_waiting_list": True,
        "offer_hours": 48,
        "overtaking_hours": 72,
        "certificate_share": 80,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    session = {
        "id": new_id(),
        "event_id": event_id,
        "number": 1,
        "title": "",
        "status": "held" if status == "held" else "planned",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "is_on_site": on_site,
        "is_visio": not on_site,
        "room": "",
        "programme": _json([]),
        "moved_online": False,
        "sequence": 0,
        "version": 1,
    }
    return event, session


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _copy(connection: psycopg.Connection[Any], table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(rows[0])
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns)))
    with connection.cursor().copy(into) as copy:
        for row in rows:
            copy.write_row([row[column] for column in columns])


def asked(today: date, count: int = 60) -> list[Filters]:
    """What people ask of an agenda: what comes next, here, on this, for us."""
    rng = random.Random(3)
    choices: list[Filters] = []
    for _ in range(count):
        everything: dict[str, str | Sequence[str]] = {
            "territory": [f"D{rng.randrange(_DEPARTMENTS)}"],
            "theme": [f"t{rng.randrange(8)}"],
            "audience": [rng.choice(_AUDIENCES)],
            "format": rng.sample(_FORMATS, 2),
        }
        kept = rng.sample(sorted(everything), rng.randint(0, 3))
        since = (today + timedelta(days=rng.randrange(0, 300))).isoformat()
        choices.append({**{name: everything[name] for name in kept}, "since": since})
    return choices


def figures(
    generator: Generator, environment: Mapping[str, str], conninfo: str, *, count: int, rounds: int, seconds: float
) -> dict[str, float]:
    """Fills the database (migrated, empty) and measures: `agenda_vs_floor` is our rate over the bare route's, in the same run."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    fill(conninfo, count, now)
    print(f"{count} events filled in {time.perf_counter() - began:.0f} s", flush=True)
    _explain(conninfo, today_in_paris(now))
    queries = [urlencode(each, doseq=True) for each in asked(today_in_paris(now))]
    there = {**environment, "EVENTS_DATABASE_URL": conninfo}
    with (
        servers.module("tests.load.agenda_floor", there, health="/") as floor,
        servers.uvicorn("services.events.main:app", there, health=HEALTH) as service,
    ):
        _check(floor, service, queries)
        bare = Side("floor", floor, [get(f"/agenda?{query}") for query in queries])
        ours = Side("service", service, [get(f"/events/v1/events?{query}") for query in queries])
        paired = compare(
            generator, f"agenda, a page among {count}", bare, ours, rounds=rounds, seconds=seconds, connections=_CONNECTIONS
        )
    _show(paired)
    return {"agenda_vs_floor": round(paired.rate_ratio, 3), "agenda_p95_ms": round(paired.lines[1].p95, 2)}


def _check(floor: servers.Web, service: servers.Web, queries: Sequence[str]) -> None:
    """Both find the same events."""
    found = 0
    for query in queries[:20]:
        ours = service.get(f"/events/v1/events?{query}").raise_for_status().json()["items"]
        bare = floor.get(f"/agenda?{query}").raise_for_status().json()[:20]
        if [each["id"] for each in ours] != [each["id"] for each in bare]:
            raise RuntimeError(f"two agendas: {query}")
        found += len(ours)
    if found < 200:
        raise RuntimeError("pages are nearly empty")


def _explain(conninfo: str, today: date) -> None:
    """Which index each listing walks, whatever values it is given."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        for names in ((), ("territories",), ("themes", "audiences"), ("network_ids",), ("document",)):
            ready = compiled(repository.listing(frozenset(names), False))
            values = {**ready.constants, **agenda_floor.VALUES, "after_on": today, "limit": 21}
            rows = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {ready.sql}".encode(), values, prepare=True).fetchone()
            assert rows
            plan = rows[0][0]
            title = f"  {', '.join(names) or 'no filter':<24}"
            print(f"{title}{plan['Execution Time']:>9.2f} ms  {', '.join(_scans(plan['Plan']))}", flush=True)


def _scans(node: Mapping[str, Any]) -> list[str]:
    own = [f"{node['Node Type']} {node.get('Index Name', '')}".strip()] if "Scan" in node["Node Type"] else []
    return own + [each for child in node.get("Plans", ()) for each in _scans(child)]


def _show(paired: Paired) -> None:
    print(f"{paired.title}   rate × {paired.rate_ratio:.3f}, p50 × {paired.p50_ratio:.3f}")
    for line in paired.lines:
        print(f"  {line.name:<40}{line.rate:>12.0f}{line.p50:>9.2f}{line.p95:>9.2f}{line.busy:>7.2f}", flush=True)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with bench.opened() as opened, Generator() as generator:
        print(figures(generator, opened.environment, opened.events("agenda"), count=count, rounds=5, seconds=1.0))


if __name__ == "__main__":
    main()
