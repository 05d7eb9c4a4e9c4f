"""A funder answers a thousand holders at once: PDF letters and mails by the worker, while people go on reading.

`python -m tests.load.notifications [answers]` runs it alone. The integrator's run calls `figures`.
"""

import asyncio
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import psutil  # type: ignore[import-untyped]
import psycopg

from services.common.ids import new_id
from services.programming.similar.profiling import first_id_at

from . import bench, data, servers
from .generator import Generator, Job, get
from .servers import Web

HEALTH = "/programming/health"
V1 = "/programming/v1"
#: Readers at once, each asking as soon as it is answered.
_READERS = 2
_ROUND_S = 2.0
_REST_ROUNDS = 5
_PATIENCE_S = 900.0

Signed = Callable[[Mapping[str, object]], str]

_WORKER = [sys.executable, "-c", "from gateway.worker import main; main('programming')"]

_GRANTED = """
WITH chosen AS (
    SELECT r.id, r.dossier_id FROM funding_requests r JOIN dossiers d ON d.id = r.dossier_id
    WHERE r.campaign_id = %(campaign)s AND r.funder_id = %(funder)s AND d.status NOT IN ('draft', 'inadmissible')
    ORDER BY r.id LIMIT %(count)s
), decided AS (
    UPDATE funding_requests SET status = 'granted', granted_cents = amount_cents, decided_at = %(now)s, motive = NULL,
        conditions = NULL, notified_at = NULL FROM chosen WHERE chosen.id = funding_requests.id
    RETURNING funding_requests.*
), dossiers_decided AS (
    UPDATE dossiers SET status = 'decided' FROM chosen WHERE chosen.dossier_id = dossiers.id
)
INSERT INTO decisions (id, committee_id, dossier_id, request_id, funder_id, outcome, amount_cents, motive, conditions, decided_by,
    decided_at)
SELECT decided.id, %(committee)s, dossier_id, decided.id, funder_id, 'granted', amount_cents, '', 'Comptes de l''année.', %(author)s,
    %(now)s FROM decided
"""


def figures(
    generator: Generator, environment: Mapping[str, str], conninfo: str, signed: Signed, *, answers: int
) -> dict[str, float | None]:
    """`notifications_s` (wall time until the last mail left), `notifications_cores` (of CPU used meanwhile, everything together),
    `notifications_api_p95_ratio`, `notifications_lost` (answers without exactly one letter and one mail)."""
    filled = asyncio.run(data.fill(conninfo, max(1_000, 15 * answers - 1), datetime.now(UTC)))
    campaign = filled.places[0].campaigns[-2]
    _decide(conninfo, campaign.id, filled.state, answers, campaign.lead_organisation_id)
    token = signed({"orgs": {str(filled.state): ["manager"]}})
    with ExitStack() as stack:
        directory = stack.enter_context(servers.uvicorn("services.directory.main:app", environment, health="/directory/health"))
        there = {
            **environment,
            "CANEVAS_SIBLINGS": f"directory=http://127.0.0.1:{directory.port}",
            "PROGRAMMING_DATABASE_URL": conninfo,
        }
        web = stack.enter_context(servers.uvicorn("services.programming.main:app", there, health=HEALTH))
        reads = [get(f"{V1}/dossiers?campaign_id={campaign_id}&limit=20", token) for campaign_id in filled.settled]
        reads += [get(f"{V1}/campaigns/{campaign.id}", token)]
        worker = psutil.Process(stack.enter_context(servers.process(_WORKER, there)).pid)
        _await_worker(conninfo)
        _read(generator, web, reads)
        rest = [_read(generator, web, reads) for _ in range(_REST_ROUNDS)]
        run = _Run(web, token, worker)
        began = run.ask(campaign.id, filled.state, answers)
        busy: list[float] = []
        while not run.over.is_set():
            busy.append(_read(generator, web, reads))
        took, cores = run.ended - began, run.cores
    lost = answers - _whole(conninfo, campaign.id, filled.state, Path(environment["CANEVAS_DATA_DIR"]) / "mail")
    ratio = statistics.median(busy) / statistics.median(rest)
    print(
        f"{answers} answers in {took:.1f} s ({answers / took:.0f}/s), {cores:.2f} cores, worker {run.worker_s:.1f} s of CPU, lost {lost}"
    )
    print(
        f"p95 of {_READERS} readers: {statistics.median(rest):.1f} ms at rest, {statistics.median(busy):.1f} ms meanwhile: × {ratio:.2f}"
    )
    return {
        "notifications_s": round(took, 1),
        "notifications_cores": round(cores, 2),
        "notifications_api_p95_ratio": round(ratio, 2),
        "notifications_lost": lost,
    }


class _Run:
    """The act, then its progress looked at now and then until the last mail left."""

    def __init__(self, web: Web, token: str, worker: psutil.Process) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{web.port}{V1}", headers=headers, timeout=60, trust_env=False)
        self._worker = worker
        self.over = threading.Event()
        self.ended = self.cores = self.worker_s = 0.0

    def ask(self, campaign_id: UUID, funder_id: UUID, answers: int) -> float:
        before, worker_before = psutil.cpu_times(), _cpu(self._worker)
        began = time.perf_counter()
        asked = self._client.post(f"/campaigns/{campaign_id}/bulk-notifications", json={"funder_id": str(funder_id)})
        asked.raise_for_status()
        if asked.json()["ready"] != answers:
            raise RuntimeError(f"{asked.json()['ready']} answers are ready, not {answers}")

        def follow() -> None:
            where = f"/bulk-notifications/{asked.json()['id']}"
            while self._client.get(where).json()["mails_sent"] < answers and time.perf_counter() - began < _PATIENCE_S:
                time.sleep(0.5)
            self.ended = time.perf_counter()
            self.cores = (_busy(psutil.cpu_times()) - _busy(before)) / (self.ended - began)
            self.worker_s = _cpu(self._worker) - worker_before
            self.over.set()

        threading.Thread(target=follow, daemon=True).start()
        return began


def _read(generator: Generator, web: Web, reads: list[str]) -> float:
    """p95 in milliseconds of a round."""
    result = generator.play(Job(web.port, reads, _READERS, _ROUND_S))
    if set(result.statuses) != {"200"}:
        raise RuntimeError(f"readers were answered {result.statuses}")
    return result.p95


def _await_worker(conninfo: str) -> None:
    """Until it has told the queue that it is there: its start is not what is measured."""
    until = time.monotonic() + 60
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while time.monotonic() < until:
            if connection.execute("SELECT 1 FROM procrastinate_workers").fetchone():
                return
            time.sleep(0.2)
    raise RuntimeError("the worker does not start")


def _decide(conninfo: str, campaign_id: UUID, funder_id: UUID, answers: int, lead_id: UUID) -> None:
    """A closed session granted all of it."""
    now = datetime.now(UTC)
    with psycopg.connect(conninfo) as connection:
        committee_id = new_id()
        connection.execute(
            "INSERT INTO committees (id, campaign_id, lead_organisation_id, kind, title, place, starts_at, status, attendance, held_at,"
            " created_at, version) VALUES (%s, %s, %s, 'steering', 'Comité de pilotage', '', %s, 'held', '[]', %s, %s, 3)",
            [committee_id, campaign_id, lead_id, now, now, now],
        )
        values = {"campaign": campaign_id, "funder": funder_id, "count": answers, "committee": committee_id, "author": data.AUTHOR}
        made = connection.execute(_GRANTED, {**values, "now": now}).rowcount
        if made != answers:
            raise RuntimeError(f"only {made} requests to answer")
        # Similar actions were looked for long ago: the walk, which begins an hour before its mark, has nothing left.
        connection.execute("INSERT INTO profile_marks (id, submission_id) VALUES (1, %s)", [first_id_at(now + timedelta(hours=1))])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _whole(conninfo: str, campaign_id: UUID, funder_id: UUID, mails: Path) -> int:
    """Answers with exactly one letter, one award and, all together, as many mails as answers."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT count(*) FROM notifications n JOIN awards a ON a.request_id = n.request_id"
            " WHERE n.campaign_id = %s AND n.funder_id = %s AND n.letter_sha256 IS NOT NULL",
            [campaign_id, funder_id],
        ).fetchone()
    assert row
    return min(int(row[0]), len(list(mails.glob("*.eml"))))


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _busy(times: Any) -> float:
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def main() -> None:
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended then too
    with bench.opened() as opened, Generator() as generator:
        conninfo = opened.programming("notifications")
        print(orjson.dumps(figures(generator, opened.environment, conninfo, opened.signed, answers=answers)).decode())


if __name__ == "__main__":
    main()
