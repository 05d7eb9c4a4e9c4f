"""Use cases of harvests: started by a documentalist or by the clock, carried on page after page, reported.

Each page is one job: a crash takes up at the last token that was written, and skips what the page had already given. The network is
read outside of any transaction, and records are taken a few at a time: a transaction holds the centre's numbering.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import anyio.to_thread
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.outbound import Answer, Bounds, Outbound, Unreachable
from services.common.problems import NotFound
from services.common.resources import Resources

from ..tables import KERNEL
from . import reading, repository, rules, sources
from .intake import Intake
from .models import HarvestRun, HarvestSource, RunState
from .queue import queue_page
from .reading import Listing, Record, Unreadable
from .schemas import SourceRead

#: What is read of one answer.
BOUNDS = Bounds(most_bytes=20 * 1024 * 1024, seconds=60.0, redirects=3)
#: Records taken in one transaction.
AT_ONCE = 25
_SILENT = timedelta(hours=6)
_ASKED_AGAIN = {"unreachable", "too_slow"}
_RETRIED = {429, 500, 502, 503, 504}


class _Waits(Exception):
    """The source asks to be asked again later, or did not answer."""

    def __init__(self, code: str, retry_after: str | None = None) -> None:
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


class _Fails(Exception):
    """The run ends here."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


async def start(session: AsyncSession, caller: Principal, source_id: UUID, *, full: bool, now: datetime) -> HarvestRun:
    """A documentalist asks for a harvest now (409 while one is under way)."""
    source = await sources.held(session, caller, source_id)
    if full:
        source.harvested_until = None
        await session.flush()
    return await begin(session, source, actor=caller, now=now)


async def begin(session: AsyncSession, source: HarvestSource, *, actor: Principal | None = None, now: datetime) -> HarvestRun:
    """A run that waits for its first page."""
    run = HarvestRun(source_id=source.id, started_by=actor.account_id if actor else None, created_at=now, beat_at=now)
    source.due_at = rules.next_due(source.schedule, now)
    session.add(run)
    await session.flush()
    await queue_page(session, run.id, source.id)
    await journal.record(
        session, KERNEL.journal, at=now, act="harvest.started", resource=("harvest_source", source.id), actor=actor, changes={}
    )
    return run


async def begin_due(session: AsyncSession, *, now: datetime) -> list[HarvestRun]:
    """Runs of the sources whose time has come; those that stopped saying anything are closed first."""
    for run_id in await repository.silent_runs(session, now - _SILENT):
        await repository.move_run(session, run_id, state=RunState.FAILED, failure="stalled", ended_at=now)
    return [await begin(session, source, now=now) for source in await repository.due(session, now, 100)]


async def carry_on(session: AsyncSession, resources: Resources, run_id: UUID, *, now: datetime) -> timedelta | None:
    """Read and apply the run's next page. How long to wait before the one after, None when the run has ended."""
    async with resources.database.readers.connection() as reader:
        run = await fetch_one(reader, repository.UNDER_WAY, {"id": run_id})
    if run is None:
        return None
    source = _source_of(run)
    try:
        _require_bounded(run, now)
        asked, page, listing = await _read(resources, run, source)
    except _Waits as waits:
        return await _wait(session, run, waits, now)
    except _Fails as fails:
        await _fail(session, run, fails, now)
        return None
    fresh = 0
    for first in range(0, len(listing.records), AT_ONCE):
        async with resources.database.transaction() as part:
            if not await _is_ours(part, run):
                return None
            few = listing.records[first : first + AT_ONCE]
            fresh += await _apply(Intake(part, resources, source, now), run_id, few, f"page {page}, notice {first}")
    if not await _is_ours(session, run):
        return None
    if listing.error is not None and listing.error[0] != "noRecordsMatch":
        return await _refused(session, run, listing.error, now)
    until, odd_clock = rules.read_until(listing.response_date, now)
    values: Row = {"asked_from": asked, "until": run["until"] or until}
    warnings = {*run["warnings"], *listing.warnings, *rules.date_warnings((r.datestamp for r in listing.records), asked, now)}
    values["warnings"] = sorted(warnings | ({"wrong_clock"} if odd_clock else set()))
    await repository.add_page(session, run_id, rules.token_digest(run["token"]), page, len(listing.records))
    values |= {
        "state": RunState.RUNNING,
        "pages": page,
        "token": listing.token,
        "tries": 0,
        "idle_pages": 0 if fresh else run["idle_pages"] + 1,
        "started_at": run["started_at"] or now,
        "beat_at": now,
    }
    if listing.token is None:
        values |= {"state": RunState.DONE, "ended_at": now}
        await repository.move_source(session, source.id, harvested_until=values["until"])
    elif values["idle_pages"] >= rules.MOST_IDLE_PAGES or await _was_read(session, run_id, listing.token):
        values |= {"state": RunState.FAILED, "ended_at": now, "failure": "token_loop"}
        values["failure_detail"] = f"Page {page} : la source redonne sans fin ce qu'elle a déjà donné."
    await repository.move_run(session, run_id, **values)
    return timedelta() if values["state"] is RunState.RUNNING else None


async def listing(session: AsyncSession, caller: Principal, source_id: UUID, *, before_id: UUID, limit: int) -> list[Row]:
    """Harvests of a source, the latest first."""
    reader = await sources.seen(session, caller, source_id)
    return await fetch(reader, repository.RUNS, {"source_id": source_id, "before_id": before_id, "limit": limit})


async def one(session: AsyncSession, caller: Principal, source_id: UUID, run_id: UUID) -> Row:
    """A harvest and its report."""
    return await _one(await sources.seen(session, caller, source_id), source_id, run_id)


async def lines(
    session: AsyncSession, caller: Principal, source_id: UUID, run_id: UUID, *, outcomes: list[str], after: int, limit: int
) -> list[Row]:
    """What became of each record, in the order they came."""
    reader = await sources.seen(session, caller, source_id)
    await _one(reader, source_id, run_id)
    asked = {"run_id": run_id, "outcomes": outcomes or None, "after": after, "limit": limit}
    return await fetch(reader, repository.LINES, asked)


def report(run: HarvestRun) -> Row:
    """`RunRead` of a run that has just begun."""
    found: dict[str, Any] = run.model_dump()
    return {**found, "counts": {}}


async def _one(reader: AsyncConnection[Any], source_id: UUID, run_id: UUID) -> Row:
    rows = await fetch(reader, repository.RUN, {"source_id": source_id, "id": run_id})
    if not rows:
        raise NotFound()
    return rows[0]


async def _read(resources: Resources, run: Row, source: SourceRead) -> tuple[str | None, int, Listing]:
    """`from` as it was asked, the number of the page, and the page."""
    asked = run["asked_from"]
    async with sources.web(resources) as web:
        if run["pages"] == 0 and run["token"] is None and asked is None and source.harvested_until is not None:
            identity = await _get(web, source, {"verb": "Identify"})
            asked = rules.asked_from(source.harvested_until, in_days=await _parsed(reading.counts_in_days, identity))
        if run["token"] is not None:
            wish = {"verb": "ListRecords", "resumptionToken": run["token"]}
        else:
            wish = {"verb": "ListRecords", "metadataPrefix": source.metadata_prefix}
            wish |= {"from": asked} if asked else {}
            wish |= {"set": source.set_spec} if source.set_spec else {}
        return asked, run["pages"] + 1, await _parsed(reading.listing, await _get(web, source, wish))


async def _get(web: Outbound, source: SourceRead, arguments: dict[str, str]) -> Answer:
    joint = "&" if "?" in source.base_url else "?"
    try:
        answer = await web.get(source.base_url + joint + urlencode(arguments), bounds=BOUNDS)
    except Unreachable as error:
        if error.code in _ASKED_AGAIN:
            raise _Waits(error.code) from error
        raise _Fails(error.code) from error
    if answer.status in _RETRIED:
        raise _Waits(f"http_{answer.status}", answer.headers.get("retry-after"))
    if answer.status != 200:
        raise _Fails(f"http_{answer.status}")
    return answer


async def _parsed(read: Any, answer: Answer) -> Any:
    try:
        return await anyio.to_thread.run_sync(read, answer.content)
    except Unreadable as error:
        raise _Fails(error.code, error.detail) from error


async def _is_ours(session: AsyncSession, run: Row) -> bool:
    """Hold the run, unless another worker has read this page meanwhile and carries on."""
    held = await repository.lock_run(session, run["id"])
    return held is not None and (held["pages"], held["token"]) == (run["pages"], run["token"])


async def _apply(intake: Intake, run_id: UUID, records: list[Record], place: str) -> int:
    """Take each record once; how many this run had not met. `place` names those without an identifier."""
    session = intake.session
    met = await repository.lines_of(session, run_id, [record.identifier for record in records])
    number = await repository.count_lines(session, run_id)
    fresh = 0
    for position, record in enumerate(records):
        name = record.identifier[:300] or f"(sans identifiant, {place} + {position + 1})"
        before = met.get(name)
        if before is not None and before[1] == record.datestamp:
            continue
        taken = await intake.take(record)
        if before is None:
            number, fresh = number + 1, fresh + 1
        mine = before[0] if before else number
        row = {
            "run_id": run_id,
            "identifier": name,
            "number": mine,
            "datestamp": record.datestamp,
            "title": rules.short(record.title, 400),
            "outcome": taken.outcome,
            "reason": taken.reason,
            "document_id": taken.document_id,
        }
        await repository.put_line(session, row)
        met[name] = (mine, record.datestamp)
    return fresh


async def _was_read(session: AsyncSession, run_id: UUID, token: str) -> bool:
    return await repository.page_was_read(session, run_id, rules.token_digest(token))


async def _wait(session: AsyncSession, run: Row, waits: _Waits, now: datetime) -> timedelta | None:
    if run["tries"] + 1 > rules.MOST_TRIES:
        await _fail(session, run, _Fails(waits.code), now)
        return None
    await repository.move_run(session, run["id"], tries=run["tries"] + 1, state=RunState.RUNNING, beat_at=now)
    return rules.waited(run["tries"], waits.retry_after, now)


async def _refused(session: AsyncSession, run: Row, error: tuple[str, str], now: datetime) -> timedelta | None:
    """An error of the protocol. A token that expired while we were away is no fault: the list is begun again, once."""
    if error[0] == "badResumptionToken" and run["token"] is not None and not run["restarts"]:
        await repository.forget_pages(session, run["id"])
        await repository.move_run(session, run["id"], token=None, restarts=1, idle_pages=0, beat_at=now)
        return timedelta()
    await _fail(session, run, _Fails(error[0][:40], error[1]), now)
    return None


async def _fail(session: AsyncSession, run: Row, fails: _Fails, now: datetime) -> None:
    ended = {"state": RunState.FAILED, "failure": fails.code, "failure_detail": rules.short(fails.detail, 400), "ended_at": now}
    await repository.move_run(session, run["id"], **ended, started_at=run["started_at"] or now, beat_at=now)


def _require_bounded(run: Row, now: datetime) -> None:
    began = run["started_at"]
    if run["pages"] >= rules.MOST_PAGES or run["lines"] >= rules.MOST_RECORDS:
        raise _Fails("too_long", f"{run['pages']} pages, {run['lines']} notices.")
    if began is not None and now - began > rules.LONGEST_RUN:
        raise _Fails("too_long", "Plus d'un jour.")


def _source_of(run: Row) -> SourceRead:
    fields = {name.removeprefix("source_"): value for name, value in run.items() if name.startswith("source_")}
    return SourceRead.model_validate({**fields, "id": run["source_id"]})
