"""Organisations from a file of spoilt SIRETs: lines per second of `canevas import organisations`, and what memory it takes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg

from tests.directory.people import with_luhn

#: Run in a process of its own: its peak of memory is the import's.
_RUN = """
import asyncio, re, sys, time
from pathlib import Path
from services.common.findings import Report
from services.common.records import digest
from services.common.resources import opened, prepare
from services.directory.app import SERVICE
from services.directory.imports.batches import Wish
from services.directory.imports.organisations import import_organisations
from services.directory.settings import Settings

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

async def main(path):
    async with opened(prepare(SERVICE, Settings())) as resources:
        with path.open("rb") as file:
            before, began = peak(), time.perf_counter()
            wish = Wish(file, path.name, digest(file), resources.clock.now(), kind="association")
            report = await import_organisations(resources, wish, Report())
            took = time.perf_counter() - began
    grown = peak() - before
    print(report.lines, report.created, report.unchanged, report.refused, took, grown)

asyncio.run(main(Path(sys.argv[1])))
"""


def figures(environment: Mapping[str, str], conninfo: str, *, lines: int) -> dict[str, float]:
    """`import_rows_per_s` of a first run; the second one changes nothing. Raises when a line is lost."""
    with tempfile.TemporaryDirectory(prefix="canevas-import-") as folder:
        path = Path(folder) / "organisations.csv"
        expected = _write(path, lines)
        first = _run(environment, path)
        second = _run(environment, path)
    with psycopg.connect(conninfo) as connection:
        kept = connection.execute("SELECT count(*) FROM organisations").fetchone()
    if first[:4] != [lines, expected, 0, lines - expected] or second[:4] != [lines, 0, expected, lines - expected]:
        raise RuntimeError(f"lines are lost: {first}, {second}, {expected} expected")
    if kept != (expected,):
        raise RuntimeError(f"{kept} organisations are there, {expected} expected")
    rates = [lines / first[4], lines / second[4]]
    print(f"  {lines} lines: {rates[0]:.0f} rows/s, {first[5]:.1f} MB more at the peak; again, nothing new: {rates[1]:.0f} rows/s")
    return {
        "import_rows_per_s": round(rates[0]),
        "import_again_rows_per_s": round(rates[1]),
        "import_peak_rss_mb": round(first[5], 1),
    }


def _write(path: Path, lines: int) -> int:
    """SIRETs as a spreadsheet spoils them, one in ten beyond repair; how many can be mended."""
    with path.open("w", encoding="utf-8") as out:
        out.write("siret;nom;adresse;code postal;ville\n")
        for number in range(lines):
            siret = int(with_luhn(with_luhn(f"0{1_000_000 + number}") + "0001"))
            written = f"{siret / 1e12:.8f}E+12" if number % 10 == 9 else f"{siret}.0"
            out.write(f"{written};Association numéro {number};{number % 200} rue de la République;1{number % 10}000;Ville\n")
    return lines - lines // 10


def _run(environment: Mapping[str, str], path: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(path)], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [float(figure) for figure in done.stdout.split()]
