"""`python -m tests.load [--quick]`: fills a durable database, measures, prints a table and one JSON object on the last line."""

import argparse
import asyncio
import platform
import random
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson
import psycopg

from services.common.ids import new_id

from . import agenda, bench, catalogue, data, exports, imports, notifications, overlaps, quality, registrations, servers
from .bench import Bench
from .generator import Generator, Job, get, post
from .measures import Line, Paired, Side, compare
from .servers import Web

HEALTH = "/programming/health"
DOSSIERS = "/programming/v1/dossiers"
SWORN = {
    "sworn_statement": True,
    "republican_commitment": True,
    "signatory_name": "Camille Exemple",
    "signatory_function": "Présidente",
}


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    small: int
    large: int
    rounds: int
    seconds: float
    submissions: int
    starts: int
    awards: int
    #: Documents of the catalogue, and sheets it imports (None: all of them).
    few: int
    many: int
    sheets: int | None = None
    #: Events of the agenda.
    events: int = 50_000
    #: People who register at once for one event.
    rush: int = 1_500
    #: Holders answered at once.
    answers: int = 1_000
    #: Lines of a file of organisations.
    lines: int = 200_000


FULL = Size(1_000, 100_000, rounds=9, seconds=1.5, submissions=1_000, starts=5, awards=100_000, few=10_000, many=200_000)
QUICK = Size(
    1_000,
    5_000,
    rounds=3,
    seconds=0.4,
    submissions=80,
    starts=1,
    awards=5_000,
    few=5_000,
    many=10_000,
    sheets=100,
    events=5_000,
    rush=300,
    answers=100,
    lines=20_000,
)
PARTS = ("programming", "catalogue", "agenda", "events", "notifications", "overlaps", "imports")
CONNECTIONS = 8
AT_A_TIME = 16


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller databases and shorter rounds, to try things out")
    parser.add_argument("--only", choices=PARTS, help="one part's figures; by default all")
    asked = parser.parse_args()
    size = QUICK if asked.quick else FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended then too
    began = time.perf_counter()
    figures: dict[str, float | None] = {}
    with bench.opened() as opened, Generator() as generator:
        parts = (
            *(("programming", _programming), ("catalogue", _catalogue), ("agenda", _agenda), ("events", _events)),
            ("notifications", _notifications),
            ("overlaps", _overlaps),
            ("imports", _imports),
        )
        for part, measure in parts:
            if asked.only in (None, part):
                figures |= measure(opened, generator, size)
    print(f"\n{time.perf_counter() - began:.0f} s in all")
    print(orjson.dumps(figures).decode())


def _agenda(bench: Bench, generator: Generator, size: Size) -> dict[str, float]:
    print(f"\nAgenda: a page of twenty among {size.events} synthetic events")
    same = {"count": size.events, "rounds": size.rounds, "seconds": size.seconds}
    return agenda.figures(generator, bench.environment, bench.events("agenda"), **same)  # type: ignore[arg-type]


def _catalogue(bench: Bench, generator: Generator, size: Size) -> dict[str, float | None]:
    print(
        f"\nCatalogue: searches of one client, {size.few} and {size.many} synthetic documents, then judged queries on real sheets"
    )
    bases = bench.catalogue("catalogue_small"), bench.catalogue("catalogue_large")
    found: dict[str, float | None] = {}
    found |= catalogue.figures(generator, bench.environment, *bases, small=size.few, large=size.many, seconds=2 * size.seconds)
    real = bench.catalogue("catalogue")
    return found | quality.figures({**bench.environment, "CATALOGUE_DATABASE_URL": real}, real, bench.signed, most=size.sheets)


def _events(bench: Bench, generator: Generator, size: Size) -> dict[str, float | None]:
    print(f"\nEvents: {size.rush} people register at once for one event, beside the bare transaction")
    return registrations.figures(generator, bench.environment, bench.events("events"), bench.signed, requests=size.rush)


def _notifications(bench: Bench, generator: Generator, size: Size) -> dict[str, float | None]:
    print(f"\nNotifications: {size.answers} answers with PDF letters and mails, beside people who read")
    conninfo = bench.programming("notifications")
    return notifications.figures(generator, bench.environment, conninfo, bench.signed, answers=size.answers)


def _overlaps(bench: Bench, generator: Generator, size: Size) -> dict[str, float | None]:
    print(f"\nSimilar actions among {size.large} synthetic profiles, then probable duplicates and overlaps on labelled pairs")
    return overlaps.figures(bench, generator, profiles=size.large)


def _imports(bench: Bench, generator: Generator, size: Size) -> dict[str, float]:
    print(f"\nImports: {size.lines} organisations whose SIRETs a spreadsheet took for numbers")
    return imports.figures(bench.environment, bench.environment["DIRECTORY_DATABASE_URL"], lines=size.lines)


def _programming(bench: Bench, generator: Generator, size: Size) -> dict[str, float | None]:
    now = datetime.now(UTC)
    small_db, large_db = bench.programming("small"), bench.programming("programming")
    began = time.perf_counter()
    small = asyncio.run(data.fill(small_db, size.small, now))
    large = asyncio.run(data.fill(large_db, size.large, now))
    _conditions(bench, large_db, size, time.perf_counter() - began)
    figures: dict[str, float] = {}
    on_large = {**bench.environment, "PROGRAMMING_DATABASE_URL": large_db}
    with ExitStack() as stack:
        gateway = _gateway(on_large, size, figures, stack)
        siblings = {"CANEVAS_SIBLINGS": f"directory=http://127.0.0.1:{gateway.port}"}
        on_small = {**bench.environment, **siblings, "PROGRAMMING_DATABASE_URL": small_db}
        floor = stack.enter_context(servers.module("tests.load.floor", on_large, health="/"))
        service_app = "services.programming.main:app"
        service = stack.enter_context(servers.uvicorn(service_app, {**on_large, **siblings}, health=HEALTH))
        smaller = stack.enter_context(servers.uvicorn(service_app, on_small, health=HEALTH))
        _listings(bench, generator, size, figures, floor, service, smaller, gateway, small, large)
        figures["coverage_vs_floor"] = _coverage(bench, generator, size, floor, service, large)
        figures["submits_per_s"], lost = _submissions(bench, generator, service, large_db, large, size, spread=False)
        _, lost_too = _submissions(bench, generator, service, large_db, large, size, spread=True)
        figures["lost"] = lost + lost_too
        _export(bench, service, large_db, large, size, figures)
    ratios = ("list_vs_floor", "list_vs_floor_holder", "get_vs_floor", "list_growth", "gateway_cost", "coverage_vs_floor")
    counts = ("submits_per_s", "lost", "scdl_rows_per_s", "scdl_peak_rss_mb", "idle_rss_mb", "warm_start_s")
    return {name: figures[name] for name in (*ratios, *counts)}


def _conditions(bench: Bench, conninfo: str, size: Size, filled_s: float) -> None:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'),"
            " current_setting('shared_buffers'), pg_size_pretty(pg_database_size(current_database()))"
        ).fetchone()
        assert row
    print(
        f"Python {platform.python_version()}, {platform.machine()}; PostgreSQL {row[0]}, fsync {row[1]}, synchronous_commit {row[2]}, shared_buffers {row[3]}"
    )
    print(
        f"{size.small} and {size.large} dossiers (the latter {row[4]}), filled in {filled_s:.0f} s; {CONNECTIONS} connections, {size.rounds} rounds of {size.seconds} s in turn\n"
    )
    print(f"{'':<42}{'requests/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'core':>7}{'CPU µs':>9}")


def _gateway(environment: dict[str, str], size: Size, figures: dict[str, float], stack: ExitStack) -> Web:
    """Started several times (the first writes bytecode); the last is kept."""
    starts = []
    for _ in range(size.starts):
        with servers.gateway(environment, health=HEALTH) as once:
            starts.append(once.start_s)
    gateway = stack.enter_context(servers.gateway(environment, health=HEALTH))
    figures["warm_start_s"] = round(statistics.median([*starts[1:], gateway.start_s]), 2)
    if gateway.get("/programming/readiness").status_code != 200:
        raise RuntimeError("the gateway is not ready")
    figures["idle_rss_mb"] = round(gateway.rss_mb, 1)
    return gateway


def _listings(
    bench: Bench,
    generator: Generator,
    size: Size,
    figures: dict[str, float],
    floor: Web,
    service: Web,
    smaller: Web,
    gateway: Web,
    small: data.Filled,
    large: data.Filled,
) -> None:
    rng = random.Random(1)
    holders = rng.sample(large.own, min(100, len(large.own)))
    tokens = {draft.dossier_id: bench.token(draft.organisation_id) for draft in holders}
    funder_requests = _funder_lists(bench, large)
    _check(service, funder_requests, [(draft, tokens[draft.dossier_id]) for draft in holders[:5]])
    same = {"rounds": size.rounds, "seconds": size.seconds}

    def against_floor(title: str, bare: Sequence[str], ours: Sequence[str]) -> float:
        sides = Side("floor", floor, bare), Side("service", service, ours)
        return _show(compare(generator, title, *sides, **same, connections=CONNECTIONS)).rate_ratio  # type: ignore[arg-type]

    bare = [f"/filtered?{query}&organisation={large.state}" for query in _queries(large)]
    figures["list_vs_floor"] = against_floor("list, funder, three filters", [get(path) for path in bare], funder_requests)
    bare = [f"/plain?organisation={draft.organisation_id}" for draft in holders]
    mine = [get(DOSSIERS, tokens[draft.dossier_id]) for draft in holders]
    figures["list_vs_floor_holder"] = against_floor("list, holder", [get(path) for path in bare], mine)
    bare = [f"/dossiers/{draft.dossier_id}?organisation={draft.organisation_id}" for draft in holders]
    one = [get(f"{DOSSIERS}/{draft.dossier_id}", tokens[draft.dossier_id]) for draft in holders]
    figures["get_vs_floor"] = against_floor("get, holder", [get(path) for path in bare], one)
    at_1k = Side(f"at {size.small}", smaller, _funder_lists(bench, small))
    at_100k = Side(f"at {size.large}", service, funder_requests)
    growth = _show(compare(generator, "growth of the funder's list, one client", at_1k, at_100k, **same, connections=1))  # type: ignore[arg-type]
    figures["list_growth"] = growth.p50_ratio
    straight, through = Side("service", service, one), Side("through the gateway", gateway, one)
    cost = _show(compare(generator, "gateway, get, holder", straight, through, **same, connections=CONNECTIONS))  # type: ignore[arg-type]
    figures["gateway_cost"] = 1 / cost.rate_ratio
    for name, value in figures.items():
        figures[name] = round(value, 3)


def _coverage(bench: Bench, generator: Generator, size: Size, floor: Web, service: Web, large: data.Filled) -> float:
    """A contract's whole matrix, one client: how many times the bare aggregate it takes (median of p50)."""
    place = large.places[0]
    campaigns = "&".join(f"campaign={campaign.id}" for campaign in place.campaigns)
    token = bench.token(place.contract.lead_organisation_id)
    bare = Side("floor", floor, [get(f"/coverage?{campaigns}")])
    ours = Side("service", service, [get(f"/programming/v1/contracts/{place.contract.id}/coverage", token)])
    paired = compare(generator, "coverage of a contract", bare, ours, rounds=size.rounds, seconds=size.seconds, connections=1)
    return round(_show(paired).p50_ratio, 3)


def _queries(filled: data.Filled) -> list[str]:
    return [f"campaign_id={campaign}&status=notified&status=decided&nature=action" for campaign in filled.settled]


def _funder_lists(bench: Bench, filled: data.Filled) -> list[str]:
    token = bench.token(filled.state)
    return [get(f"{DOSSIERS}?{query}", token) for query in _queries(filled)]


def _check(service: Web, lists: Sequence[str], holders: Sequence[tuple[data.Draft, str]]) -> None:
    """What was filled in reads as the API's own: whole pages, whole dossiers."""
    for request in lists[:5]:
        path, token = request.split()[1], request.split("Bearer ")[1].split()[0]
        items = service.get(path, token).raise_for_status().json()["items"]
        if len(items) != 20:
            raise RuntimeError(f"a page of {len(items)}: {path}")
    for draft, token in holders:
        found = service.get(f"{DOSSIERS}/{draft.dossier_id}", token).raise_for_status().json()
        if not (found["requests"] and found["attachments"] and found["content"]["need"]):
            raise RuntimeError(f"dossier {draft.dossier_id} is not whole")


def _submissions(
    bench: Bench, generator: Generator, service: Web, conninfo: str, filled: data.Filled, size: Size, *, spread: bool
) -> tuple[float, int]:
    """Complete drafts submitted once each; lost is what was acknowledged and is not there once with its mail queued once."""
    drafts = data.add_drafts(conninfo, filled, size.submissions, datetime.now(UTC), spread=spread)
    tokens = {organisation_id: bench.token(organisation_id) for organisation_id in {d.organisation_id for d in drafts}}
    body = orjson.dumps(SWORN)
    requests = [
        post(
            f"{DOSSIERS}/{d.dossier_id}/submission", body, tokens[d.organisation_id], If_Match='"3"', Idempotency_Key=str(new_id())
        )
        for d in drafts
    ]
    before = service.cpu_s
    result = generator.play(Job(service.port, requests, AT_A_TIME))
    busy = (service.cpu_s - before) / result.took
    if set(result.statuses) != {"201"}:
        raise RuntimeError(f"submissions answered {result.statuses}")
    acknowledged = [drafts[number].dossier_id for number, status in result.answered if status == 201]
    lost = _lost(conninfo, acknowledged)
    title = "submissions, many calls" if spread else "submissions, one call"
    _show(Paired(title, [Line(f"{AT_A_TIME} at a time, lost {lost}", result.rate, result.p50, result.p95, busy)]))
    return round(result.rate, 1), lost


def _export(bench: Bench, service: Web, conninfo: str, filled: data.Filled, size: Size, figures: dict[str, float]) -> None:
    """One funder's whole year as open data, written while it is read."""
    awarded = data.add_awards(conninfo, filled, size.awards, datetime.now(UTC))
    rate, grown = exports.export(service, bench.token(awarded.funder_id), awarded)
    figures["scdl_rows_per_s"], figures["scdl_peak_rss_mb"] = round(rate), round(grown, 1)
    print(f"open data, {awarded.count} subsidies streamed{rate:>12.0f} rows/s, {grown:.1f} MB more at the peak", flush=True)


def _lost(conninfo: str, acknowledged: Sequence[UUID]) -> int:
    with psycopg.connect(conninfo) as connection:
        kept = connection.execute(
            "SELECT count(*) FROM dossiers d JOIN submissions s ON s.dossier_id = d.id AND s.reference = d.reference"
            " WHERE d.id = ANY(%s) AND d.status = 'submitted' AND 1 = (SELECT count(*) FROM procrastinate_jobs j"
            " WHERE j.task_name = 'kernel:send_mail' AND j.args->>'subject' LIKE '%%' || d.reference)",
            [list(acknowledged)],
        ).fetchone()
    return len(acknowledged) - int(kept[0] if kept else 0)


def _show(paired: Paired) -> Paired:
    ratio = f"   rate × {paired.rate_ratio:.3f}, p50 × {paired.p50_ratio:.3f}" if len(paired.lines) > 1 else ""
    print(f"{paired.title}{ratio}", flush=True)
    for line in paired.lines:
        print(
            f"  {line.name:<40}{line.rate:>12.0f}{line.p50:>9.2f}{line.p95:>9.2f}{line.busy:>7.2f}{1e6 * line.busy / line.rate:>9.0f}"
        )
    return paired


if __name__ == "__main__":
    main()
