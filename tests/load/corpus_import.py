"""The public import on real texts: `python -m tests.load.corpus_import` sends the sheets to a service on its own database.

It says how fast lines went, what was refused and why, and how much memory it took; then sends the same file again.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

from gateway import postgres
from services.catalogue.app import SERVICE
from services.catalogue.settings import Settings
from services.common import migrations
from tests.catalogue.world import World
from tests.support import Person, Running, open_service, settings_for

from . import corpus

_THEMES = corpus.ROOT / "services" / "directory" / "themes" / "reference.json"
_PAGE = 100


def directory() -> FastAPI:
    """The themes of the directory; sheets name no territory."""
    app = FastAPI()
    known = json.loads(_THEMES.read_text())
    themes = [dict(zip(known["columns"], row, strict=True)) for row in known["rows"]]

    @app.get("/directory/v1/themes")
    async def listing() -> Any:
        return {"items": themes, "next": None}

    @app.get("/directory/v1/territories/{code}")
    async def territory(code: str) -> Response:
        return Response(status_code=404)

    return app


async def run(content: bytes, conninfo: str, data_dir: Path) -> dict[str, Any]:
    """Import the file twice, published; figures of both."""
    settings = settings_for(Settings, conninfo, data_dir)
    async with open_service(SERVICE, settings, apps={"directory": directory()}) as running:
        world = World(running)
        await world.open()
        first = await _send(running, world, content)
        again = await _send(running, world, content)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"first": first, "again": again, "peak_rss_mb": round(peak)}


async def _send(running: Running, world: World, content: bytes) -> dict[str, Any]:
    started, cpu = time.perf_counter(), time.process_time()
    path = f"/centres/{world.centre_id}/imports"
    sent = await world.call(world.manager, "POST", path, params={"publish": "true"}, content=content, expect=201)
    received = time.perf_counter()
    await running.run_jobs()
    done = time.perf_counter()
    body = (await world.call(world.manager, "GET", f"/imports/{sent.json()['id']}", expect=200)).json()
    refusals = await _refusals(world, world.manager, body["id"])
    return {
        **{name: body[name] for name in ("state", "lines", "created", "updated", "unchanged", "refused")},
        "megabytes": round(body["size"] / 1e6, 1),
        "received_s": round(received - started, 1),
        "worked_s": round(done - received, 1),
        "cpu_ms_per_line": round((time.process_time() - cpu) / body["lines"] * 1000, 1),
        "lines_per_s": round(body["lines"] / (done - started), 1),
        "refusals": refusals,
    }


async def _refusals(world: World, who: Person, import_id: str) -> dict[str, int]:
    lines = await world.pages(who, f"/imports/{import_id}/lines", outcome="refused", limit=_PAGE)
    return dict(Counter(f"{problem['column']} : {problem['code']}" for line in lines for problem in line["problems"]))


def main() -> None:
    """On a PostgreSQL started for it, as durable as a real one."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        content = Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "sheets.csv"
        if not content.exists():
            corpus.write_csv(corpus.sheets(corpus.archive()), content)
        with postgres.running(folder / "server") as server:
            conninfo = postgres.ensure_database(server, SERVICE.name)
            migrations.upgrade(conninfo, SERVICE.name, SERVICE.metadata)
            print(json.dumps(asyncio.run(run(content.read_bytes(), conninfo, folder / "data")), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
