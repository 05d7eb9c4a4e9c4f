"""The journals of every service, written out as JSON lines: who, when, what, why, oldest first within a service."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson
import psycopg
from psycopg.rows import dict_row

from .preparation import database_variable
from .routes import Route

_BATCH = 2_000
_LINES = """
SELECT id, at, act, resource_type, resource_id, actor_id, organisation_id, reason, changes, confidential, request_id
FROM journal_lines
WHERE at >= coalesce(%(since)s, '-infinity'::timestamptz) AND at < coalesce(%(until)s, 'infinity'::timestamptz)
ORDER BY id
"""


def lines(
    environment: Mapping[str, str], routes: Sequence[Route], *, since: datetime | None, until: datetime | None
) -> Iterator[bytes]:
    """Each line as one JSON object ended by a newline; `since` is included, `until` is not. Whatever the size, memory stays flat."""
    for route in routes:
        with (
            psycopg.connect(environment[database_variable(route)], row_factory=dict_row) as connection,
            connection.cursor(name="journal") as cursor,
        ):
            cursor.itersize = _BATCH
            cursor.execute(_LINES, {"since": since, "until": until})
            for row in cursor:
                yield orjson.dumps({"service": route.service, **row}, option=orjson.OPT_APPEND_NEWLINE)
