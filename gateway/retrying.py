"""Jobs that were given up, given another attempt."""

from collections.abc import Mapping

import psycopg

from .preparation import database_variable
from .routes import Route

_AGAIN = """
SELECT count(procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)::text) FROM procrastinate_jobs WHERE status = 'failed'
"""


def try_again(environment: Mapping[str, str], route: Route) -> int:
    """Jobs of the service that were waiting for somebody; each runs once more, and is given up again if it fails."""
    with psycopg.connect(environment[database_variable(route)]) as connection:
        row = connection.execute(_AGAIN).fetchone()
    return int(row[0]) if row else 0
