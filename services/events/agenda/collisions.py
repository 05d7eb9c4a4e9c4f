"""What else happens the same week for the same people, and agendas of networks side by side."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, driver, fetch
from services.common.problems import NotFound

from ..networks import service as networks
from . import repository, service, views, weeks
from .errors import TooMuchToCompare
from .models import SessionStatus
from .weeks import Planned

_LISTED = 50
#: Sessions read at most to compare events: a country's offer of half a year.
_MOST = 5_000


async def of_event(session: AsyncSession, caller: Principal, event_id: UUID, *, now: datetime) -> Row:
    """For the event's organisers: events of the same week, territory and public, of any network."""
    await service.seen_by_organiser(session, caller, event_id)
    return await signalled(session, caller, event_id, now=now)


async def signalled(session: AsyncSession, caller: Principal, event_id: UUID, *, now: datetime) -> Row:
    """The same in the transaction that sets a date. Who asks sees nothing that the agenda hides from them."""
    await session.flush()
    reader = await driver(session)
    row = await service.row(reader, event_id)
    if row is None:
        raise NotFound()
    own = _planned(row, await _own_mondays(reader, row))
    if not own.mondays:
        return {"weeks": [], "count": 0, "items": []}
    rows, others = await _there(reader, caller, own.mondays, None)
    found = [(each, met) for each in others if (met := weeks.collision(own, each)) is not None]
    found.sort(key=lambda pair: (rows[pair[0].event_id]["sort_on"], pair[0].event_id))
    listed = found[:_LISTED]
    shown = await views.summaries(reader, [rows[each.event_id] for each, _ in listed], now=now)
    items = [
        {
            "event": event,
            "weeks": [weeks.named(monday) for monday in sorted(met.mondays)],
            "shared_territory_codes": sorted(met.territory_codes),
            "shared_audiences": sorted(met.audiences),
        }
        for event, (_, met) in zip(shown, listed, strict=True)
    ]
    return {"weeks": [weeks.named(monday) for monday in sorted(own.mondays)], "count": len(found), "items": items}


async def side_by_side(
    reader: AsyncConnection[Any],
    caller: Principal | None,
    network_ids: Sequence[UUID],
    *,
    since: date,
    until: date,
    now: datetime,
) -> Row:
    """Weeks × networks with their events; those that collide with one another say so. No network asked: all that have events."""
    mondays = list(weeks.mondays(since, until))
    rows, planned = await _there(reader, caller, mondays, list(network_ids) or None)
    shown = {row["id"]: row for row in await views.summaries(reader, list(rows.values()), now=now)}
    asked = set(network_ids) or {row["network_id"] for row in rows.values()}
    faces = sorted((await networks.faces(reader, asked)).values(), key=lambda face: str(face["code"]))
    return {"networks": faces, "weeks": [_week(monday, faces, planned, shown) for monday in mondays]}


def _week(monday: date, faces: Sequence[Row], planned: Sequence[Planned], shown: dict[UUID, Row]) -> Row:
    met = weeks.pairs(planned, monday)
    events = sorted((shown[event_id] for event_id in met), key=lambda row: (row["sort_on"], row["id"]))
    agendas = [
        {
            "network_id": face["id"],
            "events": [{**row, "collides_with": sorted(met[row["id"]])} for row in events if row["network_id"] == face["id"]],
        }
        for face in faces
    ]
    pairs = sum(len(each) for each in met.values()) // 2
    return {"week": weeks.named(monday), "monday": monday, "agendas": agendas, "collisions": pairs}


async def _there(
    reader: AsyncConnection[Any], caller: Principal | None, mondays: Iterable[date], network_ids: list[UUID] | None
) -> tuple[dict[UUID, Row], list[Planned]]:
    """Events of these weeks the caller may see, and when they are."""
    asked = sorted(mondays)
    ranges = [weeks.bounds(monday) for monday in asked]
    organised = list(await networks.organised_ids(reader, caller))
    more = {"network_ids": network_ids, "organised_ids": organised, "limit": _MOST + 1}
    dated = {"since": [since for since, _ in ranges], "until": [until for _, until in ranges]}
    meeting = await fetch(reader, repository.MEETING, {**more, **dated})
    days = {"since_on": asked, "until_on": [monday + timedelta(days=7) for monday in asked]}
    expected = await fetch(reader, repository.EXPECTED, {**more, **days})
    if len(meeting) + len(expected) > _MOST:
        raise TooMuchToCompare()
    rows: dict[UUID, Row] = {}
    there: defaultdict[UUID, set[date]] = defaultdict(set)
    for row in meeting:
        rows[row["id"]] = row
        there[row["id"]].add(weeks.monday_of_instant(row["meets_at"]))
    for row in expected:
        rows[row["id"]] = row
        there[row["id"]].add(weeks.monday_of(row["expected_on"]))
    return rows, [_planned(row, there[event_id]) for event_id, row in rows.items()]


async def _own_mondays(reader: AsyncConnection[Any], event: Row) -> set[date]:
    sessions = await service.session_rows(reader, [event["id"]])
    stand = [each for each in sessions if each["status"] != SessionStatus.CANCELLED.value]
    if stand:
        return {weeks.monday_of_instant(each["starts_at"]) for each in stand}
    return {weeks.monday_of(event["expected_on"])} if event["expected_on"] else set()


def _planned(event: Row, mondays: Iterable[date]) -> Planned:
    return Planned(
        event["id"],
        frozenset(mondays),
        frozenset(event["territory_codes"]),
        frozenset(event["territory_path"]),
        frozenset(event["audiences"]),
    )
