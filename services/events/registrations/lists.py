"""Use cases of organisers who read everything: the list of participants, its exports, a summary of the answers."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import forms, journal
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Database, Row, fetch_in
from services.common.resources import Resources
from services.common.streams import borrowed, rows_of

from ..agenda import service as agenda
from ..tables import KERNEL
from . import people_repository, tables
from .schemas import STATE_LABELS, RegistrationState

#: Columns that answers alone may add to an export: a form asks for far fewer.
_MOST_QUESTIONS = 200
FIRST: dict[str, Any] = {"after_name": "", "after_id": UUID(int=0)}


async def attendees(session: AsyncSession, caller: Principal, event_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """Participants of an event, for its organisers, in the order of their names."""
    await agenda.seen_by_organiser(session, caller, event_id)
    rows = await fetch_in(session, people_repository.ATTENDEES, {"event_id": event_id, **asked})
    return [{**row, "state_label": STATE_LABELS[RegistrationState(row["state"])]} for row in rows]


async def export(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    event_id: UUID,
    asked: dict[str, Any],
    *,
    kind: str,
    needs: bool,
    now: datetime,
) -> tuple[str, AsyncGenerator[bytes, None]]:
    """The file's name and what it holds, row by row. With the needs, the journal says who took them before the first row leaves."""
    event = await agenda.seen_by_organiser(session, caller, event_id)
    rows = await fetch_in(session, people_repository.ANSWERED_KEYS, {"event_id": event_id, "limit": _MOST_QUESTIONS})
    known = list(forms.questions(event.form))
    keys = known + [row["key"] for row in rows if row["key"] not in known]
    sessions = {
        each.id: f"{each.number}. {in_paris(each.starts_at):%d/%m/%Y}" for each in await agenda.sessions_of(session, event_id)
    }
    if needs:
        await journal_needs(resources, caller, event_id, f"export.{kind}", now)
    said = {"event_id": event_id, **FIRST, **asked, "limit": None}
    lines = _lines(resources.database, said, keys, sessions, needs)
    names = tables.header(event.form, keys, needs=needs)
    write = tables.as_csv if kind == "csv" else tables.as_xlsx
    return f"participants-{event.reference}.{kind}", write(names, lines)


async def journal_needs(resources: Resources, caller: Principal, event_id: UUID, how: str, now: datetime) -> None:
    """Who read people's needs, and when: written whatever becomes of the answer."""
    async with resources.database.transaction() as session:
        await journal.record(
            session,
            KERNEL.journal,
            at=now,
            act="event.needs_read",
            resource=("event", event_id),
            actor=caller,
            changes={"how": how},
            confidential=True,
        )


async def answers(session: AsyncSession, caller: Principal, event_id: UUID) -> Row:
    """`AnswersSummary`: what participants answered so far, question by question, for organisers."""
    event = await agenda.seen_by_organiser(session, caller, event_id)
    asked = forms.questions(event.form)
    said: dict[str, Any] = {"event_id": event_id}
    people = await fetch_in(session, people_repository.COUNTED, said)
    answered = {
        row["key"]: row["count"] for row in await fetch_in(session, people_repository.ANSWERED, {**said, "keys": list(asked)})
    }
    choices = {key: forms.choices_of(event.form or {}, question) for key, question in asked.items()}
    counted = [key for key, offered in choices.items() if offered is not None]
    found = await fetch_in(session, people_repository.ANSWERS, {**said, "keys": counted})
    return {
        "attendees": people[0]["count"],
        "questions": [
            {
                "key": key,
                "title": forms.label_of(key, question),
                "answered": answered.get(key, 0),
                "counts": _counts(choices[key], [row for row in found if row["key"] == key]),
            }
            for key, question in asked.items()
        ],
    }


def _counts(offered: Sequence[Any] | None, rows: Sequence[Row]) -> list[Row] | None:
    """Every answer offered, even by nobody chosen, then those that are not offered any more."""
    if offered is None:
        return None
    known = {_same(row["value"]): row for row in rows}
    kept = [{"value": each, "count": known.pop(_same(each), {"count": 0})["count"]} for each in offered]
    return kept + [{"value": row["value"], "count": row["count"]} for row in known.values()]


def _same(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


async def _lines(
    database: Database, asked: dict[str, Any], keys: Sequence[str], sessions: dict[UUID, str], needs: bool
) -> AsyncIterator[list[list[str]]]:
    statement = people_repository.ATTENDEES_WITH_NEEDS if needs else people_repository.ATTENDEES
    async with borrowed(database) as connection, aclosing(rows_of(connection, statement, asked)) as batches:
        async for rows in batches:
            yield [tables.cells(row, keys, sessions, needs=needs) for row in rows]
