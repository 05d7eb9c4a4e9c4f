"""Use cases of statistics: who the network's offer reaches."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.language import Text
from services.common.problems import FieldError, MalformedRequest
from services.common.resources import Resources
from services.common.streams import borrowed

from ..agenda import counting as agenda
from ..agenda.schemas import AUDIENCE_LABELS, FORMAT_LABELS
from ..networks import service as networks
from ..registrations import counting as registrations
from ..registrations.schemas import Mode
from ..vocabulary import levels
from ..vocabulary import service as vocabulary
from . import presence, rules
from .schemas import DIMENSION_LABELS, LEVELS, OVERLAPPING, AttendanceStatistics, Dimension

_DISORDER = Text(
    "La période va de `since` à `until`, dix ans au plus les séparent.",
    "The period goes from `since` to `until`, ten years apart at most.",
)
_MODES = {Mode.ON_SITE.value: "Sur place", Mode.VISIO.value: "En visio"}
_LABELS: dict[Dimension, Mapping[str, str]] = {
    Dimension.AUDIENCE: {audience.value: label for audience, label in AUDIENCE_LABELS.items()},
    Dimension.FORMAT: {format.value: label for format, label in FORMAT_LABELS.items()},
    Dimension.MODE: _MODES,
}


async def attendance(
    resources: Resources,
    caller: Principal | None,
    network_id: UUID,
    by: Dimension,
    *,
    since: date | None,
    until: date | None,
    now: datetime,
) -> AttendanceStatistics:
    """Attendance of a network's events over a period (this year by default): exact for its organisers."""
    today = today_in_paris(now)
    since, until = since or today.replace(month=1, day=1), until or today.replace(month=12, day=31)
    if not rules.in_order(since, until):
        raise MalformedRequest(errors=[FieldError("/until", _DISORDER, "out_of_order")])
    async with borrowed(resources.database) as connection:
        network = await networks.one(connection, network_id)
        exact = caller is not None and caller.belongs_to(network["organisation_id"])
        events = await agenda.events_between(connection, network_id, since, until)
        ids = [event["id"] for event in events]
        known = await presence.minutes(connection, ids)
        count = await _count(connection, by, events, known)
        total, items = count.figures(await _labels(connection, by, list(count.cells)))
    if not exact:
        total, items = rules.public(total, items)
    return AttendanceStatistics(
        network_id=network_id,
        by=by,
        by_label=DIMENSION_LABELS[by],
        since=since,
        until=until,
        exact=exact,
        overlapping=by in OVERLAPPING,
        presence_known=known is not None,
        total=total,
        items=items,
    )


async def _count(
    connection: AsyncConnection[Any], by: Dimension, events: list[dict[str, Any]], known: Mapping[UUID, int] | None
) -> rules.Count:
    kinds: dict[str, str | None] = {}
    count = rules.Count(by, events, known, kinds.get)
    if not events:
        return count
    async for rows in registrations.people(connection, [event["id"] for event in events], known or ()):
        if by in LEVELS and (new := {code for row in rows for code in row["territory_path"]} - kinds.keys()):
            told = await levels.territories(connection, new)
            kinds |= {code: told[code]["kind"] if code in told else None for code in new}
        for row in rows:
            count.add(row)
    return count


async def _labels(connection: AsyncConnection[Any], by: Dimension, keys: list[str]) -> Mapping[str, str]:
    if by in LEVELS:
        return await vocabulary.territory_labels(connection, keys)
    if by is Dimension.THEME:
        return await vocabulary.theme_labels(connection, keys)
    return _LABELS.get(by, {})
