"""All the SQL about desks, seats, registrations and participants.

What is written under a desk's lock is written in as few statements as can be: everybody else waits meanwhile.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from psycopg import AsyncCursor
from psycopg.rows import tuple_row
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, execute, fetch_in
from services.common.ids import new_id

from .models import ACTIVE, ACTIVE_SQL, Attendee, Desk, Registration, RegistrationAttempt, SeatPool

_D: Any = Desk.__table__  # type: ignore[attr-defined]
_P: Any = SeatPool.__table__  # type: ignore[attr-defined]
_R: Any = Registration.__table__  # type: ignore[attr-defined]
_A: Any = Attendee.__table__  # type: ignore[attr-defined]
_T: Any = RegistrationAttempt.__table__  # type: ignore[attr-defined]

_ids = bindparam("ids", type_=ARRAY(sa.Uuid))
_one = bindparam("id", type_=sa.Uuid)

DESKS_OF_EVENT = sa.select(*_D.c).where(_D.c.event_id == _one).order_by(_D.c.session_id.nulls_first())
POOLS = sa.select(*_P.c).where(_P.c.desk_id == sa.func.any(_ids)).order_by(_P.c.mode, _P.c.position)
DESK = sa.select(*_D.c).where(_D.c.id == _one)
LOCK_DESK = sa.select(*_D.c).where(_D.c.id == _one).with_for_update(key_share=True)
_with_pools = sa.select(*_D.c, *(column.label(f"pool_{column.name}") for column in _P.c)).join(_P, _P.c.desk_id == _D.c.id)
#: A desk with its pools, all of them locked, so that each row is the version that is there once the wait is over.
LOCK_WHOLE = _with_pools.where(_D.c.id == _one).order_by(_P.c.mode, _P.c.position).with_for_update(key_share=True, of=(_D, _P))
LOCK_WHOLE_AT = (
    _with_pools.where(_D.c.event_id == _one, _D.c.session_id.is_not_distinct_from(bindparam("session_id", type_=sa.Uuid)))
    .order_by(_P.c.mode, _P.c.position)
    .with_for_update(key_share=True, of=(_D, _P))
)
ONE = sa.select(*_R.c).where(_R.c.id == _one)
ATTENDEES = sa.select(*_A.c).where(_A.c.registration_id == sa.func.any(_ids)).order_by(_A.c.registration_id, _A.c.position)
#: Persons waiting, party by party in the order of ranks.
WAITING = (
    sa.select(_A.c.id, _A.c.registration_id, _A.c.mode, _A.c.audience, _A.c.territory_path, _R.c.rank, _R.c.state)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_R.c.desk_id == _one, _R.c.rank.is_not(None), _A.c.left_at.is_(None))
    .order_by(_R.c.rank, _A.c.position)
)
_before: Any = _R.alias("before")
#: The place in the waiting list right now of these, from 1.
STANDING = sa.select(
    _R.c.id,
    (sa.select(sa.func.count() + 1).where(_before.c.desk_id == _R.c.desk_id, _before.c.rank < _R.c.rank).scalar_subquery()).label(
        "standing"
    ),
).where(_R.c.id == sa.func.any(_ids), _R.c.rank.is_not(None))
_words = bindparam("patterns", type_=ARRAY(sa.Text))
_states = bindparam("states", type_=ARRAY(sa.Text))
LISTING = (
    sa.select(*_R.c)
    .where(
        _R.c.event_id == _one,
        _R.c.id > bindparam("after_id", type_=sa.Uuid),
        sa.or_(_states.is_(None), sa.cast(_R.c.state, sa.Text) == sa.func.any(_states)),
        sa.or_(
            _words.is_(None), sa.func.lower(sa.func.concat(_R.c.contact_name, " ", _R.c.contact_email)).like(sa.func.all(_words))
        ),
    )
    .order_by(_R.c.id)
    .limit(bindparam("limit"))
)
OF_ACCOUNT = (
    sa.select(*_R.c)
    .where(_R.c.account_id == bindparam("account_id", type_=sa.Uuid), _R.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_R.c.id.desc())
    .limit(bindparam("limit"))
)
#: Everybody who has a seat at an event, or at one of its sessions' desks.
SEATED = (
    sa.select(*_A.c, _R.c.code, _R.c.session_id, _R.c.contact_email, _R.c.contact_name)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_A.c.event_id == _one, _R.c.state == "seated", _A.c.pool_id.is_not(None), _A.c.left_at.is_(None))
    .order_by(_A.c.family_name, _A.c.given_name, _A.c.id)
)
DUE = sa.select(_R.c.id).where(_R.c.due_at <= bindparam("now", type_=sa.DateTime(timezone=True))).order_by(_R.c.due_at)
#: An active registration of that address at the desk.
OF_ADDRESS = sa.select(_R.c.id).where(
    _R.c.desk_id == _one,
    sa.func.lower(_R.c.contact_email) == sa.func.lower(bindparam("email", type_=sa.Text)),
    sa.text(ACTIVE_SQL),
)
IN_STATES = (
    sa.select(_R.c.id)
    .where(_R.c.desk_id == _one, sa.cast(_R.c.state, sa.Text) == sa.func.any(_states))
    .order_by(_R.c.rank.nulls_first(), _R.c.id)
)
#: Desks whose waiting list may be served, or has to end.
WAITED_AT = sa.select(*_D.c).where(_D.c.waiting_count > 0).order_by(_D.c.event_id, _D.c.id)
_TAKE = """
UPDATE seat_pools SET taken = taken + t.count
FROM jsonb_to_recordset(%(taken)s::jsonb) AS t (id uuid, count int) WHERE seat_pools.id = t.id
"""
_SIT = """
UPDATE attendees SET pool_id = t.pool_id
FROM jsonb_to_recordset(%(seats)s::jsonb) AS t (id uuid, pool_id uuid) WHERE attendees.id = t.id
"""
_OFFER = """
UPDATE registrations SET state = 'offered', rank = NULL, due_at = %(due_at)s, updated_at = %(now)s, version = version + 1
WHERE id = ANY(%(ids)s)
"""
#: A request and all it entails, in one statement: foreign keys are looked at when it ends.
_ASK = """
WITH taken AS (
  UPDATE seat_pools SET taken = taken + t.count
  FROM jsonb_to_recordset(%(taken)s::jsonb) AS t (id uuid, count int) WHERE seat_pools.id = t.id
),
ranked AS (
  UPDATE registration_desks SET last_rank = %(rank)s, waiting_count = waiting_count + 1
  WHERE id = %(desk_id)s AND %(rank)s::int IS NOT NULL
),
asked AS (INSERT INTO registrations SELECT * FROM jsonb_populate_record(NULL::registrations, %(registration)s::jsonb)),
people AS (INSERT INTO attendees SELECT * FROM jsonb_populate_recordset(NULL::attendees, %(attendees)s::jsonb)),
needs AS (INSERT INTO attendee_needs SELECT * FROM jsonb_populate_recordset(NULL::attendee_needs, %(needs)s::jsonb)),
noted AS (INSERT INTO journal_lines SELECT * FROM jsonb_populate_record(NULL::journal_lines, %(line)s::jsonb))
SELECT procrastinate_defer_jobs_v1(ARRAY[
  ROW('default', %(task)s, 0, %(lock)s, NULL, %(arguments)s::jsonb, NULL)::procrastinate_job_to_defer_v1
])
"""
_ATTEMPT = """
WITH noted AS (INSERT INTO registration_attempts VALUES (%(id)s, %(origin)s, %(email_hash)s, %(now)s))
SELECT (SELECT count(*) FROM registration_attempts WHERE origin = %(origin)s AND at > %(since)s) AS of_origin,
  (SELECT count(*) FROM registration_attempts WHERE email_hash = %(email_hash)s AND at > %(since)s) AS of_address
"""


async def whole_desk(session: AsyncSession, desk_id: UUID) -> tuple[Row, list[Row]] | None:
    """The desk and its pools, locked; None without either."""
    return _split(await fetch_in(session, LOCK_WHOLE, {"id": desk_id}))


async def whole_desk_at(session: AsyncSession, event_id: UUID, session_id: UUID | None) -> tuple[Row, list[Row]] | None:
    """The same for the desk of an event, or of one of its sessions."""
    return _split(await fetch_in(session, LOCK_WHOLE_AT, {"id": event_id, "session_id": session_id}))


def _split(rows: Sequence[Row]) -> tuple[Row, list[Row]] | None:
    if not rows:
        return None
    desk = {name: value for name, value in rows[0].items() if not name.startswith("pool_")}
    return desk, [{name[5:]: value for name, value in row.items() if name.startswith("pool_")} for row in rows]


async def lock_desk(session: AsyncSession, desk_id: UUID) -> Row | None:
    """The desk; whoever gives or takes its seats waits for this transaction."""
    rows = await fetch_in(session, LOCK_DESK, {"id": desk_id})
    return rows[0] if rows else None


async def pools(session: AsyncSession, desk_ids: Sequence[UUID]) -> list[Row]:
    return await fetch_in(session, POOLS, {"ids": list(desk_ids)})


async def take(session: AsyncSession, counts: Mapping[UUID, int]) -> None:
    """Add to what is taken of each pool (a negative number gives back); the table refuses one seat too many."""
    if counts:
        await _run(session, _TAKE, {"taken": _json([{"id": pool_id, "count": count} for pool_id, count in counts.items()])})


async def ask(
    session: AsyncSession,
    registration: Row,
    attendees: Sequence[Row],
    needs: Sequence[Row],
    *,
    taken: Mapping[UUID, int],
    line: Row,
    task: str,
    lock: str,
    arguments: Row,
) -> None:
    """A registration with its people, the seats or the rank it is given, its first line of history, and the job that tells it."""
    sent = {
        "taken": _json([{"id": pool_id, "count": count} for pool_id, count in taken.items()]),
        "rank": registration["rank"],
        "desk_id": registration["desk_id"],
        "registration": _json(registration),
        "attendees": _json(attendees),
        "needs": _json(needs),
        "line": _json(line),
        "task": task,
        "lock": lock,
        "arguments": _json(arguments),
    }
    await _run(session, _ASK, sent)


async def offer(session: AsyncSession, registration_ids: Sequence[UUID], *, due_at: datetime, now: datetime) -> None:
    """Out of the waiting list: seats are held for these until then."""
    await _run(session, _OFFER, {"ids": list(registration_ids), "due_at": due_at, "now": now})


async def note_attempt(session: AsyncSession, origin: str, email_hash: str, *, since: datetime, now: datetime) -> tuple[int, int]:
    """One more; how many came before it from this network, and for this address."""
    sent = {"id": new_id(), "origin": origin, "email_hash": email_hash, "since": since, "now": now}
    row = await (await _run(session, _ATTEMPT, sent)).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def forget_attempts(session: AsyncSession, before: datetime) -> None:
    await execute(session, sa.delete(_T).where(_T.c.at < before))


async def set_desk(session: AsyncSession, desk_id: UUID, **values: Any) -> None:
    await execute(session, sa.update(_D).where(_D.c.id == desk_id).values(**values))


async def add_desk(session: AsyncSession, row: Row) -> None:
    await execute(session, sa.insert(_D).values(**row))


async def put_pool(session: AsyncSession, row: Row, *, is_new: bool) -> None:
    if is_new:
        await execute(session, sa.insert(_P).values(**row))
    else:
        await execute(session, sa.update(_P).where(_P.c.id == row["id"]).values(**row))


async def delete_pools(session: AsyncSession, pool_ids: Sequence[UUID]) -> None:
    await execute(session, sa.update(_A).where(_A.c.pool_id.in_(pool_ids)).values(pool_id=None))
    await execute(session, sa.delete(_P).where(_P.c.id.in_(pool_ids)))


async def get(session: AsyncSession, registration_id: UUID) -> Registration | None:
    asked = select(Registration).where(Registration.id == registration_id).execution_options(populate_existing=True)
    return (await session.exec(asked)).first()


async def attendees_of(session: AsyncSession, registration_id: UUID) -> Sequence[Attendee]:
    asked = select(Attendee).where(Attendee.registration_id == registration_id).order_by(_A.c.position)
    return (await session.exec(asked.execution_options(populate_existing=True))).all()


async def set_seats(session: AsyncSession, seats: Mapping[UUID, UUID | None]) -> None:
    if seats:
        rows = [{"id": attendee_id, "pool_id": pool_id} for attendee_id, pool_id in seats.items()]
        await _run(session, _SIT, {"seats": _json(rows)})


async def desk(session: AsyncSession, desk_id: UUID) -> Row | None:
    """The desk as it was, not held."""
    rows = await fetch_in(session, DESK, {"id": desk_id})
    return rows[0] if rows else None


async def in_states(session: AsyncSession, desk_id: UUID, states: Sequence[str]) -> list[UUID]:
    """Registrations of the desk that stand so, those of the waiting list in its order."""
    return [row["id"] for row in await fetch_in(session, IN_STATES, {"id": desk_id, "states": list(states)})]


async def active_count(session: AsyncSession, event_id: UUID) -> int:
    counted = await execute(session, sa.select(sa.func.count()).where(_R.c.event_id == event_id, _R.c.state.in_(ACTIVE)))
    return int(counted.scalar_one())


async def _run(session: AsyncSession, statement: str, parameters: Mapping[str, Any]) -> AsyncCursor[Any]:
    cursor = (await driver(session)).cursor(row_factory=tuple_row)
    await cursor.execute(statement.encode(), parameters)
    return cursor


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


#: Somebody with what their registration says, wherever it stands: what a welcome desk asks.
_PERSON = [
    *_A.c,
    _R.c.code,
    _R.c.session_id,
    _R.c.state,
    _R.c.source,
    _R.c.account_id,
    _R.c.contact_email,
    _R.c.contact_name,
    _P.c.label.label("seat"),
]
_PEOPLE = sa.select(*_PERSON).join(_R, _R.c.id == _A.c.registration_id).outerjoin(_P, _P.c.id == _A.c.pool_id)
PERSON_BY_KEY = _PEOPLE.where(_A.c.key == bindparam("key", type_=sa.Text))
PEOPLE_BY_CODE = _PEOPLE.where(_R.c.code == bindparam("code", type_=sa.Text), _R.c.event_id == _one).order_by(_A.c.position)
PEOPLE_BY_ID = _PEOPLE.where(_A.c.id == sa.func.any(_ids))
#: Who holds a seat at an event, also while the e-mail is not confirmed.
PEOPLE_SEATED = _PEOPLE.where(
    _A.c.event_id == _one,
    sa.or_(_R.c.state == "seated", _R.c.state == "unconfirmed"),
    _A.c.pool_id.is_not(None),
    _A.c.left_at.is_(None),
)
#: Who came without being registered, on the chair of somebody who did not.
PEOPLE_RECEIVED = _PEOPLE.where(
    _A.c.event_id == _one,
    _R.c.state == "seated",
    _R.c.source == "walk_in",
    _A.c.pool_id.is_(None),
    _A.c.left_at.is_(None),
)


async def set_key(session: AsyncSession, attendee_id: UUID, key: str) -> None:
    await execute(session, sa.update(_A).where(_A.c.id == attendee_id).values(key=key))


#: Registrations that still ask for something and whose e-mail is confirmed, with the ways their people take part.
ACTIVE_OF_EVENT = (
    sa.select(
        _R.c.id,
        _R.c.session_id,
        _R.c.state,
        sa.func.array_agg(sa.distinct(sa.cast(_A.c.mode, sa.Text))).filter(_A.c.left_at.is_(None)).label("modes"),
    )
    .join(_A, _A.c.registration_id == _R.c.id)
    .where(_R.c.event_id == _one, sa.or_(*(_R.c.state == state for state in ACTIVE if state != "unconfirmed")))
    .group_by(_R.c.id)
    .order_by(_R.c.id)
)
_account = bindparam("account_id", type_=sa.Uuid)
_of_account = sa.and_(_R.c.account_id == _account, _R.c.state == "seated")
_SEATED = [*_A.c, _R.c.session_id, _R.c.contact_email, _R.c.contact_name, _R.c.version.label("registration_version")]
#: Everybody who has a seat through an account's registrations, or through one registration.
SEATED_OF_ACCOUNT = (
    sa.select(*_SEATED)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_of_account, _A.c.pool_id.is_not(None), _A.c.left_at.is_(None))
    .order_by(_A.c.registration_id, _A.c.position)
)
SEATED_OF_REGISTRATION = (
    sa.select(*_SEATED)
    .join(_R, _R.c.id == _A.c.registration_id)
    .where(_R.c.id == _one, _R.c.state == "seated", _A.c.pool_id.is_not(None), _A.c.left_at.is_(None))
    .order_by(_A.c.position)
)
