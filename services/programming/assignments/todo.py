"""What somebody has to review, and by when."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row

from ..reviews import work
from .schemas import DueWhen, TodoSort

#: "This week": today and the six days that follow.
_WEEK = timedelta(days=6)


async def listing(
    reader: AsyncConnection[Row],
    caller: Principal,
    *,
    when: DueWhen | None,
    sort: TodoSort,
    campaign_id: UUID | None,
    after: list[str] | None,
    limit: int,
    now: datetime,
) -> list[Row]:
    """Reviews and readings to give, in the order asked; those without date come last by due day."""
    values = _values(caller, now) | {"limit": limit}
    if after is not None:
        since = sort in {TodoSort.SINCE, TodoSort.NEWEST}
        values |= {"after_key": datetime.fromisoformat(after[0]) if since else date.fromisoformat(after[0])}
        values |= {"after_id": UUID(after[1])}
    if campaign_id is not None:
        values["campaign_id"] = campaign_id
    rows = await work.to_do(
        reader, when and when.value, sort.value, values, paged=after is not None, in_campaign=campaign_id is not None
    )
    return [{**row, "when": _when(row["due_on"], today_in_paris(now))} for row in rows]


async def counts(reader: AsyncConnection[Row], caller: Principal, *, now: datetime) -> Row:
    return await work.counts(reader, _values(caller, now))


def _values(caller: Principal, now: datetime) -> dict[str, Any]:
    today = today_in_paris(now)
    return {
        "account_id": caller.account_id,
        "organisations": caller.organisation_ids,
        "today": today,
        "next_week": today + _WEEK,
    }


def _when(due_on: date | None, today: date) -> DueWhen:
    if due_on is None:
        return DueWhen.UNDATED
    if due_on < today:
        return DueWhen.LATE
    return DueWhen.WEEK if due_on <= today + _WEEK else DueWhen.LATER
