"""Use cases of the search engine: documents enter and leave it in the transaction that publishes or withdraws them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from ..centres.service import Audience
from .entry import Entry
from .schemas import Criteria


async def put(session: AsyncSession, entry: Entry) -> None:
    """The document is found from the commit on, as it is described now."""


async def remove(session: AsyncSession, document_id: UUID) -> None:
    """The document is found no more, from the commit on."""


async def found_between(
    reader: AsyncConnection[Any], audience: Audience, criteria: Criteria, *, after: datetime, until: datetime, limit: int
) -> Sequence[UUID]:
    """Documents the criteria match and the audience may read, that became readable or were published again in (after, until], oldest first."""
    return []
