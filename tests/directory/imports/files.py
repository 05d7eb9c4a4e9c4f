"""Files as people have them, and how an import of them ends."""

import io
from collections.abc import Sequence
from typing import Any

from services.common.findings import Finding, Report
from services.common.records import digest
from services.directory.imports.batches import Wish
from services.directory.imports.organisations import import_organisations
from services.directory.imports.territories import import_territories
from tests.support import Running


def wish_of(running: Running, content: bytes, **options: Any) -> Wish:
    file = io.BytesIO(content)
    return Wish(file, "essai", digest(file), running.resources.clock.now(), **options)


def reporting() -> tuple[Report, list[Finding]]:
    found: list[Finding] = []
    return Report(tell=found.append), found


async def organisations(running: Running, content: str | bytes, **options: Any) -> tuple[Report, list[Finding]]:
    report, found = reporting()
    raw = content.encode() if isinstance(content, str) else content
    await import_organisations(running.resources, wish_of(running, raw, **options), report)
    return report, found


async def territories(running: Running, *contents: str, **options: Any) -> tuple[Report, list[Finding]]:
    report, found = reporting()
    wishes = [wish_of(running, content.encode(), **options) for content in contents]
    await import_territories(running.resources, wishes, report)
    return report, found


def ends(report: Report) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, refused."""
    return report.created, report.changed, report.unchanged, report.refused


def codes(found: Sequence[Finding]) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in found]
