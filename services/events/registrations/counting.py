"""Participants as statistics count them: told apart, never named."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row
from services.common.streams import rows_of

from . import counting_repository


def people(
    connection: AsyncConnection[Any], event_ids: Sequence[UUID], came: Iterable[UUID] = ()
) -> AsyncGenerator[list[Row], None]:
    """By batches, `{id, event_id, audience, mode, territory_path, stands, seated, person}` of everybody who asked for a seat and did
    not leave (`stands`), and of those of `came` who had left and were there all the same.

    `person` is a digest of a name and an address, the same for the same person at several events; who was erased counts once per
    registration. The connection is in a transaction.
    """
    return rows_of(connection, counting_repository.PEOPLE, {"event_ids": list(event_ids), "came": list(came)})
