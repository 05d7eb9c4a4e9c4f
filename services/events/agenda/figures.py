"""What a network offers over a period, counted by PostgreSQL."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection

from services.common.db import Row, fetch

#: A session is held when it was said so, or when it is over and was promised; tentative ones are counted apart, ideas, postponed and
#: cancelled ones are not. Events expected in the period without a date count as events, with no session. An event counts once:
#: held when all its sessions of the period are.
OFFERED = sa.text(
    """
WITH sittings AS (
  SELECT e.id AS event_id, e.format, e.territory_path, s.is_on_site, s.place ->> 'territory_code' AS place_code, 1 AS sitting,
    EXTRACT(epoch FROM s.ends_at - s.starts_at)::float8 / 3600 AS hours,
    CASE WHEN s.status = 'held' OR e.status = 'held' OR (e.status <> 'tentative' AND s.ends_at <= :now) THEN 'held'
         WHEN e.status = 'tentative' THEN 'tentative' ELSE 'planned' END AS stage
  FROM events e JOIN event_sessions s ON s.event_id = e.id
  WHERE e.network_id = :network_id AND e.status NOT IN ('idea', 'cancelled', 'postponed') AND s.status <> 'cancelled'
    AND s.starts_at >= :since AND s.starts_at < :until
  UNION ALL
  SELECT id, format, territory_path, NULL, NULL, 0, 0, 'tentative' FROM events
  WHERE network_id = :network_id AND status = 'tentative' AND starts_at IS NULL
    AND expected_on >= :since_on AND expected_on < :until_on
), staged AS (
  SELECT *, CASE WHEN bool_and(stage = 'held') OVER event THEN 'held' WHEN bool_or(stage = 'tentative') OVER event THEN 'tentative'
    ELSE 'planned' END AS event_stage
  FROM sittings WINDOW event AS (PARTITION BY event_id)
), told AS (
  SELECT 'format' AS kind, format AS code, * FROM staged
  UNION ALL SELECT 'territory', code, staged.* FROM staged, unnest(territory_path) code
  UNION ALL SELECT CASE WHEN is_on_site THEN 'place' ELSE 'visio' END, coalesce(place_code, ''), * FROM staged
    WHERE is_on_site IS NOT NULL
)
SELECT kind, code, stage, sum(sitting)::int AS sessions, sum(hours)::float8 AS hours,
  (count(DISTINCT event_id) FILTER (WHERE stage = event_stage))::int AS events
FROM told GROUP BY kind, code, stage ORDER BY kind, code, stage
"""
)


async def offered(
    reader: AsyncConnection[Any], network_id: UUID, since: datetime, until: datetime, days: tuple[date, date], *, now: datetime
) -> list[Row]:
    """`{kind, code, stage, sessions, hours, events}`: `kind` is `format`, `territory` (named by the event, and those around), `place`
    (where one meets, as the session says; `''` when it does not) or `visio` (only there); `stage` is held, planned or tentative.

    A session belongs to the period in which it begins; `days` are the same bounds as days, for events without a date.
    """
    values = {"network_id": network_id, "since": since, "until": until, "since_on": days[0], "until_on": days[1], "now": now}
    return await fetch(reader, OFFERED, values)
