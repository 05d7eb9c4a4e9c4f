"""A funder's subsidies of a year, streamed whole: rows a second, and how much memory the process takes for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from .data import Awarded
from .servers import Web

_EVERY = 0.02


@dataclass
class Peak:
    """The most memory a process held while it was watched, in MB above what it held before."""

    grown_mb: float = 0.0


@contextmanager
def watched(web: Web) -> Iterator[Peak]:
    before, ended, peak = web.rss_mb, threading.Event(), Peak()

    def look() -> None:
        while not ended.wait(_EVERY):
            peak.grown_mb = max(peak.grown_mb, web.rss_mb - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
        peak.grown_mb = max(peak.grown_mb, web.rss_mb - before)


def export(web: Web, token: str, awarded: Awarded) -> tuple[float, float]:
    """(rows a second, MB grown at the peak) of one export, after an empty one has warmed the process."""
    _rows(web, token, awarded, awarded.year - 1)
    with watched(web) as peak:
        began = time.perf_counter()
        rows = _rows(web, token, awarded, awarded.year)
        took = time.perf_counter() - began
    if rows != awarded.count:
        raise RuntimeError(f"{rows} rows exported of {awarded.count}")
    return rows / took, peak.grown_mb


def _rows(web: Web, token: str, awarded: Awarded, year: int) -> int:
    """Lines after the header; what is received is not kept."""
    url = f"http://127.0.0.1:{web.port}/programming/v1/funders/{awarded.funder_id}/subventions.csv?year={year}"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", url, headers=headers, timeout=120, trust_env=False) as answer:
        answer.raise_for_status()
        return sum(chunk.count(b"\n") for chunk in answer.iter_raw(65_536)) - 1
